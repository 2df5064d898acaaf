"""What signatures show: drawn by pdfium, in its place and upright, in Chinese and Latin letters, with pictures."""

from __future__ import annotations

import io
import warnings

import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from idbridge.signatures.making.pdf.appearance import Appearance
from idbridge.signatures.making.pdf.lettering import fit
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from tests.unit.signatures.making.pdf.papers import PAPERS, plain, saved
from tests.unit.signatures.making.pdf.workshop import report, signed

BOX = (72, 100, 272, 160)
PAPER = PAPERS["table"]


def drawn(data: bytes, page: int = 1) -> Image.Image:
    document = pypdfium2.PdfDocument(data)
    document.init_forms()
    return document[page - 1].render(scale=1).to_pil().convert("RGB")


def inked(before: bytes, after: bytes, page: int = 1) -> tuple[int, int, int, int] | None:
    """Where two files look different: left, top, right, bottom in pixels of a point each."""
    return ImageChops.difference(drawn(before, page), drawn(after, page)).getbbox()


def picture(mode: str = "RGBA", form: str = "PNG", size: tuple[int, int] = (60, 30)) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, {"RGBA": (200, 0, 0, 128), "CMYK": (0, 255, 255, 0)}.get(mode, 90)).save(out, form)
    return out.getvalue()


@pytest.mark.parametrize("texts", [("Chan Tai Man", "I agree"), ("陳大文", "同意 I agree"), ("陈大文",), ("é ™ ação",)])
def test_text_is_drawn_in_its_box(texts: tuple[str, ...]) -> None:
    left, top, right, bottom = inked(PAPER, signed(PAPER, appearance=Appearance(BOX, lines=texts))) or (0, 0, 0, 0)
    assert 72 <= left < right <= 272
    assert 842 - 160 <= top < bottom <= 842 - 100


def test_without_lines_the_signature_speaks_for_itself() -> None:
    data = signed(PAPER, appearance=Appearance(BOX), name="陳大文", reason="批准")
    with pikepdf.open(io.BytesIO(data)) as pdf:
        content = pdf.Root.AcroForm.Fields[0].AP.N.read_bytes()
    for text in ("陳大文", "批准"):
        assert text.encode("utf-16-be").hex().encode() in content
    assert "2024-07-01 09:00:00".encode("cp1252").hex().encode() in content


@pytest.mark.parametrize("rotation", [0, 90, 180, 270, -90])
def test_it_stands_upright_on_a_turned_page(rotation: int) -> None:
    paper = saved(plain(1, **{"/Rotate": rotation}))
    data = signed(paper, appearance=Appearance((200, 300, 400, 500), lines=("A" * 30,)))
    left, top, right, bottom = inked(paper, data) or (0, 0, 0, 0)
    assert right - left > 5 * (bottom - top)


@pytest.mark.parametrize(
    ("mode", "form"), [("RGBA", "PNG"), ("L", "PNG"), ("P", "PNG"), ("RGB", "JPEG"), ("L", "JPEG"), ("CMYK", "JPEG")]
)
@pytest.mark.parametrize("lines", [(), ("Chan",)])
def test_pictures_are_drawn(mode: str, form: str, lines: tuple[str, ...]) -> None:
    shown = Appearance(BOX, lines=lines, picture=picture(mode, form))
    data = signed(PAPER, appearance=shown, reason=None)
    assert inked(PAPER, data) is not None
    assert report(data).signatures[0].integrity == "intact"


def test_it_is_drawn_on_the_page_that_is_asked_for() -> None:
    data = signed(PAPER, appearance=Appearance(BOX, page=2, lines=("here",)))
    assert inked(PAPER, data, 1) is None
    assert inked(PAPER, data, 2) is not None


@pytest.mark.parametrize(
    "shown",
    [
        Appearance(lines=("no box",)),
        Appearance(BOX, page=3, lines=("no page",)),
        Appearance(BOX, page=0, lines=("no page",)),
        Appearance((0, 0, 20_000, 20), lines=("beyond any page",)),
        Appearance((100, 100, 90, 110), lines=("inside out",)),
        Appearance((float("nan"), 0, 10, 10), lines=("nowhere",)),
        Appearance((0, 0, 3, 3), lines=("too small",)),
        Appearance((0, 0, 3, 3), picture=picture()),
        Appearance(BOX, lines=("x" * 501,)),
        Appearance(BOX, lines=("x",) * 13),
        Appearance(BOX, lines=("long " * 90,) * 12),
        Appearance(BOX, picture=b"no picture"),
        Appearance(BOX, picture=picture()[:60]),
        Appearance(BOX, picture=picture(form="JPEG", mode="RGB")[:300]),
        Appearance(BOX, picture=picture(form="GIF", mode="P")),
        Appearance(BOX, picture=picture(size=(2001, 2000))),
        Appearance(BOX, picture=picture() + b"\x00" * (4 << 20)),
    ],
)
def test_what_cannot_be_shown_is_refused(shown: Appearance) -> None:
    with pytest.raises(MakingRefused) as refused:
        signed(PAPER, appearance=shown)
    assert refused.value.code is MakingRefusal.APPEARANCE


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    header = picture()
    huge = header[:16] + (60_000).to_bytes(4) * 2 + header[24:]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with pytest.raises(MakingRefused):
            signed(PAPER, appearance=Appearance(BOX, picture=huge))


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4), st.floats(130, 400), st.floats(150, 400))
def test_lettering_fits(texts: list[str], width: float, height: float) -> None:
    lettering = fit(tuple(texts), width, height)
    assert len(lettering.lines) * lettering.size <= height
    written = "".join(run.text for line in lettering.lines for run in line)
    assert written.replace(" ", "") == "".join(letter for text in texts for letter in text if letter.isprintable()).replace(
        " ", ""
    )
