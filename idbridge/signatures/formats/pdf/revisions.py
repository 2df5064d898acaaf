"""A PDF as it was at one moment: the octets up to the end of a revision, opened by qpdf, and told apart object by object.

Incremental updates only append (ISO 32000-2 clause 7.5.6), so that every revision is a prefix of the file. Nothing is
copied: qpdf reads through a view. What revisions mean to a signature is left to `changes`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import BinaryIO, Final, cast

import pikepdf
from pikepdf import Dictionary, Object, Pdf
from pikepdf.settings import set_qpdf_limits

from idbridge.signatures.contents import Buffer
from idbridge.signatures.formats.limits import MIB, Limits
from idbridge.signatures.formats.recognition import PDF_HEADER_WITHIN
from idbridge.signatures.refusals import FormatRefusal, NotADocument, Refusal

Key = tuple[int, int]
"""Object number and generation; `DIRECT` for an object that has neither."""

DIRECT: Final[Key] = (0, 0)

# qpdf's bounds hold for the whole process and are to be set before any file is opened.
set_qpdf_limits(
    # the cross-reference stream of a million objects takes 16 MiB; object streams are smaller; bombs reach 1,000 : 1
    flate_max_memory=32 * MIB,
    run_length_max_memory=32 * MIB,
    png_max_memory=32 * MIB,
    tiff_max_memory=32 * MIB,
    max_stream_filters=8,
    parser_max_nesting=100,  # real files nest five deep
    doc_max_warnings=100_000,  # one a page for what many producers leave out (Resources)
)

_END: Final = re.compile(rb"%%EOF(?:\r\n|\n|\r)?")
_HEADER: Final = re.compile(rb"[\x00\t\n\x0c\r ]*(\d{1,10})[\x00\t\n\x0c\r ]+(\d{1,5})[\x00\t\n\x0c\r ]+obj")
_BUFFER: Final = 1 << 14  # qpdf reads a few octets at a time, here and there: seeking within a buffer takes no call of Python
_WHITE: Final = b"\x00\t\n\x0c\r "
_REFERENCE: Final = re.compile(rb"(?<![\w.])(\d{1,10}) (\d{1,5}) R\b")
UPWARDS: Final = frozenset({"/Parent", "/P"})
"""Entries of an object that refer to what it is part of: page to tree, widget to page or field."""


class _View(io.RawIOBase):
    """The first octets of a file as a stream, without a copy."""

    def __init__(self, view: memoryview) -> None:
        super().__init__()
        self._view = view
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # the types want a Buffer of Python 3.12
        taken = self._view[self._at : self._at + len(buffer)]
        buffer[: len(taken)] = taken
        self._at += len(taken)
        return len(taken)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._view)}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at


def key_of(value: object) -> Key:
    """Return the key of an object; `DIRECT` for a direct one, and for a number."""
    return value.objgen if isinstance(value, Object) else DIRECT


@dataclass(frozen=True, slots=True)
class References:
    """The objects that refer to each object: as what they are a part of (`upwards`), and in any other way."""

    upwards: dict[Key, list[Key]] = field(default_factory=dict)
    others: dict[Key, list[Key]] = field(default_factory=dict)


def _written(value: object) -> bytes:
    match value:
        case pikepdf.Stream():
            return value.stream_dict.unparse(resolved=True)
        case Object():
            return value.unparse(resolved=True)
        case _:
            return b""


def _parts_of(value: object) -> list[Key]:
    """Only entries of the object itself count: a resource may be called `P` too."""
    if not isinstance(value, Dictionary):
        return []
    return [key_of(value.get(entry)) for entry in UPWARDS if entry in value]


def _numbers_in(stream: object) -> tuple[int, ...]:
    """Return the numbers that an object stream says its objects have; none if it is no such stream."""
    if not isinstance(stream, pikepdf.Stream):
        return ()
    count, first = stream.get("/N"), stream.get("/First")
    try:
        pairs = stream.read_bytes()[:first].split() if isinstance(first, int) else []
        return tuple(map(int, pairs[: 2 * count : 2])) if isinstance(count, int) else ()
    except (pikepdf.PdfError, ValueError):
        return ()


@dataclass(frozen=True)
class Revision:
    """A revision that was opened. `repaired`: its cross-references were broken, and qpdf searched for the objects."""

    pdf: Pdf = field(repr=False)
    repaired: bool = False
    _warnings: list[str] = field(default_factory=list, repr=False)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What qpdf found irregular so far; objects are read, and found so, when they are first asked for."""
        self._warnings.extend(str(warning).partition(">")[2].strip(" :") for warning in self.pdf.get_warnings())
        return tuple(self._warnings)

    @property
    def root(self) -> Dictionary:
        """The catalogue (ISO 32000-2 clause 7.7.2)."""
        return cast("Dictionary", self.pdf.Root)  # `open_revision` has seen to it

    @property
    def encryption(self) -> bytes:
        """What strings and streams are decrypted by, beside the empty password (ISO 32000-2 clause 7.6.2); empty if none is.

        Of the file's two identifiers an update changes the second, which has no part in it.
        """
        if not self.pdf.is_encrypted:
            return b""
        identifiers = self.pdf.trailer.get("/ID")
        first = identifiers[0] if isinstance(identifiers, pikepdf.Array) and len(identifiers) else None
        return _written(self.pdf.trailer.get("/Encrypt")) + _written(first)

    @cached_property
    def places(self) -> dict[Key, tuple[int, ...]]:
        """Where each object stands: the same place in two revisions of one file means the same octets."""
        table = self.pdf.get_xref_table()
        plain = {key: (1, entry.offset or 0) for key, entry in table.items() if entry.type == 1}
        packed = {
            key: (2, entry.obj_stream_index or 0, number, *plain.get((number, 0), DIRECT))
            for key, entry in table.items()
            if entry.type == 2
            for number in (entry.obj_stream_number or 0,)
        }
        return {**plain, **packed}

    @cached_property
    def final_references(self) -> References:
        """Which objects refer to which, kept: for the one revision that all others are compared with."""
        return self.references()

    def references(self) -> References:
        """Find which objects refer to which. Text that looks like a reference is one."""
        found = References()
        for key, place in self.places.items():
            value = self.object(key)
            stated = [(int(number), int(generation)) for number, generation in _REFERENCE.findall(_written(value))]
            for above in _parts_of(value):
                if above in stated:
                    stated.remove(above)
                    found.upwards.setdefault(above, []).append(key)
            if place[0] == 2:  # what an object stream has in it follows from how that is read
                stated.append((place[2], 0))
            for target in stated:
                found.others.setdefault(target, []).append(key)
        return found

    @cached_property
    def misnumbered_streams(self) -> tuple[int, ...]:
        """The object streams that have a number twice, or an object elsewhere than its entry says (ISO 32000-2 clause 7.5.7).

        Some readers find an object in them by its number, others by its index.
        """
        held: dict[int, dict[int, int]] = {}
        for (number, _), place in self.places.items():
            if place[0] == 2:
                held.setdefault(place[2], {})[number] = place[1]
        return tuple(sorted(stream for stream, objects in held.items() if not self._numbers_fit(stream, objects)))

    def _numbers_fit(self, stream: int, objects: dict[int, int]) -> bool:
        numbers = _numbers_in(self.object((stream, 0)))
        indexed = (numbers[index : index + 1] == (number,) for number, index in objects.items())
        return len(set(numbers)) == len(numbers) and all(indexed)

    def object(self, key: Key) -> object:
        """Return an indirect object, None if there is none, or none that can be read."""
        try:
            return self.pdf.get_object(key)
        except (pikepdf.PdfError, ValueError):
            return None


def open_revision(data: Buffer, end: int, limits: Limits) -> Revision:
    """Open the revision that ends at *end*, repairing it if that is the only way.

    :raises NotADocument: there is no PDF.
    :raises FormatRefusal: it asks for a password, or is beyond *limits*.
    """
    view = memoryview(data)[:end]
    revision = _as_stated(view, limits) or Revision(_repaired(view), repaired=True)
    _check_size(revision, limits)
    if not isinstance(revision.pdf.trailer.get("/Root"), Dictionary):
        raise NotADocument(Refusal.MALFORMED, "the PDF has no catalogue")
    return revision


def _as_stated(view: memoryview, limits: Limits) -> Revision | None:
    """Return the revision as its own tables have it; None where they lead astray."""
    try:
        revision = Revision(_open(view, repair=False))
    except FormatRefusal:
        raise
    except (pikepdf.PdfError, ValueError):
        return None
    _check_size(revision, limits)
    return None if _misplaced(revision, view) else revision


def _check_size(revision: Revision, limits: Limits) -> None:
    if len(revision.pdf.get_xref_table()) > limits.pdf_objects:
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"more than {limits.pdf_objects} objects")


def _misplaced(revision: Revision, view: memoryview) -> bool:
    """Tell whether another object stands where the table has one.

    qpdf 12.4 reads what stands there in its own place, under those who are reading that one: a fault of memory.
    """
    start = header_at(view)
    stated = ((key, place[1] + start) for key, place in revision.places.items() if place[0] == 1)
    return any(object_at(view, at) not in (None, key) for key, at in stated)


def _open(view: memoryview, *, repair: bool) -> Pdf:
    stream = cast("BinaryIO", io.BufferedReader(_View(view), _BUFFER))
    try:
        return Pdf.open(stream, attempt_recovery=repair, inherit_page_attributes=False, conversion_mode="implicit")
    except pikepdf.PasswordError as error:
        raise FormatRefusal(Refusal.ENCRYPTED, "the PDF is encrypted, and asks for a password") from error


def _repaired(view: memoryview) -> Pdf:
    try:
        return _open(view, repair=True)
    except (pikepdf.PdfError, ValueError) as error:
        if isinstance(error, FormatRefusal):
            raise
        raise NotADocument(Refusal.MALFORMED, f"no PDF: {error}") from error


def header_at(data: Buffer) -> int:
    """Return where the header stands, from which offsets count."""
    return max(0, bytes(memoryview(data)[:PDF_HEADER_WITHIN]).find(b"%PDF-"))


def object_at(data: Buffer, at: int) -> Key | None:
    """Return the key of the object that begins at an offset from the file's start, None if none does."""
    found = _HEADER.match(data, at, at + 64)
    return (int(found[1]), int(found[2])) if found is not None else None


def object_begins(data: bytes, at: int) -> int | None:
    """Return where the number of the object stands that begins at *at*, white space apart."""
    found = _HEADER.match(data, at, at + 64)
    return found.start(1) if found is not None else None


def occurrences(data: bytes, word: bytes, start: int) -> Iterator[int]:
    """Walk through the places of *word* from *start* on: many times as fast as a regular expression that looks behind."""
    at = data.find(word, start)
    while at >= 0:
        yield at
        at = data.find(word, at + len(word))


def revision_ends(data: Buffer, count: int) -> tuple[int, ...]:
    """Return where the first *count* end-of-file marks end, their line ends included. A linearized file's first is none."""
    return tuple(found.end() for _, found in zip(range(count), _END.finditer(data), strict=False))


def is_revision_end(data: Buffer, end: int) -> bool:
    """Tell whether an end-of-file mark stands right before *end*, but for white space."""
    tail = bytes(memoryview(data)[max(0, end - 64) : end]).rstrip(_WHITE)
    return tail.endswith(b"%%EOF")


def is_blank(data: Buffer, start: int) -> bool:
    """Tell whether nothing but white space stands from *start* on."""
    tail = memoryview(data)[start:]
    return len(tail) <= 64 and not bytes(tail).strip(_WHITE)
