"""Evidence records: those of other software over what they archive, and changed in one place."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from datetime import UTC, datetime

import pytest

from idbridge import verify_document
from idbridge.signatures.formats.evidence_record.chains import combined, root_of
from idbridge.signatures.formats.evidence_record.reading import read
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.refusals import FormatRefusal, NotADocument
from idbridge.signatures.report import DocumentReport
from tests.requirements import vectors
from tests.unit.signatures.forge import Authority, evidence_record

AT = datetime(2025, 1, 1, tzinfo=UTC)
STAMPER = Authority().issue("TSA", timestamping=True)
TEXT = b"archived"


def sha(*pieces: bytes) -> bytes:
    return hashlib.sha256(b"".join(pieces)).digest()


def asn1(*lists: list[bytes], over: bytes) -> bytes:
    return evidence_record(STAMPER, over, *lists)


def report(data: bytes, *contents: bytes) -> DocumentReport:
    return verify_document(data, trust=None, at=AT, detached={str(n): content for n, content in enumerate(contents)})


def intact(data: bytes, *contents: bytes) -> set[bool | None]:
    (record,) = report(data, *contents).evidence_records
    stamps = {stamp.imprint.intact for stamp in record.evidence.timestamps}
    return {reference.intact for reference in record.evidence.references} | stamps


def test_without_tree() -> None:
    assert intact(asn1(over=TEXT), TEXT) == {True}
    assert False in intact(asn1(over=TEXT), b"another")
    assert None in intact(asn1(over=TEXT))


def test_reduced_tree() -> None:
    """RFC 4998 clause 4.2: lists are sorted, joined and digested from the leaves up."""
    other, above = sha(b"other"), sha(b"above")
    first = b"".join(sorted([sha(TEXT), other]))
    data = asn1([sha(TEXT), other], [above], over=b"".join(sorted([sha(first), above])))
    assert intact(data, TEXT) == {True}
    assert intact(data, b"another") == {True, False}
    assert intact(data, TEXT, b"other") == {True}


def test_group_is_whole() -> None:
    """Clause 4.3: nothing is archived with a group that is not of it."""
    digests = [sha(b"a"), sha(b"b"), sha(b"c")]
    data = asn1(digests, over=b"".join(sorted(digests)))
    assert intact(data, b"a", b"b", b"c") == {True}
    assert False in intact(data, b"a", b"b")
    assert None in intact(data, b"a", b"b", b"c", b"d")


@pytest.mark.parametrize(
    ("container", "record", "file"),
    [
        ("er-asn1-full-renewal.asice", "META-INF/evidencerecord.ers", "test.txt"),
        ("er-asn1-tst-renewal.asice", "META-INF/evidencerecord.ers", "test.txt"),
        ("er-asn1-no-hashtree-full-renewal.sce", "META-INF/evidencerecord002.ers", "test-doc.xml"),
    ],
)
def test_renewed_records_of_other_software(container: str, record: str, file: str) -> None:
    with zipfile.ZipFile(vectors("dss", "asic-cades", container)) as archive:
        data, content = archive.read(record), archive.read(file)
    assert intact(data, content) == {True}
    found = report(data, content)
    links = [r for stamp in found.timestamps for r in stamp.evidence.signed.references if r.name == "previous timestamp"]
    assert links
    assert all(link.intact for link in links)
    assert False in intact(data, content + b" ")


def test_xml_record_with_two_renewals() -> None:
    with zipfile.ZipFile(vectors("dss", "asic-cades", "cades-lt-with-er-chain-renewed-copied-tst.sce")) as archive:
        data = archive.read("META-INF/evidencerecord001.xml")
        contents = [archive.read(name) for name in ("META-INF/signature001.p7s", "test.txt", "test.zip", "empty.zip")]
    assert intact(data, *contents) == {True}
    changed = data.replace(b"(level:6)", b"(level:7)", 1)
    assert intact(changed, *contents) == {True}  # comments are not part of the canonical form
    first = base64.b64encode(sha(contents[1]))
    assert False in intact(data.replace(first, base64.b64encode(sha(b"")), 1), *contents)


@pytest.mark.parametrize("data", [b"", b"\x30\x00", b"<a/>", b"\x30\x03\x02\x01\x01"])
def test_no_record(data: bytes) -> None:
    with pytest.raises(NotADocument):
        read(data)


@pytest.mark.parametrize("limits", [Limits(timestamps=0), Limits(references=1)])
def test_limits(limits: Limits) -> None:
    with pytest.raises(FormatRefusal):
        read(asn1([sha(b"a"), sha(b"b")], over=b""), limits=limits)


def test_roots() -> None:
    assert combined("SHA-256", (b"one",)) == b"one"
    assert combined("SHA-256", (b"b", b"a")) == sha(b"ab")
    assert combined("unheard", (b"b", b"a")) is None
    assert root_of("SHA-256", ()) is None
    assert root_of("SHA-256", ((b"b",), (b"a",))) == sha(b"ab")
