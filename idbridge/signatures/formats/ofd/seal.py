"""Electronic seals in DER: SESeal of GM/T 0031-2014 (V1), GB/T 38540-2020 (V4) and GM/T 0031-2025 (V5).

All three hold the same: header, identifier, properties (name, type, who may use it, validity) and a picture, signed by
the maker. V1 has the maker's certificate, algorithm and value in a SEQUENCE of their own; V5 adds a timestamp.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from idbridge.signatures.algorithms import KEY_ALGORITHMS, SM2, encode_oid, from_concatenation, scheme
from idbridge.signatures.ber import (
    BIT_STRING,
    GENERALIZED_TIME,
    IA5_STRING,
    INTEGER,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    PRINTABLE_STRING,
    SEQUENCE,
    UTC_TIME,
    UTF8_STRING,
    BerError,
    Value,
    encode,
    read_value,
    to_der,
)
from idbridge.signatures.evidence import (
    Fault,
    FoundCertificate,
    MessageDigest,
    Seal,
    SignatureValue,
    SignedObject,
    SignerHint,
)
from idbridge.signatures.formats.ofd.signature_part import digest_name

TIMESTAMP: Final = 0xA0
"""``[0]``: in V4 and V5 what follows the value is a timestamp over it."""

SIGNERS_LIMIT: Final = 1_000
"""Certificates, or digests of them, that a seal lists. A company's common seal has some dozen users."""

_CERTIFICATES: Final = 1
_DIGESTS: Final = 2

VERSIONS: Final = frozenset({1, 2, 3, 4, 5})
"""Header versions: 4 and 5 by the later standards; GM/T 0031-2014 says 1, and products of its time count up to 3."""

KINDS: Final[Mapping[int, str]] = MappingProxyType({1: "organisation", 2: "person"})
"""Types of seals (GB/T 38540 clause 6): 公章 of an organisation, 名章 of a person. Makers use further numbers."""


@dataclass(frozen=True, slots=True)
class SealFile:
    """A seal as it stands. `timestamp` is the token over the maker's value (V5); `faults` are of its form."""

    seal: Seal
    encoding: bytes = field(repr=False)
    value: bytes = field(repr=False)
    timestamp: bytes | None = field(default=None, repr=False)
    faults: tuple[Fault, ...] = ()


def strict(der: bytes) -> Value:
    """Return the value that *der* is.

    :raises BerError: it is not in DER: whoever changes the encoding alone would change a file that still verifies.
    """
    value = read_value(der)
    if to_der(value) != der:
        raise BerError("the encoding is not DER")
    return value


def read_seal(value: Value) -> SealFile:
    """Read an SESeal.

    :raises ValueError: it is none.
    """
    info, *rest = value.children(SEQUENCE)
    timestamp: bytes | None = None
    if len(rest) == 1:  # V1: SES_SignInfo
        rest = list(rest[0].children(SEQUENCE))
    elif len(rest) == 4:
        timestamp = read_timestamp(rest.pop())
    if len(rest) != 3:
        raise BerError(f"{len(rest)} members of a seal's signature where 3 belong")
    certificate, algorithm, signature = rest
    # GB/T 38540 has the information alone signed, GM/T 0031-2014 with certificate and algorithm; makers mix them
    messages = (info.encoding, encode(SEQUENCE, info.encoding, certificate.encoding, algorithm.encoding))
    maker = signed_by(certificate, algorithm, signature, messages, "seal-maker")
    seal, faults = _information(info, maker)
    return SealFile(seal, value.encoding, signature.bits(), timestamp, faults)


def read_timestamp(value: Value) -> bytes:
    """Return the token in ``[0] BIT STRING``, which writers tag explicitly or implicitly.

    :raises BerError: there is none.
    """
    if value.tag == TIMESTAMP:
        return value.member(0).expect(BIT_STRING).bits()
    return value.expect(TIMESTAMP & ~0x20).bits()


def signed_by(certificate: Value, algorithm: Value, signature: Value, messages: tuple[bytes, ...], where: str) -> SignedObject:
    """Return the facts of a value that a certificate, an algorithm's OID and a BIT STRING state.

    :raises BerError: one of them is of another type.
    """
    oid = algorithm.expect(OBJECT_IDENTIFIER).identifier()
    der = certificate.expect(OCTET_STRING).content
    return SignedObject(
        references=(),
        value=signature_value(oid, signature.expect(BIT_STRING).bits(), messages),
        signer=SignerHint(certificates=(der,)),
        certificates=(FoundCertificate(der, where),),
    )


def signature_value(oid: str, value: bytes, messages: tuple[bytes, ...]) -> SignatureValue:
    """Return the value of a signature whose algorithm is an OID alone. SM2's is DER (GM/T 0009 clause 7.3), or r ‖ s."""
    names_key = KEY_ALGORITHMS.get(oid) == SM2 or not oid
    algorithm = scheme(SM2, "SM3") if names_key else encode(SEQUENCE, encode_oid(oid))
    if len(value) == 64 and value[:1] != b"\x30":
        value = from_concatenation(value) or value
    return SignatureValue(algorithm, oid, value, messages)


def _information(info: Value, maker: SignedObject) -> tuple[Seal, tuple[Fault, ...]]:
    """Read SES_SealInfo: header, esID, property, picture, and extensions that say nothing here."""
    header, identifier, properties, picture, *_ = info.children(SEQUENCE)
    tag, version, vendor = header.children(SEQUENCE)
    if tag.expect(IA5_STRING).content != b"ES" or version.expect(INTEGER).integer() not in VERSIONS:
        raise BerError("the header is not that of a seal")
    kind, name, *listed, created, not_before, not_after = properties.children(SEQUENCE)
    certificates, digests, faults = _signers(listed)
    times = [_time(value) for value in (created, not_before, not_after)]
    picture_kind, data, width, height, *_ = picture.children(SEQUENCE)
    number = kind.expect(INTEGER).integer()
    seal = Seal(
        version=version.integer(),
        identifier=identifier.expect(IA5_STRING, UTF8_STRING).text(),
        name=name.expect(UTF8_STRING).text(),
        kind=KINDS.get(number, str(number)),
        maker=maker,
        not_before=times[1],
        not_after=times[2],
        signers=certificates,
        signer_digests=digests,
        created=times[0],
        vendor=vendor.text(),
        picture=data.expect(OCTET_STRING).content,
        picture_kind=picture_kind.expect(IA5_STRING, UTF8_STRING, PRINTABLE_STRING).text().upper(),
        picture_size=(_millimetres(width), _millimetres(height)),
    )
    return seal, faults


def _signers(listed: list[Value]) -> tuple[tuple[bytes, ...], tuple[MessageDigest, ...], tuple[Fault, ...]]:
    """Read who may use the seal: a list of certificates (V1); or its type and certificates, or digests of them."""
    kind = listed.pop(0).expect(INTEGER).integer() if len(listed) == 2 else _CERTIFICATES
    if len(listed) != 1 or kind not in (_CERTIFICATES, _DIGESTS):
        raise BerError(f"a list of signers of type {kind}")
    members = listed[0].children(SEQUENCE)
    if len(members) > SIGNERS_LIMIT:
        raise BerError(f"{len(members)} signers are more than {SIGNERS_LIMIT}")
    certificates: list[bytes] = []
    digests: list[MessageDigest] = []
    faults: list[Fault] = []
    for member in members:
        if kind == _DIGESTS:
            algorithm, value = member.children(SEQUENCE)
            digests.append(MessageDigest(digest_name(algorithm.text()), value.expect(OCTET_STRING).content))
        elif member.tag == OCTET_STRING:
            certificates.append(member.content)
        else:
            faults.append(Fault("seal-signer-malformed", f"{member.content[:40]!r} in the list of signers is no certificate"))
    return tuple(certificates), tuple(digests), tuple(faults)


def _time(value: Value) -> datetime:
    return value.expect(UTC_TIME, GENERALIZED_TIME).time()


_SIZE_LIMIT: Final = 10_000  # millimetres: ten metres


def _millimetres(value: Value) -> int:
    size = value.expect(INTEGER).integer()
    if not 0 <= size <= _SIZE_LIMIT:
        raise BerError("a picture of no sensible size")
    return size
