"""The process that draws pages of one PDF and ends. Run as a script by `drawing`; imports nothing of the bridge.

pdfium is native code, and the file a stranger's: whatever it does to this process, it does to this process alone. Before the
file is opened, the process gives up memory, time and output beyond its bounds. Standard input is the file. Argument 1 is the
order, a JSON array of objects: ``end`` (the octets that count; 0: all), ``page`` (from 1), ``marks`` (arrays of a name, left,
bottom, right, top in the page's units) and ``compare`` (with the picture before). Standard output gets, for each, a line of
JSON and as many octets of a picture as it states in ``size``.
"""

from __future__ import annotations

import json
import mmap
import resource
import sys
from collections.abc import Iterator
from ctypes import byref, c_int
from io import BytesIO
from typing import Any, Final

import pypdfium2
from PIL import Image, ImageChops
from pypdfium2 import raw

MIB: Final = 1 << 20
MEMORY: Final = 2048 * MIB
"""Octets of address space: a file of 128 MiB, mapped and copied, its images, and pdfium itself."""
CPU_SECONDS: Final = 20
"""Real pages take 0.02 to 0.5 seconds; large scans some 2."""
OUTPUT: Final = 32 * MIB
"""Octets of pictures: twenty pages of photographs; one of text has 50 KB."""

MAX_WIDTH: Final = 1000
"""Pixels: sharp on a telephone at three pixels to the point, and on a desk in the column of the page."""
MAX_HEIGHT: Final = 1500
MAX_SCALE: Final = 4.0
"""Pixels to the point; a visiting card need not fill the width."""
QUALITY: Final = 80

TILE: Final = 10
"""Pixels of a square that differs or not. Letters are as high."""
NOISE: Final = 24
"""Difference of brightness (of 255) that no eye sees between two drawings of one thing."""
MAX_REGIONS: Final = 24
"""Rectangles on one page; beyond that, one around all."""

Tile = tuple[int, int]
Rectangle = tuple[int, int, int, int]


def limit() -> None:
    """Give up what drawing does not need. A limit that is lower already stays."""
    bounds = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_FSIZE: OUTPUT,
        resource.RLIMIT_CORE: 0,
    }
    for kind, bound in bounds.items():
        _, hard = resource.getrlimit(kind)
        lowered = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(kind, (lowered, lowered))


def regions(tiles: set[Tile]) -> list[Rectangle]:
    """Return rectangles (x, y, width, height, in tiles) around groups of tiles that touch, or nearly do."""
    left, found = set(tiles), []
    while left:
        waiting = [left.pop()]
        group: set[Tile] = set()
        while waiting:
            column, row = waiting.pop()
            group.add((column, row))
            near = {(column + x, row + y) for x in range(-3, 4) for y in (-1, 0, 1)} & left
            left -= near
            waiting += near
        found.append(_around(group))
    return found if len(found) <= MAX_REGIONS else [_around(tiles)]


def _around(tiles: set[Tile]) -> Rectangle:
    columns, rows = [column for column, _ in tiles], [row for _, row in tiles]
    return min(columns), min(rows), max(columns) - min(columns) + 1, max(rows) - min(rows) + 1


def differing(before: Image.Image, after: Image.Image) -> list[Rectangle]:
    """Return where two pictures differ, in pixels of the second; everywhere, if they are of different sizes."""
    width, height = after.size
    if before.size != after.size:
        return [(0, 0, width, height)]
    difference = ImageChops.difference(before, after).convert("L").point([255 * (value > NOISE) for value in range(256)])
    grid = difference.reduce(TILE)
    tiles = {(place % grid.width, place // grid.width) for place, value in enumerate(grid.tobytes()) if value}
    found = [(x * TILE, y * TILE, w * TILE, h * TILE) for x, y, w, h in regions(tiles)]
    return [(x, y, min(w, width - x), min(h, height - y)) for x, y, w, h in found]


class Drawing:
    """Draws pages of one file and of what it was before updates."""

    def __init__(self, data: mmap.mmap) -> None:
        """Open nothing yet."""
        self._data = data
        self._documents: dict[int, pypdfium2.PdfDocument] = {}
        self._previous: Image.Image | None = None

    def draw(self, end: int, page: int, marks: list[Any], *, compare: bool) -> tuple[dict[str, object], bytes]:
        """Return what there is to say about a page, and its picture; without one, if it cannot be drawn."""
        previous, self._previous = self._previous, None
        told: dict[str, object] = {}
        try:
            document = self._document(end)
            told["total"] = len(document)
            image, placed = _page(document[page - 1], marks)
        except (pypdfium2.PdfiumError, ValueError, IndexError, MemoryError) as error:
            return {**told, "problem": type(error).__name__}, b""
        told |= {"width": image.width, "height": image.height, "marks": placed}
        if compare and previous is not None:
            told["differs"] = differing(previous, image)
        self._previous = image
        return told, _encoded(image)

    def _document(self, end: int) -> pypdfium2.PdfDocument:
        if end not in self._documents:
            document = pypdfium2.PdfDocument(self._data[: end or len(self._data)])
            document.init_forms()  # signatures are fields: without a form they would not be drawn
            self._documents[end] = document
        return self._documents[end]


def _page(page: pypdfium2.PdfPage, marks: list[Any]) -> tuple[Image.Image, list[Any]]:
    width, height = page.get_size()
    scale = min(MAX_WIDTH / max(width, 1), MAX_HEIGHT / max(height, 1), MAX_SCALE)
    image = page.render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")
    return image, [[name, *_placed(page, image.size, box)] for name, *box in marks]


def _placed(page: pypdfium2.PdfPage, size: tuple[int, int], box: list[float]) -> Rectangle:
    """Return a rectangle of the page on its picture, whatever the page's rotation and crop."""
    xs, ys = [], []
    for across, up in ((box[0], box[1]), (box[2], box[3])):
        x, y = c_int(), c_int()
        raw.FPDF_PageToDevice(page, 0, 0, *size, 0, across, up, byref(x), byref(y))
        xs.append(x.value)
        ys.append(y.value)
    return min(xs), min(ys), abs(xs[1] - xs[0]), abs(ys[1] - ys[0])


def _encoded(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "WEBP", quality=QUALITY, method=2)
    return file.getvalue()


def drawn(data: mmap.mmap, order: list[dict[str, Any]]) -> Iterator[bytes]:
    """Walk through what is to be written for each page of the order."""
    drawing = Drawing(data)
    for wanted in order:
        told, picture = drawing.draw(wanted["end"], wanted["page"], wanted["marks"], compare=wanted["compare"])
        yield json.dumps({**told, "size": len(picture)}).encode() + b"\n" + picture


def main() -> None:
    """Draw what is ordered, page by page: what was written stays when the process is stopped."""
    limit()
    order = json.loads(sys.argv[1])
    data = mmap.mmap(sys.stdin.fileno(), 0, access=mmap.ACCESS_READ)
    for piece in drawn(data, order):
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
