"""What was changed after a revision was signed: each change by kind, page, and what would have to permit it.

ISO 32000-2 clause 12.8.2.2.2, table 257: a certification permits nothing but further validation data (1), filling in and
signing (2), or annotations too (3). Nothing ever permits to change what the pages show. Facts only: whether a change
matters is for the checks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from idbridge.signatures.formats.pdf.comparison import Comparison
from idbridge.signatures.formats.pdf.fields import entry, shown
from idbridge.signatures.formats.pdf.revisions import key_of
from idbridge.signatures.formats.pdf.structure_tree import has_grown


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


_METADATA: Final = frozenset({"/Metadata", "/Version", "/Extensions"})
_SERVED_ELSEWHERE: Final = frozenset({"/AcroForm", "/DSS", "/Pages", "/StructTreeRoot", *_METADATA})
_SHOWN: Final = frozenset({"/OCProperties", "/OpenAction", "/AA", "/Collection", "/Perms", "/NeedsRendering", "/Names"})
"""Entries of the catalogue that decide what a reader shows, or what runs when it opens the file."""


def catalogue_changes(compared: Comparison) -> Iterator[Change]:
    """Compare the catalogues and what is in no form and on no page."""
    old, new = compared.old, compared.new
    if key_of(old.root) != key_of(new.root):
        yield unpermitted(ChangeKind.CATALOGUE, "another catalogue stands in its place", visible=True)
    if not compared.same(old.pdf.trailer.get("/Info"), new.pdf.trailer.get("/Info")):
        yield Change(ChangeKind.METADATA, "document information", Needs.VALIDATION_DATA, visible=False)
    for key in compared.differing(old.root, new.root, ignoring=_SERVED_ELSEWHERE | {"/Perms"}):
        yield unpermitted(ChangeKind.CATALOGUE, f"{shown(key)} of the document", visible=key in _SHOWN)
    for key in compared.differing(old.root, new.root, ignoring=old.root.keys() - _METADATA | new.root.keys() - _METADATA):
        yield Change(ChangeKind.METADATA, f"{shown(key)} of the document", Needs.VALIDATION_DATA, visible=False)
    if not compared.same(old.root.get("/DSS"), new.root.get("/DSS")):
        yield Change(ChangeKind.VALIDATION_DATA, "validation data (DSS)", Needs.VALIDATION_DATA, visible=False)
    yield from _permission_changes(compared)
    if not has_grown(compared):
        yield unpermitted(ChangeKind.STRUCTURE, "logical structure replaced", visible=False)
    elif not compared.same(old.root.get("/StructTreeRoot"), new.root.get("/StructTreeRoot")):
        yield Change(ChangeKind.STRUCTURE, "logical structure", Needs.FILL_IN, visible=False)


def _permission_changes(compared: Comparison) -> Iterator[Change]:
    """Signing with a certification adds DocMDP to Perms; nothing may leave it (ISO 32000-2 clause 12.8.4)."""
    old, new = entry(compared.old.root, "/Perms"), entry(compared.new.root, "/Perms")
    for key in compared.differing(old, new):
        added = key not in old
        needs = Needs.FILL_IN if added else Needs.NOTHING_PERMITS
        yield Change(ChangeKind.CATALOGUE, f"permissions {shown(key)} {'added' if added else 'altered'}", needs, visible=False)


def unpermitted(kind: ChangeKind, what: str, *, visible: bool, page: int | None = None) -> Change:
    """Return a change that no level of certification permits."""
    return Change(kind, what, Needs.NOTHING_PERMITS, visible, page)
