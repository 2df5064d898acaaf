"""The secrets of one instance, in files below ``IDBRIDGE_HOME/keys``: what seals and indexes, and what signs tokens.

``secrets.json`` is made once and never changed by the bridge; losing it loses every link and consent. ``signing.json`` holds
the token signing keys, the active one of each algorithm and those still published. Files are made for their owner only, whole
or not at all, and by whoever comes first of several workers. What a key is used for is decided elsewhere (`services.keys`).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from idbridge.identity.sealing import KEY_BYTES, Keyring

RSA_BITS = 2048
"""RS256 is the interoperable minimum (OpenID Connect Core §15.1); ES256 is the default, so the size costs few clients."""

SigningAlgorithm = Literal["ES256", "RS256"]
ALGORITHMS: tuple[SigningAlgorithm, ...] = ("ES256", "RS256")


class KeyFilesUnusable(Exception):
    """A key file is there but cannot be read: damaged, or not permitted. Never answered by making a new one."""


@dataclass(frozen=True, slots=True)
class InstanceSecrets:
    """What an instance keeps to itself: the sealing keyring, and one key each for pairwise subjects and for forms."""

    keyring: Keyring = field(repr=False)
    subjects: bytes = field(repr=False)
    forms: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A token signing key: ``kid``, algorithm, PKCS#8 PEM, and since when it no longer signs (None: it is the active one)."""

    kid: str
    algorithm: SigningAlgorithm
    pem: str = field(repr=False)
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
        self._signing: tuple[tuple[int, int], tuple[SigningKey, ...]] | None = None

    def secrets(self) -> InstanceSecrets:
        """Return the instance's secrets, made at the first call ever."""
        path = self._directory / "secrets.json"
        with self._locked():
            if not path.exists():
                fresh = _SecretsFile([secrets.token_bytes(KEY_BYTES)], *(secrets.token_bytes(KEY_BYTES) for _ in range(3)))
                _write(path, msgspec.json.encode(fresh))
        try:
            stored = msgspec.json.decode(path.read_bytes(), type=_SecretsFile)
            keyring = Keyring(active=stored.sealing[0], index=stored.index, old=tuple(stored.sealing[1:]))
        except (OSError, msgspec.MsgspecError, ValueError, IndexError) as error:
            raise KeyFilesUnusable(f"{path}: {error}") from error
        return InstanceSecrets(keyring, stored.subjects, stored.forms)

    def signing(self, now: datetime) -> tuple[SigningKey, ...]:
        """Return every published signing key, newest first, made at the first call ever; reread when the file changed."""
        path = self._directory / "signing.json"
        stamp = _stamp(path)
        if stamp is None:
            with self._locked():
                if not path.exists():
                    _write(path, msgspec.json.encode([_generate(algorithm, now) for algorithm in ALGORITHMS]))
            stamp = _stamp(path)
        if self._signing is None or self._signing[0] != stamp:
            self._signing = (stamp or (0, 0), self._read_signing())
        return self._signing[1]

    def rotate(self, now: datetime, forget_before: datetime) -> tuple[SigningKey, ...]:
        """Make a new active key of each algorithm; the others stay published unless retired before *forget_before*."""
        self.signing(now)
        with self._locked():
            kept = [
                _retired(key, now) for key in self._read_signing() if key.retired_at is None or key.retired_at >= forget_before
            ]
            keys = [*(_generate(algorithm, now) for algorithm in ALGORITHMS), *kept]
            _write(self._directory / "signing.json", msgspec.json.encode(keys))
        return self.signing(now)

    def _read_signing(self) -> tuple[SigningKey, ...]:
        path = self._directory / "signing.json"
        try:
            return msgspec.json.decode(path.read_bytes(), type=tuple[SigningKey, ...])
        except (OSError, msgspec.MsgspecError) as error:
            raise KeyFilesUnusable(f"{path}: {error}") from error

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the directory's lock, so that of several processes that start together one makes the keys."""
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._directory / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise KeyFilesUnusable(f"{self._directory}: {error}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _retired(key: SigningKey, now: datetime) -> SigningKey:
    return SigningKey(key.kid, key.algorithm, key.pem, key.created_at, key.retired_at or now)


def _generate(algorithm: SigningAlgorithm, now: datetime) -> SigningKey:
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    if algorithm == "ES256":
        key = ec.generate_private_key(ec.SECP256R1())
    else:
        key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return SigningKey(f"{algorithm.lower()}-{secrets.token_hex(6)}", algorithm, pem, now)


def _stamp(path: Path) -> tuple[int, int] | None:
    """Tell one content of a file that is only ever replaced from another: inode and time of change."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KeyFilesUnusable(f"{path}: {error}") from error
    return found.st_ino, found.st_mtime_ns


def _write(path: Path, content: bytes) -> None:
    """Replace a file whole, readable by its owner only, and on the disk before it has its name."""
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)
    except OSError as error:
        raise KeyFilesUnusable(f"{path}: {error}") from error
