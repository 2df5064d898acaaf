"""A time-stamping authority's answers, and the client's judgement of them: each refusal by its name, each fault found."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idbridge.services.signing import SigningKey, drive
from idbridge.signatures.algorithms import encode_oid
from idbridge.signatures.ber import BOOLEAN, INTEGER, NULL, OCTET_STRING, SEQUENCE, encode, read_value
from idbridge.signatures.formats.limits import LIMITS
from idbridge.signatures.formats.signed_data import read_signed_data
from idbridge.signatures.formats.timestamp import read_tst_info
from idbridge.signatures.making.der import digest_algorithm, integer
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.timestamp_answers import TimestampPolicy, answer_request, refusal_answer
from idbridge.signatures.making.timestamping import FAILURES, TimestampQuestion, token_of_answer
from tests.unit.signatures.making.workshop import KEY_TYPES, STAMPED_AT, TSA_POLICY, holder, judged

MESSAGE = b"what is stamped"
POLICY = TimestampPolicy((TSA_POLICY, "1.2.3.4.2"))
QUESTION = TimestampQuestion(MESSAGE, "SHA-256", 0xFEDCBA9876543210)
IMPRINT = encode(SEQUENCE, digest_algorithm("SHA-256"), encode(OCTET_STRING, QUESTION.imprint))


def answer(request: bytes, by: SigningKey | None = None, **rest) -> bytes:
    by = by or holder("ec-p256", "stamper", 72)
    given = {"authority": by.signatory, "policy": POLICY, "at": STAMPED_AT, "serial_number": 77, **rest}
    return drive(answer_request(request, **given), by.signer, None)


def refusal(answered: bytes, question: TimestampQuestion = QUESTION) -> tuple[MakingRefusal, str]:
    with pytest.raises(MakingRefused) as raised:
        token_of_answer(answered, question)
    return raised.value.code, raised.value.detail


@pytest.mark.parametrize("digest", ["SHA-256", "SHA-384", "SHA-512", "SM3"])
@pytest.mark.parametrize("key_type", [one for one in KEY_TYPES if one != "ed25519"])
def test_token(key_type: str, digest: str) -> None:
    question = replace(QUESTION, digest=digest)
    by = holder(key_type, "stamper", 72)
    at = STAMPED_AT + timedelta(microseconds=120_999)
    token = token_of_answer(answer(question.encoding(), by, at=at), question)
    info = read_tst_info(read_signed_data(token, LIMITS))
    assert info.time == STAMPED_AT + timedelta(milliseconds=120)
    assert b"20240601120100.12Z" in token  # DER writes no zeros at the end of a fraction
    assert (info.policy, info.serial_number, info.nonce) == (TSA_POLICY, 77, QUESTION.nonce)
    assert info.accuracy_microseconds == 1_000_000
    assert info.authority == f"HK, Ferry Co, stamper {key_type} 72"
    (report,) = judged(token, detached=MESSAGE).timestamps
    assert report.integrity == "intact"
    assert not report.evidence.signed.faults


def test_certificate_only_where_asked_for() -> None:
    request = encode(SEQUENCE, integer(1), IMPRINT)
    token = read_value(answer(request)).member(1).encoding
    assert read_signed_data(token, LIMITS).certificates == ()
    assert read_tst_info(read_signed_data(token, LIMITS)).nonce is None
    assert read_signed_data(token, LIMITS).version == 3  # the content is no id-data (RFC 5652 clause 5.1)


def test_policy_may_be_chosen() -> None:
    question = replace(QUESTION, policy="1.2.3.4.2")
    token = token_of_answer(answer(question.encoding()), question)
    assert read_tst_info(read_signed_data(token, LIMITS)).policy == "1.2.3.4.2"


def request(*members: bytes) -> bytes:
    return encode(SEQUENCE, *members)


def imprint(algorithm: bytes, value: bytes) -> bytes:
    return encode(SEQUENCE, algorithm, encode(OCTET_STRING, value))


SHA_1 = encode(SEQUENCE, encode_oid("1.3.14.3.2.26"), encode(NULL))
ODD = encode(SEQUENCE, encode_oid("2.16.840.1.101.3.4.2.1"), encode(OCTET_STRING, b"x"))

REFUSALS = {
    "no DER": (b"hello", "badDataFormat"),
    "nothing": (b"", "badDataFormat"),
    "trailing": (QUESTION.encoding() + b"\0", "badDataFormat"),
    "version 2": (request(integer(2), IMPRINT), "badRequest"),
    "no imprint": (request(integer(1)), "badDataFormat"),
    "SHA-1": (request(integer(1), imprint(SHA_1, bytes(20))), "badAlg"),
    "unknown digest": (request(integer(1), imprint(encode(SEQUENCE, encode_oid("1.2.3")), bytes(32))), "badAlg"),
    "odd parameters": (request(integer(1), imprint(ODD, bytes(32))), "badAlg"),
    "wrong length": (request(integer(1), imprint(digest_algorithm("SHA-256"), bytes(31))), "badDataFormat"),
    "policy": (replace(QUESTION, policy="1.2.3.99").encoding(), "unacceptedPolicy"),
    "extension": (request(integer(1), IMPRINT, encode(BOOLEAN, b"\xff"), encode(0xA0, b"")), "unacceptedExtension"),
    "long nonce": (request(integer(1), IMPRINT, encode(INTEGER, bytes([1] * 65))), "badRequest"),
    "empty nonce": (request(integer(1), IMPRINT, encode(INTEGER, b"")), "badRequest"),
    "more members": (request(integer(1), IMPRINT, integer(5), integer(5)), "badDataFormat"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_requests_that_are_refused(name: str) -> None:
    asked, failure = REFUSALS[name]
    code, detail = refusal(answer(asked))
    assert code is MakingRefusal.TIMESTAMP_REFUSED
    assert detail.startswith("rejection, ")
    assert detail.endswith(failure)


@pytest.mark.parametrize("failure", FAILURES.values())
def test_every_failure_has_its_bit(failure: str) -> None:
    code, detail = refusal(refusal_answer(failure, "why"))
    assert (code, detail) == (MakingRefusal.TIMESTAMP_REFUSED, f"rejection, why, {failure}")


def test_answers_to_other_questions() -> None:
    answered = answer(QUESTION.encoding())
    for change, why in (
        ({"nonce": 1}, "nonce"),
        ({"message": b"another"}, "something else"),
        ({"digest": "SHA-512"}, "something else"),
        ({"policy": "1.2.3.4.2"}, "policy"),
    ):
        code, detail = refusal(answered, replace(QUESTION, **change))
        assert code is MakingRefusal.TIMESTAMP_INVALID
        assert why in detail


def test_answers_that_are_not_signed_as_they_must_be() -> None:
    answered = answer(QUESTION.encoding())
    flipped = bytearray(answered)
    flipped[-1] ^= 1
    assert refusal(bytes(flipped))[0] is MakingRefusal.TIMESTAMP_INVALID
    code, detail = refusal(answer(QUESTION.encoding(), holder("ec-p256")))
    assert code is MakingRefusal.TIMESTAMP_INVALID
    assert "is not for timestamps" in detail
    without = answer(QUESTION.encoding()[:-3].replace(b"\x30", b"\x30", 1)[:1] + b"")
    assert refusal(without)[0] is MakingRefusal.TIMESTAMP_REFUSED
    bare = read_value(answer(request(integer(1), IMPRINT, integer(QUESTION.nonce))))
    code, detail = refusal(bare.encoding)
    assert "not signed by a certificate in it" in detail


@pytest.mark.parametrize(
    "answered",
    [b"", b"<html>", encode(SEQUENCE), encode(SEQUENCE, encode(SEQUENCE, integer(0))), encode(SEQUENCE, integer(0))],
)
def test_no_answers(answered: bytes) -> None:
    assert refusal(answered)[0] is MakingRefusal.TIMESTAMP_INVALID


@settings(deadline=None, max_examples=200)
@given(data=st.binary(max_size=80), at=st.integers(0, 120), keep=st.booleans())
def test_whatever_comes_is_answered(data: bytes, at: int, keep: bool) -> None:
    """Noise, and a request with noise in its middle: a token or a refusal, and the client never takes one for the other."""
    genuine = QUESTION.encoding()
    asked = genuine[:at] + data + genuine[at + len(data) :] if keep else data
    status = read_value(answer(asked)).member(0).member(0).integer()
    if status == 0:
        assert asked == genuine or keep
    else:
        assert refusal(answer(asked))[0] is MakingRefusal.TIMESTAMP_REFUSED


@settings(deadline=None, max_examples=300)
@given(at=st.integers(0, 2000), mask=st.integers(1, 255))
def test_changed_answers_are_refused_or_the_same(at: int, mask: int) -> None:
    answered = bytearray(answer(QUESTION.encoding()))
    answered[at % len(answered)] ^= mask
    try:
        token = token_of_answer(bytes(answered), QUESTION)
    except MakingRefused:
        return
    assert judged(token, detached=MESSAGE).timestamps[0].integrity == "intact"
