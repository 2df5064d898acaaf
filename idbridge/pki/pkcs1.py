"""RSASSA-PKCS1-v1_5 signatures whose DigestInfo leaves the NULL out (RFC 8017 §9.2).

The standard asks for the NULL there; products have written the algorithm without it ever since RFC 3279 and 4055 said that
parameters may be absent. It is the same digest by the same key, and other software takes it: Bouncy Castle, and with it EU DSS.
The octets that the key recovers are compared whole with the one other way to write them: nothing in them is parsed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509 import ObjectIdentifier

from idbridge.pki.structures import encode, header

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_SEQUENCE: Final = b"\x30"


def check_without_null(key: RSAPublicKey, oid: str, digest: bytes, signature: bytes) -> None:
    """Accept *signature* if what *key* recovers of it is *digest*, named by *oid* without parameters.

    :raises InvalidSignature: it is anything else.
    """
    try:
        recovered = key.recover_data_from_signature(signature, padding.PKCS1v15(), None)
    except ValueError as error:
        raise InvalidSignature from error
    if recovered != digest_info(oid, digest):
        raise InvalidSignature


def digest_info(oid: str, digest: bytes) -> bytes:
    """Return DigestInfo for a *digest* by *oid*, without parameters."""
    name = encode(ObjectIdentifier(oid))
    content = header(_SEQUENCE, len(name)) + name + encode(digest)
    return header(_SEQUENCE, len(content)) + content
