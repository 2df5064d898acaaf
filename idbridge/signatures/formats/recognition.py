"""What kind of file some bytes are, by the bytes alone. Cheap and tolerant: a format's reader has the last word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from idbridge.signatures.ber import (
    IA5_STRING,
    INTEGER,
    OBJECT_IDENTIFIER,
    PRINTABLE_STRING,
    SEQUENCE,
    UTF8_STRING,
    BerError,
    Value,
    read_value,
)
from idbridge.signatures.formats.envelopes import unwrapped

PDF_HEADER: Final = b"%PDF-"
PDF_HEADER_WITHIN: Final = 1024
"""ISO 32000-1 annex H.3 note 13: readers accept the header anywhere within the first 1024 octets."""

_TEXTS: Final = frozenset({IA5_STRING, UTF8_STRING, PRINTABLE_STRING})  # the standard's type, and what makers write
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")  # a first entry, or an empty archive
_OFD_PARTS: Final = (b"OFD.XML", b"ENCRYPTIONS.XML")
_END_OF_DIRECTORY: Final = b"PK\x05\x06"
_DIRECTORY_ENTRY: Final = b"PK\x01\x02"
_END_WITHIN: Final = 22 + 65_535  # APPNOTE 4.3.16: the record and the longest comment after it
_ENTRIES_LOOKED_AT: Final = 10_000
_XML_START: Final = re.compile(rb"\s*<[?!a-zA-Z_\x80-\xff]")
_UTF16_MARKS: Final = (b"\xff\xfe<\x00", b"\xfe\xff\x00<")
_EVIDENCE_ROOT: Final = re.compile(rb"<(?:[\w.-]+:)?EvidenceRecord[\s/>]")
_EVIDENCE_NAMESPACE: Final = b"urn:ietf:params:xml:ns:ers"
_COMPACT: Final = re.compile(rb"\s*[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\s*\Z")
_JSON_START: Final = re.compile(rb"\s*[{\[]")
_MARK: Final = b"\xef\xbb\xbf"

CONTENT_TYPES: Final = frozenset(
    {
        "1.2.840.113549.1.7.2",  # RFC 5652 clause 5.1: id-signedData
        "1.2.156.10197.6.1.4.2.2",  # GM/T 0010 clause 7: the same of GB/T 35275
    }
)
TST_INFO: Final = "1.2.840.113549.1.9.16.1.4"  # RFC 3161 clause 2.4.2


def is_pdf(data: bytes) -> bool:
    """Tell whether a PDF header stands at the start."""
    return data.find(PDF_HEADER, 0, PDF_HEADER_WITHIN) >= 0


def is_archive(data: bytes) -> bool:
    """Tell whether it is a ZIP archive."""
    return data.startswith(_ZIP)


def is_ofd(data: bytes) -> bool:
    """Tell whether it is a ZIP archive whose directory has the OFD entry (GB/T 33190 clause 7.2), or a seal or sealing.

    Where the entry itself is encrypted there is only the list of what is (GM/T 0099 clause 7.3).
    """
    if is_archive(data):
        return any(name.lstrip(b"/\\").upper() in _OFD_PARTS for name in _directory(data))
    members = _members(data)
    return is_seal(members) or is_sealing(members)


def is_seal(members: tuple[Value, ...]) -> bool:
    """Tell whether these *members* begin as a seal's do: SES_SealInfo with SES_Header, "ES" (GB/T 38540 clause 6)."""
    information = _inside(members[0]) if members else ()
    header = _inside(information[0]) if information else ()
    return len(header) == 3 and header[0].tag in _TEXTS and header[0].content == b"ES"


def is_sealing(members: tuple[Value, ...]) -> bool:
    """Tell whether these *members* begin as a sealing's do: TBS_Sign with a version and a seal (GB/T 38540 clause 7)."""
    to_sign = _inside(members[0]) if members else ()
    return len(to_sign) > 1 and to_sign[0].tag == INTEGER and is_seal(_inside(to_sign[1]))


def _directory(data: bytes) -> Iterator[bytes]:
    """Walk through the names in the central directory (APPNOTE 4.3.12), as far as it is one."""
    end = data.rfind(_END_OF_DIRECTORY, max(0, len(data) - _END_WITHIN))
    if end < 0 or end + 22 > len(data):
        return
    at = int.from_bytes(data[end + 16 : end + 20], "little")
    for _ in range(_ENTRIES_LOOKED_AT):
        header = data[at : at + 46]
        if len(header) < 46 or not header.startswith(_DIRECTORY_ENTRY):
            return
        name, extra, comment = (int.from_bytes(header[i : i + 2], "little") for i in (28, 30, 32))
        yield data[at + 46 : at + 46 + name]
        at += 46 + name + extra + comment


def is_xml(data: bytes) -> bool:
    """Tell whether it begins as XML does."""
    return data.startswith(_UTF16_MARKS) or _XML_START.match(data.removeprefix(_MARK)[:64]) is not None


def is_jws(data: bytes) -> bool:
    """Tell whether it is a JSON value, or three base64url parts (RFC 7515 clause 3)."""
    return _JSON_START.match(data.removeprefix(_MARK)[:64]) is not None or _COMPACT.match(data) is not None


def is_evidence_record(data: bytes) -> bool:
    """Tell whether it is an evidence record, in ASN.1 (RFC 4998 clause 3.1) or XML (RFC 6283 clause 2.1)."""
    if is_xml(data):
        head = data[:4096]
        return _EVIDENCE_ROOT.search(head) is not None and _EVIDENCE_NAMESPACE in head
    members = _members(data)
    # version 1, digestAlgorithms SEQUENCE OF AlgorithmIdentifier
    if len(members) < 3 or members[0].tag != INTEGER or members[0].content != b"\x01" or members[1].tag != SEQUENCE:
        return False
    first = _inside(members[1])
    return bool(first) and first[0].tag == SEQUENCE and data[first[0].first : first[0].first + 1] == b"\x06"


def is_timestamp(data: bytes) -> bool:
    """Tell whether it is a timestamp token or a time-stamping response (RFC 3161 clauses 2.4.2)."""
    members = _members(unwrapped(data))
    if len(members) == 2 and members[0].tag == SEQUENCE:  # TimeStampResp: status, token
        status = _inside(members[0])
        return bool(status) and status[0].tag == INTEGER and _content_type(_inside(members[1])) in CONTENT_TYPES
    return _content_type(members) in CONTENT_TYPES and _encapsulated(members) == TST_INFO


def is_cms(data: bytes) -> bool:
    """Tell whether it is a CMS SignedData, in BER, PEM or base64 (RFC 5652 clause 3, RFC 7468 clause 9)."""
    members = _members(unwrapped(data))
    return _content_type(members) in CONTENT_TYPES


def _members(data: bytes) -> tuple[Value, ...]:
    if data[:1] != b"\x30":
        return ()
    try:
        return read_value(data, trailing=True).children(SEQUENCE)
    except BerError:
        return ()


def _inside(value: Value) -> tuple[Value, ...]:
    try:
        return value.children()
    except BerError:
        return ()


def _content_type(members: tuple[Value, ...]) -> str | None:
    try:
        return members[0].identifier() if members and members[0].tag == OBJECT_IDENTIFIER else None
    except BerError:
        return None


def _encapsulated(members: tuple[Value, ...]) -> str | None:
    """Return the type of the content of a SignedData: ContentInfo → [0] → SignedData → encapContentInfo."""
    for signed_data in _inside(members[1])[:1] if len(members) > 1 else ():
        content = _inside(signed_data)
        return _content_type(_inside(content[2])) if len(content) > 2 else None
    return None
