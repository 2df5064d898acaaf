"""How lines and areas are painted: colours, widths, dashes, from an object and the parameters that it refers to.

GB/T 33190 clauses 8.2 (drawing parameters) and 8.3 (colours). A shading is painted in its first colour, a pattern in grey: one
can read what is there, which is what the pictures are for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from idbridge.rendering.ofd.resources import Resources
from idbridge.rendering.ofd.values import number, numbers, written
from idbridge.signatures.formats.ofd.markup import child

PARAMETERS_LIMIT: Final = 8
"""Drawing parameters that refer to another."""
DASHES_LIMIT: Final = 16

LINE_WIDTH: Final = 0.353  # clause 8.2: millimetres, one point
HAIRLINE: Final = 0.1

BLACK: Final = "#000"
GREY: Final = "#bbb"

_CAPS: Final = {"Butt": "butt", "Round": "round", "Square": "square"}
_JOINS: Final = {"Miter": "miter", "Round": "round", "Bevel": "bevel"}


class Style:
    """Where the style of an object is looked up: in itself, then in its parameters, then in those of its layer."""

    def __init__(self, element: etree._Element, resources: Resources, layer: str | None) -> None:
        """Find the parameters."""
        self._resources = resources
        self._sources = (element, *_parameters(element.get("DrawParam"), resources), *_parameters(layer, resources))

    def _attribute(self, name: str) -> str | None:
        return next((value for source in self._sources if (value := source.get(name)) is not None), None)

    def _colour(self, name: str) -> tuple[str, float]:
        element = next((found for source in self._sources if (found := child(source, name)) is not None), None)
        return (BLACK, 1.0) if element is None else colour(element, self._resources)

    def fill(self) -> dict[str, str]:
        """Return SVG's attributes of an area."""
        paint, opacity = self._colour("FillColor")
        return {"fill": paint} | ({"fill-opacity": written(opacity)} if opacity < 1 else {})

    def stroke(self) -> dict[str, str]:
        """Return SVG's attributes of a line."""
        paint, opacity = self._colour("StrokeColor")
        width = number(self._attribute("LineWidth"), LINE_WIDTH)
        found = {"stroke": paint, "stroke-width": written(max(width, HAIRLINE))}
        if opacity < 1:
            found["stroke-opacity"] = written(opacity)
        if cap := _CAPS.get(self._attribute("Cap") or ""):
            found["stroke-linecap"] = cap
        if join := _JOINS.get(self._attribute("Join") or ""):
            found["stroke-linejoin"] = join
        dashes = [abs(value) for value in numbers(self._attribute("DashPattern"))[:DASHES_LIMIT]]
        if any(dashes):
            found["stroke-dasharray"] = " ".join(map(written, dashes))
            found["stroke-dashoffset"] = written(number(self._attribute("DashOffset"), 0))
        return found


def _parameters(identifier: str | None, resources: Resources) -> Iterator[etree._Element]:
    for _ in range(PARAMETERS_LIMIT):
        found = resources.element("DrawParam", identifier)
        if found is None:
            return
        yield found
        identifier = found.get("Relative")


def colour(element: etree._Element, resources: Resources) -> tuple[str, float]:
    """Return a CT_Color as CSS writes it, and its opacity."""
    opacity = min(max(number(element.get("Alpha"), 255) / 255, 0), 1)
    for kind in ("AxialShd", "RadialShd", "GouraudShd", "LaGouraudShd"):
        shading = child(element, kind)
        if shading is not None:
            first = next((found for found in shading.iter() if isinstance(found.tag, str) and found.get("Value")), None)
            return (GREY, opacity) if first is None else (_solid(first, resources), opacity)
    if child(element, "Pattern") is not None:
        return GREY, opacity
    return _solid(element, resources), opacity


def _solid(element: etree._Element, resources: Resources) -> str:
    values = [_component(token) for token in (element.get("Value") or "").split()[:4]]
    space = resources.element("ColorSpace", element.get("ColorSpace"))
    kind = (space.get("Type") or "" if space is not None else "").upper()
    match values:
        case (level,):
            return _hexadecimal(level, level, level)
        case (cyan, magenta, yellow, key) if kind != "RGB":
            return _hexadecimal(*((255 - value) * (255 - key) / 255 for value in (cyan, magenta, yellow)))
        case (red, green, blue, *_):
            return _hexadecimal(red, green, blue)
        case _:
            return BLACK


def _component(token: str) -> float:
    """Return a part of a colour: a number up to 255, or one in hexadecimal after ``#``."""
    if token.startswith("#"):
        try:
            return float(min(int(token[1:3], 16), 255))
        except ValueError:
            return 0
    return min(max(number(token, 0), 0), 255)


def _hexadecimal(red: float, green: float, blue: float) -> str:
    return f"#{round(red):02x}{round(green):02x}{round(blue):02x}"
