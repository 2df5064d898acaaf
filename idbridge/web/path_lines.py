"""The paths that were tried for a certificate, in words: what the drawing of them shows, for those who do not see it."""

from __future__ import annotations

from typing import Final

from idbridge.pki.report import PathReport, TriedPath
from idbridge.trust.svg import called
from idbridge.web.trust_views import PathLine

MAX_PATHS: Final = 12
"""Tried paths that are told, as many as are drawn."""


def path_lines(report: PathReport) -> tuple[PathLine, ...]:
    """Return the paths in the order in which they were tried."""
    return tuple(_line(path, chosen=path is report.path) for path in report.paths[:MAX_PATHS])


def _line(path: TriedPath, *, chosen: bool) -> PathLine:
    names, check = tuple(map(called, path.certificates)), path.decisive
    if check is None:
        return PathLine(names=names, indication=path.indication, chosen=chosen)
    about = called(check.certificate) if check.certificate else ""
    return PathLine(names=names, indication=path.indication, check=check.name, about=about, clause=check.clause)
