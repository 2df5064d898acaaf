"""The parts of markup that pages are drawn from: each is parsed once, and no more of them than a picture is worth."""

from __future__ import annotations

from typing import Final

from lxml import etree

from idbridge.signatures.formats.ofd.markup import MarkupError, parse
from idbridge.signatures.formats.ofd.package import Package
from idbridge.signatures.formats.ofd.part_names import PartName

OCTETS_LIMIT: Final = 24 << 20
"""Octets of markup parsed for the pictures of one document: some eight pages with their templates and resources have 2 MiB."""
TAGS_LIMIT: Final = 600_000
"""Tags of it, which cost more than their octets: a drawing of 10,000 objects has some 60,000."""


class MarkupParts:
    """The markup of one package. `spent`: a part was left out."""

    def __init__(self, package: Package) -> None:
        """Read nothing yet."""
        self.package = package
        self.spent = False
        self._octets = OCTETS_LIMIT
        self._tags = TAGS_LIMIT
        self._roots: dict[PartName, etree._Element | None] = {}

    def root(self, part: PartName) -> etree._Element | None:
        """Return the root of a part; None if it is no markup, or too much was read before it."""
        if part not in self._roots:
            self._roots[part] = self._parsed(part)
        return self._roots[part]

    def _parsed(self, part: PartName) -> etree._Element | None:
        data = self.package.read(part) or b"" if self.package.size(part) <= self._octets else None
        tags = data.count(b"<") if data is not None else 0
        if data is None or tags > self._tags:
            self.spent = True
            return None
        self._octets -= len(data)
        self._tags -= tags
        try:
            return parse(data, octets=OCTETS_LIMIT, tags=TAGS_LIMIT)
        except MarkupError:
            return None
