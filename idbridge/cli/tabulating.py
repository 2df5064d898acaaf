"""What `idbridge verify` writes for other programs: JSON lines, and a table with a row for each signature."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from idbridge.cli.verifier import Answer, Refused
from idbridge.services.certificates import CertificateAnswer
from idbridge.services.documents import DocumentAnswer
from idbridge.signatures.report import DocumentReport, SignatureReport, instant

REGIONS: Final = ("GD", "HK", "MO")

COLUMNS: Final = (
    "file",
    "format",
    "indication",
    "sub_indication",
    "signature",
    "level",
    "signature_indication",
    "signature_sub_indication",
    "integrity",
    "signer",
    "organisation",
    "region",
    "claimed_signing_time",
    "best_signature_time",
    *REGIONS,
    "error",
)

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula. Names are a stranger's words, and formulas can act."""


def json_line(path: Path, told: Mapping[str, Any]) -> str:
    """Return the whole report in one line."""
    return json.dumps({"file": str(path), **msgspec.to_builtins(told)}, ensure_ascii=False)


def table_head() -> str:
    """Return the table's first line."""
    return _row(COLUMNS)


def table_rows(path: Path, answer: Answer) -> Iterator[str]:
    """Yield a line for each signature; one for a certificate, a document without any, and what was not judged."""
    for values in _values(answer):
        yield _row([_harmless(str(path)), *(_harmless(values.get(column) or "") for column in COLUMNS[1:])])


def _values(answer: Answer) -> Iterator[dict[str, str | None]]:
    match answer:
        case Refused():
            yield {"error": answer.code}
        case CertificateAnswer():
            report = answer.report
            said: dict[str, str | None] = {region: one.answer.value for region, one in answer.recognition.items()}
            yield {
                "format": "certificate",
                "indication": report.indication,
                "sub_indication": report.sub_indication,
                "signer": str(report.certificate.subject),
                **said,
            }
        case DocumentAnswer():
            whole = _document(answer.report)
            for signature in answer.report.signatures:
                yield whole | _signature(signature)
            if not answer.report.signatures:
                yield whole


def _document(report: DocumentReport) -> dict[str, str | None]:
    return {
        "format": report.container.profile if report.container else report.format.value,
        "indication": report.indication.value,
        "sub_indication": report.sub_indication and report.sub_indication.value,
    }


def _signature(report: SignatureReport) -> dict[str, str | None]:
    signer = report.signer
    return {
        "signature": report.evidence.id,
        "level": report.level,
        "signature_indication": report.indication.value,
        "signature_sub_indication": report.sub_indication and report.sub_indication.value,
        "integrity": report.integrity,
        "signer": None if signer is None else signer.name,
        "organisation": None if signer is None else signer.organisation,
        "region": None if signer is None else signer.region,
        "claimed_signing_time": instant(report.evidence.attributes.signing_time),
        "best_signature_time": instant(report.existed.time),
        **{region: str(said["answer"]) for region, said in report.recognition.items()},
    }


def _harmless(text: str) -> str:
    """Return *text* so that a spreadsheet shows it and does not compute it."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _row(values: tuple[str, ...] | list[str]) -> str:
    """Return one line of RFC 4180, without its end; a stranger's line breaks become spaces, so that a row stays a line."""
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(" ".join(value.splitlines()) for value in values)
    return written.getvalue()
