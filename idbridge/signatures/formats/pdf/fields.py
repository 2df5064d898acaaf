"""The fields of a revision's form, and the signature dictionaries in those that are signed.

ISO 32000-2 clauses 12.7.4 (fields), 12.7.5.5 (signature fields), 12.8.1 (signature dictionary).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from pikepdf import Array, Dictionary, Name, Stream, String

from idbridge.signatures.formats.pdf.byte_range import ByteRange, read_byte_range
from idbridge.signatures.formats.pdf.revisions import DIRECT, Key, Revision
from idbridge.signatures.refusals import FormatRefusal, Refusal

FIELDS_LIMIT: Final = 50_000
"""Fields and widgets of one form. Tax forms have some 3,000."""

DEPTH_LIMIT: Final = 32
"""Fields within fields."""


@dataclass(frozen=True, slots=True)
class FormField:
    """A field, or a widget of one. `kind` is its FT and `name` its full name, both inherited where it has none itself."""

    key: Key
    name: str
    kind: str
    dictionary: Dictionary = field(repr=False)

    @property
    def is_signature(self) -> bool:
        """Whether it is a signature field."""
        return self.kind == "Sig"

    @property
    def signature(self) -> Dictionary | None:
        """The signature dictionary, None while it is empty."""
        value = self.dictionary.get("/V")
        return value if self.is_signature and isinstance(value, Dictionary) else None


@dataclass(frozen=True, slots=True)
class SignedField:
    """A signature dictionary, read, and the field that holds it. Texts are as written, None where there are none."""

    form_field: FormField
    key: Key
    byte_range: ByteRange | None
    contents: bytes = field(repr=False)
    sub_filter: str = ""
    kind: str = ""

    def text(self, entry: str) -> str | None:
        """Return a text of the signature dictionary."""
        return text(self.dictionary.get(entry))

    @property
    def dictionary(self) -> Dictionary:
        """The signature dictionary."""
        value = self.form_field.signature
        return value if value is not None else Dictionary()

    @property
    def owner(self) -> Key:
        """The indirect object in which the signature dictionary stands."""
        return self.key if self.key != DIRECT else self.form_field.key

    @property
    def is_timestamp(self) -> bool:
        """Whether it is a document timestamp (ISO 32000-2 clause 12.8.5)."""
        return self.sub_filter == "ETSI.RFC3161" or self.kind == "DocTimeStamp"


def text(value: object) -> str | None:
    """Return a text string, None for anything else, and for one that is in none of its encodings."""
    try:
        return _encodable(str(value)) if isinstance(value, String) else None
    except ValueError:
        return None


def name(value: object) -> str:
    """Return a name without its slash, empty for anything else. Octets that are no ASCII stay written as `#88`."""
    return value.unparse().decode("ascii", "replace").removeprefix("/") if isinstance(value, Name) else ""


def shown(key: str) -> str:
    """Return the key of an entry as reports can carry it, without its slash."""
    return _encodable(key.removeprefix("/"))


def _encodable(found: str) -> str:
    """Octets of no encoding come from qpdf as surrogates, which no report could be written with."""
    return found.encode("utf-8", "backslashreplace").decode("utf-8")


def as_dictionary(value: object) -> Dictionary | None:
    """Return a dictionary, or that of a stream: some readers take the one for the other, so that a page may be either."""
    if isinstance(value, Stream):
        return value.stream_dict
    return value if isinstance(value, Dictionary) else None


def entry(parent: object, key: str) -> Dictionary:
    """Return a dictionary within another, an empty one if there is none."""
    value = as_dictionary(parent.get(key)) if isinstance(parent, Dictionary) else None
    return value if value is not None else Dictionary()


def items(value: object) -> Iterator[object]:
    """Walk through an array; anything else is empty."""
    if isinstance(value, Array):
        yield from value


def corners(rectangle: object) -> tuple[Decimal, Decimal, Decimal, Decimal] | None:
    """Return the least x and y of a rectangle and the greatest (ISO 32000-2 clause 7.9.5); None for what is none."""
    stated = [Decimal(number) for number in items(rectangle) if isinstance(number, (int, Decimal))]
    if len(stated) != 4:
        return None
    (left, right), (bottom, top) = sorted(stated[::2]), sorted(stated[1::2])
    return left, bottom, right, top


def extent(rectangle: object) -> tuple[Decimal, Decimal] | None:
    """Return the width and height of a rectangle; None for what is none."""
    found = corners(rectangle)
    return (found[2] - found[0], found[3] - found[1]) if found is not None else None


def form_fields(revision: Revision) -> Mapping[Key, FormField]:
    """Return every field and widget of the form, in order; those that are direct objects under made-up negative numbers.

    :raises FormatRefusal: there are more than `FIELDS_LIMIT`.
    """
    found: dict[Key, FormField] = {}
    waiting = [(child, "", "", 0) for child in items(entry(revision.root, "/AcroForm").get("/Fields"))][::-1]
    while waiting:
        value, above, kind, depth = waiting.pop()
        if not isinstance(value, Dictionary) or value.objgen in found or depth > DEPTH_LIMIT:
            continue
        if len(found) >= FIELDS_LIMIT:
            raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"more than {FIELDS_LIMIT} form fields")
        key = value.objgen if value.objgen != DIRECT else (-1 - len(found), 0)
        own = text(value.get("/T"))
        full = above if own is None else f"{above}.{own}" if above else own
        kind = name(value.get("/FT")) or kind
        found[key] = FormField(key, full, kind, value)
        waiting += [(child, full, kind, depth + 1) for child in items(value.get("/Kids"))][::-1]
    return found


def signed_fields(fields: Mapping[Key, FormField]) -> Iterator[SignedField]:
    """Read the signature dictionary of each field that has one, each dictionary once."""
    seen: set[Key] = set()
    for form_field in fields.values():
        value = form_field.signature
        if value is None or (value.objgen != DIRECT and value.objgen in seen):
            continue
        seen.add(value.objgen)
        yield _signed_field(form_field, value)


def _signed_field(form_field: FormField, value: Dictionary) -> SignedField:
    contents = value.get("/Contents")
    stated = value.get("/ByteRange")
    return SignedField(
        form_field=form_field,
        key=value.objgen,
        byte_range=read_byte_range(tuple(items(stated))),
        contents=bytes(contents) if isinstance(contents, String) else b"",
        sub_filter=name(value.get("/SubFilter")),
        kind=name(value.get("/Type")),
    )
