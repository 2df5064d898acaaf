"""Whether a listed service stands for a certificate: as its issuer, or as an authority above that is of the same territory.

An approved root covers the authorities below it, but not those of another territory that it cross-certified: that would hand on
a recognition that nobody gave. Which authorities are another territory's, their lists and the list's own entries say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from idbridge.trust import rules
from idbridge.trust.answers import Question, Rule, RuleOutcome
from idbridge.trust.identities import is_listed
from idbridge.trust.model import Service, TrustList
from idbridge.trust.reliance import Reliance
from idbridge.trust.vocabulary import Territory


def place_of(question: Question, service: Service) -> int | None:
    """Return how many authorities of the path stand below *service*, None if it is not on the path."""
    listed = service.certificates
    return next((place for place, ca in enumerate(question.authorities) if is_listed(ca, listed)), None)


def coverage(question: Question, place: int, content: TrustList, lists: Mapping[Territory, Reliance]) -> RuleOutcome:
    """Judge whether a service of the list *content*, *place* authorities above the issuing one, stands for the certificate.

    With a list missing nobody can tell whose the authorities between are, unless there are none.
    """
    if place == 0:
        return rules.judged(Rule.SERVICE, answer=True, detail="the issuing authority itself")
    below = question.authorities[:place]
    if any(is_listed(ca, service.certificates) for service in _foreign(content, lists) for ca in below):
        return rules.judged(Rule.SERVICE, answer=False, detail="an authority of another territory stands below the service")
    if any(reliance.content is None for reliance in lists.values()):
        return rules.judged(Rule.SERVICE, None, "another territory's list is missing: its authorities are not known")
    return rules.judged(Rule.SERVICE, answer=True, detail="an authority above the issuing one")


def _foreign(content: TrustList, lists: Mapping[Territory, Reliance]) -> Iterator[Service]:
    """Walk through the services that are not *content*'s own: other lists' own ones, and those that its entries recognise."""
    for reliance in lists.values():
        other = reliance.content
        if other is not None and other is not content:
            yield from (service for _, service in other.services() if _territory(service, other) == other.territory)
    yield from (service for _, service in content.services() if _territory(service, content) != content.territory)


def _territory(service: Service, content: TrustList) -> Territory | None:
    entry = service.current.extensions.entry
    return content.territory if entry is None else entry.region
