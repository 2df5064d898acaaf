"""What pages refer to by number: fonts, drawing parameters, colours, pictures, composite units (GB/T 33190 clause 7.9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lxml import etree

from idbridge.rendering.ofd.markup_parts import MarkupParts
from idbridge.signatures.formats.ofd.markup import child, local_name, text
from idbridge.signatures.formats.ofd.part_names import PartName
from idbridge.signatures.formats.ofd.structure import find

RESOURCES_LIMIT: Final = 20_000
"""Resources of one document. Books have some hundred fonts and some thousand pictures."""

_KINDS: Final = frozenset({"Font", "DrawParam", "ColorSpace", "MultiMedia", "CompositeGraphicUnit"})

SERIF: Final = '"Songti SC", SimSun, "Noto Serif CJK SC", "Noto Serif SC", serif'
_FAMILIES: Final = (
    (("楷", "kai"), f'"Kaiti SC", KaiTi, {SERIF}'),
    (("仿", "fang"), f'"STFangsong", FangSong, {SERIF}'),
    (("courier", "mono", "consol"), "monospace"),
    (("黑", "hei", "arial", "helv", "sans", "gothic"), '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'),
)
"""What stands in for a font, by what its name says. The document's own names are not passed on to the browser."""


@dataclass(frozen=True, slots=True)
class Font:
    """A font as the browser is asked for it."""

    family: str = SERIF
    bold: bool = False
    italic: bool = False


class Resources:
    """The resources of one document, or of one page above those of its document. `used` are the parts that were asked for."""

    def __init__(self, markup: MarkupParts, parts: Iterable[PartName], above: Resources | None = None) -> None:
        """Read resource *parts*; what they lack is looked for *above*."""
        self._markup = markup
        self._above = above
        self._found: dict[tuple[str, str], tuple[PartName, etree._Element]] = {}
        self.used: set[PartName] = set()
        for part in dict.fromkeys(parts):
            self._read(part)

    def within(self, parts: Iterable[PartName]) -> Resources:
        """Return the resources of a page: its own *parts*, and these."""
        return Resources(self._markup, parts, above=self)

    def _read(self, part: PartName) -> None:
        root = self._markup.root(part)
        for element in root.iter() if root is not None else ():
            kind = local_name(element)
            if kind in _KINDS and len(self._found) < RESOURCES_LIMIT:
                self._found.setdefault((kind, element.get("ID") or ""), (part, element))

    def element(self, kind: str, identifier: str | None) -> etree._Element | None:
        """Return a resource by its kind and ID."""
        found = self._placed(kind, identifier or "")
        if found is None:
            return None
        self.used.add(found[0])
        return found[1]

    def _placed(self, kind: str, identifier: str) -> tuple[PartName, etree._Element] | None:
        found = self._found.get((kind, identifier))
        return found if found is not None or self._above is None else self._above._placed(kind, identifier)  # noqa: SLF001 - its own kind

    def font(self, identifier: str | None) -> Font:
        """Return a font; one that is not known is an ordinary one."""
        element = self.element("Font", identifier)
        if element is None:
            return Font()
        name = f"{element.get('FontName') or ''} {element.get('FamilyName') or ''}".lower()
        family = next((family for words, family in _FAMILIES if any(word in name for word in words)), SERIF)
        return Font(family, bold=element.get("Bold") == "true" or "bold" in name, italic=element.get("Italic") == "true")

    def picture(self, identifier: str | None) -> bytes | None:
        """Return the octets of a picture; None where the package has none."""
        found = self._placed("MultiMedia", identifier or "")
        if found is None:
            return None
        part, element = found
        base = element.getroottree().getroot().get("BaseLoc") or ""
        location = text(child(element, "MediaFile"))
        name = find(self._markup.package, f"{base}/{location}" if base and not location.startswith("/") else location, part)
        if name is None:
            return None
        self.used |= {part, name}
        return self._markup.package.read(name)
