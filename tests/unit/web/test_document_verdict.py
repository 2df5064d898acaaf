"""The page of a verdict: pictures and words brought together, within bounds, and a word for every code."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest

from idbridge import verify_document
from idbridge.rendering.pdf.drawing import PdfDrawing
from idbridge.rendering.pictures import Box, ChangedPage, Mark, MarkKind, NoPicture, PagePicture, PageState, Pictures
from idbridge.services.document_pictures import DocumentPictures
from idbridge.services.documents import DocumentAnswer
from idbridge.services.extractors import identities_of
from idbridge.signatures.refusals import Refusal
from idbridge.web import document_verdict as module
from idbridge.web import document_wording as wording
from idbridge.web.document_verdict import document_verdict
from idbridge.web.document_views import DocumentVerdict
from idbridge.web.reports.voice import read_voices
from tests.requirements import vectors
from tests.unit.signatures.forge import Authority
from tests.unit.signatures.formats import pdf_forge as forge

AT = datetime(2026, 9, 1, tzinfo=UTC)
DRAWING = DocumentPictures(PdfDrawing())
VOICES = read_voices()
SIGNED = forge.signed(Authority().issue("Alice"))
CHANGED = forge.update(SIGNED, {forge.CONTENTS: forge.text(b"Pay 999 to Bob")})
MARK = Mark(MarkKind.SIGNATURE, Box(1, 2, 3, 4), "S1")
NONE = Pictures()
SHEET = PagePicture(1, 100, 200, "image/webp", b"picture", (MARK,))


@cache
def answer(data: bytes) -> DocumentAnswer:
    return DocumentAnswer(verify_document(data, trust=None, at=AT, name="a.pdf"))


def page(data: bytes = SIGNED, pictures: Pictures = NONE, language: str = "en") -> DocumentVerdict:
    return document_verdict(
        answer(data), VOICES[language], pictures, DRAWING, lambda certificate: "", identities_of(answer(data).report, ())
    )


def test_a_field_is_named_by_its_signature() -> None:
    """Pictures know of the field S1, the report of the signature S1.1 in it."""
    (shown,) = page(pictures=Pictures((SHEET,), total=1)).pages.pages
    assert [(mark.kind, mark.signature) for mark in shown.marks] == [("signature", "Signature S1.1")]
    assert shown.address.startswith("data:image/webp;base64,")


def test_what_differs_is_framed_on_both_sides() -> None:
    after = PagePicture(1, 100, 200, "image/webp", b"after", (MARK, Mark(MarkKind.CHANGED, Box(5, 6, 7, 8))))
    (pair,) = page(CHANGED, Pictures(changed=(ChangedPage("S1", SHEET, after),))).pages.changed
    assert pair.before is not None
    assert [mark.kind for mark in pair.before.marks] == ["signature", "changed"]
    other = PagePicture(1, 50, 50, "image/webp", b"before")
    (pair,) = page(CHANGED, Pictures(changed=(ChangedPage("S1", other, after),))).pages.changed
    assert pair.before is not None
    assert pair.before.marks == ()  # a page of another size: the places are not the same


def test_a_changed_document_is_called_that() -> None:
    shown = page(CHANGED)
    assert shown.account.sub_indication == "FORMAT_FAILURE"
    assert shown.account.verdict == "Not valid: after it was signed, page 1 was changed."


def test_the_report_is_at_hand_as_files() -> None:
    files = page().downloads
    assert [file.kind for file in files] == ["pdf", "json", "xml"]
    assert {file.name.rpartition(".")[0] for file in files} == {"a.pdf.report"}


def test_what_many_signatures_would_cost_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PRINTED", 0)
    monkeypatch.setattr(module, "MAX_DRAWINGS", 0)
    shown = page()
    assert [file.kind for file in shown.downloads] == ["json", "xml"]
    assert [drawn.search for drawn in shown.drawn.values()] == [""]


def test_seals_are_shown() -> None:
    data = vectors("ofd", "h.ofd").read_bytes()
    shown = page(data, language="pt")
    assert {drawn.seal.partition(";")[0] for drawn in shown.drawn.values()} == {"data:image/png"}


def test_technical_facts_are_told_in_the_pages_language() -> None:
    for language in VOICES:
        shown = page(language=language)
        labels = {fact.label for signature in shown.account.signatures for fact in (*signature.who, *signature.what)}
        assert shown.technical & labels


def test_every_code_has_words() -> None:
    assert set(wording.PAGE_STATES) == {state.value for state in PageState} - {""}
    assert set(wording.PICTURE_PROBLEMS) == {problem.value for problem in NoPicture}
    assert set(wording.REFUSALS) == {refusal.value for refusal in Refusal} | {"missing", "malformed"}
