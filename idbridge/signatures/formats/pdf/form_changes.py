"""What was changed in a form: fields filled in, added and removed, signatures among them, and how they are drawn.

ISO 32000-2 clauses 12.7 (forms) and 12.8.2 (what signatures permit).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pikepdf import Dictionary

from idbridge.signatures.formats.pdf.changes import Change, ChangeKind, Needs
from idbridge.signatures.formats.pdf.comparison import Comparison
from idbridge.signatures.formats.pdf.fields import FormField, entry, extent, name, shown
from idbridge.signatures.formats.pdf.page_changes import Page, annotations_of
from idbridge.signatures.formats.pdf.revisions import Key, key_of

Fields = Mapping[Key, FormField]

_STRUCTURAL: Final = frozenset({"/Kids", "/Parent", "/StructParent", "/P", "/M"})
"""Entries whose effect is seen in the list of fields and widgets, or nowhere."""

_FILLED: Final = frozenset({"/V", "/AP", "/AS", "/MK", "/DA", "/Q", "/RV", "/DS", "/I", "/TI", "/F", "/MaxLen"})
"""Entries that change as a reader fills a field in (ISO 32000-2 tables 192, 226, 228 to 234)."""

_SIGNED: Final = frozenset({"/V", "/AP", "/AS", "/MK", "/F", "/DA", "/Lock"})
"""Entries that signing sets in an empty signature field."""

PLACE_LIMIT: Final = Decimal("0.25")
"""Of a page, for a signature drawn where it was planned: real ones take a twentieth. A larger one may draw another page."""

_ACTS: Final = frozenset({"/A", "/AA"})
"""Entries that make a widget run something, if only as its page is opened (ISO 32000-2 tables 191 and 197)."""

_FORM_UNSEEN: Final = frozenset({"/Fields", "/SigFlags", "/DR"})


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms of two revisions, and the pages of the later one by object."""

    compared: Comparison
    old: Fields
    new: Fields
    pages: Mapping[Key, Page]

    def changes(self) -> Iterator[Change]:
        """Walk through all changes of the form."""
        yield from self._form()
        for key, form_field in self.old.items():
            if key not in self.new:
                yield self._removed(form_field)
            elif not self.compared.is_untouched(key):
                yield from self._altered(form_field, self.new[key])
        for key, form_field in self.new.items():
            if key not in self.old:
                yield from self._added(form_field)

    def _form(self) -> Iterator[Change]:
        """Compare the form itself. Of its resources only fonts draw anything, and new ones draw nothing that was there."""
        old, new = (entry(revision.root, "/AcroForm") for revision in (self.compared.old, self.compared.new))
        for key in self.compared.differing(old, new, ignoring=_FORM_UNSEEN):
            redrawn = key == "/NeedAppearances"
            defaults = key in {"/DA", "/Q"} and key not in old
            needs = Needs.FILL_IN if redrawn or defaults else Needs.NOTHING_PERMITS
            yield Change(ChangeKind.FORM, f"{shown(key)} of the form", needs, visible=not defaults)
        fonts = entry(entry(old, "/DR"), "/Font")
        redrawn_fonts = set(self.compared.differing(fonts, entry(entry(new, "/DR"), "/Font"), drawn=True)) & set(fonts.keys())
        if redrawn_fonts:
            what = f"fonts of the form ({_listed(redrawn_fonts)})"
            yield Change(ChangeKind.FORM, what, Needs.NOTHING_PERMITS, visible=True)

    def _removed(self, form_field: FormField) -> Change:
        kind = ChangeKind.SIGNATURE_REMOVED if form_field.signature is not None else ChangeKind.FIELD_REMOVED
        what = f"{'signature' if form_field.signature is not None else 'field'} {_called(form_field)} removed"
        return self._change(kind, what, Needs.NOTHING_PERMITS, form_field, visible=True)

    def _altered(self, old: FormField, new: FormField) -> Iterator[Change]:
        entries = set(self.compared.differing(old.dictionary, new.dictionary, ignoring=_STRUCTURAL))
        if (old.name, old.kind) != (new.name, new.kind):
            entries.add("/T")
        if not self.compared.same(old.dictionary.get("/Parent"), new.dictionary.get("/Parent")):
            entries.add("/Parent")
        if not entries:
            return
        yield self._altered_signature(old, new, entries) if old.is_signature else self._altered_field(new, entries)

    def _altered_field(self, new: FormField, entries: set[str]) -> Change:
        if entries <= _FILLED:
            what = f"field {_called(new)} filled in"
            return self._change(ChangeKind.FIELD_FILLED, what, Needs.FILL_IN, new, visible=True)
        what = f"field {_called(new)} altered ({_listed(entries)})"
        return self._change(ChangeKind.FIELD_ALTERED, what, Needs.NOTHING_PERMITS, new, visible=True)

    def _altered_signature(self, old: FormField, new: FormField, entries: set[str]) -> Change:
        if _signature(self.old, old) is None:
            if _signature(self.new, new) is not None and entries <= _SIGNED:
                hides = self._hides_a_page(new) and _is_drawn(new.dictionary)
                return self._signature_added(new, visible=hides)  # the place was signed for
            what = f"signature field {_called(new)} altered ({_listed(entries)})"
            return self._change(ChangeKind.FIELD_ALTERED, what, Needs.NOTHING_PERMITS, new, visible=True)
        if _signature(self.new, new) is None:
            return self._removed(old)
        if "/V" in entries:
            what = f"signature {_called(new)} replaced"
            return self._change(ChangeKind.SIGNATURE_REPLACED, what, Needs.NOTHING_PERMITS, new, visible=True)
        what = f"signature field {_called(new)} drawn otherwise ({_listed(entries)})"
        return self._change(ChangeKind.SIGNATURE_APPEARANCE, what, Needs.NOTHING_PERMITS, new, visible=True)

    def _added(self, form_field: FormField) -> Iterator[Change]:
        parent = self.new.get(key_of(form_field.dictionary.get("/Parent")))
        signs = form_field.is_signature and (form_field.signature is not None or _may_be_signed(parent))
        if signs and not _does_more(form_field.dictionary):
            yield self._signature_added(form_field, visible=_is_drawn(form_field.dictionary))
        else:
            what = f"field {_called(form_field)} added"
            yield self._change(ChangeKind.FIELD_ADDED, what, Needs.NOTHING_PERMITS, form_field, visible=True)

    def _signature_added(self, form_field: FormField, *, visible: bool) -> Change:
        value = _signature(self.new, form_field)
        if value is not None and name(value.get("/SubFilter")) == "ETSI.RFC3161":
            what = f"document timestamp {_called(form_field)}"
            return self._change(ChangeKind.TIMESTAMP_ADDED, what, Needs.VALIDATION_DATA, form_field, visible=visible)
        what = f"signature {_called(form_field)}"
        return self._change(ChangeKind.SIGNATURE_ADDED, what, Needs.FILL_IN, form_field, visible=visible)

    def _change(self, kind: ChangeKind, what: str, needs: Needs, form_field: FormField, *, visible: bool) -> Change:
        page = self._page(form_field)
        return Change(kind, what, needs, visible, page.number if page is not None else None, form_field.name)

    def _page(self, form_field: FormField) -> Page | None:
        return self.pages.get(key_of(form_field.dictionary.get("/P")))

    def _hides_a_page(self, form_field: FormField) -> bool:
        """Tell whether a place for a signature is so large that what is drawn there is the page, whichever P says that is."""
        width, height = extent(form_field.dictionary.get("/Rect")) or (0, 0)
        shown_on = [page for page in self.pages.values() if form_field.key in annotations_of(page)]
        areas = [page.area for page in shown_on or self.pages.values()]
        return width * height > min(areas, default=0) * PLACE_LIMIT


def _signature(fields: Fields, form_field: FormField) -> Dictionary | None:
    """Return the signature of a field, or of the field that a widget belongs to."""
    parent = fields.get(key_of(form_field.dictionary.get("/Parent")))
    return form_field.signature or (parent.signature if parent is not None else None)


def _may_be_signed(parent: FormField | None) -> bool:
    """An empty signature field that others are to sign, or a widget of one that is signed."""
    return parent is None or parent.is_signature


def _is_drawn(widget: Dictionary) -> bool:
    """Tell whether a widget shows anything: it has something to show, and its place has an area, as far as can be told."""
    width, height = extent(widget.get("/Rect")) or (1, 1)
    return ("/AP" in widget or "/MK" in widget) and width != 0 and height != 0


def _does_more(widget: Dictionary) -> bool:
    """Tell whether it is more than a place for a signature: it acts, or is an annotation that readers draw as they know it."""
    return not _ACTS.isdisjoint(widget.keys()) or name(widget.get("/Subtype")) not in ("", "Widget")


def _called(form_field: FormField) -> str:
    return form_field.name or "without a name"


def _listed(entries: set[str]) -> str:
    return ", ".join(sorted(shown(entry) for entry in entries))
