"""SM2 keys: made, and read and written as SubjectPublicKeyInfo and PKCS#8, plain or encrypted, the way OpenSSL 3 does.

Two notations for the key algorithm occur in the field and are read: id-ecPublicKey with the SM2 curve as its parameter
(GB/T 20518, what is written here), and the SM2 OID itself as the algorithm (`sm2`, or `sm2-1` "sign").
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Annotated

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier

from idbridge.pki import pbes2
from idbridge.pki.sm2 import curve
from idbridge.pki.sm2.backends import backend
from idbridge.pki.sm2.errors import Sm2KeyError
from idbridge.pki.structures import decode, encode

EC_PUBLIC_KEY = ObjectIdentifier("1.2.840.10045.2.1")
SM2_CURVE = ObjectIdentifier("1.2.156.10197.1.301")
SM2_SIGN = ObjectIdentifier("1.2.156.10197.1.301.1")


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """An SM2 private key with its public point (65 bytes). The scalar never shows in a representation."""

    scalar: int = field(repr=False)
    point: bytes

    def __post_init__(self) -> None:
        if not curve.is_private_scalar(self.scalar) or curve.coordinates(self.point) is None:
            raise Sm2KeyError("an SM2 private key lies within 1 … n-2, and its public key on the curve")


def generate() -> PrivateKey:
    """Return a new private key, from the operating system's entropy."""
    return from_scalar(secrets.randbelow(curve.N - 2) + 1)


def from_scalar(scalar: int) -> PrivateKey:
    """Return the private key with this *scalar*.

    :raises Sm2KeyError: the scalar is not within 1 … n-2.
    """
    if not curve.is_private_scalar(scalar):
        raise Sm2KeyError("an SM2 private key lies within 1 … n-2")
    return PrivateKey(scalar, backend().public_point(scalar))


@asn1.sequence
class _Algorithm:
    algorithm: ObjectIdentifier
    parameters: ObjectIdentifier | asn1.Null | None


@asn1.sequence
class _PublicKeyInfo:
    """RFC 5280 clause 4.1.2.7."""

    algorithm: _Algorithm
    public_key: asn1.BitString


@asn1.sequence
class _EcPrivateKey:
    """RFC 5915 clause 3."""

    version: int
    private_key: bytes
    parameters: Annotated[ObjectIdentifier | None, asn1.Explicit(0)]
    public_key: Annotated[asn1.BitString | None, asn1.Explicit(1)]


@asn1.sequence
class _PrivateKeyInfo:
    """RFC 5958 clause 2, version 1; attributes are not used for SM2."""

    version: int
    algorithm: _Algorithm
    private_key: bytes


_WRITTEN_ALGORITHM = _Algorithm(algorithm=EC_PUBLIC_KEY, parameters=SM2_CURVE)


def public_key_info(point: bytes) -> bytes:
    """Return the SubjectPublicKeyInfo of *point* as DER."""
    return encode(_PublicKeyInfo(algorithm=_WRITTEN_ALGORITHM, public_key=asn1.BitString(point, 0)))


def point_from_public_key_info(der: bytes) -> bytes:
    """Return the 65-byte point of an SM2 SubjectPublicKeyInfo, in either notation of the algorithm.

    :raises Sm2KeyError: not an SM2 key, or not a point on the curve.
    """
    try:
        info = decode(_PublicKeyInfo, der)
    except ValueError as error:
        raise Sm2KeyError("not a SubjectPublicKeyInfo with an SM2 key") from error
    point = info.public_key.as_bytes()
    if not _is_sm2(info.algorithm) or curve.coordinates(point) is None:
        raise Sm2KeyError("not an SM2 key, or its point is not on the curve")
    return point


def to_pkcs8(key: PrivateKey, password: bytes | None = None) -> bytes:
    """Return *key* as PKCS#8 DER: PrivateKeyInfo, or EncryptedPrivateKeyInfo where a *password* is given."""
    inner = _EcPrivateKey(
        version=1,
        private_key=key.scalar.to_bytes(curve.SIZE),
        parameters=None,
        public_key=asn1.BitString(key.point, 0),
    )
    plain = encode(_PrivateKeyInfo(version=0, algorithm=_WRITTEN_ALGORITHM, private_key=encode(inner)))
    return plain if password is None else pbes2.encrypt(plain, password)


def from_pkcs8(der: bytes, password: bytes | None = None) -> PrivateKey:
    """Return the SM2 key in PKCS#8 DER; encrypted if and only if a *password* is given.

    :raises Sm2KeyError: malformed, another algorithm, a wrong password, or a public key that does not belong to the
        private one.
    """
    try:
        plain = der if password is None else pbes2.decrypt(der, password)
        info = decode(_PrivateKeyInfo, plain)
        inner = decode(_EcPrivateKey, info.private_key)
    except ValueError as error:
        raise Sm2KeyError("not an SM2 private key in PKCS#8, or another password") from error
    if not _is_sm2(info.algorithm) or inner.version != 1 or len(inner.private_key) > curve.SIZE:
        raise Sm2KeyError("the private key is not an SM2 key")
    key = from_scalar(int.from_bytes(inner.private_key))
    if inner.public_key is not None and inner.public_key.as_bytes() != key.point:
        raise Sm2KeyError("the public key in the file does not belong to the private key")
    return key


def _is_sm2(algorithm: _Algorithm) -> bool:
    if algorithm.algorithm == EC_PUBLIC_KEY:
        return algorithm.parameters == SM2_CURVE
    return algorithm.algorithm in (SM2_CURVE, SM2_SIGN)
