"""What each territory says about a certificate: recognised, not recognised, or cannot tell, and by which rule of which entry.

A territory speaks through its own list alone, so that recognition has a direction: that Guangdong's list recognises a
certificate type of Hong Kong says nothing about the reverse. It may recognise a certificate in three ways: as one of its own
authorities', by an entry for the certificate type, or by an agreement with the territory whose list approves the authority.

The path was validated before (`pki.paths`); here it is one of the rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from idbridge.trust import rules
from idbridge.trust.answers import Answer, Finding, Question, Recognition, Rule, best
from idbridge.trust.by_agreement import findings_by_agreement
from idbridge.trust.by_entry import findings_by_entry
from idbridge.trust.by_own_list import findings_by_own_list
from idbridge.trust.model import TrustList
from idbridge.trust.reliance import Reliance
from idbridge.trust.vocabulary import Territory

WAYS: Final = (findings_by_own_list, findings_by_entry, findings_by_agreement)
"""The ways in which a list can recognise a certificate."""


def recognise(question: Question, lists: Mapping[Territory, Reliance]) -> dict[Territory, Recognition]:
    """Return what each territory of *lists* says. An empty path is an error of the caller.

    :raises ValueError: the path is empty.
    """
    if not question.path:
        raise ValueError("the path has at least the certificate asked about")
    return {territory: recognise_by(territory, question, lists) for territory in lists}


def recognise_by(territory: Territory, question: Question, lists: Mapping[Territory, Reliance]) -> Recognition:
    """Return what *territory* says, by its list among *lists*."""
    reliance = lists[territory]
    content = reliance.content
    if content is None or reliance.signed is None:
        rule = rules.judged(Rule.LIST, None, f"the list of {territory} is {reliance.standing}")
        return Recognition(territory, Answer.CANNOT_TELL, Rule.LIST, (rule,))
    finding = _finding(question, content, lists)
    return Recognition(
        territory,
        finding.answer,
        finding.deciding,
        (rules.judged(Rule.LIST, answer=True, detail=f"sequence {content.sequence}"), *finding.rules),
        entry=finding.entry if finding.relevant and finding.entry else None,
        level=finding.level if finding.answer is Answer.RECOGNISED else None,
        scheme=finding.scheme,
        sequence=content.sequence,
        sha256=reliance.signed.sha256,
    )


def _finding(question: Question, content: TrustList, lists: Mapping[Territory, Reliance]) -> Finding:
    found = best([finding for way in WAYS for finding in way(question, content, lists)])
    if found is not None and (found.relevant or found.answer is not Answer.NOT_RECOGNISED):
        return found
    issuer = question.authorities[0].subject if question.authorities else question.path[0].issuer
    rule = rules.judged(Rule.ENTRY, answer=False, detail=f"the list has no entry for certificates of {issuer}")
    return Finding("", (rule,), relevant=False)
