"""The ByteRange of a signature (ISO 32000-2 clause 12.8.1): which octets are signed, and whether any could hide.

Everything of the revision must be signed but the value of Contents itself. Whatever is not so becomes a fault; none stops
the reading, for the digest of what is there still tells whether the signature was made over it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from idbridge.signatures.contents import Buffer, KnownContent
from idbridge.signatures.evidence import Fault
from idbridge.signatures.formats.pdf.revisions import is_revision_end

_CONTENTS_KEY: Final = re.compile(rb"/Contents[\x00\t\n\x0c\r ]*\Z")
_NOT_HEX: Final = re.compile(rb"[^0-9A-Fa-f\x00\t\n\x0c\r ]")
_WHITE: Final = b"\x00\t\n\x0c\r "
_NAME_WINDOW: Final = 32
"""Octets before the gap in which its key must stand."""

BYTE_RANGE: Final = re.compile(rb"/ByteRange[\x00\t\n\x0c\r ]*\[([\d\s]{7,100})\]")
"""A range as signers write it: it is filled in after the rest, so that it stands in the open, never in an object stream."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Two ranges as start and length, as they are written; `end` is where the second one ends."""

    numbers: tuple[int, int, int, int]

    @property
    def gap(self) -> tuple[int, int]:
        """Where the octets that are not signed start and end."""
        return self.numbers[0] + self.numbers[1], self.numbers[2]

    @property
    def end(self) -> int:
        """Where the last signed octet ends: the end of the signed revision."""
        return self.numbers[2] + self.numbers[3]

    def contents(self, data: Buffer) -> bytes:
        """Return the value in the gap; empty if that is no hexadecimal string."""
        start, end = self.gap
        written = bytes(memoryview(data)[max(0, start) : max(0, end)])
        try:
            return bytes.fromhex(written[1:-1].decode("ascii")) if written[:1] + written[-1:] == b"<>" else b""
        except ValueError:
            return b""

    def content(self, data: Buffer) -> KnownContent:
        """Return the signed octets as far as the file has them, without a copy."""
        view = memoryview(data)
        first, first_length, second, second_length = (max(0, number) for number in self.numbers)
        return KnownContent.of(view[first : first + first_length], view[second : second + second_length], name="byte range")


def read_byte_range(value: object) -> ByteRange | None:
    """Read the entry; None unless it is four whole numbers."""
    numbers = value if isinstance(value, (list, tuple)) else ()
    if len(numbers) != 4 or not all(type(number) is int for number in numbers):
        return None
    return ByteRange((numbers[0], numbers[1], numbers[2], numbers[3]))


def stated_ranges(data: Buffer, count: int) -> Iterator[ByteRange]:
    """Find the ranges that stand anywhere in the file, at most *count*: removed signatures leave theirs behind."""
    for _, found in zip(range(count), BYTE_RANGE.finditer(data), strict=False):
        numbers = found[1].split()
        if len(numbers) == 4 and all(len(number) <= 12 for number in numbers):
            yield ByteRange((int(numbers[0]), int(numbers[1]), int(numbers[2]), int(numbers[3])))


def byte_range_faults(data: bytes, stated: ByteRange, contents: bytes, owner_at: int) -> tuple[Fault, ...]:
    """Hold *stated* to the file. *contents* is the value of Contents; the object it stands in begins at *owner_at*."""
    first, first_length, second, second_length = stated.numbers
    if min(stated.numbers) < 0:
        return (_fatal("byte-range-negative", f"{stated.numbers} has a negative number"),)
    if stated.end > len(data) or first + first_length > len(data):
        return (_fatal("byte-range-out-of-file", f"{stated.numbers} goes beyond the {len(data)} octets of the file"),)
    if second < first + first_length:
        return (_fatal("byte-range-overlaps", f"{stated.numbers}: the second range begins within the first"),)
    faults: list[Fault] = []
    if first != 0:
        faults.append(_fatal("byte-range-start", f"the first {first} octets are not signed"))
    if not second_length or not is_revision_end(data, stated.end):
        faults.append(_fatal("byte-range-not-to-end", "the signed octets stop before the end of their revision"))
    faults += _gap_faults(data, stated, contents, owner_at)
    return tuple(faults)


def _gap_faults(data: bytes, stated: ByteRange, contents: bytes, owner_at: int) -> Iterator[Fault]:
    """The gap is the hexadecimal string of Contents with its delimiters, and that of this very object."""
    start, end = stated.gap
    inner = data[start + 1 : end - 1]
    if data[start : start + 1] != b"<" or data[end - 1 : end] != b">" or end - start < 2 or _NOT_HEX.search(inner):
        yield _fatal("byte-range-gap", "what is left unsigned is not one hexadecimal string")
        return
    written = inner.translate(None, _WHITE)
    if bytes.fromhex((written + b"0" * (len(written) % 2)).decode("ascii")) != contents:
        yield _fatal("byte-range-gap", "what is left unsigned is not the value of Contents")
    elif not _CONTENTS_KEY.search(data[max(0, start - _NAME_WINDOW) : start]):
        yield _fatal("byte-range-gap", "what is left unsigned does not stand as Contents")
    elif not 0 <= owner_at < start or data.find(b"endobj", owner_at, start) >= 0:
        yield _fatal("byte-range-gap", "what is left unsigned does not stand in the object of this signature")


def padding_faults(contents: bytes, used: int) -> Iterator[Fault]:
    """Contents is filled up with zeros (ISO 32000-2 clause 12.8.3.3.1); anything else there is unsigned and unseen."""
    if contents[used:].strip(b"\x00"):
        yield Fault("contents-padding", f"{len(contents) - used} octets after the signature are not all zero")


def _fatal(code: str, detail: str) -> Fault:
    return Fault(code, detail, fatal=True)
