"""Public keys: from SubjectPublicKeyInfo to something that can verify, once a key.

`cryptography` imports every kind but SM2, which `sm2` reads in both notations seen in the field.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from cryptography.exceptions import UnsupportedAlgorithm as CannotImport
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from idbridge.pki import sm2
from idbridge.pki.errors import MalformedDerError
from idbridge.pki.structures import SubjectPublicKeyInfo, decode, encode, encoded, header

KeyKind = Literal["rsa", "ec", "dsa", "ed25519", "ed448", "sm2"]
ImportedKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | dsa.DSAPublicKey | ed25519.Ed25519PublicKey | ed448.Ed448PublicKey

KEYS_REMEMBERED: Final = 1024  # issuers' keys come again with every certificate; about a kilobyte each

RSA_BITS_LIMIT: Final = 16_384
"""A verification takes time quadratic in the modulus; this is twice the largest size in use."""

RSA_EXPONENT_LIMIT: Final = 1 << 64
"""And linear in the exponent's length; 65537 is universal, FIPS 186-5 §5.1 allows up to 256 bits, nobody uses them."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key and how strong it is. `material` is the imported key; for SM2, the 65-octet uncompressed point.

    `only_for` is the DER AlgorithmIdentifier of an RSA key that its holder limited to RSASSA-PSS (RFC 4055 §1.2).
    """

    kind: KeyKind
    bits: int
    curve: str | None
    material: ImportedKey | bytes
    only_for: bytes | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.curve or self.bits}"


class UnusableKeyError(ValueError):
    """A key of a kind that is not known here, or no key at all; never leaves this room."""


def key_digest(public_key_info: bytes) -> str:
    """Return the SHA-256 of a SubjectPublicKeyInfo, lower-case hexadecimal: how tables name a key."""
    return hashlib.sha256(public_key_info).hexdigest()


@lru_cache(KEYS_REMEMBERED)
def import_key(public_key_info: bytes) -> PublicKey:
    """Import a DER SubjectPublicKeyInfo.

    :raises UnusableKeyError: unknown, malformed, or beyond the limits above.
    """
    try:
        key = load_der_public_key(public_key_info)
    except (ValueError, TypeError, OverflowError, CannotImport) as error:
        return _import_sm2(public_key_info, error)
    match key:
        case rsa.RSAPublicKey():
            if key.key_size > RSA_BITS_LIMIT or key.public_numbers().e > RSA_EXPONENT_LIMIT:
                raise UnusableKeyError(f"an RSA key of {key.key_size} bits, or its exponent, is beyond the limit")
            return PublicKey("rsa", key.key_size, None, key, _limit(public_key_info))
        case ec.EllipticCurvePublicKey() if _names_its_curve(public_key_info):
            return PublicKey("ec", key.curve.key_size, key.curve.name, key)
        case dsa.DSAPublicKey():
            return PublicKey("dsa", key.key_size, None, key)
        case ed25519.Ed25519PublicKey() if key.public_bytes_raw()[:-1] not in SMALL_ORDER:
            return PublicKey("ed25519", 256, None, key)
        case ed448.Ed448PublicKey() if key.public_bytes_raw()[:-1] not in SMALL_ORDER:
            return PublicKey("ed448", 456, None, key)
        case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
            raise UnusableKeyError("a point of small order is nobody's key: what fits it anybody can make")
        case _:
            raise UnusableKeyError(f"{type(key).__name__} signs no certificates here")


_P25519: Final = (1 << 255) - 19
_P448: Final = (1 << 448) - (1 << 224) - 1
_ORDER_8: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
SMALL_ORDER: Final = frozenset(
    y.to_bytes(octets, "little")[:-1]
    for octets, numbers in (
        (32, (0, 1, _P25519 - 1, _P25519, _P25519 + 1, _ORDER_8, _P25519 - _ORDER_8)),
        (57, (0, 1, _P448 - 1, _P448, _P448 + 1)),
    )
    for y in numbers
)
"""The points of order 1, 2, 4 and 8 on both Edwards curves, in all encodings, without the octet that has the sign of x.

The equation of RFC 8032 clauses 5.1.7 and 5.2.7 holds under such a key for many a message and a value made without any
secret; its holder could show several documents under one signature.
"""

RSASSA_PSS_KEY: Final = bytes.fromhex("06092a864886f70d01010a")  # id-RSASSA-PSS in place of rsaEncryption


def _limit(public_key_info: bytes) -> bytes | None:
    """Return the AlgorithmIdentifier of a key that is for RSASSA-PSS alone, which the importer does not keep."""
    if RSASSA_PSS_KEY not in public_key_info[:20]:
        return None
    members = b"".join(map(encoded, decode(SubjectPublicKeyInfo, public_key_info).algorithm))
    return header(b"\x30", len(members)) + members


def _names_its_curve(public_key_info: bytes) -> bool:
    """Spelt-out parameters "MUST NOT be used in PKIX" (RFC 5480 §2.1.1): they let a forger choose the generator."""
    members = decode(SubjectPublicKeyInfo, public_key_info).algorithm
    return len(members) == 2 and members[1].tag_bytes == b"\x06"


def _import_sm2(public_key_info: bytes, refusal: Exception) -> PublicKey:
    try:
        return PublicKey("sm2", 256, "sm2p256v1", sm2.point_from_public_key_info(public_key_info))
    except sm2.Sm2KeyError as error:
        raise UnusableKeyError(f"the key cannot be used: {refusal}; {error}") from error


DSA_WITHOUT_PARAMETERS: Final = bytes.fromhex("300906072a8648ce380401")  # AlgorithmIdentifier of id-dsa alone


def lacks_parameters(public_key_info: bytes) -> bool:
    """Whether this is a DSA key that leaves its domain parameters to its issuer's (RFC 3279 §2.3.2)."""
    return DSA_WITHOUT_PARAMETERS in public_key_info[:20]


def with_inherited_parameters(public_key_info: bytes, issuer_key: bytes) -> bytes:
    """Return a DSA key with the domain parameters of its issuer's, if it has none of its own (RFC 5280 §6.1.4 (d)-(f)).

    Any other key comes back as it is.
    """
    if not lacks_parameters(public_key_info):
        return public_key_info
    try:
        own = decode(SubjectPublicKeyInfo, public_key_info)
        inherited = decode(SubjectPublicKeyInfo, issuer_key)
    except MalformedDerError:
        return public_key_info
    if not inherited.algorithm or encoded(inherited.algorithm[0]) != encoded(own.algorithm[0]):
        return public_key_info
    return encode(SubjectPublicKeyInfo(algorithm=inherited.algorithm, key=own.key))
