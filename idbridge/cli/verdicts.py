"""What `idbridge verify` says in a terminal: the verdict first, then why, then what each region makes of it.

The words are those of the page and of the printed report (`web.reports`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import click

from idbridge.identity.signers import SignerIdentity
from idbridge.pki.identity_numbers import CertifiedNumber
from idbridge.services.certificates import CertificateAnswer
from idbridge.signatures.report import DocumentReport
from idbridge.web.reports.documents import list_lines, tell
from idbridge.web.reports.identities import number_words
from idbridge.web.reports.paths import path_sentences
from idbridge.web.reports.regions import region_lines
from idbridge.web.reports.text import text_lines
from idbridge.web.reports.voice import Voice, quoted
from idbridge.web.trust_wording import VERDICTS

_COLOURS = {"PASSED": "green", "FAILED": "red", "INDETERMINATE": "yellow"}


def certificate_lines(name: str, answer: CertificateAnswer, voice: Voice, numbers: Iterable[CertifiedNumber]) -> Iterator[str]:
    """Yield the lines on a certificate, with the identity *numbers* that it states and that are to be shown."""
    report = answer.report
    verdict = voice.say(VERDICTS[report.indication])
    yield f"{name}: {_verdict(report.indication, report.sub_indication)}: {verdict} {quoted(report.certificate.subject)}"
    yield from (f"  {line}" for line in path_sentences(report, voice))
    recognition: dict[str, dict[str, object]] = {str(region): said.to_dict() for region, said in answer.recognition.items()}
    yield from (f"  {line.sentence}" for line in region_lines(recognition, voice))
    yield from (f"  {number_words(number, voice, disclosed=True)}" for number in numbers)
    yield from (f"  {attempt.url}: {attempt.code}" for attempt in answer.fetched)
    yield from (f"  {line}" for line in list_lines(answer.lists, voice))


def document_lines(name: str, report: DocumentReport, voice: Voice, identities: Sequence[SignerIdentity]) -> Iterator[str]:
    """Yield the lines on a document, with what is told of each signer."""
    account = tell(report, voice, identities)
    yield f"{name}: {_verdict(report.indication, report.sub_indication)}: {account.verdict}"
    yield from text_lines(account, voice)


def _verdict(indication: str, sub_indication: str | None) -> str:
    """Return the codes: scripts look for them, and people see their colour."""
    text = f"{indication}/{sub_indication}" if sub_indication else str(indication)
    return click.style(text, fg=_COLOURS[indication.removeprefix("TOTAL_")], bold=True)
