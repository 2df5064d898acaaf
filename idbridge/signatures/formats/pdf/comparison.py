"""Whether two revisions have the same thing in a place: object by object, down to the octets of streams.

Objects that stand at the same place of the file are the same. From there, only what leads to an object that was written
again is looked into, so that comparing costs what was changed, not what there is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Final

from pikepdf import Array, Dictionary, Name, Object, PdfError, Stream, String

from idbridge.signatures.formats.pdf.revisions import DIRECT, Key, Revision

STEPS_LIMIT: Final = 2_000_000
"""Values compared in one place; beyond it the place counts as changed. As many as a million objects have entries."""

_UPWARDS: Final = frozenset({"/Parent", "/P"})
_STREAM_STORAGE: Final = frozenset({"/Length"})
"""How long the stored octets are follows from the octets, which are compared."""


class Comparison:
    """Compares an earlier revision with a later one of the same file."""

    def __init__(self, old: Revision, new: Revision) -> None:
        self.old = old
        self.new = new
        self.elsewhere: set[Key] = set()
        """Objects that are compared in a place of their own (pages, fields), and are the same wherever referred to."""

    @cached_property
    def rewritten(self) -> frozenset[Key]:
        """Objects that were written, replaced or deleted after the old revision."""
        old, new = self.old.places, self.new.places
        return frozenset(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))

    @cached_property
    def touched(self) -> frozenset[Key]:
        """Objects that were written again, or lead to one that was.

        What leads to an object that is no more is only seen in the old revision: qpdf drops entries that are null.
        """
        found = set(self.rewritten)
        gone = any(self.new.object(key) is None for key in found)
        graphs = (self.new.referrers, self.old.referrers) if gone else (self.new.referrers,)
        waiting = list(found)
        while waiting:
            above = waiting.pop()
            fresh = {key for graph in graphs for key in graph.get(above, ())} - found
            found |= fresh
            waiting += fresh
        return frozenset(found)

    def is_untouched(self, key: Key) -> bool:
        """Tell whether an indirect object is the same, with all that it leads to; of a direct one nothing is known."""
        return key > DIRECT and key not in self.touched

    def same(self, old: object, new: object, *, ignoring: Collection[str] = ()) -> bool:
        """Tell whether two values are the same, with all that they lead to but what is compared elsewhere.

        *ignoring* are entries of the two dictionaries themselves.
        """
        waiting: list[tuple[object, object]] = [(old, new)]
        seen: set[tuple[Key, Key]] = set()
        left = frozenset(ignoring)
        for _ in range(STEPS_LIMIT):
            if not waiting:
                return True
            one, other = waiting.pop()
            if not (isinstance(one, Object) and isinstance(other, Object)):
                if type(one) is not type(other) or one != other:
                    return False
                continue
            keys = (one.objgen, other.objgen)
            if keys in seen or self._settled(keys):
                continue
            if keys != (DIRECT, DIRECT):
                seen.add(keys)
            pairs = self._members(one, other, left)
            if pairs is None:
                return False
            waiting += pairs
            left = frozenset()
        return False

    def _settled(self, keys: tuple[Key, Key]) -> bool:
        old, new = keys
        return old == new and old != DIRECT and (old in self.elsewhere or old not in self.touched)

    def _members(self, old: Object, new: Object, left: frozenset[str]) -> list[tuple[object, object]] | None:
        """Return what two objects consist of, in pairs; None if they differ already."""
        match old, new:
            case Stream(), Stream():
                return self._entries(old, new, left | _STREAM_STORAGE) if self._same_octets(old, new) else None
            case Dictionary(), Dictionary():
                return self._entries(old, new, left)
            case Array(), Array():
                return list(zip(old, new, strict=True)) if len(old) == len(new) else None
            case (Name(), Name()) | (String(), String()):
                return [] if old.unparse() == new.unparse() else None
            case _:
                return None

    def _same_octets(self, old: Stream, new: Stream) -> bool:
        if old.objgen == new.objgen and old.objgen not in self.rewritten:
            return True
        try:
            return bytes(memoryview(old.get_raw_stream_buffer())) == bytes(memoryview(new.get_raw_stream_buffer()))
        except (PdfError, ValueError):
            return False

    @staticmethod
    def _entries(old: Object, new: Object, left: frozenset[str]) -> list[tuple[object, object]] | None:
        ours, theirs = dict(old.items()), dict(new.items())
        if ours.keys() - left != theirs.keys() - left:
            return None
        pairs: list[tuple[object, object]] = []
        for key in ours.keys() - left:
            one, other = ours[key], theirs[key]
            if key in _UPWARDS and isinstance(one, Object) and isinstance(other, Object) and one.is_indirect:
                if one.objgen != other.objgen:
                    return None
                continue
            pairs.append((one, other))
        return pairs

    def differing(self, old: Dictionary, new: Dictionary, *, ignoring: Collection[str] = ()) -> Iterator[str]:
        """Walk through the entries of two dictionaries that are not the same, in order."""
        ours, theirs = dict(old.items()), dict(new.items())
        for key in sorted((ours.keys() | theirs.keys()) - frozenset(ignoring)):
            if key not in ours or key not in theirs or not self.same(ours[key], theirs[key]):
                yield key
