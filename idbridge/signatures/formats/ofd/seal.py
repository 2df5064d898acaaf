"""Electronic seals in DER: SESeal of GM/T 0031-2014 (V1), GB/T 38540-2020 (V4) and GM/T 0031-2025 (V5).

All three hold the same: header, identifier, properties (name, type, who may use it, validity) and a picture, signed by
the maker. V1 has the maker's certificate, algorithm and value in a SEQUENCE of their own; V5 adds a timestamp.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from idbridge.signatures.algorithms import KEY_ALGORITHMS, SM2, encode_oid, from_concatenation, scheme
from idbridge.signatures.ber import (
    INTEGER,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    SET,
    BerError,
    Value,
    encode,
    read_value,
    to_der,
)
from idbridge.signatures.contents import DIGEST_SIZES
from idbridge.signatures.evidence import (
    Fault,
    FoundCertificate,
    MessageDigest,
    Seal,
    SignatureValue,
    SignedObject,
    SignerHint,
)
from idbridge.signatures.formats.ofd import seal_fields as fields
from idbridge.signatures.formats.ofd.signature_part import digest_name

SEAL_DIGEST: Final = "SM3"
"""The digest of what has no other stated."""

TIMESTAMP: Final = 0xA0
"""``[0]``: in V4 and V5 what follows the value is a timestamp over it."""

SIGNERS_LIMIT: Final = 1_000
"""Certificates, or digests of them, that a seal lists. A company's common seal has some dozen users."""

_CERTIFICATES: Final = 1
_DIGESTS: Final = 2

VERSIONS: Final = frozenset({1, 2, 3, 4, 5})
"""Header versions: 4 and 5 by the later standards; GM/T 0031-2014 says 1, and products of its time count up to 3."""

_CONCATENATIONS: Final = frozenset({64, 128})

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
    return SealFile(seal, value.encoding, fields.octets(signature), timestamp, (*maker.faults, *faults))


def read_timestamp(value: Value) -> bytes:
    """Return the token in ``[0] BIT STRING``, which writers tag explicitly, implicitly or not at all, or as it is.

    :raises BerError: there is none.
    """
    if value.tag == TIMESTAMP & ~0x20:
        return value.bits()
    inner = value.member(0) if value.tag == TIMESTAMP else value
    return inner.encoding if inner.tag == SEQUENCE else fields.octets(inner)


def signed_by(certificate: Value, algorithm: Value, signature: Value, messages: tuple[bytes, ...], where: str) -> SignedObject:
    """Return the facts of a value that a certificate, an algorithm's OID and a BIT STRING state.

    :raises BerError: one of them is of another type.
    """
    der = fields.certificate(certificate)
    fault = Fault("value-unaligned", "the signature value counts noughts at its end as unused bits")
    return SignedObject(
        references=(),
        value=signature_value(fields.algorithm(algorithm), fields.octets(signature), messages),
        signer=SignerHint(certificates=(der,)),
        certificates=(FoundCertificate(der, where),),
        faults=(fault,) if fields.unaligned(signature) else (),
    )


def signature_value(oid: str, value: bytes, messages: tuple[bytes, ...]) -> SignatureValue:
    """Return the value of a signature whose algorithm is an OID alone.

    SM2's is DER (GM/T 0009 clause 7.3), or r ‖ s of 32 octets each, or of 64 as tokens give it (GM/T 0016 ECCSIGNATUREBLOB).
    """
    names_key = KEY_ALGORITHMS.get(oid) == SM2 or not oid
    algorithm = scheme(SM2, "SM3") if names_key else encode(SEQUENCE, encode_oid(oid))
    if len(value) in _CONCATENATIONS and value[:1] != b"\x30":
        value = from_concatenation(value) or value
    return SignatureValue(algorithm, oid, value, messages)


def _information(info: Value, maker: SignedObject) -> tuple[Seal, tuple[Fault, ...]]:
    """Read SES_SealInfo: header, esID, property, picture, and extensions that say nothing here."""
    header, identifier, properties, picture, *_ = info.children(SEQUENCE)
    tag, version, vendor = header.children(SEQUENCE)
    if fields.text(tag) != "ES" or version.expect(INTEGER).integer() not in VERSIONS:
        raise BerError("the header is not that of a seal")
    kind, name, *listed, created, not_before, not_after = properties.children(SEQUENCE)
    certificates, digests, faults = _signers(listed)
    times = [fields.time(value) for value in (created, not_before, not_after)]
    picture_kind, data, width, height, *_ = picture.children(SEQUENCE)
    number = kind.expect(INTEGER).integer()
    seal = Seal(
        version=version.integer(),
        identifier=fields.text(identifier),
        name=fields.text(name),
        kind=KINDS.get(number, str(number)),
        maker=maker,
        not_before=times[1],
        not_after=times[2],
        signers=certificates,
        signer_digests=digests,
        created=times[0],
        vendor=fields.text(vendor),
        picture=data.expect(OCTET_STRING).content,
        picture_kind=fields.text(picture_kind).upper(),
        picture_size=(_millimetres(width), _millimetres(height)),
    )
    return seal, faults


def _signers(listed: list[Value]) -> tuple[tuple[bytes, ...], tuple[MessageDigest, ...], tuple[Fault, ...]]:
    """Read who may use the seal: a list of certificates (V1); or its type and certificates, or digests of them."""
    kind = listed.pop(0).expect(INTEGER).integer() if len(listed) == 2 else _CERTIFICATES
    if len(listed) != 1 or kind not in (_CERTIFICATES, _DIGESTS):
        raise BerError(f"a list of signers of type {kind}")
    members = listed[0].children(SEQUENCE, SET)
    if len(members) > SIGNERS_LIMIT:
        raise BerError(f"{len(members)} signers are more than {SIGNERS_LIMIT}")
    certificates: list[bytes] = []
    digests: list[MessageDigest] = []
    faults: list[Fault] = []
    for member in members:
        if kind == _DIGESTS:
            digests.append(_digest(*member.children(SEQUENCE)))
        elif member.tag in (OCTET_STRING, SEQUENCE):
            certificates.append(fields.certificate(member))
        else:
            faults.append(Fault("seal-signer-malformed", f"{member.content[:40]!r} in the list of signers is no certificate"))
    return tuple(certificates), tuple(digests), tuple(faults)


def _digest(stated: Value, value: Value) -> MessageDigest:
    """Read CertDigestObj. Its type is "user-defined": most makers name the digest there; where not, it is the seal's."""
    octets = fields.octets(value)
    name = digest_name(stated.identifier() if stated.tag == OBJECT_IDENTIFIER else fields.text(stated))
    return MessageDigest(name if name in DIGEST_SIZES or len(octets) != DIGEST_SIZES[SEAL_DIGEST] else SEAL_DIGEST, octets)


_SIZE_LIMIT: Final = 10_000  # millimetres: ten metres


def _millimetres(value: Value) -> int:
    size = value.expect(INTEGER).integer()
    if not 0 <= size <= _SIZE_LIMIT:
        raise BerError("a picture of no sensible size")
    return size
