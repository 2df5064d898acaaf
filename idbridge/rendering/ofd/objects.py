"""The objects of a page, one after the other, as SVG: text, paths, pictures, composite units (GB/T 33190 clauses 8 to 13).

Everything is made element by element: text is text, addresses are ``data:`` addresses of rasters, and nothing of the document's
markup is passed on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from idbridge.rendering.ofd.paint import Style
from idbridge.rendering.ofd.resources import Resources
from idbridge.rendering.ofd.shapes import clip_length, clip_shapes, path_data
from idbridge.rendering.ofd.text import draw_text
from idbridge.rendering.ofd.values import IDENTITY, box, matrix, number, transform, written
from idbridge.rendering.pictures import Box
from idbridge.rendering.rasters import data_address, media_type
from idbridge.signatures.formats.ofd.markup import child, local_name, text
from idbridge.trust.svg import element

OBJECTS_LIMIT: Final = 20_000
"""Objects of one page; drawings of buildings have some 10,000."""
LETTERS_LIMIT: Final = 100_000
PATHS_LIMIT: Final = 4 << 20
"""Characters of path data of one page."""
PICTURES_LIMIT: Final = 8 << 20
"""Octets of pictures of one page."""
REPEATED_LIMIT: Final = 200_000
"""Elements of composite units, counted for each use: a symbol has some dozen, and stands on a plan some thousand times."""
SEALS_LIMIT: Final = 8 << 20
"""Octets of pictures of seals on one page, where one seal may stand several times."""
DEPTH_LIMIT: Final = 8
"""Composite units and blocks within one another."""


@dataclass(slots=True)
class Budget:
    """What may still be drawn of one page. `spent`: something was left out."""

    objects: int = OBJECTS_LIMIT
    letters: int = LETTERS_LIMIT
    path: int = PATHS_LIMIT
    pictures: int = PICTURES_LIMIT
    repeated: int = REPEATED_LIMIT
    seals: int = SEALS_LIMIT
    spent: bool = field(default=False)

    def takes(self, name: str, amount: int) -> bool:
        """Take *amount* of one thing; False, and nothing is taken, where too little is left."""
        left: int = getattr(self, name)
        if amount > left:
            self.spent = True
            return False
        setattr(self, name, left - amount)
        return True


class Painter:
    """Draws the objects of one page."""

    def __init__(self, definitions: etree._Element, resources: Resources) -> None:
        """*definitions* is the SVG element that clips are put in."""
        self._definitions = definitions
        self._clips = 0
        self._extents: dict[etree._Element, int] = {}
        self.resources = resources
        self.budget = Budget()
        self._kinds: Mapping[str, Callable[[etree._Element, etree._Element, str | None, int], None]] = {
            "TextObject": self._text,
            "PathObject": self._path,
            "ImageObject": self._image,
            "CompositeObject": self._composite,
            "PageBlock": self._block,
        }

    def draw(self, parent: etree._Element, block: etree._Element, parameter: str | None = None, depth: int = 0) -> None:
        """Draw the objects in *block* (a layer, a unit's content, an appearance) into *parent*, in their order."""
        if depth > DEPTH_LIMIT:
            self.budget.spent = True
            return
        for shown in block:
            if not self.budget.takes("objects", 1):
                return
            kind = self._kinds.get(local_name(shown))
            if kind is None or shown.get("Visible") == "false":
                continue
            if self.budget.takes("path", clip_length(shown)):  # without its clip it would show what that hides
                kind(parent, shown, parameter, depth)

    def _space(self, parent: etree._Element, shown: etree._Element, *, bounded: bool, own: bool = True) -> etree._Element:
        """Return a group with the object's coordinates: its boundary's corner, its clips, and its *own* CTM."""
        place = box(shown.get("Boundary")) or Box(0, 0, 0, 0)
        group = element(parent, "g", transform=f"translate({written(place.x)} {written(place.y)})")
        alpha = number(shown.get("Alpha"), 255)
        if alpha < 255:
            group.set("opacity", written(max(alpha, 0) / 255))
        clips = list(clip_shapes(shown))
        if bounded and place.width > 0 and place.height > 0:
            # a hair's breadth wider: lines that run along the boundary are drawn on both of its sides
            edge = f"M -.4 -.4 H {written(place.width + 0.4)} V {written(place.height + 0.4)} H -.4 Z"
            clips.append([(edge, "")])
        for shapes in clips:
            group = element(group, "g", **{"clip-path": f"url(#{self._clip(shapes)})"})
        ctm = matrix(shown.get("CTM"))
        return element(group, "g", transform=transform(ctm)) if own and ctm != IDENTITY else group

    def _clip(self, shapes: list[tuple[str, str]]) -> str:
        self._clips += 1
        name = f"c{self._clips}"
        clip = element(self._definitions, "clipPath", id=name)
        for data, within in shapes:
            path = element(clip, "path", d=data)
            if within:
                path.set("transform", within)
        return name

    def _text(self, parent: etree._Element, shown: etree._Element, parameter: str | None, depth: int) -> None:  # noqa: ARG002 - the shape of all kinds
        if self.budget.takes("letters", sum(1 + len(code.text or "") for code in shown if local_name(code) == "TextCode")):
            style = Style(shown, self.resources, parameter)
            draw_text(self._space(parent, shown, bounded=False), shown, style, self.resources)

    def _path(self, parent: etree._Element, shown: etree._Element, parameter: str | None, depth: int) -> None:  # noqa: ARG002 - as above
        stated = text(child(shown, "AbbreviatedData"))
        if not self.budget.takes("path", len(stated)):
            return
        style = Style(shown, self.resources, parameter)
        attributes = style.fill() if shown.get("Fill") == "true" else {"fill": "none"}
        if shown.get("Rule") == "Even-Odd":
            attributes["fill-rule"] = "evenodd"
        if shown.get("Stroke") != "false":
            attributes |= style.stroke()
        element(self._space(parent, shown, bounded=True), "path", d=path_data(stated), **attributes)

    def _image(self, parent: etree._Element, shown: etree._Element, parameter: str | None, depth: int) -> None:  # noqa: ARG002 - as above
        data = self.resources.picture(shown.get("ResourceID")) or b""
        place = box(shown.get("Boundary")) or Box(0, 0, 1, 1)
        ctm = matrix(shown.get("CTM"))
        group = self._space(parent, shown, bounded=True, own=False)
        # clause 10: the picture is the unit square, which the CTM puts in its place; without one it fills its boundary
        within = transform(ctm if ctm != IDENTITY else (place.width, 0, 0, place.height, 0, 0))
        kind = media_type(data)
        if kind is None or not self.budget.takes("pictures", len(data)):
            frame = {"fill": "#eee", "stroke": "#999", "stroke-width": ".02", "stroke-dasharray": ".05"}
            element(group, "rect", width=1, height=1, transform=within, **frame)
            self.budget.spent = True
            return
        attributes = {"width": "1", "height": "1", "preserveAspectRatio": "none", "transform": within}
        element(group, "image", href=data_address(kind, data), **attributes)

    def _composite(self, parent: etree._Element, shown: etree._Element, parameter: str | None, depth: int) -> None:
        unit = self.resources.element("CompositeGraphicUnit", shown.get("ResourceID"))
        content = child(unit, "Content") if unit is not None else None
        if content is not None and self.budget.takes("repeated", self._extent(content)):
            self.draw(self._space(parent, shown, bounded=True), content, parameter, depth + 1)

    def _extent(self, content: etree._Element) -> int:
        """Return how many elements a unit has, which every use of it costs."""
        if content not in self._extents:
            self._extents[content] = sum(1 for _ in content.iter())
        return self._extents[content]

    def _block(self, parent: etree._Element, shown: etree._Element, parameter: str | None, depth: int) -> None:
        self.draw(parent, shown, parameter, depth + 1)
