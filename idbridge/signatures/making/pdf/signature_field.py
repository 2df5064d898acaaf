"""The field that a signature stands in: one that waits for it, or a new one, with its widget on a page.

ISO 32000-2 clauses 12.7.3 (form), 12.7.5.5 (signature fields), 12.5.6.19 (widgets). A new field is its own widget.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Final, cast

from pikepdf import Array, Dictionary, Name, Object, String

from idbridge.signatures.formats.pdf.fields import FormField, form_fields, items
from idbridge.signatures.formats.pdf.page_changes import Page, page_tree
from idbridge.signatures.formats.pdf.revisions import key_of
from idbridge.signatures.making.pdf.appearance import Appearance, Box, add_appearance, box_size
from idbridge.signatures.making.pdf.permitted import refusal_of_signature
from idbridge.signatures.making.pdf.revision import Place, Update
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused

_NOWHERE: Final = (0.0, 0.0, 0.0, 0.0)
_PRINTED_AND_LOCKED: Final = 132  # table 167: bits 3 and 8
_SIGNATURES_EXIST_APPEND_ONLY: Final = 3  # table 225
NAME_LIMIT: Final = 127
"""Characters of a field's name; longer ones break viewers that keep names as PDF 1.4 does (Annex C)."""
_TRIES: Final = 1_000


@dataclass(frozen=True, slots=True)
class SignatureField:
    """A field that is to be signed. `box` is where its widget stands; both are the same object for a new field."""

    field: Dictionary
    widget: Object
    box: Box
    rotation: int

    @property
    def is_visible(self) -> bool:
        """Whether anything can be shown there."""
        return self.box[0] != self.box[2] and self.box[1] != self.box[3]


def signature_field(update: Update, wanted: str | None, shown: Appearance | None) -> SignatureField:
    """Return the empty field *wanted*, or a new one of this name, or of a free one.

    :raises MakingRefused: the field is signed, or none for signatures; an earlier signature locks it; there is no such page.
    """
    fields = form_fields(update.revision)
    found = next((field for field in fields.values() if field.name == wanted and "/T" in field.dictionary), None)
    if found is not None:
        field = _waiting(update, found)
    else:
        chosen = _free_name(update, {field.name for field in fields.values()}, wanted)
        field = _new(update, chosen, shown)
    return field


def timestamp_field(update: Update) -> SignatureField:
    """Return a new invisible field for a document timestamp, which no lock keeps out."""
    taken = {field.name for field in form_fields(update.revision).values()}
    return _new(update, next(name for name in _numbered("Timestamp") if name not in taken), None)


def place_value(update: Update, field: SignatureField, value: Object) -> None:
    """Put the signature dictionary into its field, and say in the form that there is one."""
    field.field["/V"] = value
    update.change(Place(field.field, field.field))
    form = update.root.within("/AcroForm", Dictionary)
    flags = form.value.get("/SigFlags", 0)
    form.value["/SigFlags"] = (flags if isinstance(flags, int) else 0) | _SIGNATURES_EXIST_APPEND_ONLY
    update.change(form)


def draw(update: Update, field: SignatureField, shown: Appearance, lines: tuple[str, ...]) -> None:
    """Give the widget its appearance.

    :raises MakingRefused: it cannot be drawn there.
    """
    if not field.is_visible:
        raise MakingRefused(MakingRefusal.APPEARANCE, "the field has no place on its page")
    field.widget["/AP"] = Dictionary(N=add_appearance(update, shown, lines, field.box, field.rotation))
    update.change(Place(field.widget, field.widget))


def _waiting(update: Update, found: FormField) -> SignatureField:
    if not found.is_signature or found.signature is not None:
        state = "signed already" if found.is_signature else "none for signatures"
        raise MakingRefused(MakingRefusal.FIELD, f"the field {found.name} is {state}")
    if refused := refusal_of_signature(update, found.name):
        raise MakingRefused(MakingRefusal.NOT_PERMITTED, refused)
    kids = [kid for kid in items(found.dictionary.get("/Kids")) if isinstance(kid, Dictionary)]
    widget = kids[0] if kids else found.dictionary
    if not (found.dictionary.is_indirect and widget.is_indirect):
        raise MakingRefused(MakingRefusal.DAMAGED, f"the field {found.name} is no object of its own")
    corners = [float(edge) for edge in items(widget.get("/Rect")) if isinstance(edge, (int, Decimal))]
    left, bottom, right, top = corners if len(corners) == 4 else _NOWHERE
    page = next((page for page in page_tree(update.revision).pages if page.key == key_of(widget.get("/P"))), None)
    box = (min(left, right), min(bottom, top), max(left, right), max(bottom, top))
    return SignatureField(found.dictionary, widget, box, _rotation(page))


def _free_name(update: Update, taken: set[str], wanted: str | None) -> str:
    if wanted is not None:
        if not wanted or "." in wanted or len(wanted) > NAME_LIMIT or not wanted.isprintable():
            raise MakingRefused(MakingRefusal.FIELD, "a new field's name has 1 to 127 characters, and no full stop")  # 12.7.4.2
        if wanted in taken:
            raise MakingRefused(MakingRefusal.FIELD, f"the name {wanted} is taken")
        candidates: Iterator[str] = iter((wanted,))
    else:
        candidates = (name for name in _numbered("Signature") if name not in taken)
    refused = None
    for _, name in zip(range(_TRIES), candidates, strict=False):
        refused = refusal_of_signature(update, name)
        if refused is None:
            return name
    raise MakingRefused(MakingRefusal.NOT_PERMITTED, refused or "no name is free")


def _numbered(stem: str) -> Iterator[str]:
    return (f"{stem}{number}" for number in count(1))


def _new(update: Update, name: str, shown: Appearance | None) -> SignatureField:
    page = _page(update, 1 if shown is None else shown.page)
    box = _NOWHERE
    if shown is not None and shown.box is not None:
        box_size(shown.box)
        box = shown.box
    added = update.add(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=String(name),
            F=_PRINTED_AND_LOCKED,
            Rect=Array([round(edge, 2) for edge in box]),
            P=page.dictionary,
        )
    )
    annotations = Place(page.dictionary, page.dictionary).within("/Annots", Array)
    cast("Array", annotations.value).append(added)
    update.change(annotations)
    form = update.root.within("/AcroForm", Dictionary)
    fields = form.within("/Fields", Array)
    cast("Array", fields.value).append(added)
    for place in (update.root, form, fields):
        update.change(place)
    return SignatureField(cast("Dictionary", added), added, box, _rotation(page))


def _page(update: Update, number: int) -> Page:
    pages = page_tree(update.revision).pages
    if not 0 < number <= len(pages):
        raise MakingRefused(MakingRefusal.APPEARANCE, f"there is no page {number} among {len(pages)}")
    page = pages[number - 1]
    if page.dictionary.objgen not in update.revision.places:  # qpdf gives a number to a page that has none
        raise MakingRefused(MakingRefusal.DAMAGED, f"page {number} is no object of its own")  # clause 7.7.3.2
    return page


def _rotation(page: Page | None) -> int:
    """Return how a page is turned; what is no multiple of 90 is taken for none (table 31)."""
    turned = page.inherited.get("/Rotate", 0) if page is not None else 0
    return turned % 360 if isinstance(turned, int) and turned % 90 == 0 else 0
