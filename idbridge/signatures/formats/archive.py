"""ZIP archives as containers of signed files: every name once, nothing hidden, nothing that unpacks to more than its bound.

Neutral to what the archive is (ASiC, ODF, EPUB, OFD). Nothing is written to disk, and an entry is unpacked when it is
asked for, piece by piece. APPNOTE is PKWARE's specification, version 6.3.10.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from idbridge.signatures.contents import Buffer, digest_of
from idbridge.signatures.evidence import Fault
from idbridge.signatures.formats.archive_layout import check_layout
from idbridge.signatures.formats.limits import MIB, Limits
from idbridge.signatures.refusals import FormatRefusal, NotADocument, Refusal

_DIRECTORY_ENTRY: Final = b"PK\x01\x02"
_ENCRYPTED: Final = 0x2041  # APPNOTE 4.4.4: bits 0, 6 and 13
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_LINK: Final = 0o120000  # S_IFLNK in the upper half of the external attributes of a Unix archive
_KIND: Final = 0o170000
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_DRIVE: Final = re.compile(r"[A-Za-z]:")
_CHUNK: Final = 1 << 20

TIMES: Final = 8
"""How often all files of an archive may be unpacked: for each digest algorithm once, and where the content itself is needed."""

UNPACKED_FLOOR: Final = 256 * MIB
"""Octets that may be unpacked of any archive, together: a second of work."""


class ArchivedContent:
    """One file of an archive, as `Content`: digests are computed while it is unpacked, and never twice."""

    def __init__(self, archive: Archive, name: str) -> None:
        """Name the entry; nothing is unpacked yet."""
        self.archive = archive
        self.name: str | None = name
        self._entry = name
        self._digests: dict[str, bytes | None] = {}

    @property
    def pieces(self) -> tuple[Buffer, ...] | None:
        """The whole content; None where it is too large to be held.

        :raises FormatRefusal: it cannot be unpacked.
        """
        if self.archive.size(self._entry) > self.archive.limits.archive_whole:
            return None
        return (self.archive.read(self._entry),)

    def digest(self, algorithm: str) -> bytes | None:
        """Return the digest of the content; None for an algorithm that is not known.

        :raises FormatRefusal: it cannot be unpacked, or was too often.
        """
        if algorithm not in self._digests:
            self._digests[algorithm] = digest_of(algorithm, self.archive.chunks(self._entry))
        return self._digests[algorithm]


@dataclass(slots=True)
class _Effort:
    """Octets that may yet be unpacked."""

    octets: int


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive whose directory was found sound. `names` are those of its files, in their order, without directories.

    `faults` are about names that another reader may take for others; `comment` is that of the whole archive.
    """

    names: tuple[str, ...]
    faults: tuple[Fault, ...]
    comment: bytes
    limits: Limits
    _file: zipfile.ZipFile = field(repr=False)
    _entries: dict[str, zipfile.ZipInfo] = field(repr=False)
    _contents: dict[str, ArchivedContent] = field(default_factory=dict, repr=False)
    _latest: dict[str, bytes] = field(default_factory=dict, repr=False)
    _effort: _Effort = field(kw_only=True, repr=False)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def size(self, name: str) -> int:
        """Return the octets that an entry unpacks to."""
        return self._entries[name].file_size

    def content(self, name: str) -> ArchivedContent:
        """Return an entry as content to be digested: the same value each time."""
        if name not in self._contents:
            self._contents[name] = ArchivedContent(self, name)
        return self._contents[name]

    def read(self, name: str) -> bytes:
        """Return an entry's content; the one read last is kept, for it is mostly asked for again.

        :raises FormatRefusal: it is too large to be held, or cannot be unpacked.
        """
        if self.size(name) > self.limits.archive_whole:
            detail = f"{self.size(name)} octets of {name!r} are more than {self.limits.archive_whole}"
            raise FormatRefusal(Refusal.TOO_LARGE, detail)
        if name not in self._latest:
            content = b"".join(self.chunks(name))
            self._latest.clear()
            self._latest[name] = content
        return self._latest[name]

    def chunks(self, name: str) -> Iterator[bytes]:
        """Unpack an entry, piece by piece; its checksum is verified at the end.

        :raises FormatRefusal: it cannot be unpacked, or the archive was unpacked too many times over.
        """
        self._effort.octets -= self.size(name)
        if self._effort.octets < 0:
            raise FormatRefusal(Refusal.TOO_LARGE, "its signatures unpack the same files too many times over")
        try:
            with self._file.open(self._entries[name]) as unpacked:
                while chunk := unpacked.read(_CHUNK):
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
            raise FormatRefusal(Refusal.MALFORMED, f"{name!r} cannot be unpacked: {error}") from error


def open_archive(data: bytes, limits: Limits) -> Archive:
    """Open an archive, and look at its directory for what is made to mislead or to exhaust a reader.

    :raises NotADocument: it is no ZIP archive.
    :raises FormatRefusal: two entries have one name or share octets, a name leads out of the archive, an entry is
        encrypted, a link, packed by an unusual method, or unpacks to too much; there are too many; or it is another
        archive to other readers.
    """
    # Those of archives stored within count too: the library reads the whole directory before it can be asked how long it is
    if data.count(_DIRECTORY_ENTRY) > limits.archive_entries:
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"more than {limits.archive_entries} entries in the archive")
    try:
        file = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError, OverflowError) as error:
        raise NotADocument(Refusal.MALFORMED, f"no ZIP archive: {error}") from error
    faults: list[Fault] = []
    entries: dict[str, zipfile.ZipInfo] = {}
    for info in file.infolist():
        name = _name(info.orig_filename, limits, faults)
        if name in entries:
            raise FormatRefusal(Refusal.ARCHIVE_NAMES, f"two entries are named {name!r}")
        _check_entry(name, info, limits)
        entries[name] = info
    _check_sizes(entries, limits)
    faults += _alike(entries)
    check_layout(data, file.infolist(), file.start_dir)
    files = {name: info for name, info in entries.items() if not name.endswith("/")}
    effort = _Effort(max(UNPACKED_FLOOR, TIMES * sum(info.file_size for info in files.values())))
    return Archive(tuple(files), tuple(dict.fromkeys(faults)), file.comment, limits, file, files, _effort=effort)


def _name(stated: str, limits: Limits, faults: list[Fault]) -> str:
    """Return the name as it is meant: with solidus, from the archive's root. A name that leads elsewhere is refused."""
    name = stated.replace("\\", "/").lstrip("/")
    if not name or len(name) > limits.path_length or _CONTROL.search(name):
        raise FormatRefusal(Refusal.ARCHIVE_NAMES, f"an entry's name is empty, too long or unprintable: {stated[:100]!r}")
    if _DRIVE.match(name) or {"..", "."} & set(name.split("/")):
        raise FormatRefusal(Refusal.ARCHIVE_NAMES, f"the name {stated[:100]!r} leads out of the archive")
    if name != stated:  # APPNOTE 4.4.17.1
        faults.append(Fault("archive-name-unusual", f"{stated[:100]!r} is taken for {name[:100]!r}"))
    return name


def _alike(names: Iterable[str]) -> Iterator[Fault]:
    """Some systems unpack names that differ in case, in composition or in a trailing full stop to one file: the last."""
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(unicodedata.normalize("NFC", name).casefold().rstrip(". "), name)
        if other != name:
            yield Fault("archive-names-alike", f"{other[:100]!r} and {name[:100]!r} are one file to some systems")


def _check_entry(name: str, info: zipfile.ZipInfo, limits: Limits) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise FormatRefusal(Refusal.ENCRYPTED, f"{name!r} is encrypted")
    if info.external_attr >> 16 & _KIND == _LINK:
        raise FormatRefusal(Refusal.ARCHIVE_NAMES, f"{name!r} is a symbolic link")
    if name.endswith("/") and info.file_size:
        raise FormatRefusal(Refusal.ARCHIVE_NAMES, f"{name!r} is a directory, and has content")
    if info.compress_type not in _METHODS:
        raise FormatRefusal(Refusal.NOT_SUPPORTED, f"{name!r} is packed by method {info.compress_type}")
    if info.file_size > MIB and info.file_size > limits.archive_ratio * info.compress_size:
        raise FormatRefusal(Refusal.ARCHIVE_RATIO, f"{name!r} unpacks to over {limits.archive_ratio} times its size")


def _check_sizes(entries: dict[str, zipfile.ZipInfo], limits: Limits) -> None:
    total = sum(info.file_size for info in entries.values())
    if total > limits.archive_size:
        raise FormatRefusal(Refusal.TOO_LARGE, f"the archive unpacks to {total} octets, more than {limits.archive_size}")
