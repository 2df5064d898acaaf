"""One page as SVG: its templates, layers, annotations and seals, in the order in which they lie (GB/T 33190 clause 7.7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from idbridge.rendering.ofd.document import A4, PagePart, Structure, area
from idbridge.rendering.ofd.objects import Painter
from idbridge.rendering.ofd.resources import Resources
from idbridge.rendering.ofd.stamps import Stamp
from idbridge.rendering.ofd.values import box, written
from idbridge.rendering.pictures import Box
from idbridge.rendering.rasters import data_address
from idbridge.signatures.formats.ofd.markup import child, children
from idbridge.signatures.formats.ofd.part_names import PartName
from idbridge.trust.svg import element

PIXELS: Final = 96 / 25.4
"""CSS pixels to the millimetre."""
_LAYERS: Final = ("Background", "Body", "Foreground")
LAYERS_LIMIT: Final = 200
ANNOTATIONS_LIMIT: Final = 1_000


@dataclass(frozen=True, slots=True)
class SealPicture:
    """The picture of a seal as a browser may be given it."""

    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """A page as SVG, its area, the parts that it is made of, and whether something was left out."""

    svg: bytes = field(repr=False)
    area: Box
    parts: frozenset[PartName]
    partial: bool


class PageDrawing:
    """Draws one page."""

    def __init__(self, structure: Structure, resources: Resources, page: PagePart) -> None:
        """Read the page's part and those that it names."""
        self._structure = structure
        root = structure.read(page.part)
        self._root = root if root is not None else etree.Element("Page")
        self._annotations = structure.annotations(page)
        self._templates = tuple(structure.templates(self._root))
        self.area = area(child(self._root, "Area")) or structure.area
        self.svg = _empty(self.area)
        own = structure.own_resources(self._root, page.part)
        self._painter = Painter(element(self.svg, "defs"), resources.within(own))
        self._parts = {page.part, *(template.part for template in self._templates)}
        if self._annotations is not None:
            self._parts.add(self._annotations[0])

    def draw(self, stamps: Iterable[tuple[Stamp, SealPicture | None]], *, paper: bool = True) -> DrawnPage:
        """Return the page; without *paper* what is not painted stays transparent."""
        if paper:
            element(self.svg, "rect", None, fill="#fff", **_placed(self.area))
        for above in (False, True):
            for template in self._templates:
                if template.above is above:
                    self._layers(template.root)
            if not above:
                self._layers(self._root)
        self._draw_annotations()
        for number, (stamp, picture) in enumerate(stamps):
            self._stamp(stamp, picture, f"s{number}")
        parts = frozenset(self._parts | self._painter.resources.used)
        partial = self._painter.budget.spent or self._structure.partial
        return DrawnPage(etree.tostring(self.svg, encoding="utf-8"), self.area, parts, partial)

    def _layers(self, root: etree._Element) -> None:
        content = child(root, "Content")
        layers = list(children(content, "Layer"))[:LAYERS_LIMIT] if content is not None else []
        for kind in _LAYERS:
            for layer in layers:
                stated = layer.get("Type")
                if kind == (stated if stated in _LAYERS else "Body"):
                    self._painter.draw(element(self.svg, "g"), layer, layer.get("DrawParam"))

    def _draw_annotations(self) -> None:
        if self._annotations is None:
            return
        for annotation in list(children(self._annotations[1], "Annot"))[:ANNOTATIONS_LIMIT]:
            appearance = child(annotation, "Appearance")
            if appearance is None or annotation.get("Visible") == "false":
                continue
            place = box(appearance.get("Boundary")) or A4
            group = element(self.svg, "g", transform=f"translate({written(place.x)} {written(place.y)})")
            self._painter.draw(group, appearance)

    def _stamp(self, stamp: Stamp, picture: SealPicture | None, name: str) -> None:
        """Show a seal; one whose picture cannot be shown as an empty frame, for it stands there."""
        whole, shown = _placed(stamp.boundary), _placed(stamp.shown)
        if picture is None or not self._painter.budget.takes("seals", len(picture.data)):
            element(self.svg, "rect", None, fill="none", stroke="#c00", **{"stroke-width": ".5"}, **shown)
            return
        element(element(self.svg, "clipPath", None, id=name), "rect", None, **shown)
        group = element(self.svg, "g", None, **{"clip-path": f"url(#{name})"})
        address = data_address(picture.media_type, picture.data)
        element(group, "image", None, href=address, preserveAspectRatio="none", **whole)


def _empty(place: Box) -> etree._Element:
    view = " ".join(map(written, (place.x, place.y, place.width, place.height)))
    size = {"width": written(place.width * PIXELS), "height": written(place.height * PIXELS)}
    return element(None, "svg", None, viewBox=view, **size)


def _placed(place: Box) -> dict[str, str]:
    return {
        "x": written(place.x),
        "y": written(place.y),
        "width": written(place.width),
        "height": written(place.height),
    }
