"""What was changed after a revision was signed: each change by kind, page, and what would have to permit it.

ISO 32000-2 clause 12.8.2.2.2, table 257: a certification permits nothing but further validation data (1), filling in and
signing (2), or annotations too (3). Nothing ever permits to change what the pages show. Facts only: whether a change
matters is for the checks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final, cast

from pikepdf import Dictionary

from idbridge.signatures.formats.pdf.comparison import Comparison
from idbridge.signatures.formats.pdf.fields import entry, shown
from idbridge.signatures.formats.pdf.revisions import is_revision_end, key_of
from idbridge.signatures.formats.recognition import PDF_HEADER_WITHIN


class Needs(IntEnum):
    """The lowest DocMDP level that permits a change; beyond `ANNOTATE` none does."""

    VALIDATION_DATA = 1
    FILL_IN = 2
    ANNOTATE = 3
    NOTHING_PERMITS = 4


class ChangeKind(StrEnum):
    """What was changed."""

    VALIDATION_DATA = "validation-data"
    METADATA = "metadata"
    SIGNATURE_ADDED = "signature-added"
    TIMESTAMP_ADDED = "timestamp-added"
    SIGNATURE_REMOVED = "signature-removed"
    SIGNATURE_REPLACED = "signature-replaced"
    SIGNATURE_APPEARANCE = "signature-appearance"
    FIELD_FILLED = "field-filled"
    FIELD_ADDED = "field-added"
    FIELD_REMOVED = "field-removed"
    FIELD_ALTERED = "field-altered"
    FORM = "form"
    ANNOTATION_ADDED = "annotation-added"
    ANNOTATION_REMOVED = "annotation-removed"
    ANNOTATION_ALTERED = "annotation-altered"
    PAGE_ADDED = "page-added"
    PAGE_REMOVED = "page-removed"
    PAGES_REORDERED = "pages-reordered"
    PAGE_CONTENTS = "page-contents"
    CATALOGUE = "catalogue"
    STRUCTURE = "structure"
    CROSS_REFERENCES = "cross-references"
    IRREGULAR = "irregular"


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `page` counts from 1; None where it is on no page, or on all. `field` is the full name of a field."""

    kind: ChangeKind
    what: str
    needs: Needs
    visible: bool
    page: int | None = None
    field: str | None = None

    @property
    def harmless(self) -> bool:
        """Whether a reader still sees what was signed."""
        return not self.visible and self.needs is not Needs.NOTHING_PERMITS

    def __str__(self) -> str:
        return f"page {self.page}: {self.what}" if self.page else self.what


_HEADER: Final = re.compile(rb"[\x00\t\n\x0c\r ]*(\d{1,10})[\x00\t\n\x0c\r ]+(\d{1,5})[\x00\t\n\x0c\r ]+obj")
_WARNED: Final = re.compile(r"\(object (\d+) (\d+)")
_METADATA: Final = frozenset({"/Metadata", "/Version", "/Extensions"})
_SERVED_ELSEWHERE: Final = frozenset({"/AcroForm", "/DSS", "/Pages", "/StructTreeRoot", *_METADATA})
_SHOWN: Final = frozenset({"/OCProperties", "/OpenAction", "/AA", "/Collection", "/Perms", "/NeedsRendering", "/Names"})
"""Entries of the catalogue that decide what a reader shows, or what runs when it opens the file."""

_TREE_GROWTH: Final = frozenset({"/K", "/ParentTree", "/ParentTreeNextKey", "/IDTree"})
"""Entries of the structure tree's root that grow when a tagged document gets a field (ISO 32000-2 clause 14.7.2)."""


def catalogue_changes(compared: Comparison) -> Iterator[Change]:
    """Compare the catalogues and what is in no form and on no page."""
    old, new = compared.old, compared.new
    if key_of(old.root) != key_of(new.root):
        yield _unpermitted(ChangeKind.CATALOGUE, "another catalogue stands in its place", visible=True)
    if not compared.same(old.pdf.trailer.get("/Info"), new.pdf.trailer.get("/Info")):
        yield Change(ChangeKind.METADATA, "document information", Needs.VALIDATION_DATA, visible=False)
    for key in compared.differing(old.root, new.root, ignoring=_SERVED_ELSEWHERE | {"/Perms"}):
        yield _unpermitted(ChangeKind.CATALOGUE, f"{shown(key)} of the document", visible=key in _SHOWN)
    for key in compared.differing(old.root, new.root, ignoring=old.root.keys() - _METADATA | new.root.keys() - _METADATA):
        yield Change(ChangeKind.METADATA, f"{shown(key)} of the document", Needs.VALIDATION_DATA, visible=False)
    if not compared.same(old.root.get("/DSS"), new.root.get("/DSS")):
        yield Change(ChangeKind.VALIDATION_DATA, "validation data (DSS)", Needs.VALIDATION_DATA, visible=False)
    yield from _permission_changes(compared)
    yield from _structure_changes(compared)


def _permission_changes(compared: Comparison) -> Iterator[Change]:
    """Signing with a certification adds DocMDP to Perms; nothing may leave it (ISO 32000-2 clause 12.8.4)."""
    old, new = entry(compared.old.root, "/Perms"), entry(compared.new.root, "/Perms")
    for key in compared.differing(old, new):
        added = key not in old
        needs = Needs.FILL_IN if added else Needs.NOTHING_PERMITS
        yield Change(ChangeKind.CATALOGUE, f"permissions {shown(key)} {'added' if added else 'altered'}", needs, visible=False)


def _structure_changes(compared: Comparison) -> Iterator[Change]:
    """The structure tree shows nothing, but is what screen readers read: only growth is let through."""
    old, new = compared.old.root.get("/StructTreeRoot"), compared.new.root.get("/StructTreeRoot")
    if compared.same(old, new):
        return
    both = isinstance(old, Dictionary) and isinstance(new, Dictionary)
    grown = both and not list(compared.differing(cast("Dictionary", old), cast("Dictionary", new), ignoring=_TREE_GROWTH))
    needs = Needs.FILL_IN if grown else Needs.NOTHING_PERMITS
    yield Change(ChangeKind.STRUCTURE, "logical structure", needs, visible=False)


def reference_changes(data: bytes, end: int, compared: Comparison) -> Iterator[Change]:
    """Tell of tricks with cross-references, after which one reader sees what another does not.

    Entries that lead to another object or to none, a hybrid section (XRefStm) that only some readers follow, and a file
    that readers have to repair each in their own way.
    """
    old, new = compared.old, compared.new
    if data.find(b"/XRefStm", end) >= 0 and data.find(b"/XRefStm", 0, end) < 0:
        what = "cross-references that only some readers follow (XRefStm)"
        yield _unpermitted(ChangeKind.CROSS_REFERENCES, what, visible=True)
    if not is_revision_end(data, len(data)):
        yield _unpermitted(ChangeKind.CROSS_REFERENCES, "octets after the last revision", visible=False)
    if new.repaired and not old.repaired:
        yield _unpermitted(ChangeKind.CROSS_REFERENCES, "the file's cross-references are broken", visible=True)
        return
    for number, generation in sorted(compared.rewritten):
        place = new.places.get((number, generation))
        if place is not None and place[0] == 1 and not _heads(data, place[1], number, generation):
            what = f"object {number} is not where the cross-references say"
            yield _unpermitted(ChangeKind.CROSS_REFERENCES, what, visible=True)


def irregular_changes(compared: Comparison) -> Iterator[Change]:
    """Tell of objects written since that readers may take for different things: doubled keys, missing ends."""
    for warning in compared.new.warnings:
        found = _WARNED.search(warning)
        if found is not None and (int(found[1]), int(found[2])) in compared.rewritten:
            yield _unpermitted(ChangeKind.IRREGULAR, f"object {found[1]} is irregular", visible=False)


def _heads(data: bytes, at: int, number: int, generation: int) -> bool:
    """Tell whether an object begins at an offset, which counts from the header, wherever that is."""
    at += max(0, data.find(b"%PDF-", 0, PDF_HEADER_WITHIN))
    found = _HEADER.match(data, at, at + 64)
    return found is not None and (int(found[1]), int(found[2])) == (number, generation)


def _unpermitted(kind: ChangeKind, what: str, *, visible: bool, page: int | None = None) -> Change:
    return Change(kind, what, Needs.NOTHING_PERMITS, visible, page)
