"""Which documents have pictures, and which have none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from idbridge import verify_document
from idbridge.rendering.pdf.drawing import PdfDrawing
from idbridge.rendering.pictures import Pictures
from idbridge.services import document_pictures
from idbridge.services.document_pictures import DocumentPictures
from tests.requirements import vectors
from tests.unit.signatures.forge import Authority, cades
from tests.unit.signatures.formats import pdf_forge as forge

AT = datetime(2026, 9, 1, tzinfo=UTC)
DRAWING = DocumentPictures(PdfDrawing())
ALICE = Authority().issue("Alice")


def draw(data: bytes) -> Pictures:
    return DRAWING.of(data, verify_document(data, trust=None, at=AT))


def test_documents_with_pages_are_drawn() -> None:
    assert [page.media_type for page in draw(forge.signed(ALICE)).pages] == ["image/webp"]
    assert [page.media_type for page in draw(vectors("ofd", "1.ofd").read_bytes()).pages] == ["image/svg+xml"]


def test_others_have_no_pictures() -> None:
    seal = vectors("ofd", "UserV4.esl").read_bytes()
    assert draw(seal) == draw(cades(ALICE, b"content", attached=True)) == Pictures()


def test_a_file_beyond_the_bound_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_pictures, "MAX_DRAWN", 100)
    assert draw(forge.signed(ALICE)) == Pictures()


def test_a_seal_alone_has_a_picture() -> None:
    (signature,) = verify_document(vectors("ofd", "UserV4.esl").read_bytes(), trust=None, at=AT).signatures
    picture = DRAWING.seal(signature)
    assert picture is not None
    assert picture.media_type == "image/png"
    (bare,) = verify_document(forge.signed(ALICE), trust=None, at=AT).signatures
    assert DRAWING.seal(bare) is None
