"""Recognition at home: the certificate's authority is one that the territory itself approved, by its own law."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from idbridge.trust import rules, vocabulary
from idbridge.trust.answers import Finding, Question
from idbridge.trust.coverage import coverage, place_of
from idbridge.trust.entries import Level
from idbridge.trust.localised import preferred
from idbridge.trust.model import ServiceState, TrustList
from idbridge.trust.reliance import Reliance
from idbridge.trust.vocabulary import Territory

QC_COMPLIANCE: Final = "0.4.0.1862.1.1"
"""The statement that a certificate is qualified (ETSI EN 319 412-5 clause 4.2.1)."""


def findings_by_own_list(question: Question, content: TrustList, lists: Mapping[Territory, Reliance]) -> Iterator[Finding]:
    """Judge the list's own services that stand above the certificate."""
    for _, service in content.services():
        state = service.state_at(question.at) or service.current
        place = place_of(question, service)
        if place is None or state.type not in vocabulary.CA_TYPES or state.extensions.entry is not None:
            continue
        outcomes = (
            rules.path(question),
            rules.signature(question),
            rules.status(question.at, state),
            rules.key_usage(question),
            rules.purpose(question, (information.uri for information in state.extensions.additional)),
            coverage(question, place, content, lists),
        )
        level = Level.QUALIFIED if _is_qualified(question, state) else Level.ADVANCED
        yield Finding(preferred(service.current.names), outcomes, level)


def _is_qualified(question: Question, state: ServiceState) -> bool:
    """Whether the certificate is qualified: by the service's qualifiers, else by its own statement under a service for such."""
    found = {u for q in state.extensions.qualifications if q.criteria.met_by(question.content) for u in q.qualifiers}
    if vocabulary.QUALIFIER_NOT_QUALIFIED in found or state.type != vocabulary.CA_QC:
        return False
    statements = {statement.oid for statement in question.content.qc_statements}
    return vocabulary.QUALIFIER_QC_STATEMENT in found or QC_COMPLIANCE in statements
