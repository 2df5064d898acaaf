"""Static files under names that carry their content's hash, so that browsers may keep them for ever.

The files are few and small (one style sheet, two scripts, an icon); they are read once, so that a changed file cannot be
served under an old name. Other folders (the sandbox's) make their own `Assets`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Final

from flask import Flask, Response, abort

CONTENT_TYPES: Final = MappingProxyType(
    {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
)
ONE_YEAR: Final = 31_536_000


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes and their media type."""

    content: bytes
    content_type: str


class Assets:
    """The static files of one application."""

    def __init__(self, folder: Path, prefix: str = "/static") -> None:
        """Read every file of *folder* whose type is known. *prefix* is the URL path they are served under."""
        self._prefix = prefix
        self._names: dict[str, str] = {}
        self._files: dict[str, Asset] = {}
        for path in sorted(folder.iterdir()):
            if path.suffix in CONTENT_TYPES:
                self._add(path)

    def _add(self, path: Path) -> None:
        content = path.read_bytes()
        fingerprinted = f"{path.stem}.{sha256(content).hexdigest()[:12]}{path.suffix}"
        self._names[path.name] = fingerprinted
        self._files[fingerprinted] = Asset(content, CONTENT_TYPES[path.suffix])

    @property
    def files(self) -> Mapping[str, Asset]:
        """The files by the names they are served under."""
        return MappingProxyType(self._files)

    def url(self, name: str) -> str:
        """Return the path of the file called *name* in the folder; KeyError when there is none."""
        return f"{self._prefix}/{self._names[name]}"

    def serve(self, app: Flask) -> None:
        """Answer for the files in *app*, which must have been made with ``static_folder=None``."""

        def static(name: str) -> Response:
            asset = self._files.get(name)
            if asset is None:
                abort(404)
            response = Response(asset.content, content_type=asset.content_type)
            response.cache_control.public = True
            response.cache_control.max_age = ONE_YEAR
            response.cache_control.immutable = True
            return response

        app.add_url_rule(f"{self._prefix}/<name>", "static", static)
