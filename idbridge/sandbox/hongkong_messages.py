"""The sandbox's side of iAM Smart's message security, written from the guides and not from the bridge's own code."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from werkzeug.datastructures import Headers

from idbridge.sandbox.memory import Expiring

TIMESTAMP_TOLERANCE = timedelta(minutes=2)


class Refused(Exception):
    """A message is refused: `code` is iAM Smart's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def encrypt(key: bytes, value: Mapping[str, Any]) -> str:
    """Encrypt an object as a ``content``."""
    iv = os.urandom(12)
    encrypted = AESGCM(key).encrypt(iv, json.dumps(value, ensure_ascii=False).encode(), None)
    return base64.b64encode(len(iv).to_bytes(4, "big") + iv + encrypted).decode()


def decrypt(key: bytes, content: object) -> dict[str, Any]:
    """Decrypt a ``content``. Raises `Refused` D30004."""
    try:
        message = base64.b64decode(str(content), validate=True)
        length = int.from_bytes(message[:4], "big")
        value = json.loads(AESGCM(key).decrypt(message[4 : 4 + length], message[4 + length :], None))
    except (ValueError, InvalidTag) as error:
        raise Refused("D30004", "decryption failed") from error
    if not isinstance(value, dict):
        raise Refused("D20003", "content is no object")
    return value


def wrap(key: bytes, kek: str) -> str:
    """Encrypt a content key to a client's key encryption key (PEM of its public key)."""
    public = serialization.load_pem_public_key(kek.encode())
    if not isinstance(public, rsa.RSAPublicKey):
        raise TypeError("the key encryption key must be RSA")
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    return base64.b64encode(public.encrypt(key, oaep)).decode()


class RequestGuard:
    """Checks the signed headers of a client's POST: signature, method, timestamp, nonce."""

    def __init__(self, client_id: str, client_secret: str) -> None:
        self._client_id = client_id
        self._secret = client_secret.encode()
        # A nonce is remembered for longer than its timestamp could still be taken.
        self._nonces: Expiring[None] = Expiring(3 * TIMESTAMP_TOLERANCE)

    def check(self, headers: Headers, body: bytes, now: datetime) -> None:
        """Raises `Refused` with the code of the first check that fails."""
        names = ("clientID", "signatureMethod", "timestamp", "nonce", "signature")
        client_id, method, timestamp, nonce, signature = (headers.get(name, "") for name in names)
        if not all((client_id, method, timestamp, nonce, signature)):
            raise Refused("D20001", "a header is missing")
        if client_id != self._client_id:
            raise Refused("D20012", "the client is not registered")
        if method != "HmacSHA256":
            raise Refused("D20005", "signatureMethod is not supported")
        signed = f"{client_id}{method}{timestamp}{nonce}".encode() + body
        expected = base64.b64encode(hmac.new(self._secret, signed, hashlib.sha256).digest())
        if not hmac.compare_digest(unquote(signature).encode(), expected):
            raise Refused("D20006", "the signature is wrong")
        self._check_freshness(timestamp, nonce, now)

    def _check_freshness(self, timestamp: str, nonce: str, now: datetime) -> None:
        sent = int(timestamp) / 1000 if timestamp.isascii() and timestamp.isdigit() else 0.0
        if abs(now.timestamp() - sent) > TIMESTAMP_TOLERANCE.total_seconds():
            raise Refused("D20003", "the timestamp is stale")
        if len(nonce) > 36:
            raise Refused("D20003", "the nonce is too long")
        if not self._nonces.put_if_absent(nonce, None, now):
            raise Refused("D20004", "the nonce was used before")
