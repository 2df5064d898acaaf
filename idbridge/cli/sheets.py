"""`idbridge verify --format`: one document's report as a file of its own, ETSI's XML or a PDF, on standard output."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from idbridge.signatures.etsi.validation_report import validation_report
from idbridge.signatures.report import DocumentReport
from idbridge.web.reports.documents import tell
from idbridge.web.reports.pdf import write_pdf
from idbridge.web.reports.voice import Voice

Writer = Callable[[DocumentReport, Voice], bytes]


def _xml(report: DocumentReport, _: Voice) -> bytes:
    return validation_report(report)


def _pdf(report: DocumentReport, voice: Voice) -> bytes:
    return write_pdf(tell(report, voice), voice, lambda _: "")


SHEETS: Final[Mapping[str, Writer]] = MappingProxyType({"etsi-xml": _xml, "pdf": _pdf})
"""By the name of the format."""
