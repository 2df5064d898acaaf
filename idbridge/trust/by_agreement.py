"""Recognition by an agreement: services of another territory's list that count as the pointing list's own kind.

The evaluation of the European Commission's mutual recognition agreements: the equivalence was enacted at the time, the
service's type and status translate, and the certificate contains what the agreement says stands for a qualified certificate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from idbridge.trust import rules, vocabulary
from idbridge.trust.agreements import Agreement, EquivalenceState, ServiceEquivalence, ServiceKind
from idbridge.trust.answers import Finding, Question, Rule, RuleOutcome
from idbridge.trust.content import CertificateContent
from idbridge.trust.coverage import coverage, place_of
from idbridge.trust.entries import Level
from idbridge.trust.localised import preferred
from idbridge.trust.model import Pointer, Service, ServiceState, TrustList
from idbridge.trust.reliance import Reliance, pointed_list
from idbridge.trust.vocabulary import Territory, Uri


def findings_by_agreement(question: Question, content: TrustList, lists: Mapping[Territory, Reliance]) -> Iterator[Finding]:
    """Judge every agreement that the list *content* carries and does not detail by entries of its own."""
    detailed = {
        (entry.region, entry.scheme)
        for _, service in content.services()
        for state in (service.current, *service.history)
        if (entry := state.extensions.entry)
    }
    for pointer in content.pointers:
        for agreement in pointer.agreements:
            if (pointer.territory, agreement.scheme) not in detailed:
                for equivalence in agreement.services:
                    yield from _findings(question, pointer, agreement, equivalence, lists)


def _findings(
    question: Question,
    pointer: Pointer,
    agreement: Agreement,
    equivalence: ServiceEquivalence,
    lists: Mapping[Territory, Reliance],
) -> Iterator[Finding]:
    name = f"{pointer.territory or pointer.location}: {equivalence.legal_identifier}"
    pointed = pointed_list(pointer, lists)
    if pointed is None:
        rule = rules.judged(Rule.POINTED_LIST, None, f"no list in force that the signers of {pointer.location} signed")
        yield Finding(name, (rule,), relevant=False)
        return
    for _, service in pointed.services():
        place = place_of(question, service)
        if place is not None:
            shared = (
                rules.path(question),
                rules.signature(question),
                rules.scheme(question, agreement.scheme),
                coverage(question, place, pointed, lists),
                rules.key_usage(question),
            )
            outcomes, level = _judge(question, equivalence.state_at(question.at), service)
            label = f"{name}: {preferred(service.current.names)}"
            yield Finding(label, (*shared, *outcomes), level, agreement.scheme)


def _judge(
    question: Question, state: EquivalenceState | None, service: Service
) -> tuple[tuple[RuleOutcome, ...], Level | None]:
    """Judge the equivalence and the service as they were at the time, and say what the certificate then counts as."""
    found = service.state_at(question.at)
    if state is None or not state.enacted:
        return (rules.judged(Rule.AGREEMENT, answer=False, detail=_since(state)),), None
    enacted = rules.judged(Rule.AGREEMENT, answer=True, detail=_since(state))
    if found is None:
        return (enacted, rules.judged(Rule.STATUS, answer=False, detail="the service was not listed yet")), None
    outcomes = (
        enacted,
        rules.judged(Rule.SERVICE_TYPE, any(_is_kind(found, kind) for kind in state.pointed), found.type),
        _status(state, found),
        rules.purpose(question, (kind.additional for kind in state.pointing if kind.additional)),
        _content(question.content, state),
    )
    return outcomes, _level(question.content, state, found)


def _since(state: EquivalenceState | None) -> str:
    return "not yet begun" if state is None else rules.since(state.status, state.since)


def _is_kind(state: ServiceState, kind: ServiceKind) -> bool:
    stated = {information.uri for information in state.extensions.additional}
    return state.type == kind.type and (kind.additional is None or kind.additional in stated)


def _status(state: EquivalenceState, found: ServiceState) -> RuleOutcome:
    if found.extensions.unknown_critical:
        return rules.judged(Rule.STATUS, None, f"limited by what is not understood: {found.extensions.unknown_critical[0]}")
    return rules.judged(Rule.STATUS, state.statuses.approves(found.status), rules.since(found.status, found.since))


def _content(content: CertificateContent, state: EquivalenceState) -> RuleOutcome:
    """Every context but two must be met: compliance decides the level, and a device is a matter of the level too."""
    graded = (vocabulary.QC_COMPLIANCE, vocabulary.QC_QSCD)
    answers = {item.context: item.pointed.met_by(content) for item in state.contents if item.context not in graded}
    if not answers:
        return rules.skipped(Rule.CONTENT, "the agreement asks for no content")
    answer = False if False in answers.values() else None if None in answers.values() else True
    return rules.judged(Rule.CONTENT, answer, ", ".join(f"{context}: {met}" for context, met in answers.items()))


def _level(content: CertificateContent, state: EquivalenceState, found: ServiceState) -> Level:
    """Qualified if the certificate is, by its content or by a qualifier of the service that translates; advanced otherwise."""
    if not any(kind.type == vocabulary.CA_QC for kind in state.pointing):
        return Level.ADVANCED
    qualifiers = _qualifiers(content, state, found)
    if vocabulary.QUALIFIER_NOT_QUALIFIED in qualifiers:
        return Level.ADVANCED
    stated = [item.pointed.met_by(content) for item in state.contents if item.context == vocabulary.QC_COMPLIANCE]
    compliant = bool(stated) and all(answer is True for answer in stated)
    return Level.QUALIFIED if compliant or vocabulary.QUALIFIER_QC_STATEMENT in qualifiers else Level.ADVANCED


def _qualifiers(content: CertificateContent, state: EquivalenceState, found: ServiceState) -> frozenset[Uri]:
    """Return what the service's qualifiers for this certificate are called by the pointing party."""
    translated = {item.pointed: item.pointing for item in state.qualifiers}
    applying = (q for q in found.extensions.qualifications if q.criteria.met_by(content) is True)
    return frozenset(translated[uri] for q in applying for uri in q.qualifiers if uri in translated)
