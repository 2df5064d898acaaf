"""Whose account a login is, and when a person may have one more, or one less.

An account belongs to a person by (issuer, subject) alone. A second one is linked by proof at both ends: two fresh logins, in
one browser, with the person's consent. Nothing here is ever decided by a name, a birth date, a document, an address or a
number: two people can share each. What is decided here is stored atomically, and once more refused there when others were
faster, by `idbridge.storage`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from idbridge.identity.assertion import RegionAssertion
from idbridge.identity.assurance import Assurance
from idbridge.identity.person import Link, LinkId, Person, PersonId

LINKING_FRESHNESS = timedelta(minutes=10)
"""How old either login may be: long enough for an app with a QR code, too short for a browser that was left open."""

CLOCK_SKEW = timedelta(seconds=60)
"""How far in the future a region's authentication time may lie."""

LinkingFault = Literal[
    "other-browser",
    "no-consent",
    "stale-login",
    "stale-second-login",
    "insufficient",
    "taken",
    "already-linked",
    "unknown",
    "last",
]


class LinkingRefusal(Exception):
    """An account may not be linked or unlinked; `code` says which rule stands against it."""

    def __init__(self, code: LinkingFault) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Created:
    """A first login: store both."""

    person: Person
    link: Link


@dataclass(frozen=True, slots=True)
class Found:
    """A known account; `refreshed` means that the region told something new and `link` has to be stored again."""

    person: Person
    link: Link
    refreshed: bool


def needs_attributes(assertion: RegionAssertion, held: Link | None) -> bool:
    """Say whether a region that gives attributes separately has to be asked: never asked before, or its data changed since."""
    if assertion.attributes is not None:
        return False
    return held is None or held.attributes is None or held.version != assertion.version


def resolve(assertion: RegionAssertion, held: tuple[Person, Link] | None, new_ids: tuple[PersonId, LinkId]) -> Created | Found:
    """Say whose login it is. *held* is what the store has for (issuer, subject); *new_ids* are used when it has nothing.

    A changed version without attributes (the person let the region's question go unanswered) leaves the link as it is, so
    that the next login asks again.
    """
    if held is None:
        return _first_login(assertion, *new_ids)
    person, link = held
    if (link.issuer, link.subject) != (assertion.issuer, assertion.subject):
        raise ValueError("the store returned another account's link")
    told_anew = assertion.attributes is not None and (
        assertion.version != link.version or assertion.attributes != link.attributes
    )
    if told_anew:
        link = replace(link, version=assertion.version, attributes=assertion.attributes)
    return Found(person, link, refreshed=told_anew)


def _first_login(assertion: RegionAssertion, person: PersonId, link: LinkId) -> Created:
    return Created(Person(person, assertion.authenticated_at), _link_of(assertion, person, link))


def _link_of(assertion: RegionAssertion, person: PersonId, link: LinkId) -> Link:
    return Link(
        id=link,
        person=person,
        region=assertion.region,
        issuer=assertion.issuer,
        subject=assertion.subject,
        linked_at=assertion.authenticated_at,
        last_used_at=assertion.authenticated_at,
        version=assertion.version if assertion.attributes is not None else "",
        attributes=assertion.attributes,
    )


@dataclass(frozen=True, slots=True)
class LinkingAttempt:
    """A signed-in person who came back from another provider.

    `browser` values are whatever binds a step to one browser (a digest of its session cookie); empty never matches.
    `owner` is who holds the other account already.
    """

    person: PersonId
    authenticated_at: datetime
    assurance: Assurance
    browser: str
    second: RegionAssertion
    second_browser: str
    consented: bool
    owner: PersonId | None


def second_link(attempt: LinkingAttempt, link: LinkId, now: datetime, least: Assurance = Assurance.LOW) -> Link:
    """Return the link to store. Both logins have to reach *least*. Raises `LinkingRefusal`."""
    rules: tuple[tuple[LinkingFault, bool], ...] = (
        ("other-browser", not attempt.browser or attempt.browser != attempt.second_browser),
        ("no-consent", not attempt.consented),
        ("stale-login", not _is_fresh(attempt.authenticated_at, now)),
        ("stale-second-login", not _is_fresh(attempt.second.authenticated_at, now)),
        ("insufficient", min(attempt.assurance, attempt.second.assurance) < least),
        ("already-linked", attempt.owner == attempt.person),
        ("taken", attempt.owner is not None),
    )
    for fault, stands in rules:
        if stands:
            raise LinkingRefusal(fault)
    return _link_of(attempt.second, attempt.person, link)


def _is_fresh(authenticated_at: datetime, now: datetime) -> bool:
    return -CLOCK_SKEW <= now - authenticated_at <= LINKING_FRESHNESS


def link_to_remove(links: tuple[Link, ...], link: LinkId) -> Link:
    """Return the person's link that may be removed. Raises `LinkingRefusal`: ``unknown``, or ``last``."""
    found = next((held for held in links if held.id == link), None)
    if found is None:
        raise LinkingRefusal("unknown")
    if len(links) == 1:
        raise LinkingRefusal("last")
    return found
