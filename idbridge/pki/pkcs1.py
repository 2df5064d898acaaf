"""RSASSA-PKCS1-v1_5 signatures that `cryptography` does not verify: old digests, and a DigestInfo without its NULL.

MD5 and RIPEMD-160 are in archives: what was signed by them is to be told from what was altered, and no policy takes them.

DigestInfo has a NULL (RFC 8017 §9.2). Products have written the algorithm without it ever since RFC 3279 and 4055 said that
parameters may be absent. It is the same digest by the same key, and other software takes it: Bouncy Castle, and with it EU
DSS. The octets that the key recovers are compared whole with the one other way to write them: nothing in them is parsed.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509 import ObjectIdentifier

from idbridge.pki.structures import encode, header

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_SEQUENCE: Final = b"\x30"
_NULL: Final = b"\x05\x00"

OLD_DIGESTS: Final[Mapping[str, tuple[str, str]]] = {
    "MD5": ("1.2.840.113549.2.5", "md5"),
    "RIPEMD-160": ("1.3.36.3.2.1", "ripemd160"),
}
"""Object identifier and hashlib's name."""


def computable(name: str) -> bool:
    """Tell whether this platform has an old digest: OpenSSL may be built without."""
    try:
        hashlib.new(OLD_DIGESTS[name][1], usedforsecurity=False)
    except ValueError:
        return False
    return True


def check_old(key: RSAPublicKey, name: str, message: bytes, signature: bytes) -> None:
    """Accept *signature* over *message* by an old digest.

    :raises InvalidSignature: it is none.
    """
    oid, known = OLD_DIGESTS[name]
    digest = hashlib.new(known, message, usedforsecurity=False).digest()
    if _recovered(key, signature) not in (digest_info(oid, digest, _NULL), digest_info(oid, digest)):
        raise InvalidSignature


def check_without_null(key: RSAPublicKey, oid: str, digest: bytes, signature: bytes) -> None:
    """Accept *signature* if what *key* recovers of it is *digest*, named by *oid* without parameters.

    :raises InvalidSignature: it is anything else.
    """
    if _recovered(key, signature) != digest_info(oid, digest):
        raise InvalidSignature


def _recovered(key: RSAPublicKey, signature: bytes) -> bytes:
    try:
        return key.recover_data_from_signature(signature, padding.PKCS1v15(), None)
    except ValueError as error:
        raise InvalidSignature from error


def digest_info(oid: str, digest: bytes, parameters: bytes = b"") -> bytes:
    """Return DigestInfo for a *digest* by *oid*, without parameters unless given."""
    name = encode(ObjectIdentifier(oid)) + parameters
    content = header(_SEQUENCE, len(name)) + name + encode(digest)
    return header(_SEQUENCE, len(content)) + content
