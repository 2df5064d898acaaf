"""What Signatures.xml was when an earlier signature was made: a later one has to enter itself, and so rewrites it.

A signature may protect the list it stands in (GB/T 33190 clause 18.1). Its digest is then of the list before later
entries. Those are taken out again here; if that gives the digest, the list was only added to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

_PREFIX: Final = rb"(?:[A-Za-z_][\w.-]{0,30}:)?"
_ENTRY: Final = re.compile(rb"<%bSignature\s[^<>]{0,4000}?(?:/>|>\s*</%bSignature\s*>)" % (_PREFIX, _PREFIX))
MAXIMUM: Final = re.compile(rb"(<%bMaxSignId\s*>)([^<>]{0,100})(</%bMaxSignId\s*>)" % (_PREFIX, _PREFIX))
"""A MaxSignId: what is before its value, the value, what is after it. Some writers add one with every signature."""

_WHITE: Final = b" \t\r\n"

LIST_LIMIT: Final = 1 << 18
"""Octets of a list that is restored. One of 100 entries has some 15 KB; every reading is digested."""

IDENTIFIERS_LIMIT: Final = 16
"""Values of MaxSignId that are tried: those of the signature, of its stamps (one a page for a seal across the fold)."""


def earlier_states(signature_list: bytes, kept: int, identifiers: Iterable[str]) -> Iterator[bytes]:
    """Walk through what the list may have been when it had *kept* entries.

    *identifiers* are those that MaxSignId may have had then. Nothing comes where there are no later entries.
    """
    entries = list(_ENTRY.finditer(signature_list))
    if not 0 < kept < len(entries) or len(signature_list) > LIST_LIMIT:
        return
    later = [entry.span() for entry in entries[kept:]]
    for with_space in (False, True):
        spans = [_widened(signature_list, span) if with_space else span for span in later]
        yield from _counted(signature_list, spans, later[0][0], list(identifiers)[:IDENTIFIERS_LIMIT])


def _counted(signature_list: bytes, spans: list[tuple[int, int]], since: int, identifiers: list[str]) -> Iterator[bytes]:
    """Take *spans* out, with MaxSignId as it is, as it was before a second one was put *since* there, or with another value."""
    yield _without(signature_list, spans)
    added = [found.span() for found in MAXIMUM.finditer(signature_list) if found.start() >= since]
    if added:
        yield _without(signature_list, [*spans, *added])
    remaining = _without(signature_list, spans)
    for identifier in identifiers:
        yield _with_maximum(remaining, identifier.encode())


def _with_maximum(signature_list: bytes, value: bytes) -> bytes:
    return MAXIMUM.sub(lambda found: found[1] + value + found[3], signature_list)


def _widened(signature_list: bytes, span: tuple[int, int]) -> tuple[int, int]:
    start, end = span
    while start > 0 and signature_list[start - 1] in _WHITE:
        start -= 1
    return start, end


def _without(signature_list: bytes, spans: list[tuple[int, int]]) -> bytes:
    kept: list[bytes] = []
    at = 0
    for start, end in sorted(spans):
        kept.append(signature_list[at:start])
        at = max(at, end)
    return b"".join((*kept, signature_list[at:]))
