"""Whether the structure tree only grew: it shows nothing, but is what screen readers read (ISO 32000-2 clause 14.7).

A tagged document that gets a field gets an element for it; what the elements that were there say must stay.
"""

from __future__ import annotations

from typing import Final

from pikepdf import Array, Dictionary

from idbridge.signatures.formats.pdf.comparison import Comparison
from idbridge.signatures.formats.pdf.revisions import key_of

_INDEXES: Final = frozenset({"/K", "/ParentTree", "/ParentTreeNextKey", "/IDTree"})
"""Entries of the tree's root that list what is in it, or lead from pages to it."""

_OF_ELEMENT: Final = frozenset({"/K", "/P"})
"""Entries of an element that lead to what is in it, which is looked at, and to what it is in, where it was found."""


def has_grown(compared: Comparison) -> bool:
    """Tell whether all that was in the tree is there yet, in its order; what was added may stand anywhere."""
    old, new = compared.old.root.get("/StructTreeRoot"), compared.new.root.get("/StructTreeRoot")
    if old is None or compared.same(old, new):
        return True
    if not (isinstance(old, Dictionary) and isinstance(new, Dictionary)) or any(
        compared.differing(old, new, ignoring=_INDEXES)
    ):
        return False
    waiting = [(old, new)]
    seen = {key_of(old)}
    while waiting:
        kept = _kept(compared, *waiting.pop())
        if kept is None:
            return False
        fresh = [pair for pair in kept if key_of(pair[0]) not in seen]
        seen |= {key_of(one) for one, _ in fresh}
        waiting += fresh
    return True


def _kept(compared: Comparison, old: Dictionary, new: Dictionary) -> list[tuple[Dictionary, Dictionary]] | None:
    """Pair the elements in *old* that were written again with what they are in *new*; None if anything is gone."""
    found: list[tuple[Dictionary, Dictionary]] = []
    later = iter(_kids(new))
    for kid in _kids(old):
        for other in later:
            if isinstance(kid, Dictionary) and isinstance(other, Dictionary) and _was_touched(compared, kid, other):
                if any(compared.differing(kid, other, ignoring=_OF_ELEMENT)):
                    return None
                found.append((kid, other))
                break
            if compared.same(kid, other):
                break
        else:
            return None
    return found


def _kids(element: Dictionary) -> list[object]:
    held = element.get("/K")
    return list(held) if isinstance(held, Array) else [] if held is None else [held]


def _was_touched(compared: Comparison, old: Dictionary, new: Dictionary) -> bool:
    """Tell whether they are one element, in which something was written again."""
    return "/S" in old and old.objgen == new.objgen and old.objgen in compared.touched
