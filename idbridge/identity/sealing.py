"""Sealing of personal data, and keyed indexes to find it by.

Sealing is AES-256-GCM (NIST SP 800-38D) with a random nonce; the purpose and the place where the sealed bytes will stand are
associated data, so that they open nowhere else. An index is HMAC-SHA-256 under a key of its own for each purpose: without the
key, the few million identity numbers there are cannot be tried out. Making, keeping and replacing keys is the caller's.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_FORMAT = b"\x01"
_KEY_ID_BYTES = 4
_NONCE_BYTES = 12
_TAG_BYTES = 16
_MARK_BYTES = len(_FORMAT) + _KEY_ID_BYTES
_HEADER_BYTES = _MARK_BYTES + _NONCE_BYTES


class SealBroken(Exception):
    """Sealed bytes do not open.

    `code`: ``malformed`` (not of our making), ``unknown-key`` (sealed with a key that is no longer on the ring), ``forged``
    (changed, or sealed for another purpose or place).
    """

    def __init__(self, code: Literal["malformed", "unknown-key", "forged"]) -> None:
        super().__init__(code)
        self.code = code


def key_id(key: bytes) -> bytes:
    """Return the four bytes that name a key in what it sealed; they follow from the key and do not tell it."""
    return hmac.digest(key, b"idbridge key id", "sha256")[:_KEY_ID_BYTES]


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of one instance, each of 32 random bytes.

    `active` seals; `old` ones still open what they sealed before (rotation). One random-nonce key is good for 2³² seals (SP
    800-38D §8.3), some hundred million sign-ins. `index` keys the indexes and stays, for what it made is looked up by it.
    Raises ValueError for keys of a wrong length or twice the same.
    """

    active: bytes = field(repr=False)
    index: bytes = field(repr=False)
    old: tuple[bytes, ...] = field(default=(), repr=False)
    _mark: bytes = field(init=False, repr=False, compare=False)
    _ciphers: dict[bytes, AESGCM] = field(init=False, repr=False, compare=False)
    _index_keys: dict[str, bytes] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        keys = (self.active, *self.old)
        if any(len(key) != KEY_BYTES for key in (*keys, self.index)):
            raise ValueError(f"every key has {KEY_BYTES} bytes")
        if len({key_id(key) for key in keys}) != len(keys) or self.index in keys:
            raise ValueError("the same key stands twice on the ring")
        object.__setattr__(self, "_mark", _FORMAT + key_id(self.active))
        object.__setattr__(self, "_ciphers", {_FORMAT + key_id(key): AESGCM(key) for key in keys})

    def seal(self, purpose: str, data: bytes, place: bytes = b"") -> bytes:
        """Return *data* sealed with the active key: format ‖ key id ‖ nonce ‖ ciphertext ‖ tag, 33 bytes longer."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return self._mark + nonce + self._ciphers[self._mark].encrypt(nonce, data, _associated(purpose, place))

    def open(self, purpose: str, sealed: bytes, place: bytes = b"") -> bytes:
        """Return what was sealed for this purpose and place. Raises `SealBroken`."""
        if len(sealed) < _HEADER_BYTES + _TAG_BYTES or sealed[:1] != _FORMAT:
            raise SealBroken("malformed")
        cipher = self._ciphers.get(sealed[:_MARK_BYTES])
        if cipher is None:
            raise SealBroken("unknown-key")
        nonce = sealed[_MARK_BYTES:_HEADER_BYTES]
        try:
            return cipher.decrypt(nonce, sealed[_HEADER_BYTES:], _associated(purpose, place))
        except InvalidTag:
            raise SealBroken("forged") from None

    def is_current(self, sealed: bytes) -> bool:
        """Say whether the active key sealed it; what an old key sealed should be sealed anew when it is next written."""
        return sealed[:_MARK_BYTES] == self._mark

    def lookup(self, purpose: str, *parts: str) -> bytes:
        """Return the 32-byte index of *parts* for a purpose; the same parts give the same index, here and for this only."""
        key = self._index_keys.get(purpose)
        if key is None:
            key = self._index_keys[purpose] = hmac.digest(self.index, purpose.encode(), "sha256")
        return hmac.digest(key, unambiguous(*parts), "sha256")

    def rotated(self, new: bytes) -> Keyring:
        """Return a ring on which *new* seals and all the others still open."""
        return Keyring(active=new, index=self.index, old=(self.active, *self.old))


def unambiguous(*parts: str) -> bytes:
    """Join so that no two lists of parts give the same bytes: each after its length. Takes any text, lone surrogates too."""
    joined = b""
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        joined += len(encoded).to_bytes(4, "big") + encoded
    return joined


def _associated(purpose: str, place: bytes) -> bytes:
    return unambiguous(purpose) + place
