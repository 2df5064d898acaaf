"""Makes electronic seals and sealings of GB/T 38540-2020 (version 4), in DER.

What is made is read back before it is given out, so that nothing leaves which this software would not accept in form.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from typing import Final

from idbridge.pki import sm2
from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.pki.issuing.signer import Signer
from idbridge.signatures.ber import (
    BIT_STRING,
    GENERALIZED_TIME,
    IA5_STRING,
    OCTET_STRING,
    SEQUENCE,
    UTF8_STRING,
    encode,
    read_value,
)
from idbridge.signatures.checks.seal import SIGNING_USAGES
from idbridge.signatures.evidence import Seal
from idbridge.signatures.formats.ofd.seal import read_seal, strict
from idbridge.signatures.making.der import integer
from idbridge.signatures.making.steps import Making, Signatory, SignatureWanted, signed_by
from idbridge.signatures.refusals import BadRequest

VERSION: Final = 4
PICTURE_LIMIT: Final = 1 << 20
"""Octets of a picture: it is in the seal, in every sealing and in every report."""

_MAGIC: Final = {"PNG": b"\x89PNG\r\n\x1a\n", "JPG": b"\xff\xd8\xff", "GIF": b"GIF8", "BMP": b"BM", "OFD": b"PK\x03\x04"}


class SealKind(IntEnum):
    """Types of seals (GB/T 38540 clause 6)."""

    ORGANISATION = 1
    PERSON = 2


@dataclass(frozen=True, slots=True)
class SealOrder:
    """What a seal shall be: `size` is width and height in millimetres, `signers` the certificates (DER) that may use it."""

    identifier: str
    name: str
    kind: SealKind
    signers: tuple[bytes, ...] = field(repr=False)
    created: datetime
    not_before: datetime
    not_after: datetime
    picture: bytes = field(repr=False)
    size: tuple[int, int]
    vendor: str = "idbridge"


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """A certificate (DER) and how its SM2 key signs."""

    certificate: bytes = field(repr=False)
    signer: Signer = field(repr=False)

    @property
    def signatory(self) -> Signatory:
        """What makers are told of it."""
        return Signatory(self.certificate, self.signer.algorithm)


def picture_kind(picture: bytes) -> str:
    """Return the kind of a picture, by its first octets.

    :raises BadRequest: it is of none that seals have, or too large.
    """
    if len(picture) > PICTURE_LIMIT:
        raise BadRequest(f"a picture of {len(picture)} octets; at most {PICTURE_LIMIT}")
    for kind, magic in _MAGIC.items():
        if picture.startswith(magic):
            return kind
    raise BadRequest(f"a seal's picture is one of {', '.join(_MAGIC)}")


def make_seal(order: SealOrder, maker: KeyHolder) -> bytes:
    """Return an SESeal of *order*, signed by *maker*: the contents of an ``.esl`` file.

    :raises BadRequest: nobody may use it, its validity is empty, or the maker's certificate does not fit the key.
    """
    if not order.signers:
        raise BadRequest("a seal that lists no signer can be used by nobody")
    if not order.not_before < order.not_after:
        raise BadRequest("a seal's validity ends after it begins")
    check_holder(maker)
    for der in order.signers:
        _certificate(der)
    information = _information(order)
    value = maker.signer.sign(information)
    seal = encode(SEQUENCE, information, *_signature(maker.certificate, maker.signer.algorithm, value))
    _seal(seal)
    return seal


def make_sealing(seal: bytes, signature_part: bytes, location: str, at: datetime, holder: KeyHolder) -> bytes:
    """Return the SES_Signature of *holder* with *seal* over a Signature.xml at *location*: a SignedValue.dat.

    :raises BadRequest: the seal is none, was not valid at that time, or does not list the holder's certificate; the key
        does not fit the certificate, or must not sign.
    """
    check_holder(holder)
    return signed_by(sealing_value(seal, signature_part, location, at, holder.signatory), holder.signer.sign)


def sealing_value(seal: bytes, signature_part: bytes, location: str, at: datetime, signatory: Signatory) -> Making:
    """Make an SES_Signature (GB/T 38540 clause 7), as `make_sealing` does; whether the key fits is for the driver.

    :raises BadRequest: the seal is none, was not valid at that time, or does not list the signatory's certificate.
    """
    read = _seal(seal)
    listed = {digest.value for digest in read.signer_digests}
    if signatory.certificate not in read.signers and sm2.sm3(signatory.certificate) not in listed:
        raise BadRequest("the seal does not list the signer's certificate")
    if not read.not_before <= at <= read.not_after:
        raise BadRequest(f"the seal is valid from {read.not_before} to {read.not_after}")
    to_sign = encode(
        SEQUENCE,
        integer(VERSION),
        seal,
        _time(at),
        encode(BIT_STRING, b"\0", sm2.sm3(signature_part)),
        encode(IA5_STRING, location.encode("ascii")),
    )
    value = yield SignatureWanted(to_sign)
    return encode(SEQUENCE, to_sign, *_signature(signatory.certificate, signatory.algorithm, value))


def _information(order: SealOrder) -> bytes:
    """SES_SealInfo (GB/T 38540 clause 6)."""
    width, height = order.size
    try:
        header = encode(
            SEQUENCE,
            encode(IA5_STRING, b"ES"),
            integer(VERSION),
            encode(IA5_STRING, order.vendor.encode("ascii")),
        )
        identifier = encode(IA5_STRING, order.identifier.encode("ascii"))
    except UnicodeEncodeError as error:
        raise BadRequest("identifier and vendor are ASCII") from error
    properties = encode(
        SEQUENCE,
        integer(order.kind),
        encode(UTF8_STRING, order.name.encode()),
        integer(1),  # the list is of certificates, not of digests
        encode(SEQUENCE, *(encode(OCTET_STRING, der) for der in order.signers)),
        _time(order.created),
        _time(order.not_before),
        _time(order.not_after),
    )
    picture = encode(
        SEQUENCE,
        encode(IA5_STRING, picture_kind(order.picture).encode("ascii")),
        encode(OCTET_STRING, order.picture),
        integer(width),
        integer(height),
    )
    return encode(SEQUENCE, header, identifier, properties, picture)


def _signature(certificate: bytes, algorithm: bytes, value: bytes) -> tuple[bytes, bytes, bytes]:
    """Certificate, algorithm and value, as they stand beside what is signed."""
    oid = read_value(algorithm).member(0, SEQUENCE).encoding
    return encode(OCTET_STRING, certificate), oid, encode(BIT_STRING, b"\0", value)


def check_holder(holder: KeyHolder) -> None:
    """Refuse a certificate that is not the key's, or that must not sign.

    :raises BadRequest: it is so, or is for no SM2 key.
    """
    certificate = _certificate(holder.certificate)
    try:
        fits = sm2.point_from_public_key_info(certificate.public_key_info) == sm2.point_from_public_key_info(
            holder.signer.public_key_info
        )
    except sm2.Sm2KeyError as error:
        raise BadRequest("seals are made and used with SM2 keys") from error
    if not fits:
        raise BadRequest(f"the key is not that of {certificate}")
    if certificate.key_usage is not None and not certificate.key_usage & SIGNING_USAGES:
        raise BadRequest(f"{certificate} is for {', '.join(sorted(certificate.key_usage))}, not for signatures")


def _certificate(der: bytes) -> Certificate:
    try:
        return Certificate.from_der(der)
    except PkiError as error:
        raise BadRequest(f"no certificate: {error}") from error


def _seal(der: bytes) -> Seal:
    try:
        return read_seal(strict(der)).seal
    except ValueError as error:
        raise BadRequest(f"no electronic seal: {error}") from error


def _time(time: datetime) -> bytes:
    if time.tzinfo is None:
        raise BadRequest("a moment needs a time zone")
    return encode(GENERALIZED_TIME, time.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode())
