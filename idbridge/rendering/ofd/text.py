"""Text objects as SVG text: every letter where the document puts it, in whatever font the reader's machine has.

GB/T 33190 clause 11. What is shown is the text that the document states (TextCode); glyphs that a font of its own has for it
(CGTransform) are not: a page that shows other letters than it states would be a page to distrust.
"""

from __future__ import annotations

from typing import Final

from lxml import etree

from idbridge.rendering.ofd.paint import Style
from idbridge.rendering.ofd.resources import Resources
from idbridge.rendering.ofd.values import deltas, number, written
from idbridge.signatures.formats.ofd.markup import children
from idbridge.trust.svg import element

SIZE: Final = 4.0
LETTERS_LIMIT: Final = 20_000
"""Letters of one text object; a page of a newspaper has as many altogether."""
_BOLD: Final = 600
_XML_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"


def draw_text(parent: etree._Element, shown: etree._Element, style: Style, resources: Resources) -> int:
    """Draw a text object into *parent*, which has its coordinates; return how many letters it has."""
    font, size = resources.font(shown.get("Font")), number(shown.get("Size"), SIZE)
    stretch = number(shown.get("HScale"), 1) or 1
    attributes = {"font-family": font.family, "font-size": written(size)}
    if font.bold or number(shown.get("Weight"), 400) >= _BOLD:
        attributes["font-weight"] = "bold"
    if font.italic or shown.get("Italic") == "true":
        attributes["font-style"] = "italic"
    attributes |= style.fill() if shown.get("Fill") != "false" else {"fill": "none"}
    if shown.get("Stroke") == "true":
        attributes |= style.stroke()
    if stretch != 1:
        attributes["transform"] = f"scale({written(stretch)} 1)"
    if turned := number(shown.get("CharDirection"), 0):
        attributes["rotate"] = written(turned)
    group = element(parent, "g", **{name: value for name, value in attributes.items() if name != "rotate"})
    drawn, x, y = 0, 0.0, 0.0
    for code in children(shown, "TextCode"):
        letters = (code.text or "")[: LETTERS_LIMIT - drawn]
        x, y = number(code.get("X"), x), number(code.get("Y"), y)
        across, down = _distances(code, shown, len(letters), size)
        line = element(group, "text", letters, x=_places(letters, x, across, stretch), y=_places(letters, y, down, 1))
        line.set(_XML_SPACE, "preserve")
        if turned:
            line.set("rotate", written(turned))
        drawn += len(letters)
    return drawn


def _distances(code: etree._Element, shown: etree._Element, count: int, size: float) -> tuple[str | None, str | None]:
    """Return the distances across and down. Letters with distances in one direction alone do not move in the other.

    Text that reads downwards without any distances stands letter below letter.
    """
    across, down = code.get("DeltaX"), code.get("DeltaY")
    if across is None and down is None and number(shown.get("ReadDirection"), 0) == 90:
        down = f"g {count} {size}"
    return (f"g {count} 0" if across is None and down is not None else across), down


def _places(letters: str, start: float, stated: str | None, stretch: float) -> str:
    """Return the places of the letters; SVG counts units of UTF-16, of which rare characters have two."""
    distances = iter(deltas(stated, len(letters) - 1))
    at, found = start, []
    for letter in letters:
        found.append(written(at / stretch))
        if ord(letter) > 0xFFFF:
            found.append(found[-1])
        step = next(distances, None)
        if step is None:
            break
        at += step
    return " ".join(found) or "0"
