"""Real OFD files and seals: what their README says of each, how far each chain goes, and each tampering alone caught.

Provenance and licence stand in the vectors' README. Nothing is trusted here: an untrusted chain is INDETERMINATE, and
integrity is judged all the same.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from idbridge import verify_document
from idbridge.pki.certificate import Certificate
from idbridge.signatures.checks.seal import SIGNING_USAGES
from idbridge.signatures.report import DocumentReport, SignatureReport
from tests.requirements import vectors
from tests.unit.signatures.seals import pack, unpack

AT = datetime(2026, 9, 1, tzinfo=UTC)

INTEGRITY = {
    "1.ofd": ["intact"],
    "999.ofd": ["intact"],
    "SESV4SignDoc.ofd": ["intact"],
    "V4RideRight.ofd": ["intact"],
    "h.ofd": ["intact", "intact"],
    "n.ofd": ["broken"],
    "testPathClip.ofd": ["intact", "intact"],
    "DigitalSign.ofd": ["unknown"],  # a bare value: no certificate is in the file
    "SignedValueV4.dat": ["unknown"],  # its Signature.xml is not here
    "UserV1.esl": ["intact"],
    "UserV4.esl": ["intact"],
}

SEALS = {
    # version, name, type of the picture and its size in millimetres
    "1.ofd": (4, "国家税务总局浙江省税务局", "OFD", (30, 20)),
    "999.ofd": (4, "测试全国统一发票监制章国家税务总局重庆市税务局", "OFD", (30, 20)),
    "V4RideRight.ofd": (4, "OFD R&W 测试用印章", "PNG", (40, 40)),
    "SignedValueV4.dat": (4, "OFD R&W 测试用印章", "PNG", (40, 40)),
    "n.ofd": (1, "某某省人力资源和社会测试章", "PNG", (33, 33)),
    "UserV1.esl": (1, "OFDRW测试用印章", "PNG", (40, 40)),
    "UserV4.esl": (4, "OFD R&W 测试用印章", "PNG", (40, 40)),
}


def contents(file: str) -> bytes:
    return vectors("ofd", file).read_bytes()


@cache
def report_on(file: str) -> DocumentReport:
    return verify_document(contents(file), trust=None, at=AT, name=file)


def outcomes(signature: SignatureReport, outcome: str = "failed") -> dict[str, str]:
    return {check.name: check.detail for check in signature.checks if check.outcome == outcome}


def test_every_file_is_looked_at() -> None:
    assert {path.name for path in vectors("ofd").iterdir()} == set(INTEGRITY)


@pytest.mark.parametrize("file", INTEGRITY)
def test_integrity(file: str) -> None:
    assert [signature.integrity for signature in report_on(file).signatures] == INTEGRITY[file]


@pytest.mark.parametrize("file", INTEGRITY)
def test_only_what_is_broken_fails(file: str) -> None:
    report = report_on(file)
    assert report.indication == ("TOTAL_FAILED" if file == "n.ofd" else "INDETERMINATE")
    assert report.format == "OFD"
    assert not [fault for fault in report.faults if fault.fatal]


@pytest.mark.parametrize("file", SEALS)
def test_seal_in_words(file: str) -> None:
    seal = report_on(file).signatures[0].evidence.attributes.seal
    assert seal is not None
    assert (seal.version, seal.name, seal.picture_kind, seal.picture_size) == SEALS[file]
    assert seal.picture.startswith({"PNG": b"\x89PNG", "OFD": b"PK\x03\x04"}[seal.picture_kind])


@pytest.mark.parametrize("file", ["1.ofd", "999.ofd", "V4RideRight.ofd", "SESV4SignDoc.ofd", "h.ofd"])
def test_chains_of_v4_are_followed_and_what_is_missing_is_said(file: str) -> None:
    for signature in report_on(file).signatures:
        passed = outcomes(signature, "passed")
        assert {"signature-value", "references-intact", "seal-maker-signature", "seal-signer-listed"} <= set(passed)
        failed = outcomes(signature)
        assert "no path from" in failed["certificate-path"]
        assert "issuer" in failed["seal-maker-certificate"]


def test_sealed_years_after_the_seal_expired() -> None:
    failed = outcomes(report_on("SESV4SignDoc.ofd").signatures[0])
    assert {"seal-valid-at-signing", "signer-valid-at-signing"} <= set(failed)


def test_list_that_the_second_signature_rewrote() -> None:
    (first, _) = report_on("h.ofd").signatures
    (reference,) = (r for r in first.evidence.signed.references if r.name.endswith("Signatures.xml"))
    assert reference.intact
    assert "1 later signature" in reference.how


def test_list_is_that_of_the_file_before_the_second_signature() -> None:
    """The list of h.ofd, restored, is the list of V4RideRight.ofd, which has the first signature alone."""
    h, alone = unpack(contents("h.ofd")), unpack(contents("V4RideRight.ofd"))
    name = "Doc_0/Signs/Signatures.xml"
    assert h[name].startswith(alone[name][: alone[name].index(b"</ofd:Signatures>")])


def test_scope_of_an_invoice_that_leaves_ofd_xml_out() -> None:
    (scope,) = report_on("999.ofd").signatures[0].evidence.scope
    assert (scope.whole_document, scope.not_covered) == (False, ("OFD.xml",))
    assert report_on("1.ofd").signatures[0].evidence.scope[0].whole_document


SEALED = "V4RideRight.ofd"
PAGE = "Doc_0/Pages/Page_1/Content.xml"
SIGNATURE = "Doc_0/Signs/Sign_0/Signature.xml"
VALUE = "Doc_0/Signs/Sign_0/SignedValue.dat"
LIST = "Doc_0/Signs/Signatures.xml"
SEAL = "Doc_0/Signs/Sign_0/Seal.esl"


def parts() -> dict[str, bytes]:
    return unpack(contents(SEALED))


def edited(name: str, old: bytes, new: bytes) -> dict[str, bytes]:
    found = parts()
    assert old in found[name]
    return {**found, name: found[name].replace(old, new, 1)}


TAMPERED = {
    "page": (lambda: edited(PAGE, b"<", b" <"), "references-intact", PAGE),
    "font resources": (lambda: edited("Doc_0/Document.xml", b"ofd:", b"ofd: "), "references-intact", "Document.xml"),
    "unreferenced part": (lambda: {**parts(), "Doc_0/Res/more.png": b"x"}, "parts-protected", "nothing refers to it"),
    "Signature.xml": (lambda: edited(SIGNATURE, b"202 40 40 40", b"102 40 40 40"), "references-intact", "dataHash"),
    "value of another": (lambda: {**parts(), VALUE: contents("SignedValueV4.dat")}, "references-intact", "dataHash"),
    "seal": (lambda: {**parts(), SEAL: contents("UserV1.esl")}, "seal-file-fits", "Seal.esl"),
    "picture": (lambda: edited(VALUE, b"IHDR", b"IHDr"), "seal-maker-signature", "does not fit"),
    "digest name": (lambda: edited(SIGNATURE, b'CheckMethod="SM3"', b'CheckMethod="SM9"'), "references-found", "SM9"),
    "entry twice": (lambda: pack(parts(), (PAGE, b"<Page/>")), "format-sound", "archive-duplicate-entry"),
}


@pytest.mark.parametrize("tampering", TAMPERED)
def test_each_tampering_alone_is_caught_and_named(tampering: str) -> None:
    make, check, detail = TAMPERED[tampering]
    made = make()
    report = verify_document(made if isinstance(made, bytes) else pack(made), trust=None, at=AT)
    assert detail in outcomes(report.signatures[0])[check]


def test_entry_removed_from_the_list() -> None:
    found = unpack(contents("h.ofd"))
    start = found[LIST].index(b'<ofd:Signature ID="s007"')
    shortened = found[LIST][:start] + b"</ofd:Signatures>"
    report = verify_document(pack({**found, LIST: shortened}), trust=None, at=AT)
    assert "signatures-listed" in outcomes(report.signatures[0])
    assert report.indication == "TOTAL_FAILED"


@pytest.mark.parametrize("usage", ["enc", "sign"])
def test_double_certificates_tell_their_usage(usage: str) -> None:
    text = vectors("sm2", f"client_{usage}.crt").read_bytes()
    der = x509.load_pem_x509_certificate(text).public_bytes(Encoding.DER)
    key_usage = Certificate.from_der(der).key_usage
    assert key_usage is not None
    assert bool(key_usage & SIGNING_USAGES) is (usage == "sign")
