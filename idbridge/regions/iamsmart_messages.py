"""iAM Smart's message security: signed request headers, the wrapped content key (CEK) and the encrypted content.

The layouts are those of iamsmart.cyberport.hk's guides; what the guides leave open (RSA padding, whether the signature is
URL-encoded) is an argument. Which message means what is `iamsmart`'s.
"""

from __future__ import annotations

import hmac
import struct
from base64 import b64decode, b64encode
from typing import Literal
from urllib.parse import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SIGNATURE_METHOD = "HmacSHA256"

KEY_BYTES = 32
IV_BYTES = 12
TAG_BYTES = 16

MAX_CONTENT = 256 * 1024
"""Characters of an encrypted content: a profile has under two thousand, documents are not asked for."""

Padding = Literal["oaep-sha256", "oaep-sha1", "pkcs1v15"]

_PADDINGS: dict[Padding, padding.AsymmetricPadding] = {
    "oaep-sha256": padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None),
    "oaep-sha1": padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None),  # noqa: S303 - only as a mask, in OAEP
    "pkcs1v15": padding.PKCS1v15(),
}


class MessageFault(ValueError):
    """A message cannot be read; `code` is ``key``, ``encoding``, ``layout`` or ``tag``. Holds nothing of the message."""

    def __init__(self, code: Literal["key", "encoding", "layout", "tag"]) -> None:
        super().__init__(code)
        self.code = code


def signature(client_id: str, secret: str, timestamp: str, nonce: str, body: bytes) -> str:
    """Return Base64(HMAC-SHA256(secret, clientID + method + timestamp + nonce + body)); *body* is the exact bytes sent."""
    signed = f"{client_id}{SIGNATURE_METHOD}{timestamp}{nonce}".encode() + body
    return b64encode(hmac.digest(secret.encode(), signed, "sha256")).decode("ascii")


def signed_headers(
    client_id: str, secret: str, timestamp: str, nonce: str, body: bytes, *, url_encoded: bool
) -> tuple[tuple[str, str], ...]:
    """Return the headers of a request; *timestamp* is in milliseconds, *nonce* has at most 36 characters."""
    signed = signature(client_id, secret, timestamp, nonce, body)
    return (
        ("Content-Type", "application/json"),
        ("clientID", client_id),
        ("signatureMethod", SIGNATURE_METHOD),
        ("timestamp", timestamp),
        ("nonce", nonce),
        ("signature", quote(signed, safe="") if url_encoded else signed),
    )


def _decode(text: object, limit: int = MAX_CONTENT) -> bytes:
    if not isinstance(text, str) or len(text) > limit:
        raise MessageFault("encoding")
    try:
        return b64decode(text, validate=True)
    except ValueError as error:
        raise MessageFault("encoding") from error


def _as_key(plain: bytes) -> bytes | None:
    """Take the 32 bytes of the key, or their 44 characters of Base64, which some deployments wrap."""
    if len(plain) == KEY_BYTES:
        return plain
    try:
        decoded = b64decode(plain, validate=True)
    except ValueError:
        return None
    return decoded if len(decoded) == KEY_BYTES else None


def unwrap_key(wrapped: object, private_key: RSAPrivateKey, paddings: tuple[Padding, ...]) -> bytes:
    """Decrypt a CEK (Base64 of RSA ciphertext), trying the paddings in order. Raises `MessageFault`."""
    ciphertext = _decode(wrapped, limit=4096)
    for name in paddings:
        try:
            key = _as_key(private_key.decrypt(ciphertext, _PADDINGS[name]))
        except ValueError:
            continue
        if key is not None:
            return key
    raise MessageFault("key")


def seal(key: bytes, plain: bytes, iv: bytes) -> str:
    """Return Base64(length of IV as int32, IV, AES-256-GCM ciphertext, tag); *iv* is 12 bytes, never used twice with a key."""
    return b64encode(struct.pack(">i", len(iv)) + iv + AESGCM(key).encrypt(iv, plain, None)).decode("ascii")


def unseal(key: bytes, content: object) -> bytes:
    """Return what `seal` was given. Raises `MessageFault`."""
    message = _decode(content)
    if len(message) < 4 + IV_BYTES + TAG_BYTES or struct.unpack(">i", message[:4]) != (IV_BYTES,):
        raise MessageFault("layout")
    iv, ciphertext = message[4 : 4 + IV_BYTES], message[4 + IV_BYTES :]
    try:
        return AESGCM(key).decrypt(iv, ciphertext, None)
    except InvalidTag as error:
        raise MessageFault("tag") from error
