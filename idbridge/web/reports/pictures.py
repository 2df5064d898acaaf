"""Pictures that a printed report shows: a seal's own, if it is of a kind and size that may be drawn, and the path as SVG."""

from __future__ import annotations

from typing import Final, NamedTuple

PIXELS_LIMIT: Final = 4_000_000
"""Pixels of a seal's picture that are unpacked, 16 MB of memory: seals are 4 cm wide, and 2,000 dots each way are 1,200 dpi."""

OCTETS_LIMIT: Final = 1 << 20
"""Octets of a seal's picture; those in use have some ten thousand."""

WIDTH_LIMIT: Final = 80
"""Millimetres that a seal is drawn wide at most; the size that it states is a stranger's."""
USUAL_WIDTH: Final = 40
"""Millimetres of a seal that states no width: GB/T 33481 gives organisations 40 to 42."""


class Raster(NamedTuple):
    """A picture's format as the typesetter names it, and its size in pixels."""

    format: str
    width: int
    height: int


def drawable(picture: bytes) -> str | None:
    """Return the format of a picture that may be drawn; None for one of another kind, or too large to be unpacked."""
    if len(picture) > OCTETS_LIMIT:
        return None
    raster = _png(picture) or _gif(picture) or _jpeg(picture)
    if raster is None or not 0 < raster.width * raster.height <= PIXELS_LIMIT:
        return None
    return raster.format


def width_of(stated: int) -> int:
    """Return how many millimetres wide a seal is drawn."""
    return min(stated, WIDTH_LIMIT) if stated > 0 else USUAL_WIDTH


def _png(data: bytes) -> Raster | None:
    """PNG (Third Edition) clause 11.2.1: IHDR comes first."""
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        return None
    return Raster("png", int.from_bytes(data[16:20]), int.from_bytes(data[20:24]))


def _gif(data: bytes) -> Raster | None:
    """GIF89a clause 18: the logical screen."""
    if data[:6] not in {b"GIF87a", b"GIF89a"}:
        return None
    return Raster("gif", int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little"))


FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Markers of ITU-T T.81 table B.1 that begin a frame, whose header has the size."""
SEGMENTS_LIMIT: Final = 200
"""Segments before the frame that are stepped over: cameras write some twenty."""


def _jpeg(data: bytes) -> Raster | None:
    """ITU-T T.81 clause B.1.1.4: step over segments up to the frame header."""
    if data[:2] != b"\xff\xd8":
        return None
    place = 2
    for _ in range(SEGMENTS_LIMIT):
        marker, length = data[place : place + 2], int.from_bytes(data[place + 2 : place + 4])
        if len(marker) < 2 or marker[0] != 0xFF or length < 2:
            return None
        if marker[1] in FRAMES:
            return Raster("jpg", int.from_bytes(data[place + 7 : place + 9]), int.from_bytes(data[place + 5 : place + 7]))
        place += 2 + length
    return None
