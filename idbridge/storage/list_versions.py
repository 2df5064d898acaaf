"""The versions of trust lists that were ever relied upon, as files: ``<directory>/<territory>/<sequence>-<sha256>.xml``.

A version is written once, whole or not at all, and never changed or removed: reports cite it by number and hash for years.
Names and hashes are checked on reading; what a file says is for `services.trust_lists`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from idbridge.storage.exclusion import in_turn

_NAME: Final = re.compile(r"(\d{12})-([0-9a-f]{64})\.xml", re.ASCII)
_TERRITORY: Final = re.compile(r"[A-Z]{2,8}", re.ASCII)
_ATTEMPT: Final = "last-attempt.json"
_LOCK: Final = ".last-attempt.lock"


class VersionsUnusable(Exception):
    """The directory cannot be read or written."""


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One version: its sequence number and the SHA-256 of its bytes."""

    territory: str
    sequence: int
    sha256: str


class ListVersions:
    """The store. Raises `VersionsUnusable` where the file system does."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def keep(self, territory: str, sequence: int, data: bytes) -> StoredVersion:
        """Write a version; one that is there already is left alone."""
        version = StoredVersion(territory, sequence, hashlib.sha256(data).hexdigest())
        path = self._path(version)
        if not path.exists():
            _write(path, data)
        return version

    def versions(self, territory: str) -> tuple[StoredVersion, ...]:
        """Return the versions of a territory's list, the highest sequence first; of equal ones the one that came first."""
        try:
            paths = [(path, path.stat().st_mtime_ns) for path in self._folder(territory).glob("*.xml")]
        except OSError as error:
            raise VersionsUnusable(str(error)) from error
        named = [(match, written) for path, written in paths if (match := _NAME.fullmatch(path.name))]
        ordered = sorted(named, key=lambda item: (-int(item[0][1]), item[1]))
        return tuple(StoredVersion(territory, int(match[1]), match[2]) for match, _ in ordered)

    def read(self, version: StoredVersion) -> bytes | None:
        """Return a version's bytes; None if it is not there, or was damaged."""
        try:
            data = self._path(version).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise VersionsUnusable(str(error)) from error
        return data if hashlib.sha256(data).hexdigest() == version.sha256 else None

    def stamp(self, territory: str) -> tuple[int, int]:
        """Return what changes when a version is added, by whichever process: the folder's time, and how many files it has.

        The number tells apart two versions that came within the resolution of the file system's clock.
        """
        try:
            folder = self._folder(territory)
            return folder.stat().st_mtime_ns, sum(1 for _ in folder.iterdir())
        except OSError:
            return 0, 0

    def note_attempt(self, territory: str, attempt: dict[str, Any]) -> None:
        """Remember how the last refresh went, and that one more had its ``code``."""
        folder = self._folder(territory)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with in_turn(folder / _LOCK):
                counts = dict(self.attempts(territory))
                counts[attempt["code"]] = counts.get(attempt["code"], 0) + 1
                _write(folder / _ATTEMPT, json.dumps({**attempt, "counts": counts}).encode())
        except OSError as error:
            raise VersionsUnusable(str(error)) from error

    def last_attempt(self, territory: str) -> dict[str, Any] | None:
        """Return how the last refresh went, by whichever process; None if there was none."""
        try:
            attempt = json.loads((self._folder(territory) / _ATTEMPT).read_bytes())
        except (OSError, ValueError):
            return None  # it is told to operators, nothing depends on it
        return attempt if isinstance(attempt, dict) else None

    def attempts(self, territory: str) -> Mapping[str, int]:
        """Return how many refreshes ended with each code since the folder was made, by whichever process."""
        counts = (self.last_attempt(territory) or {}).get("counts")
        return {code: n for code, n in counts.items() if isinstance(n, int)} if isinstance(counts, dict) else {}

    def _path(self, version: StoredVersion) -> Path:
        return self._folder(version.territory) / f"{version.sequence:012d}-{version.sha256}.xml"

    def _folder(self, territory: str) -> Path:
        if not _TERRITORY.fullmatch(territory):
            raise VersionsUnusable(f"{territory!r} is no territory")  # it comes from configuration and URLs, and names a folder
        return self._directory / territory


def _write(path: Path, content: bytes) -> None:
    """Write a file whole: on the disk before it has its name."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).chmod(0o644)  # a list is public
        Path(file.name).replace(path)
    except OSError as error:
        raise VersionsUnusable(str(error)) from error
