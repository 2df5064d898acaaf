"""Who signs: a small port, and its implementation over private keys held in memory.

Keys in hardware implement the same port outside this room (`idbridge.storage.keys`); nothing that is issued can tell
the difference.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ObjectIdentifier
from cryptography.x509.oid import SignatureAlgorithmOID

from idbridge.pki import sm2
from idbridge.pki.issuing.errors import KeyTypeError
from idbridge.pki.structures import encode

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | sm2.PrivateKey

MIN_RSA_BITS = 2048
"""SOG-IS Agreed Cryptographic Mechanisms 1.3 clause 4.1 lists no smaller modulus."""


class Signer(Protocol):
    """A private key and how it signs."""

    @property
    def algorithm(self) -> bytes:
        """Return the signature's AlgorithmIdentifier, DER."""

    @property
    def public_key_info(self) -> bytes:
        """Return the SubjectPublicKeyInfo of the key, DER."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature over *message*, as it stands in a certificate's BIT STRING."""


@asn1.sequence
class _Algorithm:
    """AlgorithmIdentifier (RFC 5280 clause 4.1.1.2), as far as signature algorithms without parameters need it."""

    algorithm: ObjectIdentifier
    parameters: asn1.Null | None


def algorithm_identifier(algorithm: ObjectIdentifier, *, null: bool = False) -> bytes:
    """Return an AlgorithmIdentifier as DER; RSA's carry an explicit NULL (RFC 4055 clause 5), the others nothing."""
    return encode(_Algorithm(algorithm=algorithm, parameters=asn1.Null() if null else None))


RSA_SHA256 = algorithm_identifier(SignatureAlgorithmOID.RSA_WITH_SHA256, null=True)
ECDSA_SHA256 = algorithm_identifier(SignatureAlgorithmOID.ECDSA_WITH_SHA256)
ECDSA_SHA384 = algorithm_identifier(SignatureAlgorithmOID.ECDSA_WITH_SHA384)
ED25519 = algorithm_identifier(SignatureAlgorithmOID.ED25519)
SM2_SM3 = algorithm_identifier(ObjectIdentifier("1.2.156.10197.1.501"))  # GB/T 33560

ECDSA_DIGESTS: dict[str, tuple[bytes, hashes.HashAlgorithm]] = {
    "secp256r1": (ECDSA_SHA256, hashes.SHA256()),
    "secp384r1": (ECDSA_SHA384, hashes.SHA384()),
}
"""By curve: digest and curve of the same strength (RFC 5480 clause 4)."""


@dataclass(frozen=True, slots=True)
class KeySigner:
    """Signs with a private key in memory. Made by :func:`signer_for`."""

    algorithm: bytes
    public_key_info: bytes
    private_key: PrivateKey = field(repr=False)
    signer_id: bytes = sm2.DEFAULT_SIGNER_ID

    def sign(self, message: bytes) -> bytes:
        """Return the signature over *message*."""
        key = self.private_key
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(message, ec.ECDSA(ECDSA_DIGESTS[key.curve.name][1]))
        if isinstance(key, sm2.PrivateKey):
            return sm2.sign(key, message, signer_id=self.signer_id)
        return key.sign(message)


def signer_for(private_key: PrivateKey, *, signer_id: bytes = sm2.DEFAULT_SIGNER_ID) -> KeySigner:
    """Return the signer of *private_key*: RSA with SHA-256 (PKCS #1 v1.5), ECDSA, Ed25519, or SM2 with *signer_id*.

    :raises KeyTypeError: another type, another curve, or an RSA modulus below ``MIN_RSA_BITS``.
    """
    return KeySigner(_algorithm_of(private_key), public_key_info_of(private_key), private_key, signer_id)


def public_key_info_of(private_key: PrivateKey) -> bytes:
    """Return the SubjectPublicKeyInfo (DER) that belongs to *private_key*."""
    if isinstance(private_key, sm2.PrivateKey):
        return sm2.public_key_info(private_key.point)
    return private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _algorithm_of(key: PrivateKey) -> bytes:
    match key:
        case rsa.RSAPrivateKey() if key.key_size >= MIN_RSA_BITS:
            return RSA_SHA256
        case ec.EllipticCurvePrivateKey() if key.curve.name in ECDSA_DIGESTS:
            return ECDSA_DIGESTS[key.curve.name][0]
        case ed25519.Ed25519PrivateKey():
            return ED25519
        case sm2.PrivateKey():
            return SM2_SM3
    raise KeyTypeError("nothing is signed with a key of this type or size")
