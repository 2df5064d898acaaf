"""What an instance signs its reports with, if the operator gives it nothing better: ``IDBRIDGE_HOME/keys/reports.json``.

Keys are never thrown away: who checks an old report here finds the certificate that it was signed under.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from idbridge.storage.private_files import KeyFilesUnusable, locked, write_whole


@dataclass(frozen=True, slots=True)
class StoredReportKey:
    """A key (PKCS#8, DER) and its certificate (DER)."""

    key: bytes = field(repr=False)
    certificate: bytes = field(repr=False)


class ReportKeys:
    """The file. Raises `KeyFilesUnusable` from every method."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._path = directory / "reports.json"

    def all(self) -> tuple[StoredReportKey, ...]:
        """Return every key that there is, newest first; none before the first report was signed."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=tuple[StoredReportKey, ...])
        except FileNotFoundError:
            return ()
        except (OSError, msgspec.MsgspecError) as error:
            raise KeyFilesUnusable(f"{self._path}: {error}") from error

    def current(self, usable: Callable[[StoredReportKey], bool], make: Callable[[], StoredReportKey]) -> StoredReportKey:
        """Return the newest key; where there is none, or it is not *usable* any more, one that *make* makes."""
        found = self.all()
        if found and usable(found[0]):
            return found[0]
        with locked(self._directory):
            found = self.all()
            if not (found and usable(found[0])):
                found = (make(), *found)
                write_whole(self._path, msgspec.json.encode(found))
        return found[0]
