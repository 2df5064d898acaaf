"""Which pages of a signed PDF are drawn, and what is marked on them."""

from __future__ import annotations

import pytest

from idbridge.rendering.pdf.drawing import PdfDrawing
from idbridge.rendering.pdf.pages import MAX_CHANGED, MAX_PAGES, draw_pdf
from idbridge.rendering.pictures import MarkKind, NoPicture, Pictures
from tests.requirements import vectors
from tests.unit.signatures.forge import Authority
from tests.unit.signatures.formats import pdf_forge as forge

ALICE = Authority().issue("Alice")
SIGNED = forge.signed(ALICE)
DRAWING = PdfDrawing()


def draw(data: bytes) -> Pictures:
    return draw_pdf(DRAWING, data)


def real(name: str) -> Pictures:
    (path,) = vectors("dss").rglob(name)
    return draw(path.read_bytes())


def test_an_untouched_document_is_drawn_as_it_is() -> None:
    pictures = draw(SIGNED)
    assert [picture.number for picture in pictures.pages] == [1]
    assert (pictures.changed, pictures.total, pictures.code) == ((), 1, None)
    assert pictures.pages[0].marks == ()  # the signature is invisible


def test_a_signature_that_is_seen_is_framed() -> None:
    (picture,) = real("pdf-with-eof-cr.pdf").pages
    assert [(mark.kind, mark.signature) for mark in picture.marks] == [(MarkKind.SIGNATURE, "S1")]
    box = picture.marks[0].box
    assert 0 <= box.x < box.x + box.width <= picture.width
    assert 0 <= box.y < box.y + box.height <= picture.height


def test_a_changed_page_is_drawn_before_and_after_with_what_differs() -> None:
    pictures = draw(forge.update(SIGNED, {forge.CONTENTS: forge.text(b"Pay 999 to Bob")}))
    assert pictures.pages == ()
    (pair,) = pictures.changed
    assert pair.signature == "S1"
    assert pair.before is not None
    assert pair.after is not None
    assert (pair.before.number, pair.after.number) == (1, 1)
    assert [mark.kind for mark in pair.after.marks] == [MarkKind.CHANGED]
    assert pair.before.data != pair.after.data


def test_an_annotation_over_a_page_is_seen() -> None:
    objects = forge.base()
    page = objects[forge.PAGE].replace(b"[9 0 R 10 0 R]", b"[9 0 R 10 0 R 6 0 R 30 0 R]")
    note = b"<< /Type /Annot /Subtype /Square /Rect [60 680 400 740] /IC [1 0 0] /C [1 0 0] /AP << /N 31 0 R >> >>"
    look = forge.stream(b"1 0 0 rg 0 0 340 60 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 340 60]")
    (pair,) = draw(forge.update(SIGNED, {forge.PAGE: page, 30: note, 31: look})).changed
    assert pair.after is not None
    assert [mark.kind for mark in pair.after.marks if mark.kind is MarkKind.CHANGED]


def test_pages_added_and_removed_have_one_side() -> None:
    added = draw(
        forge.update(
            SIGNED,
            {
                forge.PAGES: b"<< /Type /Pages /Kids [3 0 R 30 0 R] /Count 2 >>",
                30: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
            },
        )
    )
    assert [(pair.before, pair.after and pair.after.number) for pair in added.changed] == [(None, 2)]
    removed = real("pdf-removed-pages.pdf")
    assert [(pair.before and pair.before.number, pair.after) for pair in removed.changed] == [(1, None), (3, None)]
    assert removed.total == 1


def test_pages_are_bounded() -> None:
    numbers = range(30, 70)
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    pages = dict.fromkeys(numbers, b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>")
    pictures = draw(forge.update(SIGNED, {forge.PAGES: b"<< /Type /Pages /Kids [3 0 R %s] /Count 41 >>" % kids, **pages}))
    assert (len(pictures.pages), len(pictures.changed), pictures.total) == (MAX_PAGES - 6 + 1, MAX_CHANGED, 41)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"%PDF-1.7\n" + b"x" * 500, SIGNED[:300]])
def test_what_cannot_be_read_has_no_pictures(data: bytes) -> None:
    pictures = draw(data)
    assert (pictures.pages, pictures.changed) == ((), ())
    assert pictures.code is NoPicture.UNREADABLE


@pytest.mark.parametrize("rectangle", [b"0 0 0 0", b"1 2 3", b"/a /b /c /d", b"null", b"-9e9 -9e9 9e9 9e9", b"20 10 10 20"])
def test_a_field_of_any_rectangle_is_no_trouble(rectangle: bytes) -> None:
    objects = {**forge.base(), **forge.signature_objects(rect=rectangle)}
    pictures = draw(forge.sign(b"", ALICE, objects=objects, first=True))
    assert pictures.code is None
    assert [mark.signature for mark in pictures.pages[0].marks] == (["S1"] if rectangle == b"20 10 10 20" else [])
