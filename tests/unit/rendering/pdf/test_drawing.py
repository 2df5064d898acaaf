"""The process that draws: what it is given, and that nothing it does reaches beyond an answer."""

from __future__ import annotations

import json
import sys
import threading
from io import BytesIO

import pytest
from PIL import Image

from idbridge.rendering.pdf import drawing
from idbridge.rendering.pdf.drawing import Order, PdfDrawing, Sheets
from idbridge.rendering.pictures import Box, NoPicture
from tests.unit.signatures.formats import pdf_forge as forge

PAPER = forge.write(forge.base())
CHANGED = forge.update(PAPER, {forge.CONTENTS: forge.text(b"Pay 999 to Bob")})


def picture(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def instead(program: str, **options: float) -> PdfDrawing:
    """A pool whose worker is another *program*."""
    return PdfDrawing(command=(sys.executable, "-I", "-c", program), **options)


def test_a_page_is_drawn_with_its_marks() -> None:
    sheets = PdfDrawing().draw(PAPER, [Order(0, 1, (("S1", Box(72, 600, 128, 20)),))])
    (sheet,) = sheets.drawn
    assert (sheets.total, sheets.code) == (1, None)
    assert picture(sheet.data).size == (sheet.width, sheet.height) == (1000, 1416)
    ((name, box),) = sheet.marks
    scale = 1000 / 595
    assert name == "S1"
    assert box.x == pytest.approx(72 * scale, abs=2)
    assert box.y == pytest.approx((842 - 620) * scale, abs=2)
    assert (box.width, box.height) == (pytest.approx(128 * scale, abs=3), pytest.approx(20 * scale, abs=3))


def test_an_earlier_state_is_drawn_and_compared() -> None:
    before, after = PdfDrawing().draw(CHANGED, [Order(len(PAPER), 1), Order(0, 1, compare=True)]).drawn
    assert before.data != after.data
    (differs,) = after.differs
    assert 150 < differs.x < 250
    assert 200 < differs.y < 250


def test_pages_of_any_size_stay_within_the_bounds() -> None:
    for size in (b"0 0 14400 3", b"0 0 3 14400", b"0 0 1 1", b"0 0 99999999 99999999", b"0 0 0 0"):
        objects = forge.base()
        objects[forge.PAGE] = objects[forge.PAGE].replace(b"0 0 595 842", size)
        for sheet in PdfDrawing().draw(forge.write(objects), [Order(0, 1)]).drawn:
            assert max(picture(sheet.data).size) <= 1500


def test_what_is_not_there_has_no_picture() -> None:
    sheets = PdfDrawing().draw(PAPER, [Order(0, 9), Order(5, 1), Order(0, 1)])
    assert [sheet.order.page for sheet in sheets.drawn] == [1]
    assert sheets.code is NoPicture.UNREADABLE
    assert PdfDrawing().draw(b"", [Order(0, 1)]) == PdfDrawing().draw(PAPER, []) == Sheets()


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("import os; os.abort()", NoPicture.CRASHED),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", NoPicture.CRASHED),
        ("raise SystemExit(3)", NoPicture.CRASHED),
        ("print('x')", NoPicture.UNREADABLE),
        ("print('{}')", NoPicture.UNREADABLE),
        ("print('[]')", NoPicture.UNREADABLE),
        ('print(\'{"size": 5}\'); print("<svg>")', NoPicture.UNREADABLE),
        ("print('{\"size\": 1e999}')", NoPicture.UNREADABLE),
        ('print(\'{"size": 12}\'); print("RIFF....WEBP", end="")', NoPicture.UNREADABLE),
    ],
)
def test_whatever_the_worker_does_is_an_answer(program: str, code: NoPicture) -> None:
    assert instead(program).draw(PAPER, [Order(0, 1)]) == Sheets((), 0, code)


def test_a_worker_that_hangs_is_ended() -> None:
    assert instead("import time; time.sleep(600)", seconds=1.0).draw(PAPER, [Order(0, 1)]).code is NoPicture.TIMEOUT


def test_what_was_drawn_before_a_crash_stays() -> None:
    sheet = PdfDrawing().draw(PAPER, [Order(0, 1)]).drawn[0]
    line = json.dumps({"width": 1, "height": 1, "marks": [], "size": len(sheet.data), "total": 2}).encode()
    written = b"%b\n%b" % (line, sheet.data)
    program = f"import os, sys; sys.stdout.buffer.write({written!r}); sys.stdout.flush(); os.abort()"
    sheets = instead(program).draw(PAPER, [Order(0, 1), Order(0, 2)])
    assert [one.data for one in sheets.drawn] == [sheet.data]
    assert (sheets.total, sheets.code) == (2, NoPicture.CRASHED)


def test_one_that_cannot_be_started_is_an_answer() -> None:
    assert PdfDrawing(command=("/does/not/exist",)).draw(PAPER, [Order(0, 1)]).code is NoPicture.CRASHED


def test_the_worker_is_given_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDBRIDGE_DATABASE_URL", "postgresql://secret")
    told = "import os, json; assert 'IDBRIDGE_DATABASE_URL' not in os.environ; assert os.getcwd() == '/'; raise SystemExit(0)"
    assert instead(told).draw(PAPER, [Order(0, 1)]).code is NoPicture.UNREADABLE


def test_as_many_draw_at_once_as_there_are_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "WAIT_SECONDS", 0.05)
    pool = instead("import sys; sys.stdin.read(1); import time; time.sleep(3)", at_once=1, seconds=30.0)
    first = threading.Thread(target=pool.draw, args=(PAPER, [Order(0, 1)]))
    first.start()
    while pool._places._value:
        pass
    assert pool.draw(PAPER, [Order(0, 1)]).code is NoPicture.BUSY
    first.join()
