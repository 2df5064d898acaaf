"""Which signature was made in which revision: a signature is read in the revision that it signed, never in a later one.

Signatures that were removed since are found by the byte ranges that they left in the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from idbridge.signatures.evidence import Fault
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.formats.pdf.byte_range import ByteRange, byte_range_faults, stated_ranges
from idbridge.signatures.formats.pdf.fields import FormField, SignedField, form_fields, signed_fields
from idbridge.signatures.formats.pdf.revisions import (
    Key,
    Revision,
    header_at,
    is_blank,
    is_revision_end,
    open_revision,
    revision_ends,
)
from idbridge.signatures.refusals import FormatRefusal, NotADocument, Refusal

_NO_PLACE: Final = -1
_LARGE: Final = 8
"""Revisions of any size that are opened, however many objects each has."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A signature or document timestamp, the revision that it signed with its form, and what is wrong with its range.

    `revision` is None where the range is so wrong that there is none.
    """

    signed: SignedField
    revision: Revision | None
    form: Mapping[Key, FormField] = field(repr=False)
    faults: tuple[Fault, ...] = ()

    @property
    def end(self) -> int:
        """Where the signed octets end."""
        return self.signed.byte_range.end if self.signed.byte_range is not None else _NO_PLACE


@dataclass(frozen=True, slots=True)
class Placement:
    """All signatures in the order in which they were made, and the final revision with its form."""

    final: Revision
    form: Mapping[Key, FormField] = field(repr=False)
    placed: tuple[Placed, ...] = ()
    limits: tuple[Fault, ...] = ()


def place_signatures(data: bytes, limits: Limits) -> Placement:
    """Open the file, and each revision that was signed.

    :raises NotADocument: it is no PDF.
    :raises FormatRefusal: it asks for a password, is encrypted in two ways, or has more signatures than *limits* allow.
    """
    final = _latest(data, limits)
    form = form_fields(final)
    latest = tuple(_signed(data, final, form))
    ranges = [signed.byte_range for signed in latest if signed.byte_range is not None]
    ranges += stated_ranges(data, 2 * limits.pdf_revisions)
    ends = sorted({stated.end for stated in ranges if _may_end(data, stated)})
    opened = _opened(data, ends[: limits.pdf_revisions], final, limits)
    placed = [
        _placed(data, signed, revision, fields)
        for end, revision, fields in opened
        for signed in _signed(data, revision, fields)
        if signed.byte_range is not None and signed.byte_range.end == end
    ]
    known = {_identity(item.signed) for item in placed}
    placed += [_placed(data, signed, None, form, final) for signed in latest if _identity(signed) not in known]
    if len(placed) > limits.signatures:
        raise FormatRefusal(Refusal.TOO_MANY_SIGNATURES, f"{len(placed)} signatures are more than {limits.signatures}")
    unread = (Fault("too-many-revisions", f"{len(ends)} signed revisions"),) if len(ends) > limits.pdf_revisions else ()
    return Placement(final, form, tuple(sorted(placed, key=lambda item: item.end)), unread)


def _latest(data: bytes, limits: Limits) -> Revision:
    """Open the file; if its last update is beyond repair, what was there before, of which nothing counts as whole."""
    try:
        return open_revision(data, len(data), limits)
    except NotADocument as refused:
        for end in revision_ends(data, limits.pdf_revisions)[-1 : -1 - _ATTEMPTS : -1]:
            try:
                return replace(open_revision(data, end, limits), repaired=True)
            except NotADocument:
                continue
        raise refused from None


_ATTEMPTS: Final = 4
"""Revisions that are tried from the end: each attempt to repair reads the whole file."""


def _signed(data: bytes, revision: Revision, form: Mapping[Key, FormField]) -> Iterator[SignedField]:
    """Walk through the fields that are signed.

    Contents are never encrypted (ISO 32000-2 clause 7.6.2), yet qpdf decrypts those of document timestamps: where it does,
    the gap has them; what stands there must be this field's Contents in any case.
    """
    for signed in signed_fields(form):
        if revision.encryption and signed.is_timestamp and signed.byte_range is not None:
            yield replace(signed, contents=signed.byte_range.contents(data))
        else:
            yield signed


def _identity(signed: SignedField) -> tuple[ByteRange | None, bytes]:
    return signed.byte_range, signed.contents


def _may_end(data: bytes, stated: ByteRange) -> bool:
    return min(stated.numbers) >= 0 and 0 < stated.end <= len(data) and is_revision_end(data, stated.end)


def _opened(
    data: bytes, ends: list[int], final: Revision, limits: Limits
) -> Iterator[tuple[int, Revision, Mapping[Key, FormField]]]:
    """Open the revisions that can be; in one that cannot no signature was made."""
    left = max(limits.pdf_revision_objects, _LARGE * len(final.places))
    for end in ends:
        try:
            revision = final if is_blank(data, end) else open_revision(data, end, limits)
            fields = form_fields(revision)
        except NotADocument:
            continue
        if revision.encryption != final.encryption:  # the same octets would be other strings and streams
            raise FormatRefusal(Refusal.ENCRYPTED, "the PDF is not encrypted as it was when it was signed")
        yield end, revision, fields
        left -= len(revision.places)
        if left < 0:
            detail = f"more than {limits.pdf_revision_objects} objects in all signed revisions"
            raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, detail)


def _placed(
    data: bytes, signed: SignedField, revision: Revision | None, form: Mapping[Key, FormField], final: Revision | None = None
) -> Placed:
    if signed.byte_range is None:
        fault = Fault("byte-range-malformed", "ByteRange is not four whole numbers", fatal=True)
        return Placed(signed, None, form, (fault,))
    faults = byte_range_faults(data, signed.byte_range, signed.contents, _begins(data, signed, revision or final))
    if revision is None and not faults:
        faults = (Fault("byte-range-revision", "the signature is not in the revision that it signs", fatal=True),)
    return Placed(signed, revision, form, faults)


def _begins(data: bytes, signed: SignedField, revision: Revision | None) -> int:
    """Return where the object of the signature begins; offsets count from the header, wherever that is."""
    place = revision.places.get(signed.owner) if revision is not None else None
    return place[1] + header_at(data) if place is not None and place[0] == 1 else _NO_PLACE
