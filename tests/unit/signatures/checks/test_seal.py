"""Sealed OFD packages through the whole verification: each tampering alone is caught, and the check that names it fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from hashlib import md5, sha256

import pytest

from idbridge import verify_document
from idbridge.pki.issuing.certificates import Validity
from idbridge.signatures.gathering import ValidationData
from idbridge.signatures.report import DocumentReport
from tests.unit.signatures.seals import (
    AT,
    BORN,
    PARTS,
    SEALED_AT,
    Authority,
    Holder,
    SealingPlan,
    SealPlan,
    make_seal,
    make_sealing,
    pack,
    seal_information,
    sealed_parts,
    signature_list,
    signature_xml,
    signed_data,
    sm3,
    timestamp,
)

VALUE = "Doc_0/Signs/Sign_0/SignedValue.dat"
SIGNATURE = "Doc_0/Signs/Sign_0/Signature.xml"
SEAL = "Doc_0/Signs/Sign_0/Seal.esl"
LIST = "Doc_0/Signs/Signatures.xml"
PAGE = "Doc_0/Pages/Content.xml"


@dataclass(frozen=True)
class Office:
    """Whoever takes part in sealing."""

    authority: Authority
    maker: Holder
    signer: Holder

    @property
    def plan(self) -> SealPlan:
        return SealPlan(self.maker, [self.signer.der])

    def sealing(self, plan: SealPlan | None = None, **wanted) -> SealingPlan:
        plan = plan or self.plan
        return SealingPlan(self.signer, make_seal(plan), plan.version, **wanted)


@cache
def office() -> Office:
    authority = Authority()
    return Office(authority, authority.issue("seal maker"), authority.issue("李明"))


def verify(parts: Mapping[str, bytes] | bytes, *, at=AT, trusted: bool = True, **wanted) -> DocumentReport:
    authority = office().authority
    data = parts if isinstance(parts, bytes) else pack(parts)
    return verify_document(
        data,
        trust=[authority.root.der] if trusted else None,
        at=at,
        evidence=ValidationData(crls=(authority.crl(at),)),
        **wanted,
    )


def failed(report: DocumentReport) -> dict[str, str]:
    return {check.name: check.detail for s in report.signatures for check in s.checks if check.outcome == "failed"}


def sealed(**wanted) -> dict[str, bytes]:
    return sealed_parts(office().sealing(**wanted))


@pytest.mark.parametrize(("version", "by_digest"), [(1, False), (4, False), (4, True), (5, False), (5, True)])
def test_sealed_document_passes(version: int, by_digest: bool) -> None:
    plan = replace(office().plan, version=version, by_digest=by_digest)
    report = verify(sealed_parts(office().sealing(plan)))
    assert (report.indication, failed(report)) == ("TOTAL_PASSED", {})
    (signature,) = report.signatures
    assert signature.integrity == "intact"
    assert signature.evidence.scope[0].whole_document
    seal = signature.to_dict()["seal"]
    assert (seal["version"], seal["name"], seal["kind"]) == (version, "某某局公章", "organisation")
    assert seal["picture"]["width_mm"] == 40
    assert seal["stamps"] == [{"page": "1", "boundary": "50 50 40 30"}]
    assert bool(seal["owners"]) is not by_digest


def changed(name: str, old: bytes, new: bytes) -> dict[str, bytes]:
    parts = sealed()
    assert old in parts[name]
    return {**parts, name: parts[name].replace(old, new)}


def without(name: str) -> dict[str, bytes]:
    parts = sealed()
    del parts[name]
    return parts


def resealed(plan: SealPlan, **wanted) -> dict[str, bytes]:
    return sealed_parts(office().sealing(plan, **wanted))


def with_picture_swapped() -> dict[str, bytes]:
    plan = office().plan
    other = make_seal(plan, information=seal_information(replace(plan, picture=b"another picture")))
    return sealed_parts(SealingPlan(office().signer, other))


def with_value_of_another_document() -> dict[str, bytes]:
    other = sealed_parts(office().sealing(), {**PARTS, PAGE: b"<Page>another</Page>"})
    return {**sealed(), VALUE: other[VALUE]}


def with_seal_file_swapped() -> dict[str, bytes]:
    """The file of the seal alone, and it is not among the protected parts."""
    plan = office().sealing()
    other = make_seal(replace(office().plan, name="another"))
    signature = signature_xml(PARTS)
    return {**sealed_parts(plan), SIGNATURE: signature, VALUE: make_sealing(plan, signature), SEAL: other}


def signed_with_encryption_certificate() -> dict[str, bytes]:
    signer = office().authority.issue("李明", "encryption")
    return sealed_parts(SealingPlan(signer, make_seal(SealPlan(office().maker, [signer.der]))))


def made_with_encryption_certificate() -> dict[str, bytes]:
    return resealed(replace(office().plan, maker=office().authority.issue("maker", "encryption")))


def sealed_before_certificate() -> dict[str, bytes]:
    late = Validity(SEALED_AT + timedelta(hours=1), BORN + timedelta(days=900))
    signer = office().authority.issue("李明", validity=late)
    return sealed_parts(SealingPlan(signer, make_seal(SealPlan(office().maker, [signer.der]))))


TAMPERED = {
    "page changed": (lambda: changed(PAGE, b"100", b"900"), "references-intact", PAGE),
    "resource changed": (lambda: changed("Doc_0/Res/picture.png", b"a p", b"A p"), "references-intact", "picture.png"),
    "part removed": (lambda: without("Doc_0/Res/picture.png"), "references-intact", "no such part"),
    "unreferenced part added": (lambda: {**sealed(), "Doc_0/x.png": b"x"}, "parts-protected", "nothing refers to it"),
    "Signature.xml edited": (lambda: changed(SIGNATURE, b"50 50", b"90 90"), "references-intact", "dataHash"),
    "value of another document": (with_value_of_another_document, "references-intact", "dataHash"),
    "value changed": (lambda: changed(VALUE, b"workshop", b"WORKSHOP"), "signature-value", "does not fit"),
    "value missing": (lambda: without(VALUE), "format-sound", "signature-value-missing"),
    "Signature.xml missing": (lambda: without(SIGNATURE), "format-sound", "signature-part-missing"),
    "seal swapped": (with_seal_file_swapped, "seal-file-fits", "Seal.esl"),
    "seal file removed": (lambda: without(SEAL), "seal-file-fits", "no such part"),
    "picture swapped": (with_picture_swapped, "seal-maker-signature", "does not fit"),
    "signer not in the list": (
        lambda: resealed(replace(office().plan, signers=[office().maker.der])),
        "seal-signer-listed",
        "not among the 1",
    ),
    "signer's digest not in the list": (
        lambda: resealed(replace(office().plan, signers=[office().maker.der], by_digest=True)),
        "seal-signer-listed",
        "not among the 1",
    ),
    "list of signers empty": (lambda: resealed(replace(office().plan, signers=[])), "seal-signer-listed", "among the 0"),
    "seal expired": (
        lambda: resealed(replace(office().plan, until=SEALED_AT - timedelta(days=1))),
        "seal-valid-at-signing",
        "sealed",
    ),
    "sealed before the seal": (
        lambda: resealed(replace(office().plan, since=SEALED_AT + timedelta(days=1))),
        "seal-valid-at-signing",
        "sealed",
    ),
    "maker not trusted": (
        lambda: resealed(replace(office().plan, maker=Authority("nobody").issue("maker"))),
        "seal-maker-certificate",
        "no path",
    ),
    "maker's is an encryption certificate": (made_with_encryption_certificate, "seal-maker-key-usage", "keyEncipherment"),
    "signer's is an encryption certificate": (signed_with_encryption_certificate, "signer-key-usage", "keyEncipherment"),
    "time before the certificate": (sealed_before_certificate, "signer-valid-at-signing", "sealed"),
    "duplicate entry": (lambda: pack(sealed(), (PAGE, b"<Page>900</Page>")), "format-sound", "archive-duplicate-entry"),
    "duplicate by case": (
        lambda: pack(sealed(), (PAGE.upper(), b"<Page>900</Page>")),
        "format-sound",
        "archive-duplicate-entry",
    ),
    "path out of the package": (lambda: pack(sealed(), ("../x.xml", b"x")), "format-sound", "archive-traversal"),
    "unknown digest": (
        lambda: sealed_parts(office().sealing(), method="1.2.3.4"),
        "references-found",
        "no digest is called 1.2.3.4",
    ),
    "wrong digest name": (lambda: sealed_parts(office().sealing(), method="SHA-256"), "references-intact", "SHA-256"),
    "digest name changed": (lambda: changed(SIGNATURE, b'"SM3"', b'"MD5"'), "references-intact", "dataHash"),
    "weak digest": (
        lambda: sealed_parts(office().sealing(), method="MD5", digest=lambda part: md5(part).digest()),
        "digests-acceptable",
        "MD5",
    ),
}


@pytest.mark.parametrize("tampering", TAMPERED)
def test_each_tampering_alone_is_caught_and_named(tampering: str) -> None:
    make, check, detail = TAMPERED[tampering]
    report = verify(make())
    assert report.indication != "TOTAL_PASSED"
    assert detail in failed(report)[check]


def test_entry_removed_from_the_only_list() -> None:
    report = verify({**sealed(), LIST: signature_list()})
    assert report.sub_indication == "NO_SIGNATURE_FOUND"
    assert [fault.code for fault in report.faults] == ["signature-unlisted"]


@pytest.mark.parametrize(
    "method", ["SM3", "sm3", "1.2.156.10197.1.401", "1.2.156.10197.1.401.2", "urn:oid:1.2.156.10197.1.401"]
)
def test_names_of_sm3(method: str) -> None:
    assert verify(sealed_parts(office().sealing(), method=method)).indication == "TOTAL_PASSED"


@pytest.mark.parametrize("method", ["SHA256", "SHA-256", "2.16.840.1.101.3.4.2.1"])
def test_names_of_sha_256(method: str) -> None:
    parts = sealed_parts(office().sealing(), method=method, digest=lambda part: sha256(part).digest())
    assert verify(parts).indication == "TOTAL_PASSED"


def twice(*, protects_first: bool = True, listed: bytes | None = None) -> dict[str, bytes]:
    """Sealed by two: the first protects the list, which the second rewrites (its Signature.xml protects the first's)."""
    first = office().sealing()
    one = signature_list("1")
    signature = signature_xml({**PARTS, LIST: one, SEAL: first.seal})
    parts = {**PARTS, SIGNATURE: signature, SEAL: first.seal, VALUE: make_sealing(first, signature)}
    second = replace(first, location="/Doc_0/Signs/Sign_1/Signature.xml")
    over = parts if protects_first else PARTS
    signature_2 = signature_xml(over, folder=1)
    return {
        **parts,
        LIST: signature_list("1", "8") if listed is None else listed,
        second.location[1:]: signature_2,
        "Doc_0/Signs/Sign_1/Seal.esl": first.seal,
        "Doc_0/Signs/Sign_1/SignedValue.dat": make_sealing(second, signature_2),
    }


def test_later_signature_may_rewrite_the_list() -> None:
    report = verify(twice())
    assert (report.indication, [s.integrity for s in report.signatures]) == ("TOTAL_PASSED", ["intact", "intact"])
    assert "signature-list-rewritten" in [fault.code for fault in report.signatures[0].evidence.signed.faults]


def test_list_that_cannot_be_restored_is_told_from_a_changed_one() -> None:
    rewritten = signature_list("1", "8").replace(b"><", b">\n<")
    vouched = verify(twice(listed=rewritten)).signatures[0]
    assert (vouched.integrity, vouched.sub_indication) == ("unknown", "SIGNED_DATA_NOT_FOUND")
    changed = verify(twice(listed=rewritten, protects_first=False)).signatures[0]
    assert (changed.integrity, changed.sub_indication) == ("broken", "HASH_FAILURE")


def test_entry_of_the_later_signature_removed() -> None:
    report = verify(twice(listed=signature_list("1")))
    assert "Sign_1/Signature.xml" in failed(report)["signatures-listed"]
    assert report.indication == "TOTAL_FAILED"


def test_entry_of_the_first_signature_removed() -> None:
    whole = signature_list("1", "8")
    entry = whole[whole.index(b"<ofd:Signature ") : whole.index(b'<ofd:Signature ID="8"')]
    report = verify(twice(listed=whole.replace(entry, b"")))
    assert "Sign_0/Signature.xml" in failed(report)["signatures-listed"]


def test_first_signature_changed_after_the_second() -> None:
    parts = twice()
    assert "references-intact" in failed(verify({**parts, SIGNATURE: parts[SIGNATURE].replace(b"50 50", b"60 60")}))


@pytest.mark.parametrize("at", ["sealing", "seal"])
def test_timestamps_of_v5(at: str) -> None:
    stamper = office().authority.issue("TSA", "timestamp")

    def stamp(value: bytes) -> bytes:
        return timestamp(stamper, value, SEALED_AT - timedelta(hours=1 if at == "seal" else 0))

    plan = replace(office().plan, version=5, stamp=stamp if at == "seal" else None)
    sealing = replace(office().sealing(plan), stamp=stamp if at == "sealing" else None)
    report = verify(sealed_parts(sealing))
    assert (report.indication, failed(report)) == ("TOTAL_PASSED", {})
    (token,) = report.timestamps
    assert (token.indication, token.integrity) == ("PASSED", "intact")
    (signature,) = report.signatures
    assert (signature.existed.time == SEALED_AT) is (at == "sealing")


def test_timestamp_of_another_value_proves_nothing() -> None:
    stamper = office().authority.issue("TSA", "timestamp")
    plan = replace(office().plan, version=5)
    sealing = replace(office().sealing(plan), stamp=lambda _: timestamp(stamper, b"another", SEALED_AT))
    report = verify(sealed_parts(sealing))
    assert report.timestamps[0].integrity == "broken"
    assert report.signatures[0].existed.time == AT


DIALECTS = {
    "detached": lambda part: (part, None),
    "over the digest": lambda part: (sm3(part), None),
    "digest as content": lambda part: (sm3(part), sm3(part)),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_digital_signature(dialect: str) -> None:
    parts = sealed()
    message, content = DIALECTS[dialect](parts[SIGNATURE])
    parts |= {VALUE: signed_data(office().signer, message, content=content), LIST: signature_list("1", kind="Sign")}
    report = verify(parts)
    assert (report.indication, failed(report)) == ("TOTAL_PASSED", {})
    assert report.signatures[0].evidence.form == "OFD"
    broken = verify({**parts, PAGE: b"<Page/>"})
    assert (broken.indication, broken.sub_indication) == ("TOTAL_FAILED", "HASH_FAILURE")
    edited = verify({**parts, SIGNATURE: parts[SIGNATURE].replace(b"50 50", b"60 60")})
    assert edited.indication == "TOTAL_FAILED"


def test_bare_value_is_of_whoever_is_known() -> None:
    parts = sealed()
    parts |= {VALUE: office().signer.sign(parts[SIGNATURE]), LIST: signature_list("1", kind="Sign")}
    assert verify(parts).sub_indication == "NO_SIGNING_CERTIFICATE_FOUND"
    report = verify_document(
        pack(parts),
        trust=[office().authority.root.der],
        at=AT,
        evidence=ValidationData(certificates=(office().signer.der,), crls=(office().authority.crl(),)),
    )
    assert report.signatures[0].integrity == "intact"


@pytest.mark.parametrize("version", [1, 4, 5])
def test_seal_alone(version: int) -> None:
    seal = make_seal(replace(office().plan, version=version))
    report = verify(seal)
    assert (report.indication, failed(report)) == ("TOTAL_PASSED", {})
    assert report.signatures[0].signer is not None
    assert report.signatures[0].signer.name == "seal maker"
    spoilt = verify(seal.replace(b"a red seal", b"A red seal"))
    assert (spoilt.indication, spoilt.sub_indication) == ("TOTAL_FAILED", "SIG_CRYPTO_FAILURE")
    late = verify(seal, at=BORN + timedelta(days=950))
    assert "seal-valid-at-signing" in failed(late)


@pytest.mark.parametrize("version", [1, 4, 5])
def test_sealing_alone(version: int) -> None:
    part = signature_xml(PARTS)
    value = make_sealing(office().sealing(replace(office().plan, version=version)), part)
    assert verify(value).sub_indication == "SIGNED_DATA_NOT_FOUND"
    assert verify(value, detached=part).indication == "TOTAL_PASSED"
    assert verify(value, detached=part + b" ").sub_indication == "HASH_FAILURE"


def test_nobody_trusted() -> None:
    report = verify(sealed(), trusted=False)
    assert (report.indication, report.signatures[0].integrity) == ("INDETERMINATE", "intact")
    assert {"certificate-path", "seal-maker-certificate"} <= set(failed(report))


def test_many_unprotected_parts_are_counted() -> None:
    report = verify({**sealed(), **{f"Doc_0/{number}.png": b"x" for number in range(100)}})
    assert "80 more parts" in failed(report)["parts-protected"]
    assert len(report.faults) == 21


def test_ofd_xml_left_out_is_said() -> None:
    parts = {name: part for name, part in PARTS.items() if name != "OFD.xml"}
    report = verify({**sealed_parts(office().sealing(), parts), "OFD.xml": PARTS["OFD.xml"]})
    assert report.signatures[0].evidence.scope[0].not_covered == ("OFD.xml",)
    assert not report.signatures[0].evidence.scope[0].whole_document
