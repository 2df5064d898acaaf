"""Names of parts: one for all platforms, in whatever encoding they are written."""

from __future__ import annotations

import zipfile

import pytest

from idbridge.signatures.formats.ofd.part_names import part_name, same, unfit, written_name


def entry(name: str, flags: int = 0) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name)
    found.flag_bits = flags
    return found


@pytest.mark.parametrize(
    ("octets", "flags", "name"),
    [
        ("附件.xml".encode("gb18030"), 0, "附件.xml"),
        ("附件.xml".encode(), 0, "附件.xml"),
        (b"Doc_0\\Document.xml", 0, "Doc_0/Document.xml"),
        (b"\xff\xff.xml", 0, b"\xff\xff.xml".decode("cp437")),
    ],
)
def test_encodings(octets: bytes, flags: int, name: str) -> None:
    assert written_name(entry(octets.decode("cp437"), flags)) == name


def test_flagged_names_are_as_they_are() -> None:
    assert written_name(entry("é", 0x0800)) == "é"


@pytest.mark.parametrize("written", ["/Doc_0/a.xml", "./Doc_0/a.xml", "Doc_0//a.xml", "Doc_0/./a.xml"])
def test_steps_that_lead_nowhere(written: str) -> None:
    assert part_name(written) == "Doc_0/a.xml"


@pytest.mark.parametrize("other", ["DOC_0/A.XML", "Doc_0/a.xml.", "Doc_0 /a.xml", "Doc_0./a.xml "])
def test_names_that_lead_to_one_file(other: str) -> None:
    assert same(other) == same("Doc_0/a.xml")


def test_composed_and_decomposed_are_the_same() -> None:
    assert same("\u00e9.xml") == same("e\u0301.xml")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "archive-name"),
        ("a\0b", "archive-name"),
        ("a/../b", "archive-traversal"),
        ("C:/a", "archive-traversal"),
        ("a", None),
    ],
)
def test_unfit(name: str, code: str | None) -> None:
    fault = unfit(zipfile.ZipInfo("a"), name, 100)
    assert (fault.code if fault else None) == code


def test_extra_field_that_is_cut_is_passed_over() -> None:
    cut = zipfile.ZipInfo("a")
    cut.extra = b"\x75\x70\xff\xff\x01"
    assert unfit(cut, "a", 100) is not None  # an empty Unicode path is another name
    cut.extra = b"\x75"
    assert unfit(cut, "a", 100) is None
