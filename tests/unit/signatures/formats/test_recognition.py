"""Files are recognised by what is in them."""

from __future__ import annotations

import base64
import io
import zipfile
from datetime import UTC, datetime

import pytest

from idbridge.signatures.evidence import DocumentFormat
from idbridge.signatures.formats.catalogue import read_document, recognise
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.refusals import FormatRefusal, NotADocument, Refusal
from tests.unit.signatures.forge import Authority, cades, token


def archive(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as written:
        for name in names:
            written.writestr(name, "content")
    return buffer.getvalue()


def pem(der: bytes, label: str = "CMS") -> bytes:
    return f"-----BEGIN {label}-----\n".encode() + base64.encodebytes(der) + f"-----END {label}-----\n".encode()


SIGNER = Authority().issue("Signer", timestamping=True)
SIGNED = cades(SIGNER, b"%PDF-1.7 is what is signed")
TOKEN = token(SIGNER, b"content", datetime(2024, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (SIGNED, DocumentFormat.CMS),
        (pem(SIGNED), DocumentFormat.CMS),
        (b"Bag Attributes\n" + pem(SIGNED, "PKCS7"), DocumentFormat.CMS),
        (base64.encodebytes(SIGNED), DocumentFormat.CMS),
        (TOKEN, DocumentFormat.TIMESTAMP),
        (pem(TOKEN), DocumentFormat.TIMESTAMP),
        (b"\x30\x80" + SIGNED[4:] + b"\0\0", DocumentFormat.CMS),
        (b"%PDF-1.7\n", DocumentFormat.PDF),
        (b"junk before\n%PDF-1.7\n", DocumentFormat.PDF),
        (archive("META-INF/signatures.p7s", "a.txt"), DocumentFormat.ASIC),
        (archive("OFD.xml", "Doc_0/Document.xml"), DocumentFormat.OFD),
        (archive(), DocumentFormat.ASIC),
        (archive("a.txt").replace(b"content", b"OFD.xml"), DocumentFormat.ASIC),
        (b"<?xml version='1.0'?><a/>", DocumentFormat.XML),
        (b"\xef\xbb\xbf \n<a/>", DocumentFormat.XML),
        ("<a/>".encode("utf-16"), DocumentFormat.XML),
        (b'<e:EvidenceRecord xmlns:e="urn:ietf:params:xml:ns:ers" Version="1.0"/>', DocumentFormat.EVIDENCE_RECORD),
        (b' {"payload": ""}', DocumentFormat.JWS),
        (b"eyJhbGciOiJFUzI1NiJ9.e30.AAAA", DocumentFormat.JWS),
        (b"eyJhbGciOiJFUzI1NiJ9..AAAA\n", DocumentFormat.JWS),
    ],
)
def test_recognised(data: bytes, expected: DocumentFormat) -> None:
    assert recognise(data) is expected


@pytest.mark.parametrize("data", [b"plain text", b"\x30\x03\x02\x01\x01", b"\x30\x80", b"MZ\x90\x00", bytes(2000)])
def test_of_no_known_format(data: bytes) -> None:
    with pytest.raises(NotADocument) as refused:
        recognise(data)
    assert refused.value.code is Refusal.UNKNOWN_FORMAT


def test_empty() -> None:
    with pytest.raises(NotADocument) as refused:
        recognise(b"")
    assert refused.value.code is Refusal.EMPTY


def test_too_large() -> None:
    with pytest.raises(FormatRefusal) as refused:
        read_document(SIGNED, limits=Limits(document_size=len(SIGNED) - 1))
    assert refused.value.code is Refusal.TOO_LARGE
