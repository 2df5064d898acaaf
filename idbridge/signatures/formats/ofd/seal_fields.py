"""The fields that seals and sealings are made of, as makers write them: strings, moments, certificates, algorithms, values.

GM/T 0031-2014, GB/T 38540-2020 and GM/T 0031-2025 give each field one type; makers write another of the same meaning. What is
signed is the encoding as it stands, so that whoever reads a field in several types takes nothing from what a signature secures.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from idbridge.signatures.ber import (
    BIT_STRING,
    GENERALIZED_TIME,
    IA5_STRING,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    PRINTABLE_STRING,
    SEQUENCE,
    UTC_TIME,
    UTF8_STRING,
    BerError,
    Value,
)
from idbridge.signatures.formats.ofd.signature_part import CHINA_STANDARD_TIME

_TELETEX: Final = 0x14
_VISIBLE: Final = 0x1A
_BMP: Final = 0x1E
TEXTS: Final = (IA5_STRING, UTF8_STRING, PRINTABLE_STRING, _VISIBLE, _TELETEX, _BMP)

_LOCAL_TIME: Final = re.compile(rb"\d{10,14}(?:[.,]\d+)?")
"""A moment without an offset: "local time" (X.680 clause 46.2 a), and China has one."""

_UNUSED: Final = 8


def text(value: Value) -> str:
    """Return a string. What is no UTF-8 is read as GB 18030, which older products write whatever the type.

    :raises BerError: it is none.
    """
    if value.expect(*TEXTS).tag == _BMP:
        return value.text()
    for encoding in ("utf-8", "gb18030"):
        try:
            return value.content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return value.content.decode("utf-8", "replace")


def time(value: Value) -> datetime:
    """Return a moment, in either of the two types (V1 has UTCTime); in China's time where it states no offset.

    :raises BerError: it is none.
    """
    found = value.expect(UTC_TIME, GENERALIZED_TIME).time()
    if not _LOCAL_TIME.fullmatch(value.content):
        return found
    try:
        return found.replace(tzinfo=CHINA_STANDARD_TIME).astimezone(UTC)
    except OverflowError as error:
        raise BerError("a moment before the calendar") from error


def certificate(value: Value) -> bytes:
    """Return a certificate's DER: in an OCTET STRING, as the standards have it, or itself.

    :raises BerError: it is neither.
    """
    return value.encoding if value.tag == SEQUENCE else value.expect(OCTET_STRING).content


def algorithm(value: Value) -> str:
    """Return the dotted OID of an algorithm: by itself, as the standards have it, or in an AlgorithmIdentifier.

    :raises BerError: it is neither.
    """
    return (value.member(0) if value.tag == SEQUENCE else value).expect(OBJECT_IDENTIFIER).identifier()


def octets(value: Value) -> bytes:
    """Return the octets of a BIT STRING, or of an OCTET STRING in its place.

    Some encoders count the noughts at the end of the last octet as unused bits, as if it were a list of named bits
    (X.690 clause 11.2.2). They are noughts all the same (clause 11.2.1), and belong to the value.

    :raises BerError: it is neither, or bits that are unused are set.
    """
    if value.tag == OCTET_STRING:
        return value.content
    content = value.expect(BIT_STRING).content
    unused = content[0] if content else _UNUSED
    if unused >= _UNUSED or content[-1] & ((1 << unused) - 1):
        raise BerError(f"no whole octets in the bit string at {value.start}")
    return content[1:]


def unaligned(value: Value) -> bool:
    """Tell whether a BIT STRING counts noughts of its last octet as unused."""
    return value.tag == BIT_STRING and value.content[:1] > b"\0"
