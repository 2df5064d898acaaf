"""Containers with XAdES that are made: read back, added to and augmented, their files untouched."""

from __future__ import annotations

import io
import zipfile

import pytest

from idbridge.signatures.contents import HashedContent, KnownContent
from idbridge.signatures.making.asic_xades import Profile, add_asic_xades, augment_asic_xades, make_asic_xades
from idbridge.signatures.making.files import SignedFile
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import BaselineLevel, LongTermMaterial
from tests.unit.signatures.making.people import FULL, KEYS, STATEMENT, Person, driven, judged, material, person

LETTER = SignedFile(KnownContent.of(b"a\x00 letter", name="a letter #1.txt"), "text/plain")
PLAN = SignedFile(KnownContent.of(b"a plan", b" in pieces", name="plans/\u516c%20.bin"))
FILES = {Profile.SIMPLE: (LETTER,), Profile.EXTENDED: (LETTER, PLAN)}
LEVELS = (BaselineLevel.T, BaselineLevel.LT, BaselineLevel.LTA, BaselineLevel.LTA)


def made(profile: Profile, who: Person) -> bytes:
    return driven(make_asic_xades(FILES[profile], who.signatory, FULL, profile=profile), who)


def entries(container: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(container)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def refused(making) -> MakingRefused:
    with pytest.raises(MakingRefused) as caught:
        driven(making, person())
    return caught.value


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("profile", Profile)
def test_every_level_is_read_back(profile: Profile, key: str) -> None:
    who, other = person(key), person("ec-p256", "Lam Siu Ling")
    container = made(profile, who)
    files = {name: octets for name, octets in entries(container).items() if not name.startswith("META-INF/")}
    assert judged(container, who).signatures[0].level == "B-B"
    container = driven(add_asic_xades(container, other.signatory, STATEMENT), other)
    for level in LEVELS:
        container = driven(augment_asic_xades(container, level, material(who, other)))
        report = judged(container, who, other)
        assert [signature.level for signature in report.signatures] == [level] * 2
        assert not report.faults
        assert entries(container).items() >= files.items()
    assert report.indication == "TOTAL_PASSED", report.to_dict()
    assert report.container is not None
    assert report.container.profile == profile
    scopes = [scope for signature in report.signatures for scope in signature.evidence.scope]
    assert len(scopes) == 2 * len(FILES[profile])
    assert all(scope.whole_document for scope in scopes)


def test_layout() -> None:
    container = made(Profile.EXTENDED, person())
    assert container[30:38] == b"mimetype"
    assert container[38:69] == b"application/vnd.etsi.asic-e+zip"  # at the place where `file` looks for it
    assert list(entries(container)) == [
        "mimetype",
        "a letter #1.txt",
        "plans/\u516c%20.bin",
        "META-INF/manifest.xml",
        "META-INF/signatures001.xml",
    ]
    further = driven(add_asic_xades(container, person().signatory, STATEMENT), person())
    assert list(entries(further))[-1] == "META-INF/signatures002.xml"
    simple = made(Profile.SIMPLE, person())
    assert list(entries(simple)) == ["mimetype", "a letter #1.txt", "META-INF/signatures.xml"]
    assert entries(simple)["mimetype"] == b"application/vnd.etsi.asic-s+zip"


def test_a_changed_file_is_caught() -> None:
    who = person()
    container = driven(augment_asic_xades(made(Profile.EXTENDED, who), BaselineLevel.LTA, material(who)))
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as archive:
        for name, octets in entries(container).items():
            archive.writestr(name, octets + (b"!" if name.startswith("plans") else b""))
    assert judged(changed.getvalue(), who).indication == "TOTAL_FAILED"
    assert refused(augment_asic_xades(changed.getvalue(), BaselineLevel.LTA)).code is MakingRefusal.BROKEN


def named(name: str) -> SignedFile:
    return SignedFile(KnownContent.of(b"a", name=name))


def test_what_cannot_be_verified_is_not_made() -> None:
    own = person().signatory
    with_cades = io.BytesIO()
    with zipfile.ZipFile(with_cades, "w") as archive:
        archive.writestr("mimetype", "application/vnd.etsi.asic-s+zip")
        archive.writestr("a", b"a")
        archive.writestr("META-INF/signature.p7s", b"0")
    level = BaselineLevel.T
    cases = [
        (make_asic_xades((LETTER, PLAN), own, STATEMENT, profile=Profile.SIMPLE), MakingRefusal.FORMAT),
        (make_asic_xades((), own, STATEMENT), MakingRefusal.CONTENT_MISSING),
        (make_asic_xades((LETTER, LETTER), own, STATEMENT), MakingRefusal.FORMAT),
        (make_asic_xades((named("mimetype"),), own, STATEMENT), MakingRefusal.FORMAT),
        (make_asic_xades((named("META-INF/signatures9.xml"),), own, STATEMENT), MakingRefusal.FORMAT),
        (make_asic_xades((named("../a"),), own, STATEMENT), MakingRefusal.FORMAT),
        (
            make_asic_xades((SignedFile(HashedContent({"SHA-256": bytes(32)}, "a")),), own, STATEMENT),
            MakingRefusal.CONTENT_MISSING,
        ),
        (add_asic_xades(b"none", own, STATEMENT), MakingRefusal.FORMAT),
        (add_asic_xades(with_cades.getvalue(), own, STATEMENT), MakingRefusal.FORMAT),
        (augment_asic_xades(with_cades.getvalue(), level), MakingRefusal.FORMAT),
        (
            augment_asic_xades(made(Profile.SIMPLE, person()), BaselineLevel.LT, LongTermMaterial()),
            MakingRefusal.EVIDENCE_MISSING,
        ),
        (augment_asic_xades(made(Profile.SIMPLE, person()), BaselineLevel.B), MakingRefusal.LEVEL),
    ]
    assert [refused(making).code for making, _ in cases] == [code for _, code in cases]


def test_nothing_to_add() -> None:
    timed = driven(augment_asic_xades(made(Profile.SIMPLE, person()), BaselineLevel.T))
    assert refused(augment_asic_xades(timed, BaselineLevel.T)).code is MakingRefusal.NOTHING_TO_AUGMENT
