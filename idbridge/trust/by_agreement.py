"""Recognition by an agreement: services of another territory's list that count as the pointing list's own kind.

The evaluation of the European Commission's mutual recognition agreements: the equivalence was enacted at the time, the
service's type and status translate, and the certificate contains what the agreement says stands for a qualified certificate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from idbridge.trust import vocabulary
from idbridge.trust.agreements import Agreement, EquivalenceState, ServiceEquivalence, ServiceKind
from idbridge.trust.answers import (
    Finding,
    Question,
    Rule,
    RuleOutcome,
    judged,
    path_rule,
    purpose_rule,
    scheme_rule,
    since,
    skipped,
)
from idbridge.trust.content import CertificateContent
from idbridge.trust.entries import Level
from idbridge.trust.identities import is_listed
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
        rule = judged(Rule.POINTED_LIST, None, f"no list in force that the signers of {pointer.location} signed")
        yield Finding(name, (rule,), relevant=False)
        return
    for _, service in pointed.services():
        if any(is_listed(ca, service.certificates) for ca in question.authorities):
            yield _judge(question, f"{name}: {preferred(service.current.names)}", agreement, equivalence, service)


def _judge(question: Question, name: str, agreement: Agreement, equivalence: ServiceEquivalence, service: Service) -> Finding:
    state, rules = equivalence.state_at(question.at), [path_rule(question), scheme_rule(question, agreement.scheme)]
    found = service.state_at(question.at)
    if state is None or not state.enacted:
        rules.append(judged(Rule.AGREEMENT, answer=False, detail=_since(state)))
        return Finding(name, tuple(rules), scheme=agreement.scheme)
    rules.append(judged(Rule.AGREEMENT, answer=True, detail=_since(state)))
    if found is None:
        rules.append(judged(Rule.STATUS, answer=False, detail="the service was not listed yet"))
        return Finding(name, tuple(rules), scheme=agreement.scheme)
    rules += [
        judged(Rule.SERVICE_TYPE, any(_is_kind(found, kind) for kind in state.pointed), found.type),
        _status(state, found),
        purpose_rule(question, (kind.additional for kind in state.pointing if kind.additional)),
        _content(question.content, state),
    ]
    return Finding(name, tuple(rules), _level(question.content, state, found), agreement.scheme)


def _since(state: EquivalenceState | None) -> str:
    return "not yet begun" if state is None else since(state.status, state.since)


def _is_kind(state: ServiceState, kind: ServiceKind) -> bool:
    stated = {information.uri for information in state.extensions.additional}
    return state.type == kind.type and (kind.additional is None or kind.additional in stated)


def _status(state: EquivalenceState, found: ServiceState) -> RuleOutcome:
    if found.extensions.unknown_critical:
        return judged(Rule.STATUS, None, f"limited by what is not understood: {found.extensions.unknown_critical[0]}")
    return judged(Rule.STATUS, state.statuses.approves(found.status), since(found.status, found.since))


def _content(content: CertificateContent, state: EquivalenceState) -> RuleOutcome:
    """Every context but two must be met: compliance decides the level, and a device is a matter of the level too."""
    graded = (vocabulary.QC_COMPLIANCE, vocabulary.QC_QSCD)
    answers = {item.context: item.pointed.met_by(content) for item in state.contents if item.context not in graded}
    if not answers:
        return skipped(Rule.CONTENT, "the agreement asks for no content")
    answer = False if False in answers.values() else None if None in answers.values() else True
    return judged(Rule.CONTENT, answer, ", ".join(f"{context}: {met}" for context, met in answers.items()))


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
