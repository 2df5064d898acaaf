"""One incremental update of a PDF: objects added and changed, behind octets that stay as they are (ISO 32000-2 clause 7.5.6).

qpdf reads the last revision, holds its objects while they are changed and serialises them. It writes whole files only, so
the update itself, which keeps every earlier signature, is written here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, cast

from pikepdf import Array, Dictionary, ForeignObjectError, Object, PdfError, Stream, String

from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.formats.pdf.revisions import Key, is_revision_end, open_revision
from idbridge.signatures.making.pdf.cross_references import last_section, section
from idbridge.signatures.making.pdf.gap import Gap, OpenRevision
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.refusals import DocumentRefused, FormatRefusal, Refusal

ID_OCTETS: Final = 16


@contextmanager
def refusing_damage() -> Iterator[None]:
    """Refuse a file in which qpdf, asked for more and more of its objects, meets one that it can do nothing with.

    :raises MakingRefused: it is so.
    """
    try:
        yield
    except DocumentRefused:
        raise
    except (PdfError, ForeignObjectError, RuntimeError, ValueError) as error:
        raise MakingRefused(MakingRefusal.DAMAGED, f"the PDF cannot be read: {error}") from error


@dataclass(frozen=True, slots=True)
class Place:
    """A value of the document, and the indirect object that is written again when the value is changed."""

    owner: Object
    value: Object

    def within(self, key: str, kind: type[Dictionary | Array]) -> Place:
        """Return the place of an entry, which is made empty if there is none.

        :raises MakingRefused: there is one of another kind.
        """
        if self.value.get(key) is None:
            self.value[key] = kind()
        value = self.value[key]
        if not isinstance(value, kind):
            raise MakingRefused(MakingRefusal.DAMAGED, f"{key} is not of its kind")
        return Place(value if value.is_indirect else self.owner, value)


class Update:
    """An update in the making. What it adds is numbered in the order of adding, so that the same calls give the same octets."""

    def __init__(self, data: bytes, limits: Limits = LIMITS) -> None:
        """Open the last revision of *data*.

        :raises NotADocument: it is no PDF.
        :raises FormatRefusal: it is encrypted, or beyond *limits*.
        :raises MakingRefused: it must be repaired first.
        """
        self.data = data
        self.limits = limits
        self.revision = open_revision(data, len(data), limits)
        self._changed: dict[Key, Object] = {}
        if self.revision.encryption:
            raise FormatRefusal(Refusal.ENCRYPTED, "to an encrypted PDF nothing is added")
        if self.revision.repaired or not self.revision.root.is_indirect:
            raise MakingRefused(MakingRefusal.DAMAGED, "the cross-references are broken")
        if not data.startswith(b"%PDF-") or not is_revision_end(data, len(data)):
            raise MakingRefused(MakingRefusal.DAMAGED, "something stands before the header or after the last revision")
        last_section(data)

    @property
    def root(self) -> Place:
        """The catalogue."""
        return Place(self.revision.root, self.revision.root)

    def change(self, place: Place) -> None:
        """Have the object that a changed value stands in written again."""
        self._changed[place.owner.objgen] = place.owner

    def add(self, value: Object) -> Object:
        """Add a dictionary or an array as an indirect object, and return the reference to it."""
        return self._added(self.revision.pdf.make_indirect(value))

    def add_stream(self, octets: bytes, entries: Dictionary | None = None) -> Object:
        """Add a stream of stored *octets*; *entries* name its filter, if there is any."""
        stream = Stream(self.revision.pdf, octets)
        for key, value in (entries or Dictionary()).items():
            stream[key] = value
        return self._added(stream)

    def written(self) -> bytes:
        """Return the file with the update."""
        return self._written({})[0]

    def opened(self, signature: Object, gap: Gap) -> OpenRevision:
        """Return the file with the update, whole but for the value of *signature*, a dictionary that was added."""
        key = signature.objgen
        data, ends = self._written({key: gap})
        return OpenRevision.of(data, ends[key], gap)

    def _added(self, value: Object) -> Object:
        self._changed[value.objgen] = value
        return value

    def _written(self, gaps: dict[Key, Gap]) -> tuple[bytes, dict[Key, int]]:
        """Return the file, and where each object that was written ends."""
        pieces = [b"" if self.data.endswith((b"\n", b"\r")) else b"\n"]
        at = len(self.data) + len(pieces[0])
        places: dict[Key, int] = {}
        ends: dict[Key, int] = {}
        for key, value in self._changed.items():
            written = _serialised(value)
            if key in gaps:
                written = gaps[key].added_to(written)
            head = b"%d %d obj\n" % key
            places[key], ends[key] = at, at + len(head) + len(written)
            pieces += (head, written, b"\nendobj\n")
            at = ends[key] + len(pieces[-1])
        trailer = cast("Dictionary", self.revision.pdf.trailer)
        trailer["/ID"] = _identifiers(trailer, self.data, pieces)
        pieces.append(section(self.data, places, trailer, self._size(), at))
        return b"".join((self.data, *pieces)), ends

    def _size(self) -> int:
        """Return one more than the highest number in use (table 15)."""
        stated: object = self.revision.pdf.trailer.get("/Size")
        highest = max(number for number, _ in (*self.revision.places, *self._changed))
        return max(highest + 1, stated if isinstance(stated, int) and stated <= self.limits.pdf_objects else 0)


def _serialised(value: Object) -> bytes:
    if isinstance(value, Stream):
        octets = value.read_raw_bytes()
        return b"%b\nstream\n%b\nendstream" % (value.stream_dict.unparse(resolved=True), octets)
    return value.unparse(resolved=True)


def _identifiers(trailer: Dictionary, data: bytes, pieces: list[bytes]) -> Array:
    """Return the file identifier: what it was made as, and as what it was updated (clause 14.4)."""
    digest = hashlib.sha256(data)
    for piece in pieces:
        digest.update(piece)
    current = String(digest.digest()[:ID_OCTETS])
    known = trailer.get("/ID")
    return Array([known[0] if isinstance(known, Array) and len(known) == 2 else current, current])
