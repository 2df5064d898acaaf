"""ZIP archives that are made to mislead or to exhaust: each is refused by name."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable

import pytest

from idbridge.signatures.formats.archive import open_archive
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.refusals import DocumentRefused, FormatRefusal, NotADocument, Refusal


def packed(*files: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return buffer.getvalue()


def test_files_are_read_and_digested() -> None:
    archive = open_archive(packed(("mimetype", b"text"), ("a/", b""), ("a/b.txt", b"content")), LIMITS)
    assert archive.names == ("mimetype", "a/b.txt")
    assert archive.read("a/b.txt") == b"content"
    content = archive.content("a/b.txt")
    assert content.digest("SHA-256") == hashlib.sha256(b"content").digest()
    assert content.pieces == (b"content",)
    assert content.digest("unheard") is None
    assert content is archive.content("a/b.txt")
    assert "a/b.txt" in archive
    assert "a/" not in archive


def test_large_entry_is_digested_and_not_held() -> None:
    archive = open_archive(packed(("a", bytes(3000))), Limits(archive_whole=2000))
    assert archive.content("a").pieces is None
    assert archive.content("a").digest("SHA-512") == hashlib.sha512(bytes(3000)).digest()
    with pytest.raises(FormatRefusal):
        archive.read("a")


def link() -> bytes:
    info = zipfile.ZipInfo("a")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return packed((info, b"/etc/passwd"))


def doubled() -> bytes:
    return packed(("ab", b"1"), ("ac", b"2")).replace(b"ac", b"ab")


def overlapping() -> bytes:
    """Both directory records lead to one local header."""
    data = bytearray(packed(("ab", b"1"), ("ac", b"2")))
    record = data.rindex(b"PK\x01\x02")
    data[record + 42 : record + 46] = bytes(4)
    return bytes(data)


def encrypted() -> bytes:
    data = bytearray(packed(("a", b"1")))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (doubled, Refusal.ARCHIVE_NAMES),
        (lambda: packed(("/a", b"1"), ("a", b"2")), Refusal.ARCHIVE_NAMES),
        (lambda: packed(("../a", b"")), Refusal.ARCHIVE_NAMES),
        (lambda: packed(("a/../../b", b"")), Refusal.ARCHIVE_NAMES),
        (lambda: packed(("a\\..\\b", b"")), Refusal.ARCHIVE_NAMES),
        (lambda: packed(("C:/a", b"")), Refusal.ARCHIVE_NAMES),
        (lambda: packed(("a\x07", b"")), Refusal.ARCHIVE_NAMES),
        (lambda: packed(("a" * 2000, b"")), Refusal.ARCHIVE_NAMES),
        (link, Refusal.ARCHIVE_NAMES),
        (overlapping, Refusal.MALFORMED),
        (encrypted, Refusal.ENCRYPTED),
        (lambda: packed(("a", bytes(5_000_000))), Refusal.ARCHIVE_RATIO),
        (lambda: packed(("a", b"1"), method=zipfile.ZIP_LZMA), Refusal.NOT_SUPPORTED),
    ],
)
def test_refused(make: Callable[[], bytes], code: Refusal) -> None:
    with pytest.raises(FormatRefusal) as refused:
        open_archive(make(), LIMITS)
    assert refused.value.code is code


@pytest.mark.parametrize(
    ("limits", "code"),
    [(Limits(archive_entries=2), Refusal.TOO_MANY_ENTRIES), (Limits(archive_size=2), Refusal.TOO_LARGE)],
)
def test_limits(limits: Limits, code: Refusal) -> None:
    with pytest.raises(FormatRefusal) as refused:
        open_archive(packed(("a", b"1"), ("b", b"2"), ("c", b"3")), limits)
    assert refused.value.code is code


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"PK\x05\x06" + bytes(10), b"no archive"])
def test_no_archive(data: bytes) -> None:
    with pytest.raises(NotADocument):
        open_archive(data, LIMITS)


def test_content_that_is_not_what_the_directory_says() -> None:
    data = packed(("a", b"content"), method=zipfile.ZIP_STORED).replace(b"content", b"another")
    archive = open_archive(data, LIMITS)
    with pytest.raises(DocumentRefused):
        archive.content("a").digest("SHA-256")


def test_leading_solidus_is_a_fault() -> None:
    archive = open_archive(packed(("/OFD.xml", b"1")), LIMITS)
    assert archive.names == ("OFD.xml",)
    assert [fault.code for fault in archive.faults] == ["archive-name-unusual"]
