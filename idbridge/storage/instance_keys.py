"""The secrets of one instance, in files below ``IDBRIDGE_HOME/keys``: what seals and indexes, and what signs tokens.

``secrets.json`` is made once and never changed by the bridge; losing it loses every link and consent. ``signing.json`` holds
the token signing keys, the active one of each algorithm and those still published. Files are made for their owner only, whole
or not at all, and by whoever comes first of several workers.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import get_args

import msgspec

from idbridge.identity.sealing import KEY_BYTES, Keyring
from idbridge.oidc.clients import SigningAlgorithm
from idbridge.oidc.keys import SigningKey, SigningKeys
from idbridge.storage.private_files import KeyFilesUnusable, locked, write_whole

__all__ = ["ALGORITHMS", "InstanceKeys", "InstanceSecrets", "KeyFilesUnusable", "StoredKey"]

ALGORITHMS: tuple[SigningAlgorithm, ...] = get_args(SigningAlgorithm)


@dataclass(frozen=True, slots=True)
class InstanceSecrets:
    """What an instance keeps to itself: the sealing keyring, and one key each for pairwise subjects and for forms."""

    keyring: Keyring = field(repr=False)
    subjects: bytes = field(repr=False)
    forms: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A token signing key as it is kept: its private JWK, and since when it no longer signs (None: it is the active one)."""

    kid: str
    algorithm: SigningAlgorithm
    jwk: str = field(repr=False)
    created_at: datetime
    retired_at: datetime | None = None


class _SecretsFile(msgspec.Struct, forbid_unknown_fields=True):
    sealing: list[bytes]
    index: bytes
    subjects: bytes
    forms: bytes


class InstanceKeys:
    """The key files of one instance. Raises `KeyFilesUnusable` from every method."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._signing: tuple[tuple[int, int] | None, SigningKeys] | None = None

    def secrets(self) -> InstanceSecrets:
        """Return the instance's secrets, made at the first call ever."""
        path = self._directory / "secrets.json"
        with locked(self._directory):
            if not path.exists():
                fresh = _SecretsFile([secrets.token_bytes(KEY_BYTES)], *(secrets.token_bytes(KEY_BYTES) for _ in range(3)))
                write_whole(path, msgspec.json.encode(fresh))
        try:
            stored = msgspec.json.decode(path.read_bytes(), type=_SecretsFile)
            keyring = Keyring(active=stored.sealing[0], index=stored.index, old=tuple(stored.sealing[1:]))
            _check_length(stored.subjects, stored.forms)
        except (OSError, msgspec.MsgspecError, ValueError, IndexError) as error:
            raise KeyFilesUnusable(f"{path}: {error}") from error
        return InstanceSecrets(keyring, stored.subjects, stored.forms)

    def signing(self, now: datetime) -> SigningKeys:
        """Return the signing keys, made at the first call ever; read and imported again only when the file changed."""
        stamp = _stamp(self._signing_path)
        if self._signing is None or self._signing[0] != stamp:
            self._signing = (stamp, self._import(self.list(now)))
        return self._signing[1]

    def _import(self, stored: tuple[StoredKey, ...]) -> SigningKeys:
        try:
            active = [SigningKey.from_private_jwk(key.jwk) for key in stored if key.retired_at is None]
            retired = [SigningKey.from_private_jwk(key.jwk) for key in stored if key.retired_at is not None]
            keys = SigningKeys.of(active, retired)
        except ValueError as error:
            raise KeyFilesUnusable(f"{self._signing_path}: {error}") from error
        if set(keys.active) != set(ALGORITHMS):
            raise KeyFilesUnusable(f"{self._signing_path}: no active key for each of {', '.join(ALGORITHMS)}")
        return keys

    def list(self, now: datetime) -> tuple[StoredKey, ...]:
        """Return every published signing key, newest first."""
        if not self._signing_path.exists():
            with locked(self._directory):
                if not self._signing_path.exists():
                    self._write_signing([_generate(algorithm, now) for algorithm in ALGORITHMS])
        return self._read_signing()

    def rotate(self, now: datetime, forget_before: datetime) -> tuple[StoredKey, ...]:
        """Make a new active key of each algorithm; the others stay published unless retired before *forget_before*."""
        kept = self.list(now)
        with locked(self._directory):
            published = [_retired(key, now) for key in kept if key.retired_at is None or key.retired_at >= forget_before]
            self._write_signing([*(_generate(algorithm, now) for algorithm in ALGORITHMS), *published])
        return self._read_signing()

    @property
    def _signing_path(self) -> Path:
        return self._directory / "signing.json"

    def _write_signing(self, keys: Sequence[StoredKey]) -> None:
        write_whole(self._signing_path, msgspec.json.encode(keys))

    def _read_signing(self) -> tuple[StoredKey, ...]:
        try:
            return msgspec.json.decode(self._signing_path.read_bytes(), type=tuple[StoredKey, ...])
        except (OSError, msgspec.MsgspecError) as error:
            raise KeyFilesUnusable(f"{self._signing_path}: {error}") from error


def _check_length(*keys: bytes) -> None:
    if any(len(key) != KEY_BYTES for key in keys):
        raise ValueError(f"every key has {KEY_BYTES} bytes")


def _retired(key: StoredKey, now: datetime) -> StoredKey:
    return replace(key, retired_at=key.retired_at or now)


def _generate(algorithm: SigningAlgorithm, now: datetime) -> StoredKey:
    key, jwk = SigningKey.generate(algorithm)
    return StoredKey(key.kid, algorithm, jwk, now)


def _stamp(path: Path) -> tuple[int, int] | None:
    """Tell one content of a file that is only ever replaced from another: inode and time of change."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KeyFilesUnusable(f"{path}: {error}") from error
    return found.st_ino, found.st_mtime_ns
