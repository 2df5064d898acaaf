"""CRLs and OCSP responses where CMS, CAdES and PDF signatures keep them, brought to two forms: CRL and OCSPResponse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from idbridge.signatures.algorithms import encode_oid
from idbridge.signatures.ber import OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, BerError, Value, encode
from idbridge.signatures.evidence import FoundRevocation, RevocationKind

OCSP_RESPONSE: Final = "1.3.6.1.5.5.7.16.2"  # RFC 5940 clause 2.1: id-ri-ocsp-response
OCSP_BASIC: Final = "1.3.6.1.5.5.7.48.1.1"  # RFC 6960 clause 4.2.1: id-pkix-ocsp-basic

_ENUMERATED: Final = 0x0A
_BASIC_OID: Final = encode_oid(OCSP_BASIC)


def read_revocation_choice(value: Value, where: str) -> FoundRevocation | None:
    """Read a RevocationInfoChoice (RFC 5652 clause 10.2.1); None for a format that is not known, or a malformed one."""
    if value.tag == SEQUENCE:
        return FoundRevocation(RevocationKind.CRL, value.encoding, where)
    try:
        kind, info = value.children(0xA1)
        match kind.expect(OBJECT_IDENTIFIER).identifier():
            case "1.3.6.1.5.5.7.16.2":
                return read_response(info, where)
            case "1.3.6.1.5.5.7.48.1.1":
                return read_basic_response(info, where)
    except (BerError, ValueError):
        return None
    return None


def read_response(value: Value, where: str) -> FoundRevocation | None:
    """Read an OCSPResponse, or a bare BasicOCSPResponse in its place, as some write; None if it is neither."""
    members = _members(value)
    if members and members[0].tag == _ENUMERATED:
        return FoundRevocation(RevocationKind.OCSP, value.encoding, where)
    return read_basic_response(value, where)


def read_basic_response(value: Value, where: str) -> FoundRevocation | None:
    """Read a BasicOCSPResponse and wrap it into a successful OCSPResponse (RFC 6960 clause 4.2.1); None if it is none."""
    members = _members(value)
    if members and members[0].tag == _ENUMERATED:
        return FoundRevocation(RevocationKind.OCSP, value.encoding, where)
    if len(members) < 3 or members[0].tag != SEQUENCE:
        return None
    return FoundRevocation(RevocationKind.OCSP, wrapped(value.encoding), where)


def wrapped(basic: bytes) -> bytes:
    """Return the successful OCSPResponse that carries *basic*."""
    response = encode(SEQUENCE, _BASIC_OID, encode(OCTET_STRING, basic))
    return encode(SEQUENCE, encode(_ENUMERATED, b"\x00"), encode(0xA0, response))


def read_revocation_values(value: Value, where: str) -> Iterator[FoundRevocation]:
    """Read RevocationValues (EN 319 122-1 clause A.1.1.2) or RevocationInfoArchival (ISO 32000-1 clause 12.8.3.3.2).

    Both are [0] CRLs and [1] OCSP responses, basic ones in the first, whole ones in the second.

    :raises BerError: it is neither.
    """
    for choice in value.children(SEQUENCE):
        if choice.tag not in (0xA0, 0xA1):
            continue
        for sequence in choice.children():
            for member in sequence.children(SEQUENCE):
                if choice.tag == 0xA0:
                    yield FoundRevocation(RevocationKind.CRL, member.encoding, where)
                elif (response := read_response(member, where)) is not None:
                    yield response


def _members(value: Value) -> tuple[Value, ...]:
    try:
        return value.children(SEQUENCE)
    except BerError:
        return ()
