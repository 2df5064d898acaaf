"""Judging, and judging again with what was missing: the rounds that certificates and documents have in common.

The pure side judges what is at hand and names what it lacks. Between two judgements what is lacking is fetched; it ends when
nothing is missing any more, nothing new came, or the budget is spent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from idbridge.clock import Clock
from idbridge.pki.certificate import Certificate
from idbridge.pki.report import MissingEvidence
from idbridge.services.evidence import Attempted, Budget, EvidenceFetcher
from idbridge.signatures.gathering import NO_DATA, ValidationData

Report = TypeVar("Report")

MAX_ROUNDS: Final = 5
"""Judgements of one question: an issuer that was fetched may lack its own issuer, and each may lack its revocation."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a report lacks, and the certificates that it knows: an OCSP request names the issuer too."""

    missing: tuple[MissingEvidence, ...]
    known: Iterable[Certificate]


@dataclass(frozen=True, slots=True)
class Judging(Generic[Report]):
    """How a question is judged with evidence at hand, and what the report then lacks."""

    judge: Callable[[ValidationData], Report]
    wanted: Callable[[Report], Wanted]


def complete(
    judging: Judging[Report], fetcher: EvidenceFetcher | None, clock: Clock, budget: Budget
) -> tuple[Report, tuple[Attempted, ...]]:
    """Judge until nothing more can be had, and return the last report with every attempt. Without *fetcher* judge once."""
    evidence, attempts = NO_DATA, tuple[Attempted, ...]()
    report = judging.judge(evidence)
    for _ in range(MAX_ROUNDS - 1):
        wanted = judging.wanted(report)
        if fetcher is None or not wanted.missing:
            break
        more, asked = fetcher.gather(wanted.missing, wanted.known, clock(), budget)
        attempts += asked
        joined = _joined(evidence, more)
        if joined == evidence:
            break
        evidence = joined
        report = judging.judge(evidence)
    return report, attempts


def _joined(one: ValidationData, other: ValidationData) -> ValidationData:
    """Return both, nothing twice."""
    return ValidationData(
        tuple(dict.fromkeys((*one.certificates, *other.certificates))),
        tuple(dict.fromkeys((*one.crls, *other.crls))),
        tuple(dict.fromkeys((*one.ocsp_responses, *other.ocsp_responses))),
    )
