"""Recognition by an entry: what a list says about one certificate type of one authority of another region.

The five conditions of the Hong Kong–Guangdong scheme are five of the rules; the others say whether the entry is asked about
at all, and whether the agreement behind it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from idbridge.trust import rules
from idbridge.trust.agreements import ServiceEquivalence, ServiceKind
from idbridge.trust.answers import Finding, Outcome, Question, Rule, RuleOutcome
from idbridge.trust.entries import PURPOSES, Purpose, RecognitionEntry
from idbridge.trust.identities import is_issued_by, is_listed
from idbridge.trust.model import Service, ServiceState, TrustList
from idbridge.trust.reliance import Reliance
from idbridge.trust.vocabulary import Territory


def findings_by_entry(question: Question, content: TrustList, lists: Mapping[Territory, Reliance]) -> Iterator[Finding]:
    """Judge every entry of the list *content*; *lists* are those of all territories, for the status at home."""
    for _, service in content.services():
        state = service.state_at(question.at) or _first(service)
        entry = state.extensions.entry
        if entry is not None:
            yield _judge(question, service, state, entry, content, lists)


def _first(service: Service) -> ServiceState:
    """Return the earliest state, to say for a moment before it which entry was not yet in force."""
    return min((service.current, *service.history), key=lambda state: state.since)


def _judge(
    question: Question,
    service: Service,
    state: ServiceState,
    entry: RecognitionEntry,
    content: TrustList,
    lists: Mapping[Territory, Reliance],
) -> Finding:
    equivalences = _equivalences(entry, content)
    root, issuer = _root(question, entry), _issuer(question, service, state)
    outcomes = (
        rules.path(question),
        rules.signature(question),
        rules.scheme(question, entry.scheme),
        rules.judged(
            Rule.PURPOSE, question.purpose in entry.purposes, f"{question.purpose}; for {rules.joined(entry.purposes)}"
        ),
        rules.key_usage(question),
        rules.judged(Rule.CONFIRMED, entry.confirmed, "" if entry.confirmed else "the entry is a template, not confirmed"),
        _agreement(question, state, equivalences),
        rules.status(question.at, state),  # condition 1: the mutual recognition status was in force
        root,
        issuer,
        _certificate_type(question, entry),
        _policy(question, entry),
        _home_status(question, equivalences, lists.get(entry.region)),
    )
    relevant = Outcome.PASSED in (root.outcome, issuer.outcome)
    return Finding(entry.id, outcomes, entry.level, entry.scheme, relevant)


def _root(question: Question, entry: RecognitionEntry) -> RuleOutcome:
    """Condition 2. The path may go on above the root, to an anchor in another region, or end below it, at a trusted issuer."""
    if not question.authorities:
        return rules.judged(Rule.ROOT, None, "no issuer was found")
    matched = [str(ca.subject) for ca in question.authorities if is_listed(ca, entry.roots) or is_issued_by(ca, entry.roots)]
    return rules.judged(
        Rule.ROOT, bool(matched), matched[0] if matched else "none of the path's authorities is the entry's root"
    )


def _issuer(question: Question, service: Service, state: ServiceState) -> RuleOutcome:
    """Condition 3."""
    if not question.authorities:
        return rules.judged(Rule.ISSUER, None, f"no issuer was found; the certificate names {question.path[0].issuer}")
    issuer = question.authorities[0]
    return rules.judged(
        Rule.ISSUER, is_listed(issuer, state.identity.certificates or service.certificates), str(issuer.subject)
    )


def _certificate_type(question: Question, entry: RecognitionEntry) -> RuleOutcome:
    """Condition 4."""
    if not entry.subject:
        if entry.policy is None:
            # An entry that asks for nothing would take every certificate of the authority.
            return rules.judged(
                Rule.CERTIFICATE_TYPE, answer=False, detail="the entry names neither a certificate type nor a policy"
            )
        return rules.skipped(Rule.CERTIFICATE_TYPE, "the entry names no certificate type")
    missing = [rule.value for rule in entry.subject if not rule.met_by(question.content)]
    return rules.judged(
        Rule.CERTIFICATE_TYPE, not missing, f"missing: {rules.joined(missing)}" if missing else entry.subject[0].value
    )


def _policy(question: Question, entry: RecognitionEntry) -> RuleOutcome:
    """Condition 5."""
    if entry.policy is None:
        return rules.skipped(Rule.POLICY, "the entry names no policy")
    wanted = entry.policy.exact or f"{entry.policy.prefix}.*"
    stated = rules.joined(question.content.policies) or "none"
    return rules.judged(Rule.POLICY, entry.policy.met_by(question.content), f"{wanted}; the certificate has {stated}")


def _equivalences(entry: RecognitionEntry, content: TrustList) -> tuple[ServiceEquivalence, ...]:
    """Return what the list's agreement with the entry's region under the entry's scheme covers; nothing if it has none."""
    pointers = (pointer for pointer in content.pointers if pointer.territory == entry.region)
    agreements = (agreement for pointer in pointers for agreement in pointer.agreements)
    return tuple(found for agreement in agreements if agreement.scheme == entry.scheme for found in agreement.services)


def _agreement(question: Question, service: ServiceState, equivalences: tuple[ServiceEquivalence, ...]) -> RuleOutcome:
    """Ask whether the agreement behind the entry stood, for services of this kind."""
    if not equivalences:
        return rules.skipped(Rule.AGREEMENT, "the list carries no agreement under this scheme")
    begun = [state for found in equivalences if (state := found.state_at(question.at))]
    states = [state for state in begun if any(_is_about(kind, service, question.purpose) for kind in state.pointing)]
    detail = rules.joined(rules.since(state.status, state.since) for state in states)
    missing = "it does not cover this kind of service" if begun else "not yet begun"
    return rules.judged(Rule.AGREEMENT, any(state.enacted for state in states), detail or missing)


def _is_about(kind: ServiceKind, service: ServiceState, purpose: Purpose) -> bool:
    return kind.type == service.type and (kind.additional is None or PURPOSES.get(kind.additional, purpose) == purpose)


def _home_status(question: Question, equivalences: tuple[ServiceEquivalence, ...], home: Reliance | None) -> RuleOutcome:
    """Ask the authority's own region, where the agreement says what its statuses count as."""
    content = home.content if home else None
    enacted = [state for found in equivalences if (state := found.state_at(question.at)) and state.enacted]
    if not enacted or content is None or not question.authorities:
        return rules.skipped(Rule.HOME_STATUS, "no agreement in force, or no list of the authority's region")
    states = [
        found.state
        for found in content.states_at(question.at)
        if not found.state.extensions.entry and is_listed(question.authorities[0], found.service.certificates)
    ]
    verdicts = [
        equivalence.statuses.approves(state.status)
        for equivalence in enacted
        for state in states
        if state.type in {kind.type for kind in equivalence.pointed}
    ]
    if not verdicts:
        return rules.skipped(Rule.HOME_STATUS, "the authority's region does not list the issuing authority itself")
    answer = True if True in verdicts else False if False in verdicts else None
    return rules.judged(Rule.HOME_STATUS, answer, rules.joined(rules.since(state.status, state.since) for state in states))
