"""The samples of the demonstration: each is what it is said to be, by the demonstration's own lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from idbridge import verify_document
from idbridge.services.demo_building import build_demo_pki
from idbridge.services.demo_pki import DemoPki, read_profiles
from idbridge.services.demo_samples import make_samples
from idbridge.services.extractors import CERTS
from idbridge.services.samples import SampleKind, Samples
from idbridge.signatures.gathering import ValidationData
from tests.unit.signatures.seals import unpack

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PICTURE = (CERTS / "seals" / "organisation.png").read_bytes()

EXPECTED = {
    SampleKind.GOOD: ("TOTAL_PASSED", None),
    SampleKind.ONE_REGION: ("TOTAL_PASSED", None),
    SampleKind.CHANGED: ("TOTAL_FAILED", "broken"),
    SampleKind.FORGED: ("TOTAL_FAILED", "broken"),
    SampleKind.UNKNOWN_AUTHORITY: ("INDETERMINATE", "intact"),
}


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    return build_demo_pki(tmp_path_factory.mktemp("pki") / "pki", CERTS, now=NOW, base_url="http://pki.example")


@pytest.fixture(scope="module")
def folder(pki: DemoPki, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("samples") / "samples"
    make_samples(pki, read_profiles(CERTS / "profiles.toml"), made, picture=PICTURE, at=NOW)
    return made


def test_there_is_one_of_every_kind_in_both_formats(folder: Path) -> None:
    assert [(sample.kind, sample.format) for sample in Samples(folder).all()] == [
        (kind, form) for kind in SampleKind for form in ("PDF", "OFD")
    ]


def test_each_is_what_it_is_said_to_be(pki: DemoPki, folder: Path) -> None:
    names = [authority.id for authority in pki.manifest.authorities]
    anchors = [pki.certificate(name) for name in names if "root" in name]
    evidence = ValidationData(crls=pki.crls(), certificates=tuple(map(pki.certificate, names)))
    for sample in Samples(folder).all():
        data = Samples(folder).read(sample.name)
        report = verify_document(data, trust=anchors, at=NOW + timedelta(minutes=1), name=sample.name, evidence=evidence)
        (signature,) = report.signatures
        indication, integrity = EXPECTED[sample.kind]
        assert report.indication == indication, (sample, report.sub_indication)
        changed_pdf = sample.kind is SampleKind.CHANGED and sample.format == "PDF"  # what was signed is still in it
        assert integrity is None or signature.integrity == ("intact" if changed_pdf else integrity), sample


def test_the_changed_ones_differ_from_the_good_ones_in_the_amount_alone(folder: Path) -> None:
    samples = Samples(folder)
    good, changed = samples.read("notice-good.ofd"), samples.read("notice-changed.ofd")
    assert good is not None
    assert changed is not None
    page = "Doc_0/Pages/Page_0/Content.xml"
    assert b"10,000" in unpack(good)[page]
    assert b"90,000" in unpack(changed)[page]


def test_they_are_made_anew(pki: DemoPki, folder: Path) -> None:
    (folder / "old-good.pdf").write_bytes(b"left over")
    make_samples(pki, read_profiles(CERTS / "profiles.toml"), folder, picture=PICTURE, at=NOW)
    assert Samples(folder).read("old-good.pdf") is None


@pytest.mark.parametrize("name", ["", ".", "..", "../pki/password", "contract-good.pdf/", "nothing.pdf", "contract-other.pdf"])
def test_nothing_else_is_read(folder: Path, name: str) -> None:
    (folder / "contract-other.pdf").write_bytes(b"of no known kind")
    assert Samples(folder).read(name) is None


def test_a_folder_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert Samples(tmp_path / "none").all() == ()
