"""PDF signatures: every form, key and kind of file; fields, certification, and what earlier signatures forbid."""

from __future__ import annotations

import io
from datetime import datetime

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, String

from idbridge.signatures.evidence import SignatureForm
from idbridge.signatures.formats.pdf import signed_revisions
from idbridge.signatures.making.pdf.appearance import Appearance
from idbridge.signatures.making.pdf.augmenting import add_validation_data
from idbridge.signatures.making.pdf.signing import Certification, PdfForm, PdfSigning, prepare, sign_pdf
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import BaselineLevel, SignatureWanted, Statement
from idbridge.signatures.refusals import DocumentRefused
from tests.unit.signatures.formats import pdf_forge as forge
from tests.unit.signatures.making.pdf.papers import PAPERS, with_field
from tests.unit.signatures.making.pdf.workshop import AT, STATEMENT, material, report, run, signed, signer

PAPER = PAPERS["stream"]
KEYS = ["rsa-2048", "ec-p256", "ec-p384", "ed25519", "sm2"]


def whole(result) -> bool:
    return all(scope.whole_document for signature in result.signatures for scope in signature.evidence.scope)


def faults(result) -> set[str]:
    return {fault.code for signature in result.signatures for fault in signature.evidence.signed.faults}


@pytest.mark.parametrize("kind", PAPERS)
def test_every_kind_of_file_is_signed_and_verifies(kind: str) -> None:
    once = signed(PAPERS[kind])
    twice = signed(once, "rsa-2048")
    assert once.startswith(PAPERS[kind])
    assert twice.startswith(once)
    result = report(twice)
    assert [s.integrity for s in result.signatures] == ["intact", "intact"]
    assert {s.level for s in result.signatures} == {"B-B"}
    assert whole(result)
    assert faults(result) == set()
    assert [revision.end for revision in signed_revisions(twice).values()] == [len(once), len(twice)]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("form", [PdfForm.PADES, PdfForm.PKCS7])
def test_every_key_signs(key: str, form: PdfForm) -> None:
    result = report(signed(PAPER, key, form=form), key)
    (signature,) = result.signatures
    assert signature.integrity == "intact"
    assert signature.evidence.form is (SignatureForm.PADES if form is PdfForm.PADES else SignatureForm.PKCS7)
    assert signature.evidence.attributes.signing_time == AT
    assert signature.level == ("B-B" if form is PdfForm.PADES else "B")


def test_the_mainland_form_is_sm2_alone() -> None:
    data = signed(PAPER, "sm2", form=PdfForm.GBT35275)
    (signature,) = report(data, "sm2").signatures
    assert (signature.integrity, whole(report(data, "sm2"))) == ("intact", True)
    assert b"/adbe.pkcs7.detached" in data
    assert report(data.replace(b"Page 1", b"Page 2"), "sm2").signatures[0].integrity != "broken"  # in a packed stream
    broken = data.replace(b"%PDF-1.", b"%PDF-2.", 1)
    assert report(broken, "sm2").signatures[0].integrity == "broken"
    with pytest.raises(MakingRefused) as refused:
        signed(PAPER, "ec-p256", form=PdfForm.GBT35275)
    assert refused.value.code is MakingRefusal.ALGORITHM


@pytest.mark.parametrize("form", PdfForm)
def test_sm2_in_a_pdf_passes_down_to_its_root(form: PdfForm) -> None:
    data = add_validation_data(signed(PAPER, "sm2", form=form), material("sm2"))
    assert report(data, "sm2").indication == "TOTAL_PASSED"


def test_a_timestamp_makes_it_level_t() -> None:
    (signature,) = report(signed(PAPER, level=BaselineLevel.T)).signatures
    assert signature.level == "B-T"


def test_what_is_said_is_read_back() -> None:
    statement = Statement(AT, place="廣州")
    data = run(sign_pdf(PAPER, signer().signatory, statement, PdfSigning(name="陳大文", reason="同意 (yes)", contact="x")))
    (signature,) = report(data).signatures
    attributes = signature.evidence.attributes
    assert (attributes.signing_time, attributes.reason, attributes.location) == (AT, "同意 (yes)", ("廣州",))


def test_a_making_is_the_same_again_until_the_value_comes() -> None:
    makings = [sign_pdf(PAPER, signer().signatory, STATEMENT, PdfSigning(name="A")) for _ in range(2)]
    first, second = (next(making) for making in makings)
    assert isinstance(first, SignatureWanted)
    assert first == second


# --- fields


def test_a_field_that_waits_is_signed_where_it_stands() -> None:
    data = signed(with_field(), field="Here", name="Chan", appearance=Appearance())
    later = signed(data)
    pdf = pikepdf.open(io.BytesIO(data))
    field = pdf.Root.AcroForm.Fields[0]
    assert field.AP.N.BBox == Array([0, 0, 200, 60])
    assert len(pdf.Root.AcroForm.Fields) == 2
    assert pdf.Root.AcroForm.SigFlags == 3
    assert whole(report(later))


def test_a_new_field_may_have_a_name() -> None:
    data = signed(PAPER, field="批准")
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert str(pdf.Root.AcroForm.Fields[0].T) == "批准"


@pytest.mark.parametrize("name", ["", "a.b", "x" * 128, "a\nb", "amount"])
def test_names_that_no_new_signature_field_can_have(name: str) -> None:
    with pytest.raises(MakingRefused) as refused:
        signed(with_field(), field=name)
    assert refused.value.code is MakingRefusal.FIELD


def test_a_signed_field_is_not_signed_again() -> None:
    with pytest.raises(MakingRefused) as refused:
        signed(signed(with_field(), field="Here"), field="Here")
    assert refused.value.code is MakingRefusal.FIELD


def test_a_lock_of_the_field_is_repeated_in_its_signature() -> None:
    lock = Dictionary(Type=Name.SigFieldLock, Action=Name.Include, Fields=Array([String("amount"), String("Signature1")]))
    data = signed(with_field(Lock=lock), field="Here")
    with pikepdf.open(io.BytesIO(data)) as pdf:
        reference = pdf.Root.AcroForm.Fields[0].V.Reference[0]
        assert (reference.TransformMethod, reference.TransformParams.Action) == (Name.FieldMDP, Name.Include)
    assert faults(report(data)) == set()
    later = signed(data)  # in the next name that is free
    with pikepdf.open(io.BytesIO(later)) as pdf:
        assert str(pdf.Root.AcroForm.Fields[-1].T) == "Signature2"
    assert faults(report(later)) == set()
    with pytest.raises(MakingRefused) as refused:
        signed(data, field="Signature1")
    assert refused.value.code is MakingRefusal.NOT_PERMITTED


def test_a_lock_on_everything_lets_nobody_sign() -> None:
    data = signed(with_field(Lock=Dictionary(Type=Name.SigFieldLock, Action=Name.All)), field="Here")
    with pytest.raises(MakingRefused) as refused:
        signed(data)
    assert refused.value.code is MakingRefusal.NOT_PERMITTED


@pytest.mark.parametrize(
    ("seed", "reason", "permitted"),
    [
        (Dictionary(Ff=0, SubFilter=Array([Name("/other")])), None, True),
        (Dictionary(Ff=2, SubFilter=Array([Name("/other")])), None, False),
        (Dictionary(Ff=2, SubFilter=Array([Name("/other"), Name("/ETSI.CAdES.detached")])), None, True),
        (Dictionary(Ff=1, Filter=Name("/Other")), None, False),
        (Dictionary(Ff=1, Filter=Name("/Adobe.PPKLite")), None, True),
        (Dictionary(Ff=8, Reasons=Array([String("Agreed")])), "Agreed", True),
        (Dictionary(Ff=8, Reasons=Array([String("Agreed")])), "Other", False),
        (Dictionary(Ff=8, Reasons=Array([String("Agreed")])), None, False),
        (Dictionary(Ff=8, Reasons=Array([String(".")])), None, True),
        (Dictionary(Ff=8, Reasons=Array([String(".")])), "Any", False),
        (Dictionary(Ff=64, DigestMethod=Array([String("SHA256")])), None, False),
    ],
)
def test_what_a_field_requires(seed: Dictionary, reason: str | None, permitted: bool) -> None:
    paper = with_field(SV=seed)
    if permitted:
        assert report(signed(paper, field="Here", reason=reason)).signatures[0].integrity == "intact"
    else:
        with pytest.raises(MakingRefused) as refused:
            signed(paper, field="Here", reason=reason)
        assert refused.value.code is MakingRefusal.NOT_PERMITTED


# --- certification


@pytest.mark.parametrize("level", Certification)
def test_a_certification_permits_what_it_says(level: Certification) -> None:
    data = signed(PAPER, certification=level)
    pdf = pikepdf.open(io.BytesIO(data))
    assert pdf.Root.Perms.DocMDP.objgen == pdf.Root.AcroForm.Fields[0].V.objgen
    assert faults(report(data)) == set()
    if level is Certification.NO_CHANGES:
        with pytest.raises(MakingRefused) as refused:
            signed(data)
        assert refused.value.code is MakingRefusal.NOT_PERMITTED
    else:
        result = report(signed(data))
        assert (faults(result), whole(result)) == (set(), True)


def test_only_the_first_signature_certifies() -> None:
    with pytest.raises(MakingRefused) as refused:
        signed(signed(PAPER), certification=Certification.FILL_IN_AND_SIGN)
    assert refused.value.code is MakingRefusal.NOT_PERMITTED


# --- refusals


def test_a_signature_longer_than_its_room_is_refused() -> None:
    with pytest.raises(MakingRefused) as refused:
        signed(PAPER, room=100)
    assert refused.value.code is MakingRefusal.ROOM
    for room in (0, -1, 1 << 30):
        with pytest.raises(MakingRefused):
            prepare(PAPER, STATEMENT, PdfSigning(room=room))


def test_a_reason_beside_a_commitment_is_refused() -> None:
    statement = Statement(AT, commitments=("1.2.840.113549.1.9.16.6.1",))
    with pytest.raises(MakingRefused) as refused:
        run(sign_pdf(PAPER, signer().signatory, statement, PdfSigning(reason="Because")))
    assert refused.value.code is MakingRefusal.STATEMENT
    assert report(run(sign_pdf(PAPER, signer().signatory, statement))).signatures[0].level == "B-B"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(MakingRefused) as refused:
        run(sign_pdf(PAPER, signer().signatory, Statement(datetime(2024, 7, 1))))  # noqa: DTZ001 - that is the case
    assert refused.value.code is MakingRefusal.STATEMENT


@pytest.mark.parametrize("level", [BaselineLevel.LT, BaselineLevel.LTA])
def test_later_levels_are_not_made_at_once(level: BaselineLevel) -> None:
    with pytest.raises(MakingRefused) as refused:
        signed(PAPER, level=level)
    assert refused.value.code is MakingRefusal.LEVEL


def test_the_mainland_form_has_no_levels() -> None:
    with pytest.raises(MakingRefused) as refused:
        signed(PAPER, "sm2", BaselineLevel.T, form=PdfForm.GBT35275)
    assert refused.value.code is MakingRefusal.LEVEL


@pytest.mark.parametrize(
    "objects",
    [
        {forge.CATALOGUE: b"<< /Type /Catalog /Pages 2 0 R /AcroForm [1] >>"},
        {forge.CATALOGUE: b"<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /Extensions /None >>"},
        {forge.FORM: b"<< /Fields << >> >>"},
        {forge.PAGES: b"<< /Type /Pages /Kids [<< /Type /Page /Parent 2 0 R >>] /Count 1 >>"},
    ],
)
def test_a_document_that_is_broken_inside_is_refused(objects: dict[int, bytes]) -> None:
    with pytest.raises(MakingRefused) as refused:
        signed(forge.write({**forge.base(), **objects}))
    assert refused.value.code is MakingRefusal.DAMAGED


def test_a_document_without_pages_is_refused() -> None:
    with pytest.raises(DocumentRefused):
        signed(forge.write({**forge.base(), forge.PAGES: b"<< /Type /Pages /Kids [] /Count 0 >>"}))


# --- sign, then verify


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from(sorted(PAPERS)),
    steps=st.lists(
        st.fixed_dictionaries(
            {
                "form": st.sampled_from([PdfForm.PADES, PdfForm.PKCS7]),
                "reason": st.none() | st.text(max_size=40),
                "name": st.none() | st.text(max_size=40),
            }
        ),
        min_size=1,
        max_size=3,
    ),
)
def test_whatever_is_signed_verifies_and_keeps_what_was_before(kind: str, steps: list[dict[str, object]]) -> None:
    data, revisions = PAPERS[kind], []
    for step in steps:
        later = signed(data, **step)
        assert later.startswith(data)
        revisions.append(len(later))
        data = later
    result = report(data)
    assert [s.integrity for s in result.signatures] == ["intact"] * len(steps)
    assert [s.evidence.attributes.reason for s in result.signatures] == [step["reason"] or None for step in steps]
    assert whole(result)
    assert [revision.end for revision in signed_revisions(data).values()] == revisions
