"""What may still be done to a PDF: what verifiers would report as a violation of an earlier signature is not made.

ISO 32000-2 clauses 12.8.2.2 (DocMDP), 12.8.2.4 (FieldMDP), 12.7.5.5 tables 236 and 237 (what a field asks of its signature).
"""

from __future__ import annotations

from typing import Final

from pikepdf import Array, Dictionary, Name, Object, String

from idbridge.signatures.formats.pdf.changes import Change, ChangeKind, Needs
from idbridge.signatures.formats.pdf.fields import entry, form_fields, items, name, signed_fields
from idbridge.signatures.formats.pdf.permissions import permissions
from idbridge.signatures.making.pdf.revision import Update
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused

_FILTER: Final = 1
_SUB_FILTER: Final = 2
_REASONS: Final = 8
_KNOWN_FLAGS: Final = _FILTER | _SUB_FILTER | _REASONS
"""Bits 1, 2 and 4 of Ff (table 237); who sets another asks for more than can be looked after here."""


def refusal_of_signature(update: Update, field: str) -> str | None:
    """Return why no signature may be made in *field*, None if one may."""
    return _refusal(
        update, Change(ChangeKind.SIGNATURE_ADDED, f"a signature in {field}", Needs.FILL_IN, visible=False, field=field)
    )


def require_timestamp_permitted(update: Update) -> None:
    """Every level permits document timestamps, and validation data (table 257).

    :raises MakingRefused: an earlier signature does not.
    """
    change = Change(ChangeKind.TIMESTAMP_ADDED, "a document timestamp", Needs.VALIDATION_DATA, visible=False)
    if refused := _refusal(update, change):
        raise MakingRefused(MakingRefusal.NOT_PERMITTED, refused)


def _refusal(update: Update, change: Change) -> str | None:
    for signed in signed_fields(form_fields(update.revision)):
        for fault in permissions(signed).violations((change,)):
            return fault.detail
    return None


def require_first(update: Update) -> None:
    """A certification is the first signature of its document (clause 12.8.2.2.1).

    :raises MakingRefused: there is one already.
    """
    if any(signed_fields(form_fields(update.revision))):
        raise MakingRefused(MakingRefusal.NOT_PERMITTED, "only the first signature of a document can certify it")


def require_seed_values(field: Dictionary, sub_filter: str, reason: str | None) -> None:
    """Hold a signature to what its field requires (table 237: entries whose bit in Ff is set are requirements).

    :raises MakingRefused: it would not be as required.
    """
    wanted = entry(field, "/SV")
    flags = wanted.get("/Ff", 0)
    if not isinstance(flags, int) or flags & ~_KNOWN_FLAGS:
        raise MakingRefused(
            MakingRefusal.NOT_PERMITTED, f"the field asks for more of its signature than is known here ({flags})"
        )
    if flags & _FILTER and name(wanted.get("/Filter")) not in {"", "Adobe.PPKLite"}:
        raise MakingRefused(MakingRefusal.NOT_PERMITTED, "the field asks for another signature handler")
    if flags & _SUB_FILTER and sub_filter not in map(name, items(wanted.get("/SubFilter"))):
        raise MakingRefused(MakingRefusal.NOT_PERMITTED, f"the field does not take {sub_filter}")
    if flags & _REASONS and not _is_listed(reason, tuple(items(wanted.get("/Reasons")))):
        raise MakingRefused(MakingRefusal.NOT_PERMITTED, "the field asks for one of its own reasons")


def _is_listed(reason: str | None, listed: tuple[object, ...]) -> bool:
    """An only reason "." or none at all forbids any (table 237)."""
    allowed = [str(value) for value in listed if isinstance(value, String)]
    return reason is None if allowed in ([], ["."]) else reason in allowed


def certifying(level: int) -> Object:
    """Return the signature reference of a certification (tables 256 and 257)."""
    return _reference("DocMDP", Dictionary(P=int(level)))


def locking(field: Dictionary) -> Object | None:
    """Return the signature reference that repeats the lock of *field* (table 259), None if it has none."""
    lock = entry(field, "/Lock")
    if not len(lock):
        return None
    parameters = Dictionary(Action=lock.get("/Action", Name.All))
    if isinstance(lock.get("/Fields"), Array):
        parameters["/Fields"] = lock["/Fields"]
    return _reference("FieldMDP", parameters)


def _reference(method: str, parameters: Dictionary) -> Object:
    parameters["/Type"] = Name.TransformParams
    parameters["/V"] = Name("/1.2")
    return Dictionary(Type=Name.SigRef, TransformMethod=Name(f"/{method}"), TransformParams=parameters)
