"""The encrypted channel to iAM Smart: signed POSTs, the content key it hands out, and one renewal when it has forgotten it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from idbridge.exchange import HttpRequest, Steps
from idbridge.regions.connector import RegionRefusal
from idbridge.regions.iamsmart_config import CEK_LOST, CODES, SUCCESS, IamSmartConfig
from idbridge.regions.iamsmart_messages import IV_BYTES, MessageFault, seal, signed_headers, unseal, unwrap_key
from idbridge.regions.replies import UnverifiedObject, clean_name, object_of, read_object, send, text

MIN_KEK_BITS = 2048

MAX_KEY_LIFE = timedelta(days=7)
"""A CEK is used no longer than this whatever its answer says; one of a day was seen."""

Key = tuple[bytes, datetime]
"""A content key and until when it serves."""


def load_kek(pem: str) -> RSAPrivateKey:
    """Import the key encryption key. Raises `ValueError` when it is no RSA key of at least 2048 bits."""
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError) as error:
        raise ValueError("the key encryption key is no unencrypted PEM") from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < MIN_KEK_BITS:
        raise ValueError(f"the key encryption key must be RSA of at least {MIN_KEK_BITS} bits")
    return key


class IamSmartChannel:
    """Messages to iAM Smart and their answers. The content key is shared by a process's threads."""

    def __init__(self, config: IamSmartConfig, entropy: Callable[[int], bytes]) -> None:
        self._config = config
        self._entropy = entropy
        self._kek = load_kek(config.private_key)
        self._lock = threading.Lock()
        self._key: Key | None = None
        self._stamped = 0

    def call(self, path: str, content: Mapping[str, Any], purpose: str, now: datetime) -> Steps[UnverifiedObject]:
        """Send an encrypted message and return the decrypted content of its answer.

        A content key that iAM Smart no longer knows (30002) is renewed and the message sent again, once.
        Raises `RegionRefusal`.
        """
        plain = msgspec.json.encode(content)
        key = yield from self._content_key(now)
        reply = yield from self._post(path, self._sealed(key, plain), purpose, now)
        if self.number(reply) == CEK_LOST:
            key = yield from self._renew(now)
            reply = yield from self._post(path, self._sealed(key, plain), purpose, now)
        if (refused := self.refusal_of(self.number(reply), purpose)) is not None:
            raise refused
        try:
            return read_object(unseal(key, reply.get("content")))
        except ValueError as error:  # `MessageFault` is one
            raise RegionRefusal(self._config.region, "untrusted", f"{purpose}:content") from error

    def open(self, message: Mapping[str, Any]) -> UnverifiedObject:
        """Decrypt a message that brings its own wrapped key. Raises `MessageFault` or `ValueError`."""
        key = unwrap_key(message.get("secretKey"), self._kek, self._config.paddings)
        return read_object(unseal(key, message.get("content")))

    def number(self, reply: Mapping[str, Any]) -> str:
        """Return a reply's code without its letter."""
        return text(reply, "code", 16).removeprefix(self._config.code_letter)

    def refusal_of(self, number: str, purpose: str) -> RegionRefusal | None:
        """Return what a code means; None for success. An unknown one is no success."""
        if number == SUCCESS:
            return None
        code, name = CODES.get(number, ("unavailable", clean_name(number) or "no-code"))
        return RegionRefusal(self._config.region, code, f"{purpose}:{name}")

    def _sealed(self, key: bytes, plain: bytes) -> bytes:
        return msgspec.json.encode({"content": seal(key, plain, self._entropy(IV_BYTES))})

    def _content_key(self, now: datetime) -> Steps[bytes]:
        with self._lock:
            known = self._key
        if known is not None and now < known[1] - self._config.renew_before:
            return known[0]
        return (yield from self._renew(now))

    def _renew(self, now: datetime) -> Steps[bytes]:
        """Get the content key (getKey: signed, with an empty body; its answer is not encrypted)."""
        reply = yield from self._post(self._config.paths.content_key, b"", "getKey", now)
        if (refused := self.refusal_of(self.number(reply), "getKey")) is not None:
            raise refused
        content = reply.get("content")
        granted: dict[str, Any] = content if isinstance(content, dict) else {}
        try:
            key = unwrap_key(granted.get("secretKey"), self._kek, self._config.paddings)
        except MessageFault as fault:
            raise RegionRefusal(self._config.region, "untrusted", f"getKey:{fault.code}") from fault
        with self._lock:
            self._key = (key, now + _life(granted.get("expiresIn")))
        return key

    def _post(self, path: str, body: bytes, purpose: str, now: datetime) -> Steps[UnverifiedObject]:
        config = self._config
        nonce = self._entropy(16).hex()
        headers = signed_headers(
            config.client_id,
            config.client_secret,
            self._timestamp(now),
            nonce,
            body,
            url_encoded=config.url_encoded_signature,
        )
        request = HttpRequest("POST", config.base_url + path, headers, body)
        response = yield from send(config.region, request, purpose)
        return object_of(config.region, response, purpose)

    def _timestamp(self, now: datetime) -> str:
        """Return milliseconds that never go back within this process, as iAM Smart wants of a client."""
        with self._lock:
            self._stamped = max(self._stamped, int(now.timestamp() * 1000))
            return str(self._stamped)


def _life(milliseconds: object) -> timedelta:
    """Read ``expiresIn``; what is no sensible number gives the key no life beyond its first use."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int) or milliseconds <= 0:
        return timedelta(0)
    return timedelta(milliseconds=min(milliseconds, MAX_KEY_LIFE // timedelta(milliseconds=1)))


def read_milliseconds(value: object) -> datetime | None:
    """Read a moment that iAM Smart gives in milliseconds; None when it is none of this era."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 253_402_300_800_000:
        return None
    return datetime.fromtimestamp(value / 1000, UTC)
