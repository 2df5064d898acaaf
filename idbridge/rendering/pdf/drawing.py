"""Has pages drawn by `worker`, one process a file; a process that crashes, hangs or floods is an answer without pictures.

A fresh process for each file: nothing that one stranger's file did to pdfium can touch another's picture. How many run at once
is bounded, so that pictures never take the machine from verdicts.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from idbridge.rendering.pictures import Box, NoPicture

WORKER: Final = Path(__file__).with_name("worker.py")
SECONDS: Final = 25.0
"""For one file, from start to end: more than its CPU time, on a busy machine."""
WAIT_SECONDS: Final = 15.0
"""For a place among those that draw; a person who waits longer prefers the verdict."""
AT_ONCE: Final = 2
"""Processes of one server process."""
MEDIA_TYPE: Final = "image/webp"


@dataclass(frozen=True, slots=True)
class Order:
    """A page to draw: of the first `end` octets (0: all), by number from 1; `marks` are named boxes in the page's units.

    The boxes of `marks` have their corner at the lower left, as PDF has it. `compare` it with the one before.
    """

    end: int
    page: int
    marks: tuple[tuple[str, Box], ...] = ()
    compare: bool = False

    def to_dict(self) -> dict[str, object]:
        """Return the order as the worker reads it."""
        marks = [[name, box.x, box.y, box.x + box.width, box.y + box.height] for name, box in self.marks]
        return {"end": self.end, "page": self.page, "marks": marks, "compare": self.compare}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page drawn: its picture and size in pixels, where the marks are on it, and where it differs from the one before."""

    order: Order
    width: int
    height: int
    data: bytes = field(repr=False)
    marks: tuple[tuple[str, Box], ...]
    differs: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Sheets:
    """What became of an order: the pages that could be drawn, in order; how many there are; why others are missing."""

    drawn: tuple[Drawn, ...] = ()
    total: int = 0
    code: NoPicture | None = None


class PdfDrawing:
    """The pool. One for each server process."""

    def __init__(self, *, at_once: int = AT_ONCE, seconds: float = SECONDS, command: Sequence[str] = ()) -> None:
        """*command* is for those who want another worker."""
        self._places = threading.BoundedSemaphore(at_once)
        self._seconds = seconds
        self._command = tuple(command) or (sys.executable, "-I", "-B", str(WORKER))

    def draw(self, data: bytes, orders: Sequence[Order]) -> Sheets:
        """Draw pages of *data*; whatever it is, the answer comes within the bounds."""
        if not orders or not data:
            return Sheets()
        if not self._places.acquire(timeout=WAIT_SECONDS):
            return Sheets(code=NoPicture.BUSY)
        try:
            return self._draw(data, orders)
        finally:
            self._places.release()

    def _draw(self, data: bytes, orders: Sequence[Order]) -> Sheets:
        order = json.dumps([one.to_dict() for one in orders])
        # Files without a name, not pipes: the worker maps one, and is held to the size of the other.
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as told:
            given.write(data)
            given.flush()
            given.seek(0)
            code = self._run([*self._command, order], given.fileno(), told.fileno())
            told.seek(0)
            sheets = _read(told.read(), orders)
        complete = len(sheets.drawn) == len(orders)
        return Sheets(sheets.drawn, sheets.total, None if complete else code or NoPicture.UNREADABLE)

    def _run(self, command: Sequence[str], given: int, told: int) -> NoPicture | None:
        """Run the worker, without this process's environment: that has secrets, and drawing needs none of it."""
        try:
            ended = subprocess.run(  # noqa: S603 - the command is ours; only its input is a stranger's
                command,
                stdin=given,
                stdout=told,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                timeout=self._seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return NoPicture.TIMEOUT
        except OSError:
            return NoPicture.CRASHED
        return NoPicture.CRASHED if ended.returncode else None


def _read(told: bytes, orders: Sequence[Order]) -> Sheets:
    """Read as much as the worker wrote. It is not believed: a file may have made it write anything."""
    stream, drawn, total = BytesIO(told), [], 0
    for order in orders:
        try:
            line: dict[str, Any] = json.loads(stream.readline())
            picture = stream.read(int(line["size"]))
            total = int(line.get("total", total))
            if picture:
                drawn.append(_drawn(order, line, picture))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            break
    return Sheets(tuple(drawn), max(total, 0))


def _drawn(order: Order, line: dict[str, Any], picture: bytes) -> Drawn:
    """:raises ValueError: it is no picture of the kind that was asked for."""
    if not (picture.startswith(b"RIFF") and picture[8:12] == b"WEBP"):
        raise ValueError("not a picture")
    marks = tuple((str(name), Box(*map(float, box))) for name, *box in line["marks"])
    differs = tuple(Box(*map(float, box)) for box in line.get("differs", ()))
    return Drawn(order, int(line["width"]), int(line["height"]), picture, marks, differs)
