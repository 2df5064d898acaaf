"""A report as plain text, for terminals and mails: the verdict first, then who, what, when and why, then the regions.

Lines only, without colour: which indication deserves which is for whoever shows them. With *every* check also those that
held, and the technical evidence of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from idbridge.web.reports.account import CheckLine, DocumentAccount, Fact, ProofAccount, SignatureAccount
from idbridge.web.reports.voice import Voice, Words
from idbridge.web.reports.wording import Label

STEP = "  "


def text_lines(account: DocumentAccount, voice: Voice, *, every: bool = False) -> Iterator[str]:
    """Yield the lines on a document, below its verdict."""
    for note in account.notes:
        yield STEP + note
    for signature in account.signatures:
        yield from _signature(signature, voice, every=every)
    for proof in account.proofs:
        yield from _proof(proof, voice, every=every)
    for line in account.lists:
        yield STEP + line


def _signature(signature: SignatureAccount, voice: Voice, *, every: bool) -> Iterator[str]:
    yield f"{STEP}{signature.title}: {signature.verdict}"
    yield from _facts((*signature.who, *signature.what, *signature.when), STEP * 2)
    yield from _part(Label.WHY, signature.why, voice)
    yield from _part(Label.REGIONS, (line.sentence for line in signature.regions), voice)
    yield from _checks(signature.checks, voice) if every else ()


def _proof(proof: ProofAccount, voice: Voice, *, every: bool) -> Iterator[str]:
    yield f"{STEP}{proof.title}: {proof.verdict}"
    yield from _part(Label.WHY, proof.why, voice)
    yield from _checks(proof.checks, voice) if every else ()


def _facts(facts: Iterable[Fact], indent: str) -> Iterator[str]:
    for fact in facts:
        first, *more = fact.lines
        yield f"{indent}{fact.label}: {first}"
        yield from (f"{indent}{STEP}{line}" for line in more)


def _part(label: str, lines: Iterable[Words], voice: Voice) -> Iterator[str]:
    """Yield a heading and its lines; nothing where there are none."""
    for number, line in enumerate(lines):
        if not number:
            yield f"{STEP * 2}{voice.say(label)}"
        yield f"{STEP * 3}{line}"


def _checks(checks: Iterable[CheckLine], voice: Voice) -> Iterator[str]:
    yield f"{STEP * 2}{voice.say(Label.CHECKS)}"
    for check in checks:
        yield f"{STEP * 3}{check.words}: {check.outcome_words} [{check.name}, {check.clause}]"
        if check.technical:
            yield f"{STEP * 4}{check.technical}"
