"""A picture as an image XObject (ISO 32000-2 clause 8.9.5): JPEG as it is, everything else unpacked and packed anew.

Pictures may come from strangers: only two formats are opened, and only up to a size.
"""

from __future__ import annotations

import io
import zlib
from typing import Final

from pikepdf import Dictionary, Name, Object
from PIL import Image

from idbridge.signatures.making.pdf.revision import Update
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused

FORMATS: Final = ("PNG", "JPEG")
OCTETS_LIMIT: Final = 4 << 20
PIXELS_LIMIT: Final = 4_000_000
"""A handwritten signature scanned at 600 dpi, 10 cm by 5, has 2.8 million; unpacked they take four octets each."""

_PACKED_AS_IS: Final = {"L": Name.DeviceGray, "RGB": Name.DeviceRGB}


def add_picture(update: Update, picture: bytes) -> tuple[Object, tuple[int, int]]:
    """Add *picture*, a PNG or JPEG file; return the image and its width and height in pixels.

    :raises MakingRefused: it is none, or too large.
    """
    if len(picture) > OCTETS_LIMIT:
        raise MakingRefused(MakingRefusal.APPEARANCE, f"a picture of {len(picture)} octets is larger than {OCTETS_LIMIT}")
    try:
        with Image.open(io.BytesIO(picture), formats=FORMATS) as image:
            _require_size(image)
            if image.format == "JPEG" and image.mode in _PACKED_AS_IS:
                image.load()
                return _image(update, picture, image.size, _PACKED_AS_IS[image.mode], Name.DCTDecode), image.size
            return _unpacked(update, image.convert("RGBA")), image.size
    except MakingRefused:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise MakingRefused(MakingRefusal.APPEARANCE, "the picture is no PNG or JPEG that can be read") from error


def _require_size(image: Image.Image) -> None:
    if image.width * image.height > PIXELS_LIMIT:
        raise MakingRefused(MakingRefusal.APPEARANCE, f"a picture of {image.width} × {image.height} pixels is too large")


def _unpacked(update: Update, image: Image.Image) -> Object:
    alpha = image.getchannel("A")
    mask = None
    if alpha.getextrema() != (255, 255):
        mask = _image(update, zlib.compress(alpha.tobytes()), image.size, Name.DeviceGray, Name.FlateDecode)
    colours = zlib.compress(image.convert("RGB").tobytes())
    return _image(update, colours, image.size, Name.DeviceRGB, Name.FlateDecode, mask)


def _image(
    update: Update, octets: bytes, size: tuple[int, int], space: Name, packed: Name, mask: Object | None = None
) -> Object:
    entries = Dictionary(
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=size[0],
        Height=size[1],
        ColorSpace=space,
        BitsPerComponent=8,
        Filter=packed,
    )
    if mask is not None:
        entries["/SMask"] = mask
    return update.add_stream(octets, entries)
