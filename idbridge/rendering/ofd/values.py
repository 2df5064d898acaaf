"""The small values in OFD's attributes: numbers, boxes, matrices, lists with repetitions (GB/T 33190 clause 7.3).

What is malformed becomes the default, for a page is drawn as far as it can be. Everything is finite and within what a page can
be, so that it can be written into SVG.
"""

from __future__ import annotations

import math
from typing import Final

from idbridge.rendering.pictures import Box

GREATEST: Final = 1e6
"""Millimetres, or points: a kilometre. Beyond, browsers lose precision and drawings mean nothing."""
NUMBERS_LIMIT: Final = 100_000
"""Numbers of one list: a path of contour lines has some 50,000."""

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Final[Matrix] = (1, 0, 0, 1, 0, 0)


def number(text: str | None, default: float) -> float:
    """Return a number; *default* for what is none."""
    try:
        value = float(text or "")
    except ValueError:
        return default
    return value if math.isfinite(value) and abs(value) <= GREATEST else default


def numbers(text: str | None) -> tuple[float, ...]:
    """Return the numbers of a list (ST_Array) up to the first that is none."""
    found: list[float] = []
    for token in (text or "").split(maxsplit=NUMBERS_LIMIT)[:NUMBERS_LIMIT]:
        value = number(token, math.inf)
        if value == math.inf:
            break
        found.append(value)
    return tuple(found)


def box(text: str | None) -> Box | None:
    """Return an ST_Box: x, y, width, height; None for what is none."""
    found = numbers(text)
    if len(found) != 4 or found[2] < 0 or found[3] < 0:
        return None
    return Box(*found)


def matrix(text: str | None) -> Matrix:
    """Return a CTM; what is none changes nothing."""
    match numbers(text):
        case (a, b, c, d, e, f):
            return (a, b, c, d, e, f)
        case _:
            return IDENTITY


def deltas(text: str | None, count: int) -> tuple[float, ...]:
    """Return at most *count* distances between letters: ``g 3 5.2`` stands for three of 5.2 (clause 11.3)."""
    found: list[float] = []
    words = iter((text or "").split(maxsplit=NUMBERS_LIMIT)[:NUMBERS_LIMIT])
    for word in words:
        times, value = (number(next(words, ""), 0), next(words, "")) if word == "g" else (1, word)
        found += [number(value, 0)] * min(max(int(times), 0), count - len(found))
        if len(found) >= count:
            break
    return tuple(found)


def written(value: float) -> str:
    """Return a number as SVG is written: to a thousandth, without a tail of noughts."""
    return f"{value:.3f}".rstrip("0").rstrip(".") if value else "0"


def transform(value: Matrix) -> str:
    """Return a matrix as SVG's transform; factors keep more digits than lengths, for they may be small."""
    return f"matrix({' '.join(f'{part:.6g}' for part in value)})"
