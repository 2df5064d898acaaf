"""Whether two revisions have the same thing in a place: object by object, down to the octets of streams.

Objects that stand at the same place of the file are the same. From there, only what leads to an object that was written
again is looked into, so that comparing costs what was changed, not what there is. What draws is looked into by every way that
leads to it: an object may pose as a page, a field or the parent of either, and be drawn all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

from pikepdf import Array, Dictionary, Name, Object, PdfError, Stream, String

from idbridge.signatures.formats.pdf.revisions import DIRECT, UPWARDS, Key, References, Revision, key_of

STEPS_LIMIT: Final = 1_000_000
"""Values compared in one file; beyond it every place counts as changed. Sixty signers of a form of 3,000 fields take fewer."""

GRAPH_LIMIT: Final = 20_000
"""Objects of earlier revisions whose references are looked at, in one file, or as many as the last revision has. It is only
done where objects were deleted, which hardly any software does; beyond it every object counts as touched."""

_STREAM_STORAGE: Final = frozenset({"/Length"})
"""How long the stored octets are follows from the octets, which are compared."""

_DRAWN: Final = frozenset({"/Resources", "/AP", "/Contents", "/MK", "/DR"})
"""Entries whose values are drawn, with all that they lead to."""

Pair = tuple[object, object, bool]
"""Two values to be compared, and whether they are drawn."""


@dataclass(slots=True)
class Effort:
    """What comparing the revisions of one file may yet cost, all comparisons together."""

    objects: int
    steps: int = STEPS_LIMIT

    @classmethod
    def for_file(cls, final: Revision) -> Self:
        """Allow what is linear in the file: its signatures, each of which compares revisions, may be many."""
        return cls(max(GRAPH_LIMIT, len(final.places)))

    def references(self, revision: Revision) -> References | None:
        """Return who refers to whom in an earlier revision, None if it is too much."""
        self.objects -= len(revision.places)
        return revision.references() if self.objects >= 0 else None


class Comparison:
    """Compares an earlier revision with a later one of the same file."""

    def __init__(self, old: Revision, new: Revision, effort: Effort) -> None:
        self.old = old
        self.new = new
        self.effort = effort
        self.elsewhere: frozenset[Key] = frozenset()
        """Objects that are compared in a place of their own (pages, fields), and are the same wherever else referred to."""
        self._proved: set[tuple[Key, Key, bool]] = set()

    @cached_property
    def rewritten(self) -> frozenset[Key]:
        """Objects that were written, replaced or deleted after the old revision."""
        old, new = self.old.places, self.new.places
        return frozenset(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))

    @cached_property
    def touched(self) -> frozenset[Key]:
        """Objects that were written again, or lead to one that was, but for what they are a part of."""
        return self._leading_to_rewritten(upwards=False)

    @cached_property
    def redrawn(self) -> frozenset[Key]:
        """Objects that were written again, or lead to one that was in any way but to the pages and fields they are of."""
        return self._leading_to_rewritten(upwards=True)

    @cached_property
    def _graphs(self) -> tuple[References, ...] | None:
        """Who refers to whom. What leads to an object that is no more is only seen in the old revision.

        For qpdf drops entries that are null. None if looking at that is too much.
        """
        if all(self.new.object(key) is not None for key in self.rewritten):
            return (self.new.final_references,)
        before = self.effort.references(self.old)
        return (self.new.final_references, before) if before is not None else None

    def _leading_to_rewritten(self, *, upwards: bool) -> frozenset[Key]:
        graphs = self._graphs
        if graphs is None:
            return frozenset(self.old.places.keys() | self.new.places.keys())
        found = set(self.rewritten)
        waiting = list(found)
        while waiting:
            below = waiting.pop()
            fresh = {key for graph in graphs for key in graph.others.get(below, ())}
            if upwards and below not in self.elsewhere:
                fresh |= {key for graph in graphs for key in graph.upwards.get(below, ())}
            waiting += fresh - found
            found |= fresh
        return frozenset(found)

    def is_untouched(self, key: Key) -> bool:
        """Tell whether an indirect object is the same, with all that it leads to; of a direct one nothing is known."""
        return key > DIRECT and key not in self.redrawn

    def same(self, old: object, new: object, *, drawn: bool = False) -> bool:
        """Tell whether two values are the same, with all that they lead to but what is compared elsewhere.

        Where they are *drawn*, that is no exception: a page may pose as the font of another.
        """
        waiting: list[Pair] = [(old, new, drawn)]
        seen: set[tuple[Key, Key, bool]] = set()
        while waiting:
            self.effort.steps -= 1
            if self.effort.steps < 0:
                return False
            one, other, draws = waiting.pop()
            if not (isinstance(one, Object) and isinstance(other, Object)):
                if type(one) is not type(other) or one != other:
                    return False
                continue
            keys = (one.objgen, other.objgen, draws)
            if keys in seen or keys in self._proved or self._settled(*keys):
                continue
            if keys[:2] != (DIRECT, DIRECT):
                seen.add(keys)
            pairs = self._members(one, other, draws)
            if pairs is None:
                return False
            waiting += pairs
        self._proved |= seen
        return True

    def _settled(self, old: Key, new: Key, drawn: bool) -> bool:
        if old != new or old == DIRECT:
            return False
        return old not in self.redrawn if drawn else old in self.elsewhere or old not in self.touched

    def _members(self, old: Object, new: Object, drawn: bool) -> list[Pair] | None:
        """Return what two objects consist of, in pairs; None if they differ already."""
        match old, new:
            case Stream(), Stream():
                return self._entries(old, new, drawn, _STREAM_STORAGE) if self._same_octets(old, new) else None
            case Dictionary(), Dictionary():
                return self._entries(old, new, drawn)
            case Array(), Array():
                same_length = len(old) == len(new)
                return [(one, other, drawn) for one, other in zip(old, new, strict=True)] if same_length else None
            case (Name(), Name()) | (String(), String()):
                return [] if old.unparse() == new.unparse() else None
            case _:
                return None

    def _same_octets(self, old: Stream, new: Stream) -> bool:
        """Octets at the same place may yet end elsewhere: their length may be an object of its own."""
        if old.objgen == new.objgen and old.objgen not in self.redrawn:
            return True
        try:
            return bytes(memoryview(old.get_raw_stream_buffer())) == bytes(memoryview(new.get_raw_stream_buffer()))
        except (PdfError, ValueError):
            return False

    @staticmethod
    def _entries(old: Object, new: Object, drawn: bool, ignoring: Collection[str] = ()) -> list[Pair] | None:
        ours, theirs = dict(old.items()), dict(new.items())
        shared = ours.keys() - ignoring
        if shared != theirs.keys() - ignoring:
            return None
        if any(key_of(ours[key]) != key_of(theirs[key]) for key in shared & UPWARDS):
            return None
        return [(ours[key], theirs[key], drawn or key in _DRAWN) for key in shared]

    def differing(
        self, old: Dictionary, new: Dictionary, *, ignoring: Collection[str] = (), drawn: bool = False
    ) -> Iterator[str]:
        """Walk through the entries of two dictionaries that are not the same, in order."""
        ours, theirs = dict(old.items()), dict(new.items())
        for key in sorted((ours.keys() | theirs.keys()) - frozenset(ignoring)):
            draws = drawn or key in _DRAWN
            if key not in ours or key not in theirs or not self.same(ours[key], theirs[key], drawn=draws):
                yield key
