"""Containers with CAdES: made, co-signed, archived and archived again; what was archived never changes."""

from __future__ import annotations

import io
import itertools
import zipfile

import pytest

from idbridge.signatures.contents import HashedContent, KnownContent
from idbridge.signatures.evidence import TimestampKind
from idbridge.signatures.gathering import ValidationData
from idbridge.signatures.making.asic_cades import add_asic_cades, augment_asic_cades, make_asic_cades
from idbridge.signatures.making.asic_xades import make_asic_xades
from idbridge.signatures.making.containers import Profile
from idbridge.signatures.making.files import SignedFile
from idbridge.signatures.making.refusals import MakingRefusal
from idbridge.signatures.making.steps import BaselineLevel, LongTermMaterial
from tests.unit.signatures.making.cms.test_signing import refused
from tests.unit.signatures.making.workshop import (
    KEY_TYPES,
    STATEMENT,
    Authority,
    crl,
    holder,
    judged,
    made,
    material,
    ocsp_response,
)

T, LT, LTA = BaselineLevel.T, BaselineLevel.LT, BaselineLevel.LTA
EVIDENCE = ValidationData(crls=(crl(),))
FILES = (
    SignedFile(KnownContent.of(b"Tender\n", name="tender.txt"), "text/plain"),
    SignedFile(KnownContent.of(b"%PDF-1.7 plan", name="plans/b 桥.pdf"), "application/pdf"),
)


def container(profile: Profile, key_type: str = "ec-p256") -> bytes:
    by = holder(key_type)
    files = FILES if profile is Profile.EXTENDED else FILES[:1]
    return made(make_asic_cades(files, by.signatory, STATEMENT, profile=profile), by)


def entries(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def chain(data: bytes, stamper: Authority | None = None, digest: str = "SHA-256") -> list[bytes]:
    documents, stamper = [data], stamper or Authority()
    for level in (T, LT, LTA, LTA):
        given = material() if level is LT else LongTermMaterial()
        documents.append(made(augment_asic_cades(documents[-1], level, given, digest_name=digest), stamper=stamper))
    return documents


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_every_level(profile: Profile, key_type: str) -> None:
    digest = "SM3" if key_type == "sm2" else "SHA-256"
    stamper = Authority("sm2", "SM3") if key_type == "sm2" else Authority()
    documents = chain(container(profile, key_type), stamper, digest)
    for document, level in zip(documents, ("B-B", "B-T", "B-LT", "B-LTA", "B-LTA"), strict=True):
        report = judged(document, evidence=EVIDENCE if level in ("B-B", "B-T") else ValidationData())
        assert (report.indication, report.signatures[0].level) == ("TOTAL_PASSED", level), report.to_dict()
        assert report.to_dict()["format"] == profile.value
        assert not report.faults
        assert {scope.whole_document for scope in report.signatures[0].evidence.scope if scope.kind == "file"} == {True}
        assert {stamp.indication for stamp in report.timestamps} <= {"PASSED"}


def test_form() -> None:
    """EN 319 162-1 annex A.1: the media type first, stored, without extra field; clause 4.4.3.2: names and manifest."""
    data = container(Profile.EXTENDED)
    assert data[30:38] == b"mimetype"
    assert data[38:].startswith(b"application/vnd.etsi.asic-e+zip")
    assert int.from_bytes(data[28:30], "little") == 0
    names = ["mimetype", "tender.txt", "plans/b 桥.pdf", "META-INF/ASiCManifest001.xml", "META-INF/signature001.p7s"]
    assert list(entries(data)) == names
    manifest = entries(data)["META-INF/ASiCManifest001.xml"]
    assert b'URI="plans/b%20%E6%A1%A5.pdf" MimeType="application/pdf"' in manifest
    assert list(entries(container(Profile.SIMPLE))) == ["mimetype", "tender.txt", "META-INF/signature.p7s"]


def test_archive_manifests_follow_one_another() -> None:
    documents = chain(container(Profile.EXTENDED))
    once, twice = entries(documents[3]), entries(documents[4])
    assert set(twice) - set(once) == {"META-INF/ASiCArchiveManifest001.xml", "META-INF/timestamp002.tst"}
    assert twice["META-INF/ASiCArchiveManifest001.xml"] == once["META-INF/ASiCArchiveManifest.xml"]
    last = twice["META-INF/ASiCArchiveManifest.xml"]
    assert b'URI="META-INF/ASiCArchiveManifest001.xml" MimeType="application/xml" Rootfile="true"' in last.replace(
        b"text/xml", b"application/xml"
    )
    for name in set(once) - {"META-INF/ASiCArchiveManifest.xml"}:
        assert twice[name] == once[name]
        assert name == "mimetype" or f'URI="{name}"'.encode() in last.replace(b"%20", b" ") or "桥" in name
    kinds = [stamp.evidence.kind for stamp in judged(documents[4]).timestamps]
    assert sorted(kinds) == sorted([TimestampKind.ARCHIVE, TimestampKind.ARCHIVE, TimestampKind.SIGNATURE])


def test_earlier_levels_keep_their_bytes() -> None:
    for before, after in itertools.pairwise(chain(container(Profile.EXTENDED))):
        old, new = entries(before), entries(after)
        for name in set(old) - {"META-INF/signature001.p7s", "META-INF/ASiCArchiveManifest.xml"}:
            assert new[name] == old[name]


def test_co_signing_and_archiving_all() -> None:
    by = holder("rsa-2048")
    for profile in Profile:
        data = made(add_asic_cades(container(profile), by.signatory, STATEMENT), by)
        report = judged(chain(data)[3])
        assert report.indication == "TOTAL_PASSED"
        assert [signature.level for signature in report.signatures] == ["B-LTA", "B-LTA"]
        assert len(entries(data)) == (7 if profile is Profile.EXTENDED else 3)


def test_signing_after_archiving_leaves_it_whole() -> None:
    by = holder("rsa-2048")
    archived = chain(container(Profile.EXTENDED))[3]
    data = made(add_asic_cades(archived, by.signatory, STATEMENT), by)
    report = judged(data)
    assert [(s.integrity, s.level) for s in report.signatures] == [("intact", "B-LTA"), ("intact", "B-B")]
    assert {stamp.indication for stamp in report.timestamps} == {"PASSED"}
    again = chain(data)
    assert [s.level for s in judged(again[-1]).signatures] == ["B-LTA", "B-LTA"]
    assert entries(again[-1])["META-INF/signature001.p7s"] == entries(archived)["META-INF/signature001.p7s"]


def test_later_material_goes_into_the_last_token() -> None:
    archived = chain(container(Profile.EXTENDED))[3]
    assert refused(augment_asic_cades(archived, LT, material())) is MakingRefusal.NOTHING_TO_AUGMENT
    response = ocsp_response()
    later = made(augment_asic_cades(archived, LT, LongTermMaterial((), (), (response,))))
    changed = {name for name, entry in entries(later).items() if entries(archived).get(name) != entry}
    assert changed == {"META-INF/timestamp001.tst"}
    assert response in entries(later)["META-INF/timestamp001.tst"]
    assert judged(later).indication == "TOTAL_PASSED"
    renewed = made(augment_asic_cades(archived, LTA, LongTermMaterial((), (), (response,))))
    assert response in entries(renewed)["META-INF/timestamp001.tst"]
    assert judged(renewed).signatures[0].level == "B-LTA"


def test_changes_after_archiving_are_found() -> None:
    archived = entries(chain(container(Profile.EXTENDED))[3])
    for name in ("tender.txt", "META-INF/signature001.p7s", "META-INF/ASiCManifest001.xml"):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            for entry, content in archived.items():
                archive.writestr(entry, content + b"\n" if entry == name else content)
        report = judged(data.getvalue())
        broken = {one.integrity for one in (*report.signatures, *report.timestamps)} | {
            one.indication for one in report.timestamps
        }
        assert "broken" in broken or "FAILED" in broken


def test_refusals() -> None:
    by = holder()
    make = make_asic_cades
    assert refused(make((), by.signatory, STATEMENT)) is MakingRefusal.CONTENT_MISSING
    assert refused(make(FILES, by.signatory, STATEMENT, profile=Profile.SIMPLE)) is MakingRefusal.FORMAT
    assert refused(make((FILES[0], FILES[0]), by.signatory, STATEMENT)) is MakingRefusal.FORMAT
    for name in ("mimetype", "META-INF/x", "../x", ""):
        odd = SignedFile(KnownContent.of(b"x", name=name))
        assert refused(make((odd,), by.signatory, STATEMENT)) is MakingRefusal.FORMAT
    hashed = SignedFile(HashedContent({"SHA-256": bytes(32)}, "a"))
    assert refused(make((hashed,), by.signatory, STATEMENT)) is MakingRefusal.CONTENT_MISSING
    xades = made(make_asic_xades(FILES, by.signatory, STATEMENT), by)
    for data in (xades, b"no archive", container(Profile.EXTENDED)[:-30]):
        assert refused(add_asic_cades(data, by.signatory, STATEMENT)) is MakingRefusal.FORMAT
        assert refused(augment_asic_cades(data, T)) is MakingRefusal.FORMAT
    for profile in Profile:
        data = container(profile)
        assert refused(augment_asic_cades(data, LTA)) is MakingRefusal.LEVEL
        assert refused(augment_asic_cades(data, BaselineLevel.B)) is MakingRefusal.LEVEL
        stamped = made(augment_asic_cades(data, T))
        assert refused(augment_asic_cades(stamped, T)) is MakingRefusal.NOTHING_TO_AUGMENT
