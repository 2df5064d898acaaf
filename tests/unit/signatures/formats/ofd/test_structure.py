"""From OFD.xml to the signatures of a package: what is missing is a fault, what is encrypted or beyond bounds is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from idbridge.signatures.evidence import DocumentFormat
from idbridge.signatures.formats.catalogue import recognise
from idbridge.signatures.formats.limits import LIMITS
from idbridge.signatures.formats.ofd.package import Package
from idbridge.signatures.formats.ofd.structure import BODIES_LIMIT, find, find_all, read_bodies
from idbridge.signatures.refusals import DocumentRefused, Refusal
from tests.unit.signatures.seals import OFD_XML, PARTS, pack, signature_list

LIST = "Doc_0/Signs/Signatures.xml"


def package(**replaced: bytes) -> Package:
    parts = {**PARTS, LIST: signature_list(), **{name.replace("__", "/") + ".xml": part for name, part in replaced.items()}}
    return Package(pack(parts), LIMITS)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Encryptions.xml", PARTS),
        ("encryptions.XML", PARTS),
        ("Doc_0/Encryptions.xml", PARTS),
        ("Encryptions.xml", {"entriesmap.dat": b"x", "decryptseed.dat": b"x"}),
    ],
)
def test_encrypted_package_is_refused_and_called_so(name: str, parts: Mapping[str, bytes]) -> None:
    data = pack({**parts, name: b"<Encryptions/>"})
    assert recognise(data) is DocumentFormat.OFD
    with pytest.raises(DocumentRefused) as refused:
        read_bodies(Package(data, LIMITS), LIMITS)
    assert refused.value.code is Refusal.ENCRYPTED


@pytest.mark.parametrize("entry", [b"", b"<OFD", b"<!DOCTYPE OFD><OFD/>"])
def test_entry_that_is_no_markup_is_no_document(entry: bytes) -> None:
    with pytest.raises(DocumentRefused) as refused:
        read_bodies(package(OFD=entry), LIMITS)
    assert refused.value.code is Refusal.MALFORMED


def test_package_without_an_entry_is_no_document() -> None:
    with pytest.raises(DocumentRefused):
        read_bodies(Package(pack({"a.xml": b"<a/>"}), LIMITS), LIMITS)


@pytest.mark.parametrize(
    ("old", "code"),
    [("Doc_0/Document.xml", "document-root-missing"), ("Doc_0/Signs/Signatures.xml", "signature-list-missing")],
)
def test_location_that_names_no_part_is_a_fault(old: str, code: str) -> None:
    found = package(OFD=OFD_XML.replace(old, "Doc_9/x.xml").encode())
    read_bodies(found, LIMITS)
    assert [(fault.code, fault.fatal) for fault in found.faults] == [(code, True)]


def test_documents_and_signatures_are_counted() -> None:
    many = f"<OFD>{'<DocBody/>' * (BODIES_LIMIT + 1)}</OFD>".encode()
    with pytest.raises(DocumentRefused) as refused:
        read_bodies(package(OFD=many), LIMITS)
    assert refused.value.code is Refusal.TOO_MANY_ENTRIES
    with pytest.raises(DocumentRefused) as refused:
        read_bodies(package(Doc_0__Signs__Signatures=signature_list("1", "2")), replace(LIMITS, signatures=1))
    assert refused.value.code is Refusal.TOO_MANY_SIGNATURES


def test_one_identifier_for_two_signatures_is_said() -> None:
    found = package(Doc_0__Signs__Signatures=signature_list("1", "1"))
    (body,) = read_bodies(found, LIMITS)
    assert [entry.identifier for entry in body.entries] == ["1", "1"]
    assert [(fault.code, fault.fatal) for fault in found.faults] == [("signature-id-doubled", False)]


def test_signature_that_two_documents_list_is_a_fault() -> None:
    start, end = OFD_XML.index("<ofd:DocBody>"), OFD_XML.index("</ofd:OFD>")
    twice = OFD_XML[:end] + OFD_XML[start:end] + OFD_XML[end:]
    parts = {"Doc_0__Signs__Signatures": signature_list("1"), "Doc_0__Signs__Sign_0__Signature": b"<Signature/>"}
    found = package(OFD=twice.encode(), **parts)
    read_bodies(found, LIMITS)
    assert [fault.code for fault in found.faults] == ["signature-listed-twice"]


def test_locations_lead_to_parts_whatever_their_case() -> None:
    found = package(Doc_0__Signs__OFD=b"<a/>")
    assert find(found, "/DOC_0/document.xml", "") == "Doc_0/Document.xml"
    assert find_all(found, "OFD.xml", LIST) == ("Doc_0/Signs/OFD.xml", "OFD.xml")
    assert find_all(found, "/OFD.xml", LIST) == ("OFD.xml",)
    assert find(found, "nothing.xml", LIST) is None
