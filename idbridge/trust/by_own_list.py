"""Recognition at home: the certificate's authority is one that the territory itself approved, by its own law."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from idbridge.trust import vocabulary
from idbridge.trust.answers import Finding, Question, Rule, RuleOutcome, judged, path_rule, purpose_rule, since
from idbridge.trust.entries import Level
from idbridge.trust.identities import is_listed, position
from idbridge.trust.localised import preferred
from idbridge.trust.model import Service, ServiceState, TrustList
from idbridge.trust.reliance import Reliance
from idbridge.trust.vocabulary import Territory

QC_COMPLIANCE: Final = "0.4.0.1862.1.1"
"""The statement that a certificate is qualified (ETSI EN 319 412-5 clause 4.2.1)."""


def findings_by_own_list(question: Question, content: TrustList, lists: Mapping[Territory, Reliance]) -> Iterator[Finding]:
    """Judge the list's own services that stand above the certificate."""
    for _, service in content.services():
        state = service.state_at(question.at) or service.current
        place = position(question.authorities, service.certificates)
        if place is None or state.type not in vocabulary.CA_TYPES or state.extensions.entry is not None:
            continue
        rules = (
            path_rule(question),
            _status(question, state),
            purpose_rule(question, (information.uri for information in state.extensions.additional)),
            _covered(question, place, content, lists),
        )
        level = Level.QUALIFIED if _is_qualified(question, state) else Level.ADVANCED
        yield Finding(preferred(service.current.names), rules, level)


def _status(question: Question, state: ServiceState) -> RuleOutcome:
    if question.at < state.since:
        return judged(Rule.STATUS, answer=False, detail=f"begins {state.since:%Y-%m-%dT%H:%M:%SZ}")
    if state.extensions.unknown_critical:
        return judged(Rule.STATUS, None, f"limited by what is not understood: {state.extensions.unknown_critical[0]}")
    return judged(Rule.STATUS, state.granted, since(state.status, state.since))


def _covered(question: Question, place: int, content: TrustList, lists: Mapping[Territory, Reliance]) -> RuleOutcome:
    """An approved root covers the authorities below it, but not those of another territory that it cross-certified.

    Which authorities are another territory's, their lists say. With a list missing nobody can tell, unless the service is the
    issuing authority itself.
    """
    if place == 0:
        return judged(Rule.SERVICE, answer=True, detail="the issuing authority itself")
    below = question.authorities[:place]
    foreign = [service for other in _others(content, lists) for _, service in other.services() if _is_own(service)]
    foreign += [service for _, service in content.services() if not _is_own(service)]
    if any(is_listed(ca, service.certificates) for ca in below for service in foreign):
        return judged(Rule.SERVICE, answer=False, detail="an authority of another territory stands below the service")
    if any(reliance.content is None for reliance in lists.values()):
        return judged(Rule.SERVICE, None, "another territory's list is missing: its authorities are not known")
    return judged(Rule.SERVICE, answer=True, detail="an authority above the issuing one")


def _others(content: TrustList, lists: Mapping[Territory, Reliance]) -> Iterator[TrustList]:
    for reliance in lists.values():
        if reliance.content is not None and reliance.content is not content:
            yield reliance.content


def _is_own(service: Service) -> bool:
    return service.current.extensions.entry is None


def _is_qualified(question: Question, state: ServiceState) -> bool:
    """Whether the certificate is qualified: by the service's qualifiers, else by its own statement under a service for such."""
    found = {u for q in state.extensions.qualifications if q.criteria.met_by(question.content) for u in q.qualifiers}
    if vocabulary.QUALIFIER_NOT_QUALIFIED in found or state.type != vocabulary.CA_QC:
        return False
    statements = {statement.oid for statement in question.content.qc_statements}
    return vocabulary.QUALIFIER_QC_STATEMENT in found or QC_COMPLIANCE in statements
