"""What a signature shows on its page: lines of text, a picture, both, as a form XObject (ISO 32000-2 clauses 8.10, 12.5.5).

What is shown proves nothing, and verifiers do not look at it; it tells people that, where and by whom was signed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from pikepdf import Array, Dictionary, Name, Object

from idbridge.signatures.making.pdf.lettering import fit
from idbridge.signatures.making.pdf.picture import add_picture
from idbridge.signatures.making.pdf.revision import Update
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused

Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in points of the page's own coordinates (clause 12.5.2: Rect)."""

_MARGIN: Final = 2.0
_UPRIGHT: Final = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}
"""By a page's Rotate: how the appearance is turned back to be read upright (clause 8.3.3)."""

SIDE_LIMIT: Final = 14_400.0
"""Points of a page's side (Annex C.2, table C.1)."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """What to show, and on which page from 1 where; a field that is there already has its own place.

    Without `lines` the signature's own entries are shown: name, reason, place, time. `picture` is a PNG or JPEG file.
    """

    box: Box | None = None
    page: int = 1
    lines: tuple[str, ...] = ()
    picture: bytes | None = field(default=None, repr=False)


def add_appearance(update: Update, shown: Appearance, lines: tuple[str, ...], box: Box, rotation: int) -> Object:
    """Add the appearance of a signature in *box*, on a page that is turned by *rotation* degrees; return the form XObject.

    :raises MakingRefused: the box is none, the text does not fit, or the picture cannot be used.
    """
    width, height = box_size(box)
    if rotation in (90, 270):
        width, height = height, width
    resources = Dictionary()
    drawn = []
    left = _MARGIN
    if shown.picture is not None:
        image, pixels = add_picture(update, shown.picture)
        resources["/XObject"] = Dictionary(Picture=image)
        placed = _picture_place(pixels, width, height, alone=not lines)
        drawn.append(b"q %.2f 0 0 %.2f %.2f %.2f cm /Picture Do Q" % placed)
        left += placed[0] + _MARGIN
    if lines:
        lettering = fit(lines, width - left - _MARGIN, height - 2 * _MARGIN)
        fonts = {f"/{name}": update.add(font.dictionary) for name, font in lettering.fonts.items()}
        resources["/Font"] = Dictionary(fonts)
        drawn.append(lettering.operators(left, height - _MARGIN))
    entries = Dictionary(
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=[0, 0, round(width, 2), round(height, 2)],
        Matrix=Array([*_UPRIGHT[rotation], 0, 0]),
        Resources=resources,
    )
    return update.add_stream(b"\n".join(drawn), entries)


def box_size(box: Box) -> tuple[float, float]:
    """Return width and height.

    :raises MakingRefused: it has no area, or is beyond any page.
    """
    width, height = box[2] - box[0], box[3] - box[1]
    if not all(0 < side <= SIDE_LIMIT for side in (width, height)) or not all(abs(edge) <= SIDE_LIMIT for edge in box):
        raise MakingRefused(MakingRefusal.APPEARANCE, f"{box} is no place on a page")
    return width, height


def _picture_place(pixels: tuple[int, int], width: float, height: float, *, alone: bool) -> tuple[float, float, float, float]:
    """Return width, height, left and bottom of the picture: all of the box if it is alone, else the left two fifths at most."""
    room = (width if alone else 0.4 * width) - 2 * _MARGIN, height - 2 * _MARGIN
    if min(room) <= 0:
        raise MakingRefused(MakingRefusal.APPEARANCE, "there is no room for the picture")
    scale = min(room[0] / pixels[0], room[1] / pixels[1])
    wide, high = pixels[0] * scale, pixels[1] * scale
    left = (width - wide) / 2 if alone else _MARGIN
    return wide, high, left, (height - high) / 2
