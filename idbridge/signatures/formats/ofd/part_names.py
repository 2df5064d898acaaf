"""What the parts of an OFD package are called: one name each, to every reader, and none that leads out of the package.

GB/T 33190 clause 7.1 leaves names to ZIP (PKWARE's APPNOTE 6.3.10), which has several: with a flag or without, of one
platform or another.
"""

from __future__ import annotations

import re
import stat
import struct
import unicodedata
import zipfile
from typing import Final

from idbridge.signatures.evidence import Fault

PartName = str
"""A part's path within the package, without a leading slash: ``Doc_0/Document.xml``."""

_UTF_8: Final = 0x0800  # APPNOTE 4.4.4 bit 11: the name is in UTF-8
_UNICODE_PATH: Final = 0x7075  # APPNOTE 4.6.9: version, CRC-32 of the name in the header, the name in UTF-8
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_EMPTY: Final = re.compile(r"(?:^|/)\.?(?:/|\Z)")
_ENDS: Final = re.compile(r"[ .]+(?=/|\Z)")
_UNIX: Final = 3  # APPNOTE 4.4.2.2: external attributes hold a file mode


def written_name(entry: zipfile.ZipInfo) -> str:
    """Return an entry's path as it is written, with slashes; a folder's ends with one.

    Without the flag for UTF-8 names are in the writer's own encoding: in China, GB 18030.
    """
    name = entry.orig_filename
    if not entry.flag_bits & _UTF_8 and not name.isascii():
        octets = name.encode("cp437")  # as which the library read it
        for encoding in ("utf-8", "gb18030"):
            try:
                name = octets.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def part_name(written: str) -> PartName:
    """Return the part that a path names: who unpacks to a disk makes nothing of empty steps, and of steps to where he is."""
    if not _EMPTY.search(written):  # as nearly all are
        return written
    return "/".join(step for step in written.split("/") if step not in ("", "."))


def same(name: PartName) -> str:
    """Return what is the same for names that lead to one file on some platform: case, composition, dots at an end."""
    folded = (name if name.isascii() else unicodedata.normalize("NFC", name)).casefold()
    return _ENDS.sub("", folded)


def unfit(entry: zipfile.ZipInfo, name: PartName, length: int) -> Fault | None:
    """Tell what is wrong with an entry of this *name*, which may have *length* characters."""
    shown = repr(name[:200])
    if len(name) > length or not name or "\0" in name:
        return Fault("archive-name", f"{shown} is no name of a part", fatal=True)
    if (other := _unicode_path(entry.extra)) not in (None, name):
        return Fault("archive-name", f"{shown} is called {other!r:.200} too", fatal=True)
    if ".." in name.split("/") or ":" in name.split("/", maxsplit=1)[0]:
        return Fault("archive-traversal", f"{shown} leads out of the package", fatal=True)
    if entry.create_system == _UNIX and stat.S_ISLNK(entry.external_attr >> 16):
        return Fault("archive-symlink", f"{shown} is a link", fatal=True)
    if entry.compress_type not in _METHODS:
        return Fault("archive-method", f"{shown} is packed by method {entry.compress_type}", fatal=True)
    return None


def _unicode_path(extra: bytes) -> PartName | None:
    """Return what an entry is called by readers that go by its Unicode path; None where it has no such field."""
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == _UNICODE_PATH:
            return part_name(extra[9 : 4 + size].decode("utf-8", "replace").replace("\\", "/"))
        extra = extra[4 + size :]
    return None
