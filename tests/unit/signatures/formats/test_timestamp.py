"""RFC 3161 tokens and responses, sound and not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from idbridge.signatures.ber import OCTET_STRING, SEQUENCE, encode
from idbridge.signatures.contents import HashedContent, KnownContent
from idbridge.signatures.evidence import EvidenceId, TimestampKind
from idbridge.signatures.formats.timestamp import TokenPlace, read, read_token
from idbridge.signatures.refusals import NotADocument
from tests.unit.signatures import forge
from tests.unit.signatures.forge import TST_INFO, Authority, Holder, baseline_attributes, cms, signer_info, token

TIME = datetime(2024, 6, 1, 12, tzinfo=UTC)
PLACE = TokenPlace(EvidenceId("T"), TimestampKind.STANDALONE)
CONTENT = KnownContent.of(b"content")


@pytest.fixture(scope="module")
def stamper() -> Holder:
    return Authority().issue("TSA", timestamping=True)


def response(status: int, *token_of: bytes) -> bytes:
    return encode(SEQUENCE, encode(SEQUENCE, forge.integer(status)), *token_of)


def test_what_a_token_says(stamper: Holder) -> None:
    evidence = read_token(token(stamper, b"content", TIME), PLACE, (CONTENT,))
    assert (evidence.time, evidence.policy, evidence.serial_number) == (TIME, "1.2.3.4", 7)
    assert evidence.imprint.intact is True
    assert not evidence.signed.faults


def test_response(stamper: Holder) -> None:
    (timestamp,) = read(response(0, token(stamper, b"content", TIME)), detached=(CONTENT,)).timestamps
    assert timestamp.imprint.intact is True


@pytest.mark.parametrize("data", [response(2), response(0, b"\x30\x00"), b"\x30\x00", b"", b"\x02\x01\x00"])
def test_no_timestamp(data: bytes) -> None:
    with pytest.raises(NotADocument):
        read(data)


def test_of_several_readings_one_fits(stamper: Holder) -> None:
    der = token(stamper, b"content", TIME)
    readings = (KnownContent.of(b"by one edition"), CONTENT, KnownContent.of(b"by another"))
    assert read_token(der, PLACE, readings).imprint.intact is True
    assert read_token(der, PLACE, readings[::2]).imprint.intact is False


def test_nothing_to_compare_with(stamper: Holder) -> None:
    der = token(stamper, b"content", TIME)
    assert read_token(der, PLACE, ()).imprint.missing == "what it was taken of is not at hand"
    assert read_token(der, PLACE, (), missing="no revision ends there").imprint.missing == "no revision ends there"
    unknown = read_token(der, PLACE, (HashedContent({"SM3": bytes(32)}),)).imprint
    assert unknown.intact is None
    assert "SHA-256" in (unknown.missing or "")


def test_a_token_that_signs_no_time(stamper: Holder) -> None:
    info = signer_info(stamper, baseline_attributes(stamper, b"text"))
    evidence = read_token(cms([info], [stamper.der], content=b"text"), PLACE, (CONTENT,))
    assert evidence.time is None
    assert [fault.fatal for fault in evidence.signed.faults] == [True]


def test_a_token_with_two_signers(stamper: Holder) -> None:
    """RFC 3161 clause 2.4.2 allows one: whose time would it be?"""
    imprint = encode(SEQUENCE, forge.algorithm(forge.SHA256), encode(OCTET_STRING, bytes(32)))
    fields = (forge.integer(1), forge.oid("1.2.3.4"), imprint, forge.integer(1), forge.generalized(TIME))
    info = encode(SEQUENCE, *fields)
    signer = signer_info(stamper, baseline_attributes(stamper, info, TST_INFO))
    evidence = read_token(cms([signer, signer], [stamper.der], content=info, content_type=TST_INFO), PLACE, ())
    assert "timestamp-signers" in {fault.code for fault in evidence.signed.faults}
