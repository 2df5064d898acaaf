"""From the root of a document to its pages: areas, templates, resources, annotations (GB/T 33190 clauses 7.5 to 7.8 and 15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from lxml import etree

from idbridge.rendering.ofd.markup_parts import MarkupParts
from idbridge.rendering.ofd.values import box
from idbridge.rendering.pictures import Box
from idbridge.signatures.formats.ofd.markup import MarkupError, child, children, text
from idbridge.signatures.formats.ofd.part_names import PartName
from idbridge.signatures.formats.ofd.structure import find

A4: Final = Box(0, 0, 210, 297)
SIDE_LIMIT: Final = 5_000.0
"""Millimetres of a page's side; the longest plans have two metres."""
TEMPLATES_LIMIT: Final = 16
"""Templates of one page."""
PAGES_LIMIT: Final = 20_000
RESOURCE_PARTS_LIMIT: Final = 64
"""Parts of resources that a document, or a page, names; the standard has one or two, and some writers one for each page."""


@dataclass(frozen=True, slots=True)
class PagePart:
    """A page as the document lists it."""

    identifier: str
    number: int
    part: PartName


@dataclass(frozen=True, slots=True)
class Template:
    """A template of a page, and whether it lies above the page's own layers."""

    part: PartName
    root: etree._Element = field(repr=False)
    above: bool


class Structure:
    """One document of a package."""

    def __init__(self, markup: MarkupParts, root: PartName) -> None:
        """Read the document's root part.

        :raises MarkupError: it is no XML, or too large.
        """
        self._markup = markup
        self._base = root
        found = markup.root(root)
        if found is None:
            raise MarkupError(f"{root} is no markup")
        self._root = found
        self._annotations: dict[str, PartName] | None = None
        common = child(self._root, "CommonData")
        self._common = common if common is not None else self._root
        self.pages = tuple(self._pages())
        self.area = area(child(self._common, "PageArea")) or A4

    def _pages(self) -> Iterator[PagePart]:
        listed = child(self._root, "Pages")
        for number, page in enumerate(children(listed, "Page") if listed is not None else (), 1):
            part = find(self._markup.package, page.get("BaseLoc") or "", self._base)
            if part is not None and number <= PAGES_LIMIT:
                yield PagePart(page.get("ID") or "", number, part)

    @property
    def resources(self) -> list[PartName]:
        """The parts of the document's resources."""
        return list(self._located(self._common, ("PublicRes", "DocumentRes"), self._base))

    def own_resources(self, page: etree._Element, part: PartName) -> list[PartName]:
        """Return the parts of a page's own resources."""
        return list(self._located(page, ("PageRes",), part))

    @property
    def partial(self) -> bool:
        """Whether a part was left out, since too much was read before it."""
        return self._markup.spent

    def _located(self, element: etree._Element, names: tuple[str, ...], base: PartName) -> Iterator[PartName]:
        for name in names:
            for location in islice(children(element, name), RESOURCE_PARTS_LIMIT):
                if (part := find(self._markup.package, text(location), base)) is not None:
                    yield part

    def read(self, part: PartName) -> etree._Element | None:
        """Return the root of a part of markup; None if it is none, or too much was read before it."""
        return self._markup.root(part)

    def templates(self, page: etree._Element) -> Iterator[Template]:
        """Walk through the templates that a page uses."""
        known = {found.get("ID"): found for found in children(self._common, "TemplatePage")}
        for used in islice(children(page, "Template"), TEMPLATES_LIMIT):
            stated = known.get(used.get("TemplateID"))
            part = find(self._markup.package, stated.get("BaseLoc") or "", self._base) if stated is not None else None
            root = self.read(part) if part is not None else None
            if stated is not None and part is not None and root is not None:
                order = used.get("ZOrder") or stated.get("ZOrder") or "Background"
                yield Template(part, root, above=order == "Foreground")

    def annotations(self, page: PagePart) -> tuple[PartName, etree._Element] | None:
        """Return the part with a page's annotations."""
        if self._annotations is None:
            self._annotations = dict(self._annotation_parts())
        part = self._annotations.get(page.identifier)
        root = self.read(part) if part is not None else None
        return (part, root) if part is not None and root is not None else None

    def _annotation_parts(self) -> Iterator[tuple[str, PartName]]:
        for base in self._located(self._root, ("Annotations",), self._base):
            listed = self.read(base)
            for page in children(listed, "Page") if listed is not None else ():
                part = find(self._markup.package, text(child(page, "FileLoc")), base)
                if part is not None:
                    yield page.get("PageID") or "", part


def area(stated: etree._Element | None) -> Box | None:
    """Return the box of a page that is on paper (clause 7.5, table 6); None where it states none that can be."""
    found = box(text(child(stated, "PhysicalBox"))) if stated is not None else None
    return found if found is not None and 0 < found.width <= SIDE_LIMIT and 0 < found.height <= SIDE_LIMIT else None
