"""Each tampering with sealed and signed OFD, alone, on every kind of signature: it is caught, and named in words.

Three times: with the one signature; before somebody signs legally after it, whose good signature heals nothing; and after
that. The kinds are the seals of GM/T 0031-2014 (V1), GB/T 38540-2020 (V4) and GM/T 0031-2025 (V5), and GB/T 35275.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache, partial
from itertools import product

import pytest

from idbridge.pki.issuing.certificates import Validity
from idbridge.signatures.algorithms import encode_oid
from idbridge.signatures.ber import OCTET_STRING, SEQUENCE, SET, encode
from idbridge.signatures.report import DocumentReport
from tests.unit.signatures.checks.test_seal import LIST, PAGE, SEAL, SIGNATURE, VALUE, failed, office, verify
from tests.unit.signatures.seals import (
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
    signature_list,
    signature_xml,
    signed_data,
    sm3,
)

PICTURE_PART = "Doc_0/Res/picture.png"
SECOND = "Doc_0/Signs/Sign_1"
Parts = Mapping[str, bytes]


@dataclass(frozen=True)
class Kind:
    """A kind of signature: a seal's version, or None for GB/T 35275; there, whether attributes are signed."""

    version: int | None
    attributes: bool = False


KINDS = {
    "V1": Kind(1),
    "V4": Kind(4),
    "V5": Kind(5),
    "GB/T 35275": Kind(None),
    "GB/T 35275 with attributes": Kind(None, attributes=True),
}


@dataclass(frozen=True)
class Making:
    """How the first signature is made, and of what: the flaws that are none of the package's are made here."""

    kind: Kind
    plan: SealPlan
    signer: Holder
    seal: bytes
    parts: Parts = field(default_factory=lambda: PARTS)
    method: str = "SM3"


def made(kind: Kind, plan: SealPlan | None = None, signer: Holder | None = None, seal: bytes | None = None, **wanted) -> Making:
    plan = replace(plan or office().plan, version=kind.version or 4)
    return Making(kind, plan, signer or office().signer, seal or make_seal(plan), **wanted)


def signed(making: Making) -> dict[str, bytes]:
    """A package with one signature, whose list is left to later ones; the seal's own file is not among the protected parts."""
    signature = signature_xml(making.parts, method=making.method)
    if making.kind.version is None:
        start, end = signature.index(b"<ofd:Seal>"), signature.index(b"</ofd:Seal>") + len(b"</ofd:Seal>")
        signature = signature[:start] + signature[end:]
        own = {VALUE: message(making, signature)}
    else:
        sealing = SealingPlan(making.signer, making.seal, making.kind.version)
        own = {SEAL: making.seal, VALUE: make_sealing(sealing, signature)}
    return {**making.parts, LIST: signature_list("1", kind=kind_of(making.kind)), SIGNATURE: signature, **own}


def kind_of(kind: Kind) -> str:
    return "Sign" if kind.version is None else "Seal"


def message(making: Making, signature: bytes) -> bytes:
    if not making.kind.attributes:
        return signed_data(making.signer, signature)
    stated = {
        "1.2.840.113549.1.9.3": encode_oid("1.2.156.10197.6.1.4.2.1"),
        "1.2.840.113549.1.9.4": encode(OCTET_STRING, sm3(signature)),
    }
    attributes = sorted(encode(SEQUENCE, encode_oid(oid), encode(SET, value)) for oid, value in stated.items())
    return signed_data(making.signer, encode(SET, *attributes), attributes=attributes)


def signed_again(parts: Parts) -> dict[str, bytes]:
    """The package sealed once more, over everything that is there, the first signature within; the list is written anew."""
    sealing = replace(office().sealing(), location=f"/{SECOND}/Signature.xml")
    covered = {name: part for name, part in parts.items() if name != LIST}
    signature = signature_xml({**covered, f"{SECOND}/Seal.esl": sealing.seal}, folder=1)
    entry = f'<ofd:Signature ID="8" Type="Seal" BaseLoc="/{SECOND}/Signature.xml"/></ofd:Signatures>'
    return {
        **parts,
        LIST: parts[LIST].replace(b"</ofd:Signatures>", entry.encode()),
        f"{SECOND}/Signature.xml": signature,
        f"{SECOND}/Seal.esl": sealing.seal,
        f"{SECOND}/SignedValue.dat": make_sealing(sealing, signature),
    }


def edited(name: str, old: bytes, new: bytes, parts: dict[str, bytes], _: Making) -> dict[str, bytes]:
    assert old in parts[name]
    return {**parts, name: parts[name].replace(old, new, 1)}


def added(parts: dict[str, bytes], _: Making) -> dict[str, bytes]:
    return {**parts, "Doc_0/Res/more.png": b"a second picture"}


def doubled(parts: dict[str, bytes], _: Making) -> bytes:
    return pack(parts, (PAGE, b"<Page>900</Page>"))


def with_value_of_another(parts: dict[str, bytes], making: Making) -> dict[str, bytes]:
    return {**parts, VALUE: signed(replace(making, parts={**PARTS, PAGE: b"<Page>another</Page>"}))[VALUE]}


def with_another_seal(parts: dict[str, bytes], making: Making) -> dict[str, bytes]:
    return {**parts, SEAL: make_seal(replace(making.plan, name="某某局合同章"))}


def without_entry(parts: dict[str, bytes], _: Making) -> dict[str, bytes]:
    entries = parts[LIST]
    start = entries.index(b"<ofd:Signature ")
    return {**parts, LIST: entries[:start] + entries[entries.index(b">", start) + 1 :]}


Tampering = Callable[[dict[str, bytes], Making], dict[str, bytes] | bytes]

PACKAGE: dict[str, tuple[Tampering, str, str]] = {
    # what is done to a package that was signed, the check that fails, and what it says
    "page changed": (partial(edited, PAGE, b"100", b"900"), "references-intact", PAGE),
    "resource changed": (partial(edited, PICTURE_PART, b"a p", b"A p"), "references-intact", PICTURE_PART),
    "unreferenced part added": (
        added,
        "parts-protected",
        "Doc_0/Res/more.png is protected by no signature, and nothing refers",
    ),
    "Signature.xml edited": (partial(edited, SIGNATURE, b"50 50", b"60 60"), "", ""),
    "signed value of another document": (with_value_of_another, "", ""),
    "seal swapped": (with_another_seal, "seal-file-fits", "Seal.esl"),
    "entry removed from Signatures.xml": (without_entry, "signatures-listed", SIGNATURE),
    "duplicate ZIP entries": (doubled, "format-sound", f"{PAGE} is in the archive twice"),
    "wrong digest name": (partial(edited, SIGNATURE, b'"SM3"', b'"SHA-256"'), "references-intact", "SHA-256"),
}

OVER_SIGNATURE = {
    # where a signature says that its Signature.xml is another: by the digest in what is signed, or by not fitting
    "V1": ("references-intact", "dataHash of TBS_Sign"),
    "V4": ("references-intact", "dataHash of TBS_Sign"),
    "V5": ("references-intact", "dataHash of TBS_Sign"),
    "GB/T 35275": ("signature-value", "does not fit"),
    "GB/T 35275 with attributes": ("references-intact", "Signature.xml"),
}
SEALS_ALONE = frozenset({"seal swapped"})
LEGAL = frozenset({("before", "unreferenced part added"), ("before", "duplicate ZIP entries")})
"""What a later signer protects is no longer unprotected; an archive that is broken is not signed again."""


def package_cases() -> Iterator[tuple[str, str, str]]:
    for name, kind in KINDS.items():
        for place, tampering in product(("alone", "before", "after"), PACKAGE):
            if (place, tampering) not in LEGAL and (kind.version is not None or tampering not in SEALS_ALONE):
                yield name, place, tampering


@cache
def first(kind: str) -> Mapping[str, bytes]:
    return signed(made(KINDS[kind]))


def named(report: DocumentReport, check: str) -> list[str]:
    """What a check that fails says, for each signature; where none is left, what is wrong with the package."""
    said = [o.detail for s in report.signatures for o in s.checks if o.name == check and o.outcome == "failed"]
    return said if report.signatures else [fault.detail for fault in report.faults]


@pytest.mark.parametrize("kind", KINDS)
def test_untouched_passes(kind: str) -> None:
    for parts in (first(kind), signed_again(first(kind))):
        report = verify(parts)
        assert (report.indication, failed(report)) == ("TOTAL_PASSED", {})


def tampered(kind: str, place: str, tampering: str) -> dict[str, bytes] | bytes:
    tamper, making, parts = PACKAGE[tampering][0], made(KINDS[kind]), dict(first(kind))
    if place == "after":
        return tamper(signed_again(parts), making)
    found = tamper(parts, making)
    return signed_again(found) if place == "before" and not isinstance(found, bytes) else found


@pytest.mark.parametrize(("kind", "place", "tampering"), list(package_cases()))
def test_package_tampered_with(kind: str, place: str, tampering: str) -> None:
    _, check, words = PACKAGE[tampering]
    report = verify(tampered(kind, place, tampering))
    assert report.indication != "TOTAL_PASSED"
    name, said = (check, words) if check else OVER_SIGNATURE[kind]
    assert any(said in detail for detail in named(report, name))


def forged_picture(kind: Kind) -> Making:
    """A seal with another picture than its maker signed."""
    making = made(kind)
    return replace(making, seal=make_seal(making.plan, information=seal_information(replace(making.plan, picture=b"other"))))


def unlisted(kind: Kind, **wanted) -> Making:
    return made(kind, replace(office().plan, signers=[office().maker.der], **wanted))


def late_certificate(kind: Kind) -> Making:
    signer = office().authority.issue("李明", validity=Validity(SEALED_AT + timedelta(hours=1), BORN + timedelta(days=900)))
    return made(kind, SealPlan(office().maker, [signer.der]), signer)


def late_seal(kind: Kind) -> Making:
    return made(kind, replace(office().plan, since=SEALED_AT + timedelta(days=1)))


def expired(kind: Kind) -> Making:
    return made(kind, replace(office().plan, until=SEALED_AT - timedelta(days=1)))


def untrusted_maker(kind: Kind) -> Making:
    return made(kind, replace(office().plan, maker=Authority("nobody").issue("maker")))


FLAWS: dict[str, tuple[Callable[[Kind], Making], str, str]] = {
    # what is wrong with the seal or its use when the document is sealed
    "picture swapped": (forged_picture, "seal-maker-signature", "does not fit"),
    "signer not in the seal's list": (
        unlisted,
        "seal-signer-listed",
        "CN=李明,O=某某局,C=CN is not among the 1 signers that the seal lists",
    ),
    "signer's digest not in it": (partial(unlisted, by_digest=True), "seal-signer-listed", "is not among the 1 signers"),
    "seal expired": (expired, "seal-valid-at-signing", "valid from 2025-01-01"),
    "maker's certificate not trusted": (untrusted_maker, "seal-maker-certificate", "no path from"),
    "time before the seal's validity": (late_seal, "seal-valid-at-signing", "sealed 2026-03-01"),
    "time before the certificate's validity": (late_certificate, "signer-valid-at-signing", "sealed 2026-03-01"),
}


def flawed() -> Iterator[tuple[int, str]]:
    """Every flaw in every version; GM/T 0031-2014 (V1) lists no digests."""
    return ((version, flaw) for version, flaw in product((1, 4, 5), FLAWS) if version > 1 or "digest" not in flaw)


@pytest.mark.parametrize("place", ["alone", "before"])
@pytest.mark.parametrize(("version", "flaw"), list(flawed()))
def test_sealed_wrongly(version: int, flaw: str, place: str) -> None:
    make, check, words = FLAWS[flaw]
    parts = signed(make(Kind(version)))
    report = verify(parts if place == "alone" else signed_again(parts))
    assert report.indication != "TOTAL_PASSED"
    assert any(words in detail for detail in named(report, check))
    assert report.signatures[-1].indication == ("TOTAL_PASSED" if place == "before" else report.indication)


@pytest.mark.parametrize("kind", ["GB/T 35275", "GB/T 35275 with attributes"])
def test_signed_without_a_seal_by_whom_nobody_vouches_for(kind: str) -> None:
    stranger = Authority("nobody").issue("李明")
    report = verify(signed(made(KINDS[kind], signer=stranger)))
    assert "no path from" in failed(report)["certificate-path"]


@pytest.mark.parametrize("kind", KINDS)
def test_part_that_only_a_later_signer_protects_is_named(kind: str) -> None:
    """Whoever signs later may add parts: that is no tampering, and what the first did not sign is said."""
    report = verify(signed_again({**first(kind), "Doc_0/Res/more.png": b"x"}))
    assert report.indication == "TOTAL_PASSED"
    assert report.signatures[0].evidence.scope[0].not_covered == ("Doc_0/Res/more.png",)
