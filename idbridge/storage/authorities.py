"""Certification authorities in folders: their settings, certificates, CRLs, and the index of what they issued.

::

    <authority>/authority.json     settings: region, key reference, URLs, CRL periods (``AuthoritySettings``)
    <authority>/certificate.cer    the CA's own certificate (DER)
    <authority>/key.pem            its key, if it is in a file
    <authority>/index.json         what was issued, and what happened to it (``AuthorityIndex``)
    <authority>/issued/<serial>.cer
    <authority>/crl/<name>.crl     the last CRL of each scope

Every file is replaced whole. Whoever changes the index holds the folder's lock, so that no serial number, CRL number or event
is lost.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

SCHEMA = "idbridge/authority/1"


class AuthorityStoreError(Exception):
    """An authority's folder is missing, incomplete or damaged, or is there already."""

    code = "authority-store-error"


class AuthoritySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stays the same in an authority's life. ``partitions`` is the number of CRL parts, 0 for one full CRL only."""

    id: str
    region: str
    key: str
    base_url: str
    signer_id: str | None = None
    partitions: int = 0
    crl_days: int = 7
    delta_hours: int = 24
    deltas: bool = False
    ocsp: bool = False
    schema: str = SCHEMA


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that happened to a certificate; ``reason`` as in a CRL."""

    at: datetime
    action: Literal["revoke", "suspend", "resume"]
    reason: str | None = None
    invalid_since: datetime | None = None


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A certificate that was issued; ``serial`` in lower-case hexadecimal."""

    serial: str
    sha256: str
    subject: str
    profile: str
    not_after: datetime
    partition: int | None = None
    events: tuple[Event, ...] = ()


class PublishedCrl(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last complete CRL of a scope: what delta CRLs build on."""

    number: int
    this_update: datetime


class AuthorityIndex(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an authority issued. ``crl_number`` is the last one used; ``complete`` has the last complete CRL by scope."""

    crl_number: int = 0
    complete: dict[str, PublishedCrl] = {}
    certificates: tuple[Entry, ...] = ()
    schema: str = SCHEMA


Document = TypeVar("Document", AuthoritySettings, AuthorityIndex)


class AuthorityFolder:
    """One authority's folder. Every method raises `AuthorityStoreError` where files are missing or damaged."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, path: Path, settings: AuthoritySettings, certificate: bytes) -> AuthorityFolder:
        """Make the folder of a new authority.

        :raises AuthorityStoreError: there is an authority already.
        """
        folder = cls(path)
        if (path / "authority.json").exists():
            raise AuthorityStoreError(f"there is an authority in {path} already")
        (path / "issued").mkdir(parents=True, exist_ok=True)
        (path / "crl").mkdir(exist_ok=True)
        folder._write("certificate.cer", certificate)
        folder._write("index.json", _json(AuthorityIndex()))
        folder._write("authority.json", _json(settings))
        return folder

    @property
    def settings(self) -> AuthoritySettings:
        """Return the settings."""
        return self._decode("authority.json", AuthoritySettings)

    @property
    def certificate(self) -> bytes:
        """Return the authority's certificate, DER."""
        return self._read("certificate.cer")

    @property
    def key_reference(self) -> str:
        """Return the key reference; a relative path is relative to the folder."""
        key = self.settings.key
        return key if key.startswith("pkcs11:") else str(self.path / key)

    def index(self) -> AuthorityIndex:
        """Return the index as it is now."""
        return self._decode("index.json", AuthorityIndex)

    @contextlib.contextmanager
    def locked(self) -> Iterator[AuthorityIndex]:
        """Hold the folder's lock and lend the index; a changed one is kept by :meth:`save_index` before the lock goes."""
        with (self.path / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self.index()

    def save_index(self, index: AuthorityIndex) -> None:
        """Replace the index; only while holding :meth:`locked`."""
        self._write("index.json", _json(index))

    def save_certificate(self, serial: int, der: bytes) -> Path:
        """Keep an issued certificate and return its path."""
        return self._write(f"issued/{serial:x}.cer", der)

    def issued_certificate(self, serial: int) -> bytes:
        """Return an issued certificate, DER."""
        return self._read(f"issued/{serial:x}.cer")

    def save_crl(self, name: str, der: bytes) -> Path:
        """Keep the CRL of the scope *name* and return its path."""
        return self._write(f"crl/{name}.crl", der)

    def _read(self, name: str) -> bytes:
        try:
            return (self.path / name).read_bytes()
        except OSError as error:
            raise AuthorityStoreError(f"{self.path / name}: {error.strerror}") from error

    def _decode(self, name: str, kind: type[Document]) -> Document:
        try:
            return msgspec.json.decode(self._read(name), type=kind)
        except msgspec.MsgspecError as error:
            raise AuthorityStoreError(f"{self.path / name}: {error}") from error

    def _write(self, name: str, content: bytes) -> Path:
        path = self.path / name
        try:
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).chmod(0o644)
            return Path(file.name).replace(path)
        except OSError as error:
            raise AuthorityStoreError(f"{path}: {error.strerror}") from error


def _json(value: AuthorityIndex | AuthoritySettings) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"
