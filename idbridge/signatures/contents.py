"""Content that digests are computed of: bytes in hand, bytes in several pieces, or digests alone.

A document need not leave the house to have its detached signature verified: who has only its digests makes a
`HashedContent`. Who has a large file maps it into memory; nothing here copies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from cryptography.hazmat.primitives import hashes

Buffer = bytes | memoryview
"""What is hashed without a copy; a memory map counts as the `memoryview` over it."""

HASHLIB_NAMES: Final[Mapping[str, str]] = {
    "MD5": "md5",
    "RIPEMD-160": "ripemd160",
    "SHA-1": "sha1",
    "SHA-224": "sha224",
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
    "SHA3-224": "sha3_224",
    "SHA3-256": "sha3_256",
    "SHA3-384": "sha3_384",
    "SHA3-512": "sha3_512",
}
"""Digest names as `idbridge.pki.algorithms` has them; SM3 is not in hashlib everywhere and goes another way.

MD5 and RIPEMD-160 are computed too, so that a difference can be told from an old algorithm; policy judges them.
"""

DIGEST_SIZES: Final[Mapping[str, int]] = {
    "MD5": 16,
    "RIPEMD-160": 20,
    "SHA-1": 20,
    "SHA-224": 28,
    "SHA-256": 32,
    "SHA-384": 48,
    "SHA-512": 64,
    "SHA3-224": 28,
    "SHA3-256": 32,
    "SHA3-384": 48,
    "SHA3-512": 64,
    "SM3": 32,
}
"""Octets of each digest."""


def digest(algorithm: str, *pieces: Buffer) -> bytes | None:
    """Return the digest of *pieces*, one after the other; None for an algorithm that is not known here."""
    if algorithm == "SM3":
        return _sm3(pieces)
    name = HASHLIB_NAMES.get(algorithm)
    if name is None:
        return None
    try:
        state = hashlib.new(name, usedforsecurity=False)
    except ValueError:  # an OpenSSL built without it
        return None
    for piece in pieces:
        state.update(piece)
    return state.digest()


def digest_of(algorithm: str, chunks: Iterable[bytes]) -> bytes | None:
    """Return the digest of what comes piece by piece, and is held nowhere; None for an algorithm that is not known here."""
    if algorithm == "SM3":
        sm3 = hashes.Hash(hashes.SM3())
        for chunk in chunks:
            sm3.update(chunk)
        return sm3.finalize()
    if digest(algorithm) is None:
        return None
    state = hashlib.new(HASHLIB_NAMES[algorithm], usedforsecurity=False)
    for chunk in chunks:
        state.update(chunk)
    return state.digest()


CHUNK: Final = 1 << 20
"""Octets that are copied at a time where a digest takes only `bytes`: memory stays flat however large the file is."""


def _sm3(pieces: tuple[Buffer, ...]) -> bytes:
    state = hashes.Hash(hashes.SM3())
    for piece in pieces:
        view = memoryview(piece)
        for start in range(0, len(view), CHUNK):
            state.update(bytes(view[start : start + CHUNK]))
    return state.finalize()


class Content(Protocol):
    """Something that was signed."""

    @property
    def name(self) -> str | None:
        """The file's name, None where it has none."""

    @property
    def pieces(self) -> tuple[Buffer, ...] | None:
        """The bytes, in order; None where only digests are known."""

    def digest(self, algorithm: str) -> bytes | None:
        """Return the digest by a name of `HASHLIB_NAMES` or SM3; None if it cannot be told."""


@dataclass(frozen=True, slots=True)
class KnownContent:
    """Bytes in hand, in one or more pieces. Digests are computed once for each algorithm."""

    pieces: tuple[Buffer, ...] = field(repr=False)
    name: str | None = None
    _digests: dict[str, bytes | None] = field(default_factory=dict, repr=False, compare=False)
    _whole: list[bytes] = field(default_factory=list, repr=False, compare=False)

    @staticmethod
    def of(*pieces: Buffer, name: str | None = None) -> KnownContent:
        """Return the content that consists of *pieces*."""
        return KnownContent(pieces, name)

    def digest(self, algorithm: str) -> bytes | None:
        """Return the digest of all pieces."""
        if algorithm not in self._digests:
            self._digests[algorithm] = digest(algorithm, *self.pieces)
        return self._digests[algorithm]

    def whole(self) -> bytes:
        """Return all pieces in one, put together once for all who ask: as many may as there are signers."""
        if not self._whole:
            self._whole.append(b"".join(self.pieces))
        return self._whole[0]


@dataclass(frozen=True, slots=True)
class HashedContent:
    """Content that is elsewhere, of which only digests are known, by algorithm name."""

    digests: Mapping[str, bytes]
    name: str | None = None

    @property
    def pieces(self) -> None:
        """Unknown."""
        return

    def digest(self, algorithm: str) -> bytes | None:
        """Return the digest if it was given and has the right length."""
        value = self.digests.get(algorithm)
        return value if value is not None and len(value) == DIGEST_SIZES.get(algorithm) else None
