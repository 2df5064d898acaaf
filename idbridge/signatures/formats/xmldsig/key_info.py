"""ds:KeyInfo: how a signature names its key, and the certificates that it brings (XML-DSig clause 4.5).

Nothing of it is believed, and what leads elsewhere (RetrievalMethod, KeyInfoReference) is not followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from idbridge.signatures.algorithms import XML_DIGESTS, encode_oid
from idbridge.signatures.ber import INTEGER, NULL, SEQUENCE, encode
from idbridge.signatures.evidence import MessageDigest, SignerHint
from idbridge.signatures.formats.xmldsig.names import DSIG11, Element, binary, ds, text

_BIT_STRING: Final = 0x03
_RSA: Final = "1.2.840.113549.1.1.1"
_EC: Final = "1.2.840.10045.2.1"

KEY_SIZE: Final = 4_096
"""Octets of a number or point. RSA with 16,384 bits has a modulus of 2,048."""


def read_key_info(signature: Element) -> SignerHint:
    """Return what ds:KeyInfo of *signature* says; certificates in their order, unread."""
    key_info = signature.find(ds("KeyInfo"))
    if key_info is None:
        return SignerHint()
    data = list(key_info.iterchildren(ds("X509Data")))
    identifiers = [binary(element) for holder in data for element in holder.iterchildren(ds("X509SKI"))]
    names = [element for holder in data for element in holder.iterchildren(ds("X509SubjectName"))]
    names += key_info.iterchildren(ds("KeyName"))
    keys = (key for value in key_info.iterchildren(ds("KeyValue")) for key in _public_keys(value))
    return SignerHint(
        certificates=certificates_in(signature),
        subject_key_identifier=next(filter(None, identifiers), None),
        public_key_info=next(keys, None),
        digests=tuple(digest for holder in data for digest in _digests(holder)),
        name=text(names[0])[:1_000] if names else None,
    )


def certificates_in(signature: Element) -> tuple[bytes, ...]:
    """Return the certificates of ds:KeyInfo; what is not base64 is left out."""
    key_info = signature.find(ds("KeyInfo"))
    data = key_info.iterchildren(ds("X509Data")) if key_info is not None else ()
    found = (binary(element) for holder in data for element in holder.iterchildren(ds("X509Certificate")))
    return tuple(der for der in found if der)


def _digests(holder: Element) -> Iterator[MessageDigest]:
    for element in holder.iterchildren(f"{{{DSIG11}}}X509Digest"):
        uri = element.get("Algorithm", "")
        yield MessageDigest(XML_DIGESTS.get(uri, uri[:200]), binary(element) or b"")


def _public_keys(value: Element) -> Iterator[bytes]:
    """KeyValue as SubjectPublicKeyInfo (RFC 3279 clause 2.3.1, RFC 5480 clause 2)."""
    for rsa in value.iterchildren(ds("RSAKeyValue")):
        modulus, exponent = (binary(rsa.find(ds(name))) for name in ("Modulus", "Exponent"))
        if modulus and exponent and len(modulus) + len(exponent) <= KEY_SIZE:
            numbers = encode(SEQUENCE, _unsigned(modulus), _unsigned(exponent))
            yield _key_info(encode(SEQUENCE, encode_oid(_RSA), encode(NULL)), numbers)
    for ec in value.iterchildren(f"{{{DSIG11}}}ECKeyValue"):
        curve, point = ec.find(f"{{{DSIG11}}}NamedCurve"), binary(ec.find(f"{{{DSIG11}}}PublicKey"))
        oid = _oid(curve.get("URI", "")) if curve is not None else None
        if oid is not None and point and len(point) <= KEY_SIZE:
            yield _key_info(encode(SEQUENCE, encode_oid(_EC), oid), point)


def _key_info(algorithm: bytes, key: bytes) -> bytes:
    return encode(SEQUENCE, algorithm, encode(_BIT_STRING, b"\x00" + key))


def _unsigned(octets: bytes) -> bytes:
    number = int.from_bytes(octets)
    return encode(INTEGER, number.to_bytes(number.bit_length() // 8 + 1))


def _oid(uri: str) -> bytes | None:
    arcs = uri.removeprefix("urn:oid:").split(".")
    usable = (
        uri.startswith("urn:oid:") and 3 <= len(arcs) <= 20 and all(a.isascii() and a.isdigit() and len(a) < 20 for a in arcs)
    )
    return encode_oid(".".join(arcs)) if usable and int(arcs[0]) <= 2 and int(arcs[1]) < 40 else None
