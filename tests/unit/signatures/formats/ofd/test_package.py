"""Packages: what is within bounds is read, what only a lenient reader would open is a fault, what harms is refused."""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
from dataclasses import replace

import pytest

from idbridge.signatures.formats.limits import LIMITS
from idbridge.signatures.formats.ofd.package import Package
from idbridge.signatures.refusals import DocumentRefused, Refusal
from tests.guards import no_growth
from tests.unit.signatures.seals import pack


def codes(package: Package) -> list[str]:
    return [fault.code for fault in package.faults]


def packed(*entries: tuple[zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", method) as package:
        for entry, part in entries:
            package.writestr(entry, part, method)
    return archive.getvalue()


def test_parts_are_read_by_name() -> None:
    package = Package(pack({"OFD.xml": b"<a/>", "Doc_0/x.png": b"x"}), LIMITS)
    assert package.names == ("OFD.xml", "Doc_0/x.png")
    assert (package.read("Doc_0/x.png"), package.read("y")) == (b"x", None)
    assert codes(package) == []


def test_slashes_are_those_of_the_package() -> None:
    package = Package(pack({"/OFD.xml": b"<a/>", "Doc_0\\x.png": b"x"}), LIMITS)
    assert package.names == ("OFD.xml", "Doc_0/x.png")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../x", "archive-traversal"),
        ("Doc_0/../../x", "archive-traversal"),
        ("..\\x", "archive-traversal"),
        ("C:/x", "archive-traversal"),
        ("OFD.xml", "archive-duplicate-entry"),
        ("ofd.XML", "archive-duplicate-entry"),
        ("/OFD.xml", "archive-duplicate-entry"),
        ("x" * 2000, "archive-name"),
    ],
)
def test_names_that_mislead_are_fatal_faults(name: str, code: str) -> None:
    package = Package(pack({"OFD.xml": b"<a/>"}, (name, b"other")), LIMITS)
    assert [(fault.code, fault.fatal) for fault in package.faults] == [(code, True)]
    assert package.names == ("OFD.xml",)
    assert package.read("OFD.xml") == b"<a/>"


@pytest.mark.parametrize("name", [b"\0aaa", b"\0\0\0/"])
def test_name_that_is_empty_to_the_library_is_a_fault(name: bytes) -> None:
    package = Package(pack({"OFD.xml": b"<a/>", "aaaa": b"x"}).replace(b"aaaa", name), LIMITS)
    assert package.names == ("OFD.xml",)
    assert codes(package) == ["archive-name"]


def test_link_is_a_fault() -> None:
    link = zipfile.ZipInfo("Doc_0/link")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    assert codes(Package(packed((link, b"/etc/passwd")), LIMITS)) == ["archive-symlink"]


def test_other_methods_are_a_fault() -> None:
    data = packed((zipfile.ZipInfo("OFD.xml"), b"<a/>"), method=zipfile.ZIP_BZIP2)
    assert codes(Package(data, LIMITS)) == ["archive-method"]


def test_entry_that_the_directory_does_not_list_is_a_fault() -> None:
    hidden, shown = pack({"OFD.xml": b"<hidden/>"}), pack({"OFD.xml": b"<shown/>"})
    local = hidden[: hidden.index(b"PK\x01\x02")]
    package = Package(local + shown, LIMITS)
    assert package.read("OFD.xml") == b"<shown/>"
    assert codes(package) == ["archive-hidden-entry"]


def test_entry_after_the_last_listed_one_is_a_fault() -> None:
    hidden, shown = pack({"OFD.xml": b"<hidden/>"}), pack({"OFD.xml": b"<shown/>"})
    local, start = hidden[: hidden.index(b"PK\x01\x02")], shown.index(b"PK\x01\x02")
    end = shown.index(b"PK\x05\x06")
    moved = shown[end : end + 16] + (start + len(local)).to_bytes(4, "little") + shown[end + 20 :]
    package = Package(shown[:start] + local + shown[start:end] + moved, LIMITS)
    assert codes(package) == ["archive-hidden-entry"]


def test_part_that_cannot_be_unpacked_is_a_fault() -> None:
    data = bytearray(pack({"OFD.xml": b"<a/>" * 50}))
    data[38] ^= 0xFF
    package = Package(bytes(data), LIMITS)
    assert package.read("OFD.xml") is None
    assert package.read("OFD.xml") is None
    assert codes(package) == ["archive-part-unreadable"]


@pytest.mark.parametrize(
    ("data", "limits", "code"),
    [
        (pack({"a": b"x", "b": b"x"}), replace(LIMITS, archive_entries=1), Refusal.TOO_MANY_ENTRIES),
        (pack({"a": b"\0" * (4 << 20)}), LIMITS, Refusal.ARCHIVE_RATIO),
        (pack({str(n): bytes(1 << 20) for n in range(8)}), LIMITS, Refusal.ARCHIVE_RATIO),
        (pack({"a": b"abc", "b": b"def"}), replace(LIMITS, archive_size=5), Refusal.TOO_LARGE),
        (b"PK\x03\x04", LIMITS, Refusal.MALFORMED),
        (b"", LIMITS, Refusal.MALFORMED),
    ],
    ids=["entries", "ratio", "ratio of all", "size", "cut", "empty"],
)
def test_refused(data: bytes, limits, code: Refusal) -> None:
    with pytest.raises(DocumentRefused) as refused:
        Package(data, limits)
    assert refused.value.code is code


def test_encrypted_entry_is_refused() -> None:
    data = bytearray(pack({"a": b"x"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(DocumentRefused) as refused:
        Package(bytes(data), LIMITS)
    assert refused.value.code is Refusal.ENCRYPTED


def test_parts_are_not_all_held_at_once() -> None:
    """Five megabytes unpack to nine hundred: what is signed of them is digested, piece by piece."""
    part = (bytes(190) + b"1234567890") * 100_000
    data = pack({"OFD.xml": b"<a/>", **{f"Doc_0/Res/{number}.png": part for number in range(45)}})
    with no_growth():
        package = Package(data, LIMITS)
        contents = [package.content(name) for name in package.names]
        assert {content.digest("SHA-256") for content in contents[1:] if content} == {hashlib.sha256(part).digest()}
    assert package.read(package.names[-1]) == part
    assert codes(package) == []


def test_a_part_that_is_not_held_and_broken_is_a_fault() -> None:
    part = b"0123456789" * 7_000_000
    data = packed((zipfile.ZipInfo("a.png"), part), method=zipfile.ZIP_STORED).replace(b"0123456789", b"0123456780", 1)
    package = Package(data, LIMITS)
    content = package.content("a.png")
    assert content is not None
    assert content.digest("SHA-256") is None
    assert codes(package) == ["archive-part-unreadable"]
    assert Package(data, replace(LIMITS, archive_whole=1_000)).read("a.png") is None
