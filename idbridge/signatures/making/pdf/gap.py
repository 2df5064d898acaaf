"""The hole in a revision that is to be signed: ByteRange, and Contents with room for a value that is not known yet.

ISO 32000-2 clause 12.8.1: everything of the revision is signed but the value of Contents, delimiters included.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from idbridge.signatures.contents import KnownContent
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused

_RANGE: Final = b"/ByteRange [0 %d %d %d]"
_RANGE_LENGTH: Final = len(_RANGE % ((1 << 32,) * 3))
_CONTENTS: Final = b" /Contents "
_END: Final = b" >>"

ROOM_LIMIT: Final = 4 << 20
"""Octets of a value. Twice as many are written; CRLs, the only large thing, belong into the security store."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Room for a value of so many octets.

    :raises MakingRefused: nothing fits in, or too much.
    """

    room: int

    def __post_init__(self) -> None:
        if not 0 < self.room <= ROOM_LIMIT:
            raise MakingRefused(MakingRefusal.ROOM, f"{self.room} octets are no room for a signature")

    def added_to(self, dictionary: bytes) -> bytes:
        """Return a serialised dictionary with both entries at its end, the value all zeros."""
        empty = b"<%b>" % (b"0" * (2 * self.room))
        return b"".join((dictionary.removesuffix(b">>"), b" " * _RANGE_LENGTH, _CONTENTS, empty, _END))


@dataclass(frozen=True, slots=True)
class OpenRevision:
    """A file whose last revision lacks nothing but the value of its signature. `start` and `end` delimit the hole."""

    data: bytes = field(repr=False)
    start: int
    end: int

    @classmethod
    def of(cls, written: bytes, dictionary_end: int, gap: Gap) -> OpenRevision:
        """Fill in the range of the gap in the dictionary that ends at *dictionary_end*."""
        end = dictionary_end - len(_END)
        start = end - 2 * gap.room - 2
        stated = (_RANGE % (start, end, len(written) - end)).ljust(_RANGE_LENGTH)
        at = start - len(_CONTENTS) - _RANGE_LENGTH
        return cls(b"".join((written[:at], stated, written[at + _RANGE_LENGTH :])), start, end)

    @property
    def content(self) -> KnownContent:
        """The octets that are signed, before and behind the hole, without a copy."""
        view = memoryview(self.data)
        return KnownContent.of(view[: self.start], view[self.end :], name="byte range")

    def completed(self, value: bytes) -> bytes:
        """Return the file with *value*, filled up with zeros.

        :raises MakingRefused: *value* is longer than the room.
        """
        room = (self.end - self.start - 2) // 2
        if len(value) > room:
            raise MakingRefused(MakingRefusal.ROOM, f"the signature has {len(value)} octets; room was kept for {room}")
        filled = value.hex().encode("ascii").ljust(2 * room, b"0")
        return b"".join((self.data[: self.start + 1], filled, self.data[self.end - 1 :]))
