"""Attacks on sealed OFD packages that leave every signature value right: what a reader shows is not what was signed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from idbridge.rendering.ofd.pages import draw_ofd
from idbridge.rendering.pictures import PageState
from tests.unit.signatures.checks.test_seal import LIST, PAGE, SEAL, SIGNATURE, VALUE, failed, office, sealed, twice, verify
from tests.unit.signatures.formats.ofd.test_dialects import relocated
from tests.unit.signatures.seals import (
    PARTS,
    Authority,
    SealingPlan,
    SealPlan,
    make_seal,
    make_sealing,
    pack,
    sealed_parts,
    signature_list,
    signature_xml,
    signed_data,
)

DOCUMENT = "Doc_0/Document.xml"
OTHER_PAGE = b'<ofd:Page xmlns:ofd="http://www.ofdspec.org/2016">900</ofd:Page>'


def test_copy_of_a_signed_part_where_a_relative_location_leads() -> None:
    """A location without a slash is from the root to some, from the folder of Signature.xml to others: both count."""
    parts = relocated("{}".format)
    copied = {**parts, f"Doc_0/Signs/Sign_0/{PAGE}": parts[PAGE], PAGE: OTHER_PAGE}
    report = verify(copied)
    assert (report.indication, report.sub_indication) == ("TOTAL_FAILED", "HASH_FAILURE")
    assert failed(report)["references-intact"].startswith(f"{PAGE}: ")


@pytest.mark.parametrize(
    "name",
    [
        "Doc_0/./Pages/Content.xml",
        "Doc_0//Pages/Content.xml",
        "doc_0/pages/content.XML",
        "Doc_0/Pages/Content.xml.",
        "/" + PAGE,
    ],
)
def test_second_part_that_lands_on_the_same_file(name: str) -> None:
    report = verify(pack(sealed(), (name, OTHER_PAGE)))
    assert "is in the archive twice" in failed(report)["format-sound"]


def test_part_that_is_called_a_folder() -> None:
    report = verify(pack(sealed(), (f"{PAGE}/", OTHER_PAGE)))
    assert "is in the archive twice" in failed(report)["format-sound"]


def annotated() -> dict[str, bytes]:
    """A document whose Document.xml names annotations that it did not have when it was sealed."""
    named = PARTS[DOCUMENT].replace(b"</Pages>", b"</Pages><Annotations>Annots/Annotations.xml</Annotations>")
    return sealed_parts(office().sealing(), {**PARTS, DOCUMENT: named})


def test_annotation_over_a_signed_page() -> None:
    assert verify(annotated()).indication == "TOTAL_PASSED"
    listed = '<Annotations xmlns="http://www.ofdspec.org/2016"><Page PageID="1"><FileLoc>1.xml</FileLoc></Page></Annotations>'
    over = (
        '<PageAnnot xmlns="http://www.ofdspec.org/2016"><Annot ID="9" Type="Stamp"><Appearance Boundary="0 0 210 297">'
        '<PathObject Boundary="0 0 210 297" Fill="true"><AbbreviatedData>M 0 0 L 210 297</AbbreviatedData></PathObject>'
        "</Appearance></Annot></PageAnnot>"
    )
    parts = {**annotated(), "Doc_0/Annots/Annotations.xml": listed.encode(), "Doc_0/Annots/1.xml": over.encode()}
    report = verify(parts)
    assert report.indication == "INDETERMINATE"
    assert "Doc_0/Annots/1.xml is protected by no signature" in failed(report)["parts-protected"]
    assert not report.signatures[0].evidence.scope[0].whole_document
    (page,) = draw_ofd(pack(parts), [signature.evidence for signature in report.signatures]).pages
    assert (page.state, page.parts) == (PageState.UNPROTECTED, ("Doc_0/Annots/1.xml",))


def with_entry_part(entry: bytes) -> dict[str, bytes]:
    """A package whose OFD.xml is not protected, as invoices leave it out; *entry* stands there instead."""
    parts = {name: part for name, part in PARTS.items() if name != "OFD.xml"}
    return {**sealed_parts(office().sealing(), parts), "OFD.xml": entry}


SECOND_BODY = b"<ofd:DocBody><ofd:DocRoot>Doc_1/Document.xml</ofd:DocRoot></ofd:DocBody>"


@pytest.mark.parametrize("first", [True, False])
def test_second_document_beside_the_signed_one(first: bool) -> None:
    body = PARTS["OFD.xml"]
    start, end = body.index(b"<ofd:DocBody>"), body.index(b"</ofd:OFD>")
    entry = body[:start] + SECOND_BODY + body[start:] if first else body[:end] + SECOND_BODY + body[end:]
    second = {"Doc_1/Document.xml": PARTS[DOCUMENT], "Doc_1/Pages/Content.xml": OTHER_PAGE}
    report = verify({**with_entry_part(entry), **second})
    assert report.indication == "INDETERMINATE"
    said = failed(report)["parts-protected"]
    assert "Doc_1/Document.xml is protected by no signature" in said
    assert "Doc_1/Pages/Content.xml is protected by no signature" in said


def test_document_turned_to_another_root() -> None:
    entry = PARTS["OFD.xml"].replace(b"Doc_0/Document.xml", b"Doc_0/Other.xml")
    report = verify({**with_entry_part(entry), "Doc_0/Other.xml": PARTS[DOCUMENT]})
    assert "Doc_0/Other.xml is protected by no signature" in failed(report)["parts-protected"]


def test_list_of_signatures_of_an_attacker() -> None:
    """OFD.xml names another list, with the attacker's own signature, whose seal nobody vouches for."""
    stranger = Authority("nobody").issue("李明")
    entry = PARTS["OFD.xml"].replace(b"Signs/Signatures.xml", b"Signs/Other.xml")
    parts = {**with_entry_part(entry), PAGE: OTHER_PAGE}
    seal = make_seal(SealPlan(stranger, [stranger.der]))
    signature = signature_xml({name: part for name, part in parts.items() if "/Signs/" not in name}, folder=1)
    sealing = SealingPlan(stranger, seal, location="/Doc_0/Signs/Sign_1/Signature.xml")
    parts |= {
        "Doc_0/Signs/Other.xml": signature_list("1").replace(b"Sign_0", b"Sign_1"),
        "Doc_0/Signs/Sign_1/Signature.xml": signature,
        "Doc_0/Signs/Sign_1/Seal.esl": seal,
        "Doc_0/Signs/Sign_1/SignedValue.dat": make_sealing(sealing, signature),
    }
    report = verify(parts)
    assert report.indication == "TOTAL_FAILED"
    assert SIGNATURE in failed(report)["signatures-listed"]
    assert {"certificate-path", "seal-maker-certificate"} <= set(failed(report))


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        (signature_list("1", "1").replace(b"Sign_1", b"Sign_0"), "is listed 2 times"),
        (signature_list("1", "2").replace(b"/Doc_0/Signs/Sign_1", b"Sign_0"), "is listed 2 times"),
        (signature_list("1", "2"), "is no part"),
    ],
    ids=["twice", "twice under other paths", "with one that is gone"],
)
def test_list_with_more_signatures_than_there_are(listed: bytes, said: str) -> None:
    report = verify({**sealed(), LIST: listed})
    assert report.indication == "TOTAL_FAILED"
    assert said in failed(report)["format-sound"]


def test_entries_in_another_order_are_two_signatures_still() -> None:
    """The order of a list that nobody protects proves nothing, and changes neither signature."""
    parts = twice()
    one, other = (signature_list("1", "8").split(b"/>")[n] + b"/>" for n in (0, 1))
    start = one[: one.index(b"<ofd:Signature ")]
    report = verify({**parts, LIST: start + other + one[len(start) :] + b"</ofd:Signatures>"})
    assert len(report.signatures) == 2
    assert {s.integrity for s in report.signatures} <= {"intact", "broken"}
    assert report.indication == "TOTAL_FAILED"  # the first protected the list as it was


def test_seal_of_another_over_the_same_picture() -> None:
    """The attacker's own seal with the office's picture and name: right in itself, and of a maker whom nobody trusts."""
    stranger = Authority("GD Root").issue("seal maker")
    plan = replace(office().plan, maker=stranger)
    report = verify(sealed_parts(office().sealing(plan)))
    assert report.indication == "INDETERMINATE"
    assert "seal-maker-certificate" in failed(report)


def test_page_that_a_later_signer_calls_his_seal() -> None:
    """A signer whom everybody trusts names an annotation as the file of his seal, which the message has none of."""
    over = "Doc_0/Annots/1.xml"
    parts = {**annotated(), over: OTHER_PAGE}
    covered = {name: part for name, part in parts.items() if name != LIST}
    signature = signature_xml(covered, folder=1).replace(b"/Doc_0/Signs/Sign_1/Seal.esl", f"/{over}".encode())
    start = signature.index(f'<ofd:Reference FileRef="/{over}"'.encode())
    end = signature.index(b"</ofd:Reference>", start) + len(b"</ofd:Reference>")
    signature = signature[:start] + signature[end:]
    entry = b'<ofd:Signature ID="8" Type="Sign" BaseLoc="/Doc_0/Signs/Sign_1/Signature.xml"/></ofd:Signatures>'
    parts |= {
        LIST: signature_list("1").replace(b"</ofd:Signatures>", entry),
        "Doc_0/Signs/Sign_1/Signature.xml": signature,
        "Doc_0/Signs/Sign_1/SignedValue.dat": signed_data(office().maker, signature),
    }
    report = verify(parts)
    assert report.indication != "TOTAL_PASSED"
    assert f"{over} is protected by no signature" in failed(report)["parts-protected"]
    assert over in report.signatures[0].evidence.scope[0].not_covered


def test_stamp_moved_to_another_page() -> None:
    parts = sealed()
    report = verify({**parts, SIGNATURE: parts[SIGNATURE].replace(b'PageRef="1"', b'PageRef="2"')})
    assert "dataHash" in failed(report)["references-intact"]


def test_value_and_seal_of_another_document_together() -> None:
    """Signature.xml, value and seal of one document put into another: digests tell."""
    other = sealed_parts(office().sealing(), {**PARTS, PAGE: OTHER_PAGE})
    taken = {name: other[name] for name in (SIGNATURE, VALUE, SEAL, LIST)}
    report = verify({**sealed(), **taken})
    assert failed(report)["references-intact"].startswith(f"{PAGE}: ")
