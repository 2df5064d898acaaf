"""Rasters are known by their octets, and their sizes are read as Pillow wrote them."""

from __future__ import annotations

import base64
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from idbridge.rendering.rasters import MAX_OCTETS, MAX_PIXELS, data_address, media_type


def picture(kind: str, width: int = 3, height: int = 2) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), "red").save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP"])
def test_a_raster_is_known(kind: str) -> None:
    assert media_type(picture(kind)) == f"image/{kind.lower()}"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP"])
def test_one_that_claims_too_many_pixels_is_not_shown(kind: str) -> None:
    data = bytearray(picture(kind))
    place, order = {"PNG": (16, "big"), "GIF": (6, "little"), "BMP": (18, "little"), "JPEG": (None, "big")}[kind]
    place = data.index(b"\xff\xc0") + 5 if place is None else place
    width = 2 if kind in {"GIF", "JPEG"} else 4
    for side in range(2):
        at = place + side * width
        data[at : at + width] = (60_000 if width == 2 else 1 << 20).to_bytes(width, order)
    assert MAX_PIXELS < 60_000**2
    assert media_type(bytes(data)) is None


@pytest.mark.parametrize(
    "data", [b"", b"<svg/>", b"<?xml", b"RIFF", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"BM", b"GIF8"]
)
def test_nothing_else_is(data: bytes) -> None:
    assert media_type(data) is None


def test_one_without_an_end_is_too_large() -> None:
    assert media_type(picture("PNG") + bytes(MAX_OCTETS)) is None


@given(st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM"]), st.binary(max_size=200))
def test_whatever_follows_is_read_without_harm(start: bytes, rest: bytes) -> None:
    assert media_type(start + rest) in {None, "image/png", "image/jpeg", "image/gif", "image/bmp"}


def test_an_address_holds_the_octets() -> None:
    kind, _, encoded = data_address("image/png", b"\0\xff").partition(";base64,")
    assert (kind, base64.b64decode(encoded)) == ("data:image/png", b"\0\xff")
