"""Tricks with cross-references, after which one reader sees what another does not (ISO 32000-2 clauses 7.5.4 to 7.5.8).

Readers differ in what they believe where a file contradicts itself: the first or the last entry for an object, the number or
the place of one in an object stream, the references or, after any damage, what a search of the file finds. Nothing of that
can be told from what one reader sees, so that an update after which it matters counts as a change.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Final

from pikepdf import Object, PdfError, Stream

from idbridge.signatures.formats.pdf.changes import Change, ChangeKind, unpermitted
from idbridge.signatures.formats.pdf.comparison import Comparison
from idbridge.signatures.formats.pdf.fields import items, name
from idbridge.signatures.formats.pdf.hybrid_references import is_hybrid, tables_after
from idbridge.signatures.formats.pdf.revisions import (
    DIRECT,
    Key,
    Revision,
    header_at,
    is_revision_end,
    object_at,
    object_begins,
    occurrences,
)

_NUMBERS: Final = re.compile(rb"(?<![\d.])(\d{1,10})[\x00\t\n\x0c\r ]{1,8}(\d{1,5})[\x00\t\n\x0c\r ]{1,8}\Z")
_WHITE: Final = b"\x00\t\n\x0c\r "
_NUMBERS_WITHIN: Final = 32  # octets before the word, of both numbers with what is between
_START: Final = re.compile(rb"startxref[\x00\t\n\x0c\r ]+(\d{1,12})")
_PREVIOUS: Final = re.compile(rb"/Prev[\x00\t\n\x0c\r ]+(\d{1,12})\b(?![\x00\t\n\x0c\r ]+\d+[\x00\t\n\x0c\r ]+R\b)")
_BLANK: Final = re.compile(rb"[\x00\t\n\x0c\r ]*")
_STREAM_HEAD: Final = re.compile(rb"[\x00\t\n\x0c\r ]*\d{1,10} \d{1,5} obj(.{1,65536}?)stream[\r\n]", re.DOTALL)
"""The dictionary of a cross-reference stream: mostly some hundred octets, more where many single objects were written."""

_REFERENCE: Final = re.compile(rb"\b\d{1,10} \d{1,5} R\b")
_WARNED: Final = re.compile(r"\(object (\d+) (\d+)")
_PUT_RIGHT: Final = re.compile(r",[^:(]*\bobject (\d+) (\d+)(?: at offset \d+)?: (.+)")
_DOUBLED: Final = "duplicated key"
"""How qpdf words that a dictionary has two values for one key. It takes the last; others take the first."""


def reference_changes(data: bytes, end: int, compared: Comparison) -> Iterator[Change]:
    """Tell of entries that lead elsewhere or nowhere, twice, or for some readers only; and of a file that is to be repaired."""
    old, new = compared.old, compared.new
    if is_hybrid(data, end, old, new):
        yield _misleading("cross-references that only some readers follow (XRefStm)")
    if not is_revision_end(data, len(data)):
        yield unpermitted(ChangeKind.CROSS_REFERENCES, "octets after the last revision", visible=False)
    elif not new.repaired:
        yield from _unled(data, end, compared)
    if new.repaired and not old.repaired:
        yield _misleading("the file's cross-references are broken")
        return
    if _hides_or_shows(compared):
        yield _misleading("objects that some readers leave out by their number (Size)")
    if _names_twice(data, end, compared):
        yield _misleading("cross-references that name an object twice")
    for number, generation in sorted(compared.rewritten):
        place = new.places.get((number, generation))
        if place is not None and place[0] == 1 and object_at(data, place[1] + header_at(data)) != (number, generation):
            yield _misleading(f"object {number} is not where the cross-references say")


def irregular_changes(compared: Comparison) -> Iterator[Change]:
    """Tell of objects that readers may take for different things: doubled keys and numbers, missing ends, no page or one.

    Of those written since, all; of those that were signed, where any such was written again, which may be the one that
    another reader sees in their place.
    """
    replaced = not compared.rewritten.isdisjoint(compared.old.places)
    irregular = {key for key, _ in _put_right(compared.old) ^ _put_right(compared.new)}
    for warning in compared.new.warnings:
        found = _WARNED.search(warning)
        key = (int(found[1]), int(found[2])) if found is not None else DIRECT
        if key in compared.rewritten:
            irregular.add(key)
        elif _DOUBLED in warning and (replaced or key == DIRECT):
            what = "the trailer" if key == DIRECT else f"object {key[0]}"
            yield unpermitted(ChangeKind.IRREGULAR, f"{what} has two values for one key", visible=False)
    for number, _ in sorted(irregular):
        yield unpermitted(ChangeKind.IRREGULAR, f"object {number} is irregular", visible=False)
    for number in compared.new.misnumbered_streams if replaced else ():
        yield unpermitted(ChangeKind.IRREGULAR, f"object stream {number} is read in two ways", visible=True)


def _put_right(revision: Revision) -> set[tuple[Key, str]]:
    """Return what qpdf changes in the page tree as it opens a file, and in which objects: others may read it as it stands."""
    found = filter(None, map(_PUT_RIGHT.match, revision.warnings))
    return {((int(one[1]), int(one[2])), one[3]) for one in found}


def _unled(data: bytes, end: int, compared: Comparison) -> Iterator[Change]:
    """Tell whether something was appended that the cross-references pass by: who searches for objects finds it."""
    what = "octets that no cross-references lead to"
    *_, last = (0, *(int(found[1]) + header_at(data) for found in _START.finditer(data, end)))
    if last < end:  # the file says that it ends with what stands before
        yield unpermitted(ChangeKind.CROSS_REFERENCES, what, visible=data.find(b"obj", end) >= 0)
        return
    passed_by = set(_passed_by(data, end, compared.new, _sections(data, end)))
    if passed_by:
        signed, size = {number for number, _ in compared.old.places}, _size(compared.new)
        visible = any(number in signed or number >= size for number, _ in passed_by)
        yield unpermitted(ChangeKind.CROSS_REFERENCES, what, visible=visible)


def _hides_or_shows(compared: Comparison) -> bool:
    """Tell whether what was signed came to lie beyond Size, or within: beyond it are no objects to some (clause 7.5.5)."""
    least, most = sorted((_size(compared.old), _size(compared.new)))
    return any(least <= number < most for number, _ in compared.old.places)


def _size(revision: Revision) -> int:
    size: object = revision.pdf.trailer.get("/Size")
    return size if isinstance(size, int) else 0


def _sections(data: bytes, end: int) -> set[int]:
    """Return where the sections of cross-references begin that the file names after *end*, white space apart."""
    stated = itertools.chain(_START.finditer(data, end), _PREVIOUS.finditer(data, end))
    blank = (_BLANK.match(data, int(found[1]) + header_at(data)) for found in stated)
    return {found.end() for found in blank if found is not None}


def _passed_by(data: bytes, end: int, new: Revision, sections: set[int]) -> Iterator[Key]:
    """Walk through the objects written after *end* of which the references lead to an earlier writing, or to none.

    A cross-reference stream need not list itself: it is found by its place, which is one of *sections*.
    """
    start = header_at(data)
    for began, key in _objects_after(data, end):
        place = new.places.get(key)
        at = place[-1] + start if place is not None else -1  # of the object, or of the object stream that it is in
        led = at >= began or (at >= 0 and object_begins(data, at) == began)
        if not led and began not in sections:
            yield key


def _objects_after(data: bytes, end: int) -> Iterator[tuple[int, Key]]:
    """Walk through all that looks like the beginning of an object, wherever it stands."""
    for word in occurrences(data, b"obj", end):
        since = max(end, word - _NUMBERS_WITHIN)
        found = _NUMBERS.search(data[since:word]) if data[word - 1] in _WHITE else None
        if found is not None:
            yield since + found.start(), (int(found[1]), int(found[2]))


def _names_twice(data: bytes, end: int, compared: Comparison) -> bool:
    """Tell whether a section after *end* names an object twice: qpdf believes the first entry, others the last."""
    tables = dict(tables_after(data, end))
    unread = {at for at in _sections(data, end) if at >= end} - tables.keys()
    streams = [*_reference_streams(compared), *(_dictionary_at(data, at) for at in sorted(unread))]
    return any(map(_repeats, tables.values())) or any(map(_overlaps, streams))


def _reference_streams(compared: Comparison) -> Iterator[Object]:
    for key in compared.rewritten:
        value = compared.new.object(key) if compared.new.places.get(key, (0,))[0] == 1 else None
        if isinstance(value, Stream) and name(value.get("/Type")) == "XRef":
            yield value


def _dictionary_at(data: bytes, at: int) -> Object | None:
    """Read the dictionary of a stream by its place, for one that is not listed; None if none can be read there."""
    found = _STREAM_HEAD.match(data, at)
    try:
        return Object.parse(_REFERENCE.sub(b"null", found[1])) if found is not None else None
    except (PdfError, ValueError):
        return None


def _repeats(numbers: tuple[int, ...] | None) -> bool:
    return numbers is None or len(set(numbers)) != len(numbers)


def _overlaps(stream: Object | None) -> bool:
    """Tell whether the subsections of a cross-reference stream have an object in common (clause 7.5.8.2)."""
    if stream is None:
        return True
    stated = [value if isinstance(value, int) else -1 for value in items(stream.get("/Index"))]
    ranges = sorted(zip(stated[::2], stated[1::2], strict=False))
    ends = [first + count for first, count in ranges]
    return -1 in stated or any(after[0] < end for after, end in zip(ranges[1:], ends, strict=False))


def _misleading(what: str) -> Change:
    return unpermitted(ChangeKind.CROSS_REFERENCES, what, visible=True)
