"""Pictures that a stranger's file brings along, and that a browser may be given as they are: by their octets, within bounds.

Only rasters: they can neither run nor fetch anything. What they unpack to is read from their headers, since a small file may
claim a picture that no machine can hold.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

MAX_PIXELS: Final = 50_000_000
"""A page of A4 at 600 dots to the inch has 35 million."""
MAX_OCTETS: Final = 8 << 20
"""Octets of one picture as it is stored; scans of a page have some 2 MiB."""

Size = tuple[int, int]


def _png(data: bytes) -> Size | None:
    return (_big(data, 16, 4), _big(data, 20, 4)) if data[12:16] == b"IHDR" else None


def _gif(data: bytes) -> Size | None:
    return _little(data, 6, 2), _little(data, 8, 2)


def _bmp(data: bytes) -> Size | None:
    if _little(data, 14, 4) < 40:  # OS/2: no writer of our time
        return None
    height = int.from_bytes(data[22:26], "little", signed=True)  # negative: rows from the top
    return _little(data, 18, 4), abs(height)


def _jpeg(data: bytes) -> Size | None:
    """Find the start of frame (ITU-T T.81 clause B.2.2): marker after marker, each with its length."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], _big(data, at + 2, 2)
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            return _big(data, at + 7, 2), _big(data, at + 5, 2)
        if length < 2:
            return None
        at += 2 + length
    return None


_KINDS: Final[Mapping[bytes, tuple[str, Callable[[bytes], Size | None]]]] = MappingProxyType(
    {
        b"\x89PNG\r\n\x1a\n": ("image/png", _png),
        b"\xff\xd8\xff": ("image/jpeg", _jpeg),
        b"GIF8": ("image/gif", _gif),
        b"BM": ("image/bmp", _bmp),
    }
)


def media_type(data: bytes) -> str | None:
    """Return the media type of a raster that may be shown; None for anything else, and for what is beyond the bounds."""
    if len(data) > MAX_OCTETS:
        return None
    for start, (kind, size_of) in _KINDS.items():
        if data.startswith(start):
            size = size_of(data)
            sound = size is not None and min(size) > 0 and size[0] * size[1] <= MAX_PIXELS
            return kind if sound else None
    return None


def data_address(kind: str, data: bytes) -> str:
    """Return a ``data:`` address (RFC 2397): the picture is a part of the page, and stands in no store."""
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


def _big(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "big")


def _little(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")
