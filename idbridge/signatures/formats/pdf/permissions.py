"""What a signature permits to be changed after it: certification levels, field locks, usage rights.

ISO 32000-2 clauses 12.8.2.2 (DocMDP), 12.8.2.4 (FieldMDP), 12.7.5.5 table 236 (Lock), 12.8.2.3 (usage rights).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pikepdf import Dictionary

from idbridge.signatures.evidence import Fault
from idbridge.signatures.formats.pdf.changes import Change, ChangeKind, Needs
from idbridge.signatures.formats.pdf.fields import SignedField, entry, items, name, text
from idbridge.signatures.formats.pdf.revisions import Revision

_DEFAULT_LEVEL: Final = 2  # table 257
_LOCKED_KINDS: Final = frozenset(
    {ChangeKind.FIELD_FILLED, ChangeKind.FIELD_ALTERED, ChangeKind.FIELD_REMOVED, ChangeKind.SIGNATURE_ADDED}
)


@dataclass(frozen=True, slots=True)
class FieldLock:
    """Fields that a signature locks: `action` is All, Include or Exclude, `names` the full names it is about."""

    action: str
    names: frozenset[str]

    def locks(self, field: str) -> bool:
        """Tell whether *field* is locked, by itself or with the field that it is within."""
        named = any(field == name or field.startswith(f"{name}.") for name in self.names)
        match self.action:
            case "Include":
                return named
            case "Exclude":
                return not named
            case _:  # All, and what is not known locks all
                return True


@dataclass(frozen=True, slots=True)
class Permissions:
    """What one signature permits. `level` is None for one that certifies nothing."""

    level: int | None
    locks: tuple[FieldLock, ...]

    def violations(self, changes: tuple[Change, ...]) -> Iterator[Fault]:
        """Walk through what of *changes* was not permitted."""
        for change in changes:
            if self.level is not None and change.needs > self.level:
                yield Fault("mdp-violated", f"certified at level {self.level}, which does not permit: {change}", fatal=True)
            field = change.field
            if field is not None and change.kind in _LOCKED_KINDS and any(lock.locks(field) for lock in self.locks):
                yield Fault("field-lock-violated", f"locked by the signature: {change}", fatal=True)


def permissions(signed: SignedField) -> Permissions:
    """Read the transform methods of the signature, and the lock of its field."""
    levels: list[int] = []
    locks: list[FieldLock] = []
    for reference in items(signed.dictionary.get("/Reference")):
        if not isinstance(reference, Dictionary):
            continue
        parameters = entry(reference, "/TransformParams")
        match name(reference.get("/TransformMethod")):
            case "DocMDP":
                levels.append(_level(parameters, _DEFAULT_LEVEL))
            case "FieldMDP":
                locks.append(_lock(parameters))
    lock = entry(signed.form_field.dictionary, "/Lock")
    if len(lock):
        locks.append(_lock(lock))
        if "/P" in lock:
            levels.append(_level(lock, _DEFAULT_LEVEL))
    return Permissions(min(levels, default=None), tuple(locks))


def _level(parameters: Dictionary, default: int) -> int:
    """Return P; what is not known permits the least."""
    stated = parameters.get("/P", default)
    return stated if type(stated) is int and stated in tuple(Needs)[:3] else Needs.VALIDATION_DATA


def _lock(parameters: Dictionary) -> FieldLock:
    names = (text(field) for field in items(parameters.get("/Fields")))
    return FieldLock(name(parameters.get("/Action")), frozenset(field for field in names if field))


def usage_rights_faults(revision: Revision) -> Iterator[Fault]:
    """Usage rights are a signature by the maker of a product over what its readers may do, and say nothing of the document."""
    if "/UR3" in entry(revision.root, "/Perms") or "/UR" in entry(revision.root, "/Perms"):
        yield Fault("usage-rights", "the document grants usage rights, whose signature is not verified")
