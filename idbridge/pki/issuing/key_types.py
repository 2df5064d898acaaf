"""Types of keys, by the names that plans, profiles and commands use: made, and told from a SubjectPublicKeyInfo."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from idbridge.pki import sm2
from idbridge.pki.issuing.errors import KeyTypeError
from idbridge.pki.issuing.signer import PrivateKey

_EXPONENT = 65537

KEY_TYPES: MappingProxyType[str, Callable[[], PrivateKey]] = MappingProxyType(
    {
        "rsa-2048": lambda: rsa.generate_private_key(_EXPONENT, 2048),
        "rsa-3072": lambda: rsa.generate_private_key(_EXPONENT, 3072),
        "rsa-4096": lambda: rsa.generate_private_key(_EXPONENT, 4096),
        "ec-p256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "ec-p384": lambda: ec.generate_private_key(ec.SECP384R1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
        "sm2": sm2.generate,
    }
)

_CURVES = MappingProxyType({"secp256r1": "ec-p256", "secp384r1": "ec-p384"})


def generate_key(key_type: str) -> PrivateKey:
    """Return a new private key of *key_type*, one of ``KEY_TYPES``.

    :raises KeyTypeError: there is no such type.
    """
    try:
        return KEY_TYPES[key_type]()
    except KeyError:
        raise KeyTypeError(f"no key type {key_type!r}; there are {', '.join(KEY_TYPES)}") from None


def key_type_of(public_key_info: bytes) -> str:
    """Return the type of the public key in a SubjectPublicKeyInfo (DER); RSA sizes by their number ("rsa-2560").

    :raises KeyTypeError: malformed, or of a type that nothing is issued for.
    """
    try:
        key = load_der_public_key(public_key_info)
    except (ValueError, UnsupportedAlgorithm):
        return _sm2_or_refusal(public_key_info)
    match key:
        case rsa.RSAPublicKey():
            return f"rsa-{key.key_size}"
        case ec.EllipticCurvePublicKey() if key.curve.name in _CURVES:
            return _CURVES[key.curve.name]
        case ed25519.Ed25519PublicKey():
            return "ed25519"
    raise KeyTypeError("the public key is of a type that no certificate is issued for")


def _sm2_or_refusal(public_key_info: bytes) -> str:
    try:
        sm2.point_from_public_key_info(public_key_info)
    except sm2.Sm2KeyError as error:
        raise KeyTypeError("the public key is malformed, or of a type that no certificate is issued for") from error
    return "sm2"
