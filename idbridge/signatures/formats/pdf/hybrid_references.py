"""Cross-references in two forms, a table and a stream beside it (XRefStm), which must not lead to different things.

ISO 32000-2 clause 7.5.8.4. Which of the two a reader believes, where both name an object, differs from reader to reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pikepdf

from idbridge.signatures.formats.pdf.fields import items
from idbridge.signatures.formats.pdf.revisions import Revision, header_at, object_at, occurrences

_NAME: Final = b"/" + b"".join(b"(?:%c|#%02X|#%02x)" % (octet, octet, octet) for octet in b"XRefStm")
_MENTION: Final = re.compile(_NAME + rb"[\x00\t\n\x0c\r ]*(\d{0,12})")
"""The name, any letter of it by its number (clause 7.3.5), and what it says."""

_TABLE: Final = re.compile(rb"xref[\x00\t\n\x0c\r ]+(?=\d)")
_SUBSECTION: Final = re.compile(rb"(\d{1,10}) (\d{1,10})[\r\n ]+((?:\d{10} \d{5} [fn][\r\n ]{1,2})*)")
_TRAILER: Final = re.compile(rb"[\x00\t\n\x0c\r ]*trailer")
_ENTRY: Final = 20  # octets, clause 7.5.4

SECTIONS: Final = 64
"""Hybrid sections that are read: one for each update by software that writes them."""


def is_hybrid(data: bytes, end: int, old: Revision, new: Revision) -> bool:
    """Tell whether a section after *end* is hybrid where the signed revision was not, or contradicts itself."""
    found = list(_MENTION.finditer(data, end))
    if not found:
        return False
    if "/XRefStm" not in old.pdf.trailer or len(found) > SECTIONS:
        return True
    starts = (end, *(mention.end() for mention in found))
    return any(_contradicts(data, start, mention, new) for start, mention in zip(starts, found, strict=False))


def _contradicts(data: bytes, start: int, mention: re.Match[bytes], new: Revision) -> bool:
    """Each section has a table of its own, from *start* on; what cannot be read is taken for the worst."""
    *_, table = (None, *(found for found in _tables(data, start) if found.end() <= mention.start()))
    if table is None or not mention[1]:
        return True
    key = object_at(data, int(mention[1]) + header_at(data))
    stream = new.object(key) if key is not None and new.places.get(key) == (1, int(mention[1])) else None
    if not isinstance(stream, pikepdf.Stream):
        return True
    listed = dict(_in_table(data, table.end(), mention.start()))
    try:
        return any(number in listed and listed[number] != place for number, place in _in_stream(stream))
    except (pikepdf.PdfError, ValueError):
        return True


def _in_table(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the objects in use of one section, with their places."""
    for subsection in _subsections(data, start, end):
        for row in range(len(subsection[3]) // _ENTRY):
            entry = subsection[3][row * _ENTRY : (row + 1) * _ENTRY]
            if entry[17:18] == b"n":
                yield int(subsection[1]) + row, int(entry[:10])


def _tables(data: bytes, start: int) -> Iterator[re.Match[bytes]]:
    for at in occurrences(data, b"xref", start):
        table = _TABLE.match(data, at) if data[at - 5 : at] != b"start" else None
        if table is not None:
            yield table


def _subsections(data: bytes, start: int, end: int) -> Iterator[re.Match[bytes]]:
    while subsection := _SUBSECTION.match(data, start, end):
        yield subsection
        start = subsection.end()


def tables_after(data: bytes, end: int) -> Iterator[tuple[int, tuple[int, ...] | None]]:
    """Walk through the tables that stand after *end*: where each begins, and the numbers of the objects that it lists.

    None for the numbers of one that does not end where its trailer begins, as far as can be read, or that has two.
    """
    for table in _tables(data, end):
        subsections = tuple(_subsections(data, table.end(), len(data)))
        rows = ((int(found[1]), len(found[3]) // _ENTRY) for found in subsections)
        numbers = tuple(number for first, count in rows for number in range(first, first + count))
        last = subsections[-1].end() if subsections else table.end()
        following = data[last : max(last, data.find(b"startxref", last))]
        yield table.start(), numbers if _TRAILER.match(following) and following.count(b"trailer") == 1 else None


def _in_stream(stream: pikepdf.Stream) -> Iterator[tuple[int, int | None]]:
    """Yield the objects in use (clause 7.5.8.3), with their places; None for those in object streams."""
    widths = [int(width) for width in items(stream.get("/W")) if isinstance(width, int)]
    if len(widths) != 3 or min(widths) < 0 or max(widths) > 8 or not sum(widths):
        raise ValueError("a cross-reference stream without widths")
    octets = stream.read_bytes()
    index = [int(number) for number in items(stream.get("/Index")) if isinstance(number, int)]
    numbers = (n for at in range(0, len(index) - 1, 2) for n in range(index[at], index[at] + index[at + 1]))
    rows = range(0, len(octets), sum(widths))
    for row, number in zip(rows, numbers if index else range(len(rows)), strict=False):
        kind = int.from_bytes(octets[row : row + widths[0]]) if widths[0] else 1
        place = int.from_bytes(octets[row + widths[0] : row + widths[0] + widths[1]])
        if kind:
            yield number, place if kind == 1 else None
