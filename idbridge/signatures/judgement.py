"""How checks are run: what a check looks at, what it answers, and how the policy turns answers into a verdict.

A check is a small function from a `Subject` to a `Finding`; its row in `checks` gives it a name, a clause, and the
sub-indication that its failure means. Every check of a block runs, whatever came before, and is reported, passed or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from idbridge.signatures.certificate_paths import PathVerdict
from idbridge.signatures.evidence import Document, SignatureEvidence, SignedObject, TimestampEvidence
from idbridge.signatures.indications import Indication, SubIndication
from idbridge.signatures.poe import Proof
from idbridge.signatures.policy import Level, Policy, Purpose
from idbridge.signatures.signer import Identified


class Outcome(StrEnum):
    """What became of a check."""

    PASSED = "passed"
    FAILED = "failed"
    WARNED = "warned"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """A check that ran (or was skipped, and why). `sub_indication` is what its failure means."""

    name: str
    clause: str
    outcome: Outcome
    detail: str
    sub_indication: SubIndication | None = None

    def to_dict(self) -> dict[str, object]:
        """Return the check in the form of the document report."""
        return {"name": self.name, "clause": self.clause, "outcome": self.outcome.value, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class TimestampOutcome:
    """What is known of a timestamp once it was judged: as much as later checks ask."""

    evidence: TimestampEvidence
    trusted: bool


@dataclass(frozen=True, slots=True)
class SealMaker:
    """Who made the seal that was used: found as a signer is, and judged by the path of the certificate."""

    identified: Identified
    path: PathVerdict | None


@dataclass(frozen=True, slots=True)
class Subject:
    """Everything about one signature or timestamp that checks may look at.

    `existed` is the earliest proof of its existence; `not_before` a moment that it cannot be older than, None if none is
    known; `timestamps` are its own, judged before it. `path` is None where no certificate was identified. `maker` is that
    of the seal which a document was sealed with.
    """

    document: Document
    signed: SignedObject
    purpose: Purpose
    policy: Policy
    now: datetime
    existed: Proof
    identified: Identified
    path: PathVerdict | None
    signature: SignatureEvidence | None = None
    timestamp: TimestampEvidence | None = None
    timestamps: tuple[TimestampOutcome, ...] = ()
    not_before: datetime | None = None
    maker: SealMaker | None = None


class Finding(NamedTuple):
    """What a check found: True, False, or None where it does not apply. `sub_indication` replaces that of the row."""

    holds: bool | None
    detail: str = ""
    sub_indication: SubIndication | None = None


def shown(time: datetime) -> str:
    """Return *time* as details of checks write it."""
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


class Row(NamedTuple):
    """A check in a table."""

    name: str
    clause: str
    failure: SubIndication
    judge: Callable[[Subject], Finding]


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The verdict of a block, or of several: None is passed."""

    sub_indication: SubIndication | None
    checks: tuple[Check, ...]

    @property
    def indication(self) -> Indication:
        """PASSED, FAILED or INDETERMINATE."""
        return Indication.PASSED if self.sub_indication is None else self.sub_indication.indication


def run(rows: Iterable[Row], subject: Subject) -> Conclusion:
    """Run all checks of *rows* and conclude.

    A failure that is definite (FAILED) decides over one that is not, whatever the order: nothing that may still turn up
    repairs a broken digest. Among equals the first one decides. A policy that requires nothing passes nothing.
    """
    if not subject.policy.states(subject.purpose):
        detail = f"policy {subject.policy.name} requires nothing of a {subject.purpose}"
        failure = SubIndication.POLICY_PROCESSING_ERROR
        return Conclusion(failure, (Check("policy-states-checks", "EN 319 102-1 5.1.4", Outcome.FAILED, detail, failure),))
    checks = tuple(_run(row, subject) for row in rows)
    failures = [check.sub_indication for check in checks if check.outcome is Outcome.FAILED and check.sub_indication]
    definite = [failure for failure in failures if failure.indication is Indication.FAILED]
    return Conclusion(next(iter(definite or failures), None), checks)


def _run(row: Row, subject: Subject) -> Check:
    level = subject.policy.level(subject.purpose, row.name)
    if level is Level.OFF:
        return Check(row.name, row.clause, Outcome.SKIPPED, f"off in policy {subject.policy.name}")
    finding = row.judge(subject)
    if finding.holds is None:
        return Check(row.name, row.clause, Outcome.SKIPPED, finding.detail)
    if finding.holds:
        return Check(row.name, row.clause, Outcome.PASSED, finding.detail)
    outcome = Outcome.FAILED if level is Level.REQUIRED else Outcome.WARNED
    return Check(row.name, row.clause, outcome, finding.detail, finding.sub_indication or row.failure)
