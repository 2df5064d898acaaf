"""SM2 in PDF as mainland services write it: messages of GB/T 35275 in every dialect seen, and electronic seals."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from idbridge import verify_document
from idbridge.signatures.algorithms import encode_oid
from idbridge.signatures.ber import OCTET_STRING, SET, encode
from idbridge.signatures.evidence import SignatureForm
from idbridge.signatures.gathering import ValidationData
from idbridge.signatures.report import DocumentReport
from tests.unit.signatures import forge as european
from tests.unit.signatures.checks.test_seal import failed, office
from tests.unit.signatures.formats import pdf_forge as forge
from tests.unit.signatures.seals import (
    AT,
    BORN,
    SEALED_AT,
    Authority,
    Holder,
    SealPlan,
    generalized,
    make_seal,
    make_sealing,
    seal_information,
    signed_data,
    sm3,
    timestamp,
)

DIANJU, GOMAIN, ISO = "GM.sm2cms.detached", "GM.sm2seal", "adbe.pkcs7.detached"
DATA, GM_DATA = "1.2.840.113549.1.7.1", "1.2.156.10197.6.1.4.2.1"
SIGNED_DATA, GM_SIGNED_DATA = "1.2.840.113549.1.7.2", "1.2.156.10197.6.1.4.2.2"
SERVICE = office().authority.issue("投标人", "service")

Make = Callable[[bytes], bytes]


def signed(make: Make, sub_filter: str = DIANJU) -> bytes:
    """A document with one signature, whose Contents *make* returns of the octets of the byte range."""
    kind = f"/Type /Sig /SubFilter /{sub_filter}".encode()
    return forge.sign(b"", None, objects={**forge.base(), **forge.signature_objects()}, first=True, value=kind, make=make)


def verify(data: bytes) -> DocumentReport:
    authority = office().authority
    evidence = ValidationData(crls=(authority.crl(),))
    return verify_document(data, trust=[authority.root.der], at=AT, evidence=evidence)


def codes(report: DocumentReport) -> set[str]:
    return {fault.code for signature in report.signatures for fault in signature.evidence.signed.faults}


# --- messages of GB/T 35275


def attributes(digested: bytes, content_type: str) -> Sequence[bytes]:
    return sorted(
        encode(0x30, encode_oid(kind), encode(SET, value))
        for kind, value in (
            ("1.2.840.113549.1.9.3", encode_oid(content_type)),
            ("1.2.840.113549.1.9.4", encode(OCTET_STRING, sm3(digested))),
            ("1.2.840.113549.1.9.5", generalized(SEALED_AT)),
        )
    )


def over_digest(content: bytes) -> bytes:
    """The digest of the byte range as content, and the value over that digest."""
    return signed_data(SERVICE, sm3(content), content=sm3(content))


def over_content(content: bytes) -> bytes:
    return signed_data(SERVICE, content)


def over_attributes(content: bytes, outer: str = GM_SIGNED_DATA, inner: str = GM_DATA) -> bytes:
    said = attributes(content, inner)
    return signed_data(SERVICE, encode(SET, *said), inner, None, said, outer)


def over_attributes_of_digest(content: bytes) -> bytes:
    said = attributes(sm3(content), GM_DATA)
    return signed_data(SERVICE, encode(SET, *said), GM_DATA, sm3(content), said)


DIALECTS: dict[str, Make] = {
    "digest as content": over_digest,
    "detached": over_content,
    "attributes": over_attributes,
    "attributes over a digest as content": over_attributes_of_digest,
    "attributes over id-data": lambda content: over_attributes(content, GM_SIGNED_DATA, DATA),
    "the names of CMS": lambda content: over_attributes(content, SIGNED_DATA, DATA),
}


@pytest.mark.parametrize("sub_filter", [DIANJU, ISO])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_passes_and_breaks(dialect: str, sub_filter: str) -> None:
    data = signed(DIALECTS[dialect], sub_filter)
    report = verify(data)
    assert (report.indication, failed(report), codes(report)) == ("TOTAL_PASSED", {}, set())
    assert report.signatures[0].evidence.scope[0].whole_document
    changed = verify(data.replace(b"Pay 100", b"Pay 900"))
    assert changed.indication == "TOTAL_FAILED"
    assert changed.signatures[0].integrity == "broken"


def test_a_digest_of_another_document() -> None:
    report = verify(signed(lambda content: over_digest(content + b".")))
    assert (report.indication, report.sub_indication) == ("TOTAL_FAILED", "HASH_FAILURE")


def test_content_that_is_no_digest_is_encapsulated() -> None:
    report = verify(signed(lambda content: signed_data(SERVICE, b"other words", content=b"other words")))
    assert "content-encapsulated" in codes(report)
    assert report.indication == "TOTAL_FAILED"


def test_elsewhere_a_digest_as_content_is_content() -> None:
    alice = european.Authority().issue("Alice")
    report = verify(signed(lambda content: european.cades(alice, sm3(content), attached=True), ISO))
    assert "content-encapsulated" in codes(report)


@pytest.mark.parametrize("sub_filter", [DIANJU, ISO])
def test_of_a_pair_of_certificates_the_one_for_signatures_signs(sub_filter: str) -> None:
    """Services put both into the message (GM/T 0015); an encryption key's value is right and counts for nothing."""
    encryption = office().authority.issue("投标人", "encryption")
    both = verify(signed(lambda content: signed_data(SERVICE, content, more=[encryption.der]), sub_filter))
    assert (both.indication, failed(both)) == ("TOTAL_PASSED", {})
    wrong = verify(signed(lambda content: signed_data(encryption, content, more=[SERVICE.der]), sub_filter))
    assert (wrong.indication, wrong.sub_indication) == ("INDETERMINATE", "CHAIN_CONSTRAINTS_FAILURE")
    assert wrong.signatures[0].integrity == "intact"
    assert "keyEncipherment" in failed(wrong)["signer-key-usage"]


# --- electronic seals


def sealing(plan: SealPlan | None = None, **wanted: object) -> Make:
    return lambda content: make_sealing(replace(office().sealing(plan), **{"location": "PDF", **wanted}), content)


@pytest.mark.parametrize("sub_filter", [GOMAIN, "Vendor.seal"])
@pytest.mark.parametrize("version", [1, 4, 5])
def test_a_sealed_document_passes(version: int, sub_filter: str) -> None:
    data = signed(sealing(replace(office().plan, version=version)), sub_filter)
    report = verify(data)
    assert (report.indication, failed(report)) == ("TOTAL_PASSED", {})
    (signature,) = report.signatures
    assert signature.evidence.form is SignatureForm.PDF_SEAL
    assert signature.evidence.scope[0].whole_document
    assert signature.evidence.attributes.signing_time == SEALED_AT
    assert signature.to_dict()["seal"]["name"] == "某某局公章"
    changed = verify(data.replace(b"Pay 100", b"Pay 900"))
    assert (changed.indication, changed.sub_indication) == ("TOTAL_FAILED", "HASH_FAILURE")


def stranger() -> Holder:
    return Authority("nobody").issue("maker")


def with_another_picture() -> bytes:
    plan = office().plan
    return make_seal(plan, information=seal_information(replace(plan, picture=b"another picture")))


TAMPERED = {
    "another document": (lambda: lambda content: sealing()(content + b"."), "references-intact", "byte range"),
    "value changed": (lambda: lambda content: sealing()(content)[:-1] + b"\x01", "signature-value", "does not fit"),
    "picture swapped": (lambda: sealing(seal=with_another_picture()), "seal-maker-signature", "does not fit"),
    "signer not listed": (
        lambda: sealing(replace(office().plan, signers=[office().maker.der])),
        "seal-signer-listed",
        "not among the 1",
    ),
    "seal expired": (
        lambda: sealing(replace(office().plan, until=SEALED_AT - timedelta(days=1))),
        "seal-valid-at-signing",
        "sealed",
    ),
    "before the certificate": (
        lambda: sealing(replace(office().plan, since=BORN - timedelta(days=30)), time=BORN - timedelta(days=1)),
        "signer-valid-at-signing",
        "sealed",
    ),
    "maker not trusted": (lambda: sealing(replace(office().plan, maker=stranger())), "seal-maker-certificate", "no path"),
    "not in DER": (lambda: lambda content: _indefinite(sealing()(content)), "format-sound", "contents-unreadable"),
}


def _indefinite(der: bytes) -> bytes:
    return b"\x30\x80" + der[2 + (der[1] & 0x7F) :] + b"\0\0"


@pytest.mark.parametrize("tampering", TAMPERED)
def test_each_tampering_alone_is_caught_and_named(tampering: str) -> None:
    make, check, detail = TAMPERED[tampering]
    report = verify(signed(make(), GOMAIN))
    assert report.indication != "TOTAL_PASSED"
    assert detail in failed(report)[check]


def test_octets_behind_the_sealing_are_said() -> None:
    assert "contents-padding" in codes(verify(signed(lambda content: sealing()(content) + b"more", GOMAIN)))


def test_timestamp_over_the_sealing() -> None:
    stamper = office().authority.issue("TSA", "timestamp")
    plan = replace(office().plan, version=5)
    report = verify(signed(sealing(plan, stamp=lambda value: timestamp(stamper, value, SEALED_AT)), GOMAIN))
    assert (report.indication, failed(report)) == ("TOTAL_PASSED", {})
    assert report.signatures[0].existed.time == SEALED_AT


COUNT = int(os.environ.get("IDBRIDGE_FUZZ_COUNT", "200"))


@pytest.mark.parametrize("make", [sealing(), over_digest], ids=["sealing", "message"])
def test_mutated_contents_give_a_verdict(make: Make) -> None:
    """Nothing that stands in Contents stops the reading, and nothing but the original passes."""
    data, chance = signed(make, GOMAIN), random.Random(38540)
    at = data.rindex(b"/Contents <") + 11
    length = len(make(b"")) * 2
    original = verify(data).signatures[0].evidence.signed
    for _ in range(COUNT):
        mutated = bytearray(data)
        for _ in range(chance.randint(1, 3)):
            mutated[at + chance.randrange(length)] = chance.choice(b"0123456789abcdef")
        report = verify(bytes(mutated))
        assert report.indication != "TOTAL_PASSED" or report.signatures[0].evidence.signed.value == original.value
