"""A provider's published signature keys (RFC 7517), imported once, and the choice of one for a token.

Only asymmetric keys are taken: a symmetric key in a published set would let anyone sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | Ed25519PublicKey

MAX_KEYS = 64
"""Keys taken from one set: providers publish two to ten, and importing an RSA key costs time."""

MIN_RSA_BITS = 2048
"""RFC 7518 §3.3 and §3.5."""

# RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2: the key that each algorithm needs; for elliptic curves also which curve.
_KEY_OF_ALGORITHM: dict[str, tuple[str, str]] = {
    "RS256": ("RSA", ""),
    "RS384": ("RSA", ""),
    "RS512": ("RSA", ""),
    "PS256": ("RSA", ""),
    "PS384": ("RSA", ""),
    "PS512": ("RSA", ""),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    "EdDSA": ("OKP", "Ed25519"),
    "Ed25519": ("OKP", "Ed25519"),
}

SIGNATURE_ALGORITHMS = frozenset(_KEY_OF_ALGORITHM)
"""What a provider may be configured to sign with: asymmetric algorithms only, never ``none`` or an HMAC."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """One imported key; `kid` and `algorithm` are empty when the set does not state them."""

    kid: str
    algorithm: str
    fits: tuple[str, str]
    key: PublicKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeySet:
    """A provider's usable keys as published at one moment."""

    keys: tuple[VerificationKey, ...]

    def choose(self, kid: str | None, algorithm: str) -> VerificationKey | None:
        """Return the one key for a token's header, or None when none or several could be meant.

        Without a ``kid`` the set must hold a single fitting key (OpenID Connect Core §10.1).
        """
        fitting = [
            key
            for key in self.keys
            if key.fits == _KEY_OF_ALGORITHM.get(algorithm) and key.algorithm in ("", algorithm) and kid in (None, key.kid)
        ]
        return fitting[0] if len(fitting) == 1 else None


def _may_verify(jwk: Mapping[str, Any]) -> bool:
    """RFC 7517 §4.2 and §4.3: a key meant for something else is not used for signatures."""
    operations = jwk.get("key_ops")
    return jwk.get("use") in (None, "sig") and (operations is None or (isinstance(operations, list) and "verify" in operations))


def _text(jwk: Mapping[str, Any], name: str) -> str:
    value = jwk.get(name)
    return value if isinstance(value, str) else ""


def _import_key(jwk: object) -> VerificationKey | None:
    """Import one key; None for a key that this bridge cannot or must not use (RFC 7517 §5 says to ignore such)."""
    if not isinstance(jwk, dict) or not _may_verify(jwk):
        return None
    fits = (_text(jwk, "kty"), _text(jwk, "crv"))
    if fits not in _KEY_OF_ALGORITHM.values():
        return None
    try:
        key = jwt.PyJWK({name: value for name, value in jwk.items() if name != "alg"}).key
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | Ed25519PublicKey):
        return None
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < MIN_RSA_BITS:
        return None
    return VerificationKey(_text(jwk, "kid"), _text(jwk, "alg"), fits, key)


def read_keys(document: Mapping[str, Any]) -> KeySet:
    """Import a JWK Set, leaving out what cannot be used. Raises `ValueError` when nothing usable is left."""
    published = document.get("keys")
    if not isinstance(published, list) or len(published) > MAX_KEYS:
        raise ValueError("no JWK set")
    keys = tuple(key for key in map(_import_key, published) if key is not None)
    if not keys:
        raise ValueError("no usable key")
    return KeySet(keys)
