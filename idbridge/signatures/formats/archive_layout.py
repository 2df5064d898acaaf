"""Whether a ZIP archive is the same archive to everyone: read from its directory, or from its first octet on.

Readers differ in where they look (the directory's offset or its size, ZIP64 records or the plain ones, each file's own
header or its directory entry). Where these say different things, some see files that others do not; and where files
share octets, a small archive unpacks to an enormous one. APPNOTE is PKWARE's
specification, version 6.3.10.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from idbridge.signatures.formats.recognition import PDF_HEADER, PDF_HEADER_WITHIN
from idbridge.signatures.refusals import FormatRefusal, Refusal

_END: Final = b"PK\x05\x06"
_END_SIZE: Final = 22  # APPNOTE 4.3.16, without comment
_END_WITHIN: Final = _END_SIZE + 65_535
_LOCATOR: Final = b"PK\x06\x07"
_LOCATOR_SIZE: Final = 20  # APPNOTE 4.3.15
_END_64: Final = b"PK\x06\x06"
_END_64_SIZE: Final = 56  # APPNOTE 4.3.14, without extensible data
_LOCAL: Final = b"PK\x03\x04"
_LOCAL_SIZE: Final = 30  # APPNOTE 4.3.7, without name and extra field
_SIZES_FOLLOW: Final = 0x08  # APPNOTE 4.4.4: bit 3, the data descriptor has them
_EXTRA_64: Final = 0x0001  # APPNOTE 4.5.3
_EXTRA_PATH: Final = 0x7075  # APPNOTE 4.6.9: version, checksum of the header's name, name in UTF-8
_PATH_AT: Final = 5
_UNSAID: Final = 0xFFFF_FFFF  # APPNOTE 4.4.8 and 4.4.9: the size is in the extra field


@dataclass(frozen=True, slots=True)
class _Directory:
    """What the archive's end says of its directory: entries, octets, and where it begins."""

    entries: int
    size: int
    offset: int


def check_layout(data: bytes, entries: Sequence[zipfile.ZipInfo], directory: int) -> None:
    """Hold the *entries*, as they were read from the directory that begins at *directory*, to all else that is said of them.

    :raises FormatRefusal: something is said of them in two ways, they share octets, or what is between them may be a file too.
    """
    end = _end_at(data)
    if end + _END_SIZE + _number(data, end + 20, 2) != len(data):
        raise _ambiguous("octets follow its end, where some look for another")
    stated, before = _stated(data, end)
    if (stated.offset, stated.size, stated.entries) != (directory, before - directory, len(entries)):
        raise _ambiguous("the archive's end says otherwise where its directory is, or how long")
    behind = 0
    for info in sorted(entries, key=lambda entry: entry.header_offset):
        _check_gap(data, behind, info.header_offset, info.orig_filename)
        behind = _end_of(data, info)
    _check_gap(data, behind, directory, "the directory")


def _end_at(data: bytes) -> int:
    """Return where the end record is, as the library finds it: at the very end, or the last within reach of a comment."""
    last = len(data) - _END_SIZE
    if data.startswith(_END, max(0, last)) and data.endswith(b"\0\0"):
        return last
    return data.rfind(_END, max(0, len(data) - _END_WITHIN))


def _stated(data: bytes, end: int) -> tuple[_Directory, int]:
    """Return what the end records say, and where the first of them begins."""
    plain = _Directory(_number(data, end + 10, 2), _number(data, end + 12, 4), _number(data, end + 16, 4))
    locator = end - _LOCATOR_SIZE
    if locator < 0 or not data.startswith(_LOCATOR, locator):
        return plain, end
    at = locator - _END_64_SIZE
    if at < 0 or not data.startswith(_END_64, at) or _number(data, locator + 8, 8) != at:
        raise _ambiguous("its ZIP64 end record is not where it should be")
    large = _Directory(_number(data, at + 32, 8), _number(data, at + 40, 8), _number(data, at + 48, 8))
    pairs = ((plain.entries, large.entries, 2), (plain.size, large.size, 4), (plain.offset, large.offset, 4))
    if any(small not in (big, (1 << 8 * octets) - 1) for small, big, octets in pairs):
        raise _ambiguous("its ZIP64 end record says otherwise than the plain one")
    return large, at


def _end_of(data: bytes, info: zipfile.ZipInfo) -> int:
    """Return where an entry's content ends, after its own header was held to the directory's."""
    at = info.header_offset
    header = data[at : at + _LOCAL_SIZE]
    if len(header) < _LOCAL_SIZE or not header.startswith(_LOCAL):
        raise _ambiguous(f"{info.orig_filename!r} is not where the directory says")
    size, extra = _number(header, 26, 2), _number(header, 28, 2)
    content = at + _LOCAL_SIZE + size + extra
    fields, name = data[content - extra : content], data[at + _LOCAL_SIZE : content - extra]
    if _renamed(name, fields) or _renamed(name, info.extra):
        raise _ambiguous(f"{info.orig_filename!r} has another name in a field beside")
    if data.find(PDF_HEADER, at, min(content, PDF_HEADER_WITHIN)) >= 0:
        raise FormatRefusal(Refusal.TWO_FORMATS, "it is a PDF to readers who look for its header, which a file's own holds")
    follow = _number(header, 6, 2) & _SIZES_FOLLOW
    own = (_number(header, 14, 4), *_sizes(header, fields))
    stated = (info.CRC, info.compress_size, info.file_size)
    told = all(one in (other, 0 if follow else other) for one, other in zip(own, stated, strict=True))
    if _number(header, 8, 2) != info.compress_type or not told:
        raise _ambiguous(f"{info.orig_filename!r} is described otherwise by its own header than by the directory")
    return content + info.compress_size


def _sizes(header: bytes, extra: bytes) -> tuple[int, int]:
    """Return how many octets a local header says are packed, and unpacked; some software writes small ones as large."""
    packed, unpacked = _number(header, 18, 4), _number(header, 22, 4)
    if _UNSAID in (packed, unpacked):
        for kind, field in _fields(extra):
            if kind == _EXTRA_64:
                return _number(field, 8, 8), _number(field, 0, 8)
    return packed, unpacked


def _renamed(name: bytes, extra: bytes) -> bool:
    """Tell whether a field has another name, by which some readers unpack. It is there for names that are not in ASCII."""
    stated = [field[_PATH_AT:] for kind, field in _fields(extra) if kind == _EXTRA_PATH]
    return name.isascii() and any(other != name for other in stated)


def _fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """Walk through an extra field's parts (APPNOTE 4.5.1)."""
    while len(extra) >= 4:
        end = 4 + _number(extra, 2, 2)
        yield _number(extra, 0, 2), extra[4:end]
        extra = extra[end:]


def _check_gap(data: bytes, start: int, end: int, before: str) -> None:
    """Between files there is nothing, or a data descriptor, or what fills up; but no file."""
    if end < start:
        raise FormatRefusal(Refusal.MALFORMED, f"{before!r} shares octets with what stands before it")
    if data.find(_LOCAL, start, end) >= 0:
        raise _ambiguous(f"before {before!r} stands what is no file by the directory, and one to who reads without it")


def _number(octets: bytes, at: int, size: int) -> int:
    return int.from_bytes(octets[at : at + size], "little")


def _ambiguous(detail: str) -> FormatRefusal:
    return FormatRefusal(Refusal.AMBIGUOUS, detail)
