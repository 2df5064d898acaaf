"""Archives that are one thing to who reads the directory, and another to who reads from the first octet on."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable

import pytest

from idbridge.signatures.formats.archive import open_archive
from idbridge.signatures.formats.limits import LIMITS
from idbridge.signatures.refusals import FormatRefusal, Refusal

BID, EVIL = b"the bid", b"another"


class Unseekable(io.RawIOBase):
    """Where lengths are only known when they are written already."""

    def __init__(self) -> None:
        self.octets = b""

    def writable(self) -> bool:
        return True

    def write(self, octets) -> int:
        self.octets += bytes(octets)
        return len(octets)


def packed(*, force_64: bool = False) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("mimetype", "bid.txt"):
            with archive.open(name, "w", force_zip64=force_64) as entry:
                entry.write(BID)
    return buffer.getvalue()


def streamed() -> bytes:
    target = Unseekable()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bid.txt", BID)
        archive.writestr("plan.txt", BID * 1_000)
    return target.octets


GENUINE = packed()
END = GENUINE.rindex(b"PK\x05\x06")
DIRECTORY = int.from_bytes(GENUINE[END + 16 : END + 20], "little")


def file(name: bytes = b"bid.txt", content: bytes = EVIL) -> bytes:
    """A file that no directory lists."""
    sizes = (zlib.crc32(content), len(content), len(content), len(name), 0)
    return struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, 0, 33, *sizes) + name + content


def changed(at: int, octets: bytes, data: bytes = GENUINE) -> bytes:
    return data[:at] + octets + data[at + len(octets) :]


def inserted(octets: bytes) -> bytes:
    """Put *octets* between the last file and the directory, which the end record follows."""
    moved = (DIRECTORY + len(octets)).to_bytes(4, "little")
    return GENUINE[:DIRECTORY] + octets + changed(END - DIRECTORY + 16, moved, GENUINE[DIRECTORY:])


def large(end: bytes = GENUINE[END:], *, at: int = END) -> bytes:
    """The same with a ZIP64 end record, and *end* as the plain one."""
    directory = struct.unpack_from("<2I", GENUINE, END + 12)
    record = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 2, 2, *directory)
    return GENUINE[:END] + record + struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1) + end


@pytest.mark.parametrize(
    "make",
    [
        lambda: GENUINE,
        lambda: packed(force_64=True),
        streamed,
        large,
        lambda: large(changed(10, b"\xff\xff" + b"\xff" * 8, GENUINE[END:])),
        lambda: inserted(bytes(100)),
        lambda: renamed(b"bid.txt", central=False),
        lambda: changed(len(GENUINE) - 2, b"\x04\x00") + b"note",
    ],
)
def test_what_software_writes_is_read(make: Callable[[], bytes]) -> None:
    archive = open_archive(make(), LIMITS)
    assert archive.read("bid.txt") == BID


PACKERS = (
    ["zip", "-q", "-", "bid.txt"],
    ["7z", "a", "-tzip", "-so", "x", "bid.txt"],
    ["bsdtar", "-c", "--format", "zip", "bid.txt"],
)


def test_what_other_packers_write_is_read(tmp_path) -> None:
    """Those that the machine happens to have: none is needed for anything else."""
    (tmp_path / "bid.txt").write_bytes(BID)
    for command in PACKERS:
        if shutil.which(command[0]):
            done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
            assert open_archive(done.stdout, LIMITS).read("bid.txt") == BID


SECOND = GENUINE.index(b"PK\x03\x04", 1)


def renamed(name: bytes, *, central: bool) -> bytes:
    """Its own header, or the directory's entry alone, has another name in a field that some unpack by (APPNOTE 4.6.9)."""
    field = b"\x01" + zlib.crc32(b"bid.txt").to_bytes(4, "little") + name
    entry = zipfile.ZipInfo("bid.txt")
    entry.extra = struct.pack("<2H", 0x7075, len(field)) + field
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, BID)
    data = buffer.getvalue()
    return data.replace(b"\x75\x70", b"\xfe\xca", 1) if central else data


AMBIGUOUS: dict[str, Callable[[], bytes]] = {
    "a file before all": lambda: file() + GENUINE,
    "a file before the directory": lambda: inserted(file()),
    "the directory is elsewhere by its offset": lambda: changed(END + 16, bytes(4)),
    "fewer entries by the end record": lambda: changed(END + 10, b"\x01"),
    "another length by the file's own header": lambda: changed(SECOND + 18, b"\x01"),
    "another checksum by the file's own header": lambda: changed(SECOND + 14, bytes(4)),
    "another method by the file's own header": lambda: changed(SECOND + 8, b"\x08"),
    "no header where the directory says": lambda: changed(SECOND, b"PK\x03\x05"),
    "lengths in an extra field that has none": lambda: changed(SECOND + 18, b"\xff" * 8),
    "other ZIP64 lengths by the file's own header": lambda: (data := packed(force_64=True)).replace(
        data[(at := data.index(b"bid.txt") + 7) : at + 20], data[at : at + 4] + b"\x01" + data[at + 5 : at + 20], 1
    ),
    "another directory by ZIP64": lambda: large(changed(16, bytes(4), GENUINE[END:])),
    "fewer entries than by ZIP64": lambda: large(changed(10, b"\x01", GENUINE[END:])),
    "a ZIP64 record elsewhere": lambda: large(at=0),
    "another name in a field of its header": lambda: renamed(b"plan.txt", central=False),
    "another name in a field of the directory": lambda: renamed(b"plan.txt", central=True),
    "octets after the end": lambda: GENUINE + b"PK",
    "octets after the comment": lambda: changed(len(GENUINE) - 2, b"\x04\x00") + b"note, and more",
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_what_is_two_archives_is_refused(name: str) -> None:
    with pytest.raises(FormatRefusal) as refused:
        open_archive(AMBIGUOUS[name](), LIMITS)
    assert refused.value.code is Refusal.AMBIGUOUS


@pytest.mark.parametrize("other", ["BID.TXT", "bid.txt.", "b\N{LATIN SMALL LETTER DOTLESS I}d.txt", "Bid.txt "])
def test_names_that_unpack_to_one_file_are_told(other: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("bid.txt", BID)
        archive.writestr(other, EVIL)
    alike = {fault.code for fault in open_archive(buffer.getvalue(), LIMITS).faults}
    assert alike == ({"archive-names-alike"} if other.isascii() else set())
