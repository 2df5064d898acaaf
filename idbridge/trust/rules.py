"""The rules that every way of recognition has, and how a rule's outcome is made."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from idbridge.trust.answers import Outcome, Question, Rule, RuleOutcome
from idbridge.trust.entries import KEY_USAGES, PURPOSES, SERVICE_PURPOSES
from idbridge.trust.model import ServiceState
from idbridge.trust.vocabulary import Scheme, Uri


def judged(rule: Rule, answer: bool | None, detail: str = "") -> RuleOutcome:
    """Return the outcome of a rule that answered yes, no, or cannot tell."""
    outcome = Outcome.UNKNOWN if answer is None else Outcome.PASSED if answer else Outcome.FAILED
    return RuleOutcome(rule, outcome, detail)


def skipped(rule: Rule, detail: str) -> RuleOutcome:
    """Return the outcome of a rule that does not apply."""
    return RuleOutcome(rule, Outcome.SKIPPED, detail)


def path(question: Question) -> RuleOutcome:
    """Return what validating the path came to; an indication that we do not know is an open one."""
    return judged(Rule.PATH, {"PASSED": True, "FAILED": False}.get(question.indication), question.indication)


def signature(question: Question) -> RuleOutcome:
    """Return what became of the signature that is asked about: a recognised certificate makes no broken one count."""
    if question.signature is None:
        return skipped(Rule.SIGNATURE, "asked about a certificate alone")
    return judged(Rule.SIGNATURE, {"PASSED": True, "FAILED": False}.get(question.signature), question.signature)


def scheme(question: Question, found: Scheme) -> RuleOutcome:
    """Return whether *found* is the scheme asked about."""
    if question.scheme is None:
        return skipped(Rule.SCHEME, f"any scheme; this is {found}")
    return judged(Rule.SCHEME, question.scheme == found, f"asked under {question.scheme}; this is {found}")


def purpose(question: Question, information: Iterable[Uri]) -> RuleOutcome:
    """Return whether the purpose is one that the additional service *information* limits a service to, if it does."""
    stated = {PURPOSES[uri] for uri in information if uri in PURPOSES}
    if not stated:
        return skipped(Rule.PURPOSE, "the service is not limited to a purpose")
    return judged(Rule.PURPOSE, question.purpose in stated, f"{question.purpose}; for {joined(stated)}")


def key_usage(question: Question) -> RuleOutcome:
    """Return whether the certificate itself allows the purpose (RFC 5280 §4.2.1.3, §4.2.1.12).

    The encryption half of a pair of certificates signs nothing; nor does one for services alone sign for its holder.
    """
    content = question.content
    usage, extended = content.key_usage, content.extended_key_usage
    fits = usage is None or bool(usage & KEY_USAGES[question.purpose])
    serves = bool(extended) and extended <= SERVICE_PURPOSES
    return judged(Rule.KEY_USAGE, fits and not serves, f"{joined(usage or ()) or 'any'}; {joined(extended) or 'any'}")


def status(at: datetime, state: ServiceState) -> RuleOutcome:
    """Return whether a service of the list was approved *at* the time; *state* is the one then, or the first if it is later."""
    if at < state.since:
        return judged(Rule.STATUS, answer=False, detail=f"begins {state.since:%Y-%m-%dT%H:%M:%SZ}")
    if state.extensions.unknown_critical:
        return judged(Rule.STATUS, None, f"limited by what is not understood: {state.extensions.unknown_critical[0]}")
    return judged(Rule.STATUS, state.granted, since(state.status, state.since))


def since(status: str, time: datetime) -> str:
    """Return a status and its starting time, as evidence."""
    return f"{status} since {time:%Y-%m-%dT%H:%M:%SZ}"


def joined(values: Iterable[object]) -> str:
    """Return *values* as evidence, in a stable order."""
    return ", ".join(sorted(map(str, values)))
