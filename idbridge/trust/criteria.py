"""Criteria over what a certificate contains: values as a list states them, and whether a certificate meets them.

TS 119 612 v2.4.1 clause 5.5.9.2.2, with the QcStatement criterion of the Commission's agreement schema. A criterion answers
True, False, or None where it cannot be told (a criterion of an unknown kind, a list that states none): never yes by default.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from idbridge.trust.content import CertificateContent, QcStatement

Answer = bool | None
"""Met, not met, or cannot be told."""


class Assertion(StrEnum):
    """How many criteria of a list must be met (clause 5.5.9.2.2)."""

    ALL = "all"
    AT_LEAST_ONE = "atLeastOne"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class KeyUsageCriterion:
    """Key usage bits that must be set, and bits that must not be (clause 5.5.9.2.2.1)."""

    set: frozenset[str]
    unset: frozenset[str] = frozenset()

    def met_by(self, content: CertificateContent) -> Answer:
        """A certificate without the extension states no usage: nothing is met."""
        usage = content.key_usage
        return usage is not None and usage >= self.set and not usage & self.unset


@dataclass(frozen=True, slots=True)
class PolicyCriterion:
    """Certificate policies that must all be there (clause 5.5.9.2.2.2)."""

    policies: frozenset[str]

    def met_by(self, content: CertificateContent) -> Answer:
        """An empty set asks for nothing that could be met."""
        return bool(self.policies) and self.policies <= content.policies


@dataclass(frozen=True, slots=True)
class ExtendedKeyUsageCriterion:
    """Key purposes that must all be there (clause 5.5.9.2.2.3, bullet 1)."""

    purposes: frozenset[str]

    def met_by(self, content: CertificateContent) -> Answer:
        """An empty set asks for nothing that could be met."""
        return bool(self.purposes) and self.purposes <= content.extended_key_usage


@dataclass(frozen=True, slots=True)
class SubjectAttributeCriterion:
    """Attribute types that the subject's name must all have (clause 5.5.9.2.2.3, bullet 2)."""

    attributes: frozenset[str]

    def met_by(self, content: CertificateContent) -> Answer:
        """An empty set asks for nothing that could be met."""
        return bool(self.attributes) and self.attributes <= {attribute for attribute, _ in content.subject}


@dataclass(frozen=True, slots=True)
class QcStatementCriterion:
    """Statements on qualified certificates that must all be there (agreement schema, ``QcStatementSet``).

    A statement asked for without information is met by one with any; asked for with types or a legislation, these must be
    stated.
    """

    statements: tuple[QcStatement, ...]

    def met_by(self, content: CertificateContent) -> Answer:
        """An empty set asks for nothing that could be met."""
        return bool(self.statements) and all(
            any(stated.covers(wanted) for stated in content.qc_statements) for wanted in self.statements
        )


@dataclass(frozen=True, slots=True)
class UnknownCriterion:
    """A criterion of a kind that we do not know, by the name of its element."""

    name: str

    def met_by(self, content: CertificateContent) -> Answer:  # noqa: ARG002  # the protocol of all criteria
        """Nobody can tell."""
        return None


@dataclass(frozen=True, slots=True)
class CriteriaList:
    """Criteria and how many of them must be met; ``assertion`` is None where the list forgets to say."""

    assertion: Assertion | None
    criteria: tuple[Criterion, ...]
    description: str | None = None

    def met_by(self, content: CertificateContent) -> Answer:
        """Combine the answers of the criteria. A list without any cannot be told: an empty "all" would be trivially met."""
        answers = [criterion.met_by(content) for criterion in self.criteria]
        if not answers or self.assertion is None:
            return None
        if self.assertion is Assertion.ALL:
            return _every(answers)
        if self.assertion is Assertion.AT_LEAST_ONE:
            return _opposite(_every(_opposite(answer) for answer in answers))
        return _every(_opposite(answer) for answer in answers)


Criterion = (
    KeyUsageCriterion
    | PolicyCriterion
    | ExtendedKeyUsageCriterion
    | SubjectAttributeCriterion
    | QcStatementCriterion
    | UnknownCriterion
    | CriteriaList
)


def _every(answers: Iterable[Answer]) -> Answer:
    """One no is a no, whatever the unknown ones would be."""
    found = set(answers)
    if False in found:
        return False
    return None if None in found else True


def _opposite(answer: Answer) -> Answer:
    return None if answer is None else not answer
