"""From B to LTA and further: levels are reached, nothing earlier changes, nothing gets in twice."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta

import pikepdf
import pytest

from idbridge.signatures.formats.pdf import signed_revisions
from idbridge.signatures.making.pdf.augmenting import add_document_timestamp, add_validation_data, augment_pdf
from idbridge.signatures.making.pdf.signing import Certification
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import BaselineLevel, LongTermMaterial
from tests.unit.signatures.formats import pdf_forge as forge
from tests.unit.signatures.making.pdf.papers import PAPERS
from tests.unit.signatures.making.pdf.workshop import AT, MATERIAL, STAMPS, material, report, run, signed

PAPER = PAPERS["stream"]
B, T, LT, LTA = BaselineLevel


def levels(data: bytes) -> list[str]:
    result = report(data)
    assert {s.integrity for s in result.signatures} == {"intact"}
    assert all(scope.whole_document for s in result.signatures for scope in s.evidence.scope)
    return [s.level for s in result.signatures]


@pytest.mark.parametrize("kind", PAPERS)
@pytest.mark.parametrize("start", [B, T])
def test_a_signature_reaches_every_level(kind: str, start: BaselineLevel) -> None:
    data = signed(PAPERS[kind], level=start)
    for level in [T, LT, LTA][start is T :]:
        later = run(augment_pdf(data, level, material()))
        assert later.startswith(data)
        assert levels(later) == [level]
        data = later
    assert report(data).indication == "TOTAL_PASSED"


def test_archiving_again_and_again() -> None:
    data = run(augment_pdf(run(augment_pdf(signed(PAPER, level=T), LT, material())), LTA))
    for year in range(1, 4):
        at = AT + timedelta(days=200 * year)
        data = run(augment_pdf(data, LTA, LongTermMaterial(crls=(STAMPS.crl(at, days=400),))), at=at)
        assert levels(data) == ["B-LTA"]
        result = report(data, at=at + timedelta(days=1))
        assert result.indication == "TOTAL_PASSED"
        assert len(result.timestamps) == 2 + year  # the first is the signature's own


def test_several_signatures_rise_together() -> None:
    data = signed(signed(PAPER, level=T), "rsa-2048", T)
    both = LongTermMaterial(
        material().certificates + material("rsa-2048").certificates, material().crls + material("rsa-2048").crls
    )
    assert levels(run(augment_pdf(data, LT, both))) == ["B-LT", "B-LT"]


def test_a_signature_after_the_store_gets_its_own_entry() -> None:
    data = run(augment_pdf(signed(PAPER, level=T), LT, material()))
    later = run(augment_pdf(signed(data, "rsa-2048", T), LT, material("rsa-2048")))
    assert levels(later) == ["B-LT", "B-LT"]
    with pikepdf.open(io.BytesIO(later)) as pdf:
        assert len(pdf.Root.DSS.VRI.keys()) == 2


def test_the_store_holds_everything_once_and_says_for_whom() -> None:
    data = signed(PAPER, level=T)
    once = add_validation_data(data, material())
    more = add_validation_data(once, LongTermMaterial((*MATERIAL.certificates, PAPERS["table"]), MATERIAL.crls, (b"0\x00",)))
    with pikepdf.open(io.BytesIO(more)) as pdf:
        store = pdf.Root.DSS
        assert [len(store[key]) for key in ("/Certs", "/CRLs", "/OCSPs")] == [5, 2, 1]
        contents = bytes(pdf.Root.AcroForm.Fields[0].V.Contents)
        (key,) = store.VRI.keys()
        assert key == "/" + hashlib.sha1(contents).hexdigest().upper()
        assert {stream.objgen for stream in store.VRI[key].Cert} <= {stream.objgen for stream in store.Certs}
    with pytest.raises(MakingRefused) as refused:
        add_validation_data(once, material())
    assert refused.value.code is MakingRefusal.NOTHING_TO_AUGMENT


@pytest.mark.parametrize("level", Certification)
def test_a_certified_document_is_augmented(level: Certification) -> None:
    data = signed(PAPER, level=T, certification=level)
    data = run(augment_pdf(run(augment_pdf(data, LT, material())), LTA))
    assert levels(data) == ["B-LTA"]
    assert not [fault for s in report(data).signatures for fault in s.evidence.signed.faults]


def test_revisions_stay_where_they_were() -> None:
    steps = [signed(PAPER, level=T)]
    steps.append(run(augment_pdf(steps[-1], LTA, material())))
    steps.append(signed(steps[-1]))
    assert [revision.end for revision in signed_revisions(steps[-1]).values()] == [len(step) for step in steps]


def test_a_document_that_nobody_signed_can_be_timed() -> None:
    result = report(run(add_document_timestamp(PAPER)))
    assert (len(result.signatures), len(result.timestamps)) == (0, 1)


@pytest.mark.parametrize("level", [T, LT, LTA])
def test_without_a_signature_there_is_nothing_to_augment(level: BaselineLevel) -> None:
    with pytest.raises(MakingRefused) as refused:
        run(augment_pdf(PAPER, level, material()))
    assert refused.value.code is MakingRefusal.NOTHING_TO_AUGMENT


def test_a_timestamp_is_not_given_twice_for_one_level() -> None:
    for data in (signed(PAPER, level=T), run(augment_pdf(signed(PAPER), T))):
        with pytest.raises(MakingRefused) as refused:
            run(augment_pdf(data, T))
        assert refused.value.code is MakingRefusal.NOTHING_TO_AUGMENT


def test_nothing_is_taken_to_b() -> None:
    with pytest.raises(MakingRefused) as refused:
        run(augment_pdf(signed(PAPER), B))
    assert refused.value.code is MakingRefusal.LEVEL


def test_a_token_larger_than_its_room_is_refused() -> None:
    with pytest.raises(MakingRefused) as refused:
        run(augment_pdf(signed(PAPER), T, room=10))
    assert refused.value.code is MakingRefusal.ROOM


@pytest.mark.parametrize("store", [b"[1]", b"<< /Certs 7 >>", b"<< /VRI [1] >>"])
def test_a_broken_store_is_refused(store: bytes) -> None:
    catalogue = forge.base()[forge.CATALOGUE].replace(b" >>", b" /DSS %b >>" % store)
    data = signed(forge.write({**forge.base(), forge.CATALOGUE: catalogue}))
    with pytest.raises(MakingRefused) as refused:
        add_validation_data(data, material())
    assert refused.value.code is MakingRefusal.DAMAGED
