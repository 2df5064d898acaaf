"""The printed report: what it says is text, its fonts are in it, and nobody's name can harm it."""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from datetime import UTC, datetime

import pikepdf
import pytest

from idbridge.web.reports.account import Picture
from idbridge.web.reports.documents import tell
from idbridge.web.reports.pdf import SIGNATURES_LIMIT, write_pdf
from idbridge.web.reports.pictures import OCTETS_LIMIT, PIXELS_LIMIT, WIDTH_LIMIT, drawable, width_of
from tests.requirements import program

HOSTILE = '合同\u202egnp.exe #import "x" *b* $a$ <script>\x00\x07 שלום العربية ไทย 𠮷 😀 ' + "a" * 5000
UNKNOWN = "\U00012000 cuneiform"
VALID = {"zh-Hans": "有效", "zh-Hant": "有效", "en": "Valid", "pt": "Válido"}


def printed(report, voice) -> bytes:
    return write_pdf(tell(report, voice), voice, lambda _: "GD")


def text_of(pdf: bytes) -> str:
    done = subprocess.run([program("pdftotext"), "-", "-"], input=pdf, capture_output=True, timeout=120, check=True)
    return done.stdout.decode()


def test_what_it_says_can_be_selected_in_every_language(judged, voice):
    pdf = printed(judged(), voice)
    text = text_of(pdf)
    assert VALID[voice.language.tag] in text
    assert "Ng Sio Fong" in text
    assert "certificate-path" in text
    assert "\u200b" not in text


def test_it_is_tagged_archivable_and_has_its_fonts(judged, voice):
    with pikepdf.open(io.BytesIO(printed(judged(), voice))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert pdf.open_metadata().pdfa_status == "2A"
        assert str(pdf.Root.Lang).split("-")[0] == voice.language.locale.language
        found = [part for part in pdf.objects if isinstance(part, pikepdf.Dictionary)]
        fonts = [part for part in found if part.get("/Type") == "/FontDescriptor"]
        assert fonts
        assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)


def test_it_is_the_same_each_time(judged, english):
    report = judged()
    assert printed(report, english) == printed(report, english)


@pytest.mark.parametrize("name", [HOSTILE, UNKNOWN, "", "\u202e", "#" * 300])
def test_a_hostile_name_is_shown_and_does_nothing(judged, voice, name):
    pdf = printed(judged(name="x" + name[:40].replace("\x00", ""), document=name), voice)
    assert "\u202e" not in text_of(pdf)


@pytest.mark.parametrize("at", [datetime(1, 1, 2, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC)])
def test_at_any_time(judged, english, at):
    assert printed(replace(judged(), at=at), english).startswith(b"%PDF-")


def test_of_many_signatures_the_first_are_printed(judged, english):
    report = judged()
    many = replace(report, signatures=report.signatures * (SIGNATURES_LIMIT + 2), timestamps=())
    assert "2 further signatures are not printed here" in text_of(printed(many, english))


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + b"IHDR" + width.to_bytes(4) + height.to_bytes(4)


JPEG = b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x05\x00\x05"
SEGMENT = b"\xff\xe0\x00\x02"


@pytest.mark.parametrize("data", [png(20, 20), b"GIF89a\x05\x00\x05\x00garbage", JPEG])
def test_a_seal_that_cannot_be_drawn_is_left_out(judged, english, data):
    account = tell(judged(), english)
    sealed = replace(account.signatures[0], picture=Picture("PNG", data, 40))
    assert drawable(data)
    assert write_pdf(replace(account, signatures=(sealed,)), english, lambda _: "").startswith(b"%PDF-")


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"OFD", b"<svg/>", png(0, 5), png(1 << 20, PIXELS_LIMIT)),
        *(b"\xff\xd8" + SEGMENT * 300, b"\xff\xd8\xff\xe0\x00\x00", JPEG + bytes(OCTETS_LIMIT)),
    ],
)
def test_pictures_of_other_kinds_or_too_large_are_not_drawn(data):
    assert drawable(data) is None


def test_a_seal_is_not_wider_than_a_sheet():
    assert (width_of(0), width_of(42), width_of(9999)) == (40, 42, WIDTH_LIMIT)
