"""What `idbridge verify` says in a terminal: the verdict first, then why, then what each region makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

import click

from idbridge.services.certificates import CertificateAnswer
from idbridge.signatures.report import DocumentReport, SignatureReport, instant
from idbridge.trust.drawing import explanations

_COLOURS = {"PASSED": "green", "FAILED": "red", "INDETERMINATE": "yellow"}
_ANSWERS = {"recognised": "recognised", "not-recognised": "not recognised", "cannot-tell": "cannot tell"}


def certificate_lines(name: str, answer: CertificateAnswer) -> Iterator[str]:
    """Yield the lines on a certificate."""
    report = answer.report
    subject = _printable(report.certificate.subject)
    yield f"{name}: {_verdict(report.indication, report.sub_indication)}, certificate of {subject}"
    yield from (f"  {_printable(line)}" for line in explanations(report)[1:])
    yield from _regions({region: said.to_dict() for region, said in answer.recognition.items()})
    yield from (f"  asked {attempt.url}: {attempt.code}" for attempt in answer.fetched)
    yield from _lists(answer.lists)


def document_lines(name: str, report: DocumentReport) -> Iterator[str]:
    """Yield the lines on a document."""
    yield f"{name}: {_verdict(report.indication, report.sub_indication)}, {report.format} with {_count(report)}"
    for signature in report.signatures:
        yield from _signature(signature)
    yield from (f"  {fault.code}: {_printable(fault.detail)}" for fault in (*report.faults, *report.limits))
    yield from _lists(report.trust_lists)


def _signature(signature: SignatureReport) -> Iterator[str]:
    signer = "an unknown signer" if signature.signer is None else _printable(signature.signer.name)
    verdict = _verdict(signature.indication, signature.sub_indication)
    yield f"  {signature.evidence.id}: {verdict}, {signature.level} by {signer}, {_when(signature)}"
    for check in signature.checks:
        if check.outcome not in {"passed", "skipped"}:
            yield f"    {check.outcome}: {check.name}, {_printable(check.detail)} ({check.clause})"
    yield from _regions(signature.recognition, "    ")


def _when(signature: SignatureReport) -> str:
    existed = f"existed by {instant(signature.existed.time)}"
    claimed = signature.evidence.attributes.signing_time
    return existed if claimed is None else f"{existed}, signed at {instant(claimed)} as it says"


def _regions(recognition: Mapping[str, Mapping[str, object]], indent: str = "  ") -> Iterator[str]:
    for region, said in recognition.items():
        entry = f", entry {said['entry']}" if said.get("entry") else ""
        yield f"{indent}{region}: {_ANSWERS[str(said['answer'])]}{entry} (rule {said['rule']})"


def _lists(cited: Iterable[Mapping[str, object]]) -> Iterator[str]:
    """Yield which versions of the lists were relied upon, or could have been: their numbers, digests and ages."""
    for one in cited:
        age = f"{timedelta(seconds=int(str(one['age_seconds']))).days} days old"
        yield f"  list of {one['region']}: {one['standing']}, number {one['sequence']}, {age}, SHA-256 {one['sha256']}"


def _verdict(indication: str, sub_indication: str | None) -> str:
    text = f"{indication}/{sub_indication}" if sub_indication else str(indication)
    return click.style(text, fg=_COLOURS[indication.removeprefix("TOTAL_")], bold=True)


def _count(report: DocumentReport) -> str:
    number = len(report.signatures)
    return f"{number} signature{'' if number == 1 else 's'} and {len(report.timestamps)} timestamps"


def _printable(text: object) -> str:
    """Return a stranger's words without what would move a terminal's cursor or reverse its text."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in str(text))
