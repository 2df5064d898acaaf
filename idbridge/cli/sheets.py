"""`idbridge verify --format`: one document's report as a file of its own, ETSI's XML or a PDF, on standard output."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from idbridge.identity.signers import SignerIdentity
from idbridge.signatures.etsi.validation_report import validation_report
from idbridge.signatures.report import DocumentReport
from idbridge.web.reports.documents import tell
from idbridge.web.reports.pdf import write_pdf
from idbridge.web.reports.voice import Voice

Identities = Sequence[SignerIdentity]
Writer = Callable[[DocumentReport, Identities, Voice], bytes]


def _xml(report: DocumentReport, identities: Identities, _: Voice) -> bytes:
    return validation_report(report, identities)


def _pdf(report: DocumentReport, identities: Identities, voice: Voice) -> bytes:
    return write_pdf(tell(report, voice, identities), voice, lambda _: "")


SHEETS: Final[Mapping[str, Writer]] = MappingProxyType({"etsi-xml": _xml, "pdf": _pdf})
"""By the name of the format."""
