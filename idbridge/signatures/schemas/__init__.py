"""The published descriptions of what the bridge writes: JSON Schema (draft 2020-12) of reports, by file name."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

DOCUMENT_REPORT: Final = "document-report-1.json"
"""Of `signatures.report.SCHEMA`. A closed copy of it describes every member that we write: a test holds it to that."""

SCHEMAS: Final = (DOCUMENT_REPORT,)


def read_schema(name: str) -> bytes:
    """Return the schema in the file *name*, one of `SCHEMAS`."""
    return (files(__package__) / name).read_bytes()
