"""Paths and clips: GB/T 33190 clauses 8.4 (clips) and 9 (paths), as SVG writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Final

from lxml import etree

from idbridge.rendering.ofd.values import NUMBERS_LIMIT, box, matrix, number, transform, written
from idbridge.signatures.formats.ofd.markup import child, children, text

_OPERATORS: Final[Mapping[str, tuple[str, int]]] = MappingProxyType(
    {"S": ("M", 2), "M": ("M", 2), "L": ("L", 2), "Q": ("Q", 4), "B": ("C", 6), "A": ("A", 7), "C": ("Z", 0)}
)
"""OFD's operator: SVG's, and how many numbers follow (clause 9.3, table 36)."""

CLIPS_LIMIT: Final = 8
"""Clips that one object goes through, and areas of one clip."""


def path_data(abbreviated: str) -> str:
    """Return AbbreviatedData as SVG's path data, up to the first thing that is wrong in it."""
    return " ".join(_segments(abbreviated))


def _segments(abbreviated: str) -> Iterator[str]:
    tokens = abbreviated.split(maxsplit=NUMBERS_LIMIT)[:NUMBERS_LIMIT]
    at = 0
    started = False
    while at < len(tokens) and tokens[at] in _OPERATORS:
        operator, count = _OPERATORS[tokens[at]]
        values = [number(token, float("inf")) for token in tokens[at + 1 : at + 1 + count]]
        if len(values) < count or float("inf") in values or not (started or operator == "M"):
            return
        if operator == "A":
            values = [abs(values[0]), abs(values[1]), values[2], float(values[3] != 0), float(values[4] != 0), *values[5:]]
        started = True
        yield f"{operator} {' '.join(map(written, values))}".strip()
        at += 1 + count


def clip_length(shown: etree._Element) -> int:
    """Return how many characters of path data the clips of an object have, with one for each area."""
    clips = child(shown, "Clips")
    areas = (area for clip in _first(clips, "Clip") for area in _first(clip, "Area"))
    return sum(1 + len(text(child(area, "Path", "AbbreviatedData"))) for area in areas)


def _first(element: etree._Element | None, name: str) -> Iterator[etree._Element]:
    return islice(children(element, name), CLIPS_LIMIT) if element is not None else iter(())


def clip_shapes(shown: etree._Element) -> Iterator[list[tuple[str, str]]]:
    """Walk through the clips of an object: each as its areas, which are a path and its transform within the object.

    An object is shown where it is in all clips, and in a clip where it is in one of the areas.
    """
    clips = child(shown, "Clips")
    if clips is None:
        return
    follows = transform(matrix(shown.get("CTM"))) + " " if clips.get("TransFlag") != "false" else ""
    for clip in _first(clips, "Clip"):
        found = [shape for area in _first(clip, "Area") if (shape := _area(area, follows))]
        if found:  # a clip by text alone is not drawn: it would hide what it cannot say
            yield found


def _area(area: etree._Element, follows: str) -> tuple[str, str] | None:
    path = child(area, "Path")
    if path is None:
        return None
    placed = box(path.get("Boundary"))
    moved = f"translate({written(placed.x)} {written(placed.y)}) " if placed is not None else ""
    within = f"{follows}{transform(matrix(area.get('CTM')))} {moved}{transform(matrix(path.get('CTM')))}"
    return path_data(text(child(path, "AbbreviatedData"))), within
