"""An OFD package: the parts of a ZIP archive (GB/T 33190 clause 7.1), read within bounds, each when it is asked for.

What only a lenient reader would open — a name twice, a path out of the package, data that the directory does not list —
is a fatal fault, since another reader may show another document. Bombs and encryption are refused.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from idbridge.signatures.contents import KnownContent, digest_of
from idbridge.signatures.evidence import Fault
from idbridge.signatures.formats.archive_layout import check_layout
from idbridge.signatures.formats.limits import MIB, Limits
from idbridge.signatures.formats.ofd.part_names import PartName, part_name, same, unfit, written_name
from idbridge.signatures.refusals import FormatRefusal, NotADocument, Refusal

_DIRECTORY_ENTRY: Final = b"PK\x01\x02"
_ENCRYPTED: Final = 0x0001  # APPNOTE 4.4.4 bit 0
_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    RuntimeError,
    NotImplementedError,
)
"""What `zipfile` and `zlib` raise on an archive or entry that is broken."""


HELD_LIMIT: Final = 64 * MIB
"""Octets of unpacked parts that are kept; what comes after is unpacked for each digest. Large books have 20 MB of text."""

_CHUNK: Final = 1 << 20


class UnreadablePartError(Exception):
    """A part that cannot be unpacked, which is a fault already."""


class PackedPart:
    """A part that is not kept: unpacked for each digest, which is."""

    def __init__(self, package: Package, name: PartName) -> None:
        """Name the part; it is unpacked when its digest is asked for."""
        self.name: str | None = name
        self._package = package
        self._part = name
        self._digests: dict[str, bytes | None] = {}

    @property
    def pieces(self) -> None:
        """Its octets are not at hand."""
        return

    def digest(self, algorithm: str) -> bytes | None:
        """Return the digest of the part; None for an algorithm that is not known, and where it cannot be unpacked."""
        if algorithm not in self._digests:
            try:
                self._digests[algorithm] = digest_of(algorithm, self._package.chunks(self._part))
            except UnreadablePartError:
                self._digests[algorithm] = None
        return self._digests[algorithm]


class Package:
    """The parts by name, case as written. `faults` grows while parts are read: ask for it last."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        """Read the archive's directory; no part is unpacked yet.

        :raises NotADocument: it is no archive.
        :raises FormatRefusal: it is beyond *limits*, or encrypted.
        """
        if data.count(_DIRECTORY_ENTRY) > limits.archive_entries:  # before zipfile makes an object of each
            raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"more than {limits.archive_entries} entries")
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except _UNREADABLE as error:
            raise NotADocument(Refusal.MALFORMED, f"no ZIP archive: {error}") from error
        _refuse(self._archive.infolist(), len(data), limits)
        self.faults: list[Fault] = []
        self._called: dict[str, PartName] = {}
        self._entries = self._named(limits)
        self._parts: dict[PartName, KnownContent | PackedPart | None] = {}
        self._limits = limits
        self._left = HELD_LIMIT
        self.faults += _ambiguity(data, self._archive)

    @property
    def names(self) -> tuple[PartName, ...]:
        """The names of all parts, in the directory's order."""
        return tuple(self._entries)

    def __contains__(self, name: PartName) -> bool:
        """Tell whether there is a part of this name."""
        return name in self._entries

    def called(self, name: str) -> PartName | None:
        """Return the part of this *name*, whatever its case: no two differ in that alone, and Windows does not tell."""
        return name if name in self._entries else self._called.get(same(name))

    def size(self, name: PartName) -> int:
        """Return how many octets a part unpacks to, as the directory states it: never more; 0 where there is none."""
        entry = self._entries.get(name)
        return entry.file_size if entry is not None else 0

    def content(self, name: PartName) -> KnownContent | PackedPart | None:
        """Return a part, whose digests are computed once; None where there is none that can be unpacked (a fault)."""
        if name not in self._parts:
            self._parts[name] = self._content(name)
        return self._parts[name]

    def held(self, name: PartName) -> KnownContent | None:
        """Return a part with its octets; None as `content` does, and where it is too large to be held (a fault)."""
        content = self.content(name)
        if not isinstance(content, PackedPart):
            return content
        unpacked = self._unpacked(name)
        return None if unpacked is None else KnownContent.of(unpacked, name=name)

    def read(self, name: PartName) -> bytes | None:
        """Return a part's octets; None as `held` does."""
        content = self.held(name)
        return None if content is None else content.whole()

    def _content(self, name: PartName) -> KnownContent | PackedPart | None:
        entry = self._entries.get(name)
        if entry is None:
            return None
        if entry.file_size > self._left:
            return PackedPart(self, name)
        self._left -= entry.file_size
        unpacked = self._unpacked(name)
        return None if unpacked is None else KnownContent.of(unpacked, name=name)

    def _unpacked(self, name: PartName) -> bytes | None:
        if self._entries[name].file_size > self._limits.archive_whole:
            self.faults.append(Fault("archive-part-unreadable", f"{name} is too large to be read", fatal=True))
            return None
        try:
            return b"".join(self.chunks(name))
        except UnreadablePartError:
            return None

    def chunks(self, name: PartName) -> Iterator[bytes]:
        """Unpack a part, piece by piece.

        :raises UnreadablePartError: it cannot be; there is a fault then.
        """
        try:
            with self._archive.open(self._entries[name]) as part:
                while chunk := part.read(_CHUNK):  # never more than the directory states, which was bounded
                    yield chunk
        except _UNREADABLE as error:
            self.faults.append(Fault("archive-part-unreadable", f"{name}: {error}", fatal=True))
            raise UnreadablePartError from error

    def _named(self, limits: Limits) -> dict[PartName, zipfile.ZipInfo]:
        """Return the entries by part name; those whose names lead out of the package, or are no file's, are left out."""
        found: dict[PartName, zipfile.ZipInfo] = {}
        for entry in self._archive.infolist():
            written = written_name(entry)
            if written.endswith("/") and "\0" not in written and not entry.file_size:  # a folder
                continue
            name = part_name(written)
            if fault := unfit(entry, name, limits.path_length):
                self.faults.append(fault)
                continue
            if self._called.setdefault(same(name), name) in found:
                self.faults.append(Fault("archive-duplicate-entry", f"{name} is in the archive twice", fatal=True))
                continue
            found[name] = entry
        return found


def _refuse(entries: list[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    """Refuse what is encrypted, or unpacks to far more than it is: by one entry, by many, or by many that share their data."""
    total = 0
    for entry in entries:
        total += entry.file_size
        if entry.flag_bits & _ENCRYPTED:
            raise FormatRefusal(Refusal.ENCRYPTED, f"{entry.filename!r} is encrypted")
        if entry.file_size > MIB and entry.file_size > limits.archive_ratio * max(entry.compress_size, 1):
            raise FormatRefusal(
                Refusal.ARCHIVE_RATIO, f"{entry.filename!r} unpacks to {entry.file_size} octets from {entry.compress_size}"
            )
    if total > MIB and total > limits.archive_ratio * size:
        raise FormatRefusal(Refusal.ARCHIVE_RATIO, f"the entries unpack to {total} octets, the archive has {size}")
    if total > limits.archive_size:
        raise FormatRefusal(Refusal.TOO_LARGE, f"the entries unpack to {total} octets, more than {limits.archive_size}")


def _ambiguity(data: bytes, archive: zipfile.ZipFile) -> Iterator[Fault]:
    """Find what makes it another archive to a reader that does not go by the directory."""
    try:
        check_layout(data, archive.infolist(), archive.start_dir)
    except FormatRefusal as refusal:
        yield Fault("archive-hidden-entry", str(refusal), fatal=True)
