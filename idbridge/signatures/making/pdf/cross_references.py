"""The end of an incremental update: its cross-references and trailer (ISO 32000-2 clauses 7.5.4, 7.5.5, 7.5.8).

A section is of the kind of the one before it, as clause 7.5.8.4 asks. After a hybrid section comes a table: readers of
either kind follow it to what they knew before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import groupby
from typing import Final

from pikepdf import Dictionary, Name

from idbridge.signatures.formats.pdf.revisions import Key
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused

Places = Mapping[Key, int]
"""Where each object begins."""

_START: Final = re.compile(rb"startxref[\x00\t\n\x0c\r ]+(\d{1,12})[\x00\t\n\x0c\r ]+%%EOF[\x00\t\n\x0c\r ]*\Z")
_TAIL: Final = 1024
"""Octets from the end within which the last startxref stands."""

_OF_STREAMS: Final = frozenset({"/Length", "/Filter", "/DecodeParms", "/DL", "/F", "/FFilter", "/FDecodeParms"})
_OF_SECTIONS: Final = _OF_STREAMS | {"/Size", "/Prev", "/XRefStm", "/Type", "/W", "/Index"}
"""Entries that say something of one section, not of the document (tables 15 and 17)."""

OFFSET_LIMIT: Final = 1 << 32
"""Offsets that are written with four octets; files are bound to an eighth of it."""


def last_section(data: bytes) -> int:
    """Return the offset of the last cross-reference section, as the file states it.

    :raises MakingRefused: nothing at the file's end states it.
    """
    found = _START.search(data, max(0, len(data) - _TAIL))
    if found is None:
        raise MakingRefused(MakingRefusal.DAMAGED, "the file does not end with startxref and an end-of-file mark")
    return int(found[1])


def section(data: bytes, places: Places, trailer: Dictionary, size: int, at: int) -> bytes:
    """Return the section that begins at *at* and makes *places* known. *size* is one more than the highest number.

    *trailer* is that of the revision before.
    """
    previous = last_section(data)
    entries = Dictionary({key: trailer[key] for key in trailer.keys() if key not in _OF_SECTIONS})  # noqa: SIM118 - no iteration
    entries["/Prev"] = previous
    is_table = data.startswith(b"xref", previous)
    written = _table(places, entries, size) if is_table else _stream(places, entries, size, at)
    return b"%bstartxref\n%d\n%%%%EOF\n" % (written, at)


def _table(places: Places, entries: Dictionary, size: int) -> bytes:
    """Clause 7.5.4: subsections of consecutive numbers, 20 octets an entry."""
    lines = [b"xref\n"]
    for run in _runs(places):
        lines.append(b"%d %d\n" % (run[0][0], len(run)))
        lines += [b"%010d %05d n \n" % (places[key], key[1]) for key in run]
    entries["/Size"] = size
    return b"%btrailer\n%b\n" % (b"".join(lines), entries.unparse(resolved=True))


def _stream(places: Places, entries: Dictionary, size: int, at: int) -> bytes:
    """Clause 7.5.8: the section is an object itself, under the next free number, and lists itself."""
    own = (size, 0)
    known = {**places, own: at}
    runs = _runs(known)
    records = b"".join(b"\x01%b%b" % (known[key].to_bytes(4), key[1].to_bytes(2)) for run in runs for key in run)
    entries["/Type"] = Name.XRef
    entries["/Size"] = size + 1
    entries["/W"] = [1, 4, 2]
    entries["/Index"] = [number for run in runs for number in (run[0][0], len(run))]
    entries["/Length"] = len(records)
    return b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (size, entries.unparse(resolved=True), records)


def _runs(places: Places) -> list[list[Key]]:
    """Group the objects into runs of consecutive numbers."""
    ordered = enumerate(sorted(places))
    return [[key for _, key in run] for _, run in groupby(ordered, lambda entry: entry[1][0] - entry[0])]
