"""Questions about recognition and their answers: values, and how the outcomes of rules add up to an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from idbridge.pki.certificate import Certificate
from idbridge.pki.report import Indication, PathReport
from idbridge.trust.content import CertificateContent, content_of
from idbridge.trust.entries import Level, Purpose
from idbridge.trust.vocabulary import Scheme, Territory


class Answer(StrEnum):
    """What a territory says about a certificate."""

    RECOGNISED = "recognised"
    NOT_RECOGNISED = "not-recognised"
    CANNOT_TELL = "cannot-tell"


class Outcome(StrEnum):
    """What became of one rule. UNKNOWN: the rule applies and could not be judged."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class Rule(StrEnum):
    """The rules, by stable names. Those of an entry that are a condition of the Hong Kong–Guangdong scheme carry its number."""

    LIST = "list-in-force"
    ENTRY = "entry-exists"
    PATH = "path-valid"
    SIGNATURE = "signature-valid"
    SCHEME = "scheme"
    PURPOSE = "purpose"
    KEY_USAGE = "key-usage"
    CONFIRMED = "entry-confirmed"
    AGREEMENT = "agreement-enacted"
    STATUS = "status-period"  # condition 1
    ROOT = "root"  # condition 2
    ISSUER = "issuing-ca"  # condition 3
    CERTIFICATE_TYPE = "certificate-type"  # condition 4
    POLICY = "policy"  # condition 5
    HOME_STATUS = "home-status"
    POINTED_LIST = "pointed-list"
    SERVICE = "service"
    SERVICE_TYPE = "service-type"
    CONTENT = "certificate-content"


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """A rule that was looked at, with the values that it was judged by."""

    rule: Rule
    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A certificate's path, leaf first and as far as it was found, with what became of validating it; and what is asked.

    ``at`` is the moment asked about (for a signature its best time). Without a ``scheme`` any will do. ``signature`` is what
    validating a signature by the certificate came to, where one is asked about.
    """

    path: tuple[Certificate, ...]
    indication: Indication
    purpose: Purpose
    at: datetime
    scheme: Scheme | None = None
    signature: str | None = None

    @property
    def authorities(self) -> tuple[Certificate, ...]:
        """The path without the certificate asked about: its issuer first."""
        return self.path[1:]

    @property
    def content(self) -> CertificateContent:
        """What the certificate asked about contains."""
        return content_of(self.path[0])


def question_about(report: PathReport, purpose: Purpose, at: datetime, scheme: Scheme | None = None) -> Question:
    """Return the question about the certificate that *report* is about, along the path that decided.

    Where no path was found, what is asked about is the certificate alone, and its issuer is unknown.
    """
    path = report.path.certificates if report.path is not None else (report.certificate,)
    return Question(path, report.indication, purpose, at, scheme)


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which a list might recognise the certificate, and how far it got.

    ``entry`` names the list's entry or service; ``relevant`` is whether it is about this certificate's CA at all.
    """

    entry: str
    rules: tuple[RuleOutcome, ...]
    level: Level | None = None
    scheme: Scheme | None = None
    relevant: bool = True

    @property
    def answer(self) -> Answer:
        """One failed rule refuses; else one unknown rule leaves it open. Rules that all were skipped recognise nothing."""
        outcomes = {rule.outcome for rule in self.rules}
        if Outcome.FAILED in outcomes or not outcomes - {Outcome.SKIPPED}:
            return Answer.NOT_RECOGNISED
        return Answer.CANNOT_TELL if Outcome.UNKNOWN in outcomes else Answer.RECOGNISED

    @property
    def deciding(self) -> Rule:
        """The rule that decided: the first failed one, else the first unknown one, else the last that passed."""
        for outcome in (Outcome.FAILED, Outcome.UNKNOWN):
            for rule in self.rules:
                if rule.outcome is outcome:
                    return rule.rule
        passed = [rule.rule for rule in self.rules if rule.outcome is Outcome.PASSED]
        return passed[-1] if passed else Rule.ENTRY


@dataclass(frozen=True, slots=True)
class Recognition:
    """What one territory says. ``sequence`` and ``sha256`` cite the version of its list that says so."""

    territory: Territory
    answer: Answer
    rule: Rule
    rules: tuple[RuleOutcome, ...]
    entry: str | None = None
    level: Level | None = None
    scheme: Scheme | None = None
    sequence: int | None = None
    sha256: str | None = None

    def to_dict(self) -> dict[str, object]:
        """Return the answer as JSON has it."""
        return {
            "answer": self.answer.value,
            "entry": self.entry,
            "rule": self.rule.value,
            "level": self.level and self.level.value,
            "scheme": self.scheme,
            "rules": [{"rule": r.rule.value, "outcome": r.outcome.value, "detail": r.detail} for r in self.rules],
            "list": {"region": self.territory, "sequence": self.sequence, "sha256": self.sha256},
        }


def best(findings: Sequence[Finding]) -> Finding | None:
    """Return the finding that speaks: the most favourable answer, then the highest level, then the one that got furthest."""
    ranks = {Answer.RECOGNISED: 2, Answer.CANNOT_TELL: 1, Answer.NOT_RECOGNISED: 0}
    levels = {Level.QUALIFIED: 2, Level.ADVANCED: 1, None: 0}

    def merit(finding: Finding) -> tuple[int, bool, int, int]:
        passed = sum(rule.outcome is Outcome.PASSED for rule in finding.rules)
        return ranks[finding.answer], finding.relevant, levels[finding.level], passed

    return max(findings, key=merit, default=None)
