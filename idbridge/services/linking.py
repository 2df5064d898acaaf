"""A person's links: a second region added by two fresh logins and a yes, one taken away, and what ends with it.

The rules are `identity.linking`'s; here the second login waits for the yes, is taken once, and the store settles races.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from idbridge.identity.assertion import RegionAssertion
from idbridge.identity.linking import LinkingAttempt, LinkingRefusal, link_to_remove, second_link
from idbridge.identity.person import Link, LinkId
from idbridge.oidc.authorization import Session
from idbridge.services.sessions import Sessions, SignedIn
from idbridge.services.upstream import Arrived
from idbridge.storage.expiring import Expiring, Kind
from idbridge.storage.ports import AuditTrail, LinkRefused, Persons
from idbridge.storage.records import AuditEvent

ATTEMPT_SECONDS = 10 * 60
"""How long the question whether to link may stay open: as long as the logins count as fresh (`identity.linking`)."""


@dataclass(frozen=True, slots=True)
class SecondLogin:
    """A finished login at a second region, waiting for the person's yes in the same browser."""

    browser: str
    assertion: RegionAssertion


SECOND_LOGIN = Kind("second-login", ATTEMPT_SECONDS, SecondLogin)


class Linking:
    """The use cases on links. Raise `LinkingRefusal` when a rule stands against it, `StoreUnavailable` when a store is gone."""

    def __init__(self, expiring: Expiring, persons: Persons, audit: AuditTrail, sessions: Sessions) -> None:
        self._expiring = expiring
        self._persons = persons
        self._audit = audit
        self._sessions = sessions

    def keep(self, arrived: Arrived) -> str:
        """Keep the second login until the person has said yes; return its ticket."""
        ticket = secrets.token_urlsafe(24)
        self._expiring.put(SECOND_LOGIN, ticket, SecondLogin(arrived.flow.browser, arrived.assertion))
        return ticket

    def look(self, ticket: str, browser: str) -> RegionAssertion:
        """Return the second login, to ask about. Raises `LinkingRefusal` ``unknown``."""
        kept = self._expiring.get(SECOND_LOGIN, ticket)
        if kept is None or kept.browser != browser:
            raise LinkingRefusal("unknown")
        return kept.assertion

    def forget(self, ticket: str, browser: str) -> None:
        """The person said no."""
        self.look(ticket, browser)
        self._expiring.delete(SECOND_LOGIN, ticket)

    def confirm(self, ticket: str, signed_in: SignedIn, browser: str, now: datetime) -> Link:
        """Link: the person has said yes. Of several confirmations of one ticket, one succeeds."""
        kept = self._expiring.take(SECOND_LOGIN, ticket)
        if kept is None:
            raise LinkingRefusal("unknown")
        held = self._persons.find_by_link(kept.assertion.issuer, kept.assertion.subject)
        session: Session = signed_in.session
        attempt = LinkingAttempt(
            person=signed_in.person,
            authenticated_at=min(session.authenticated_at, session.established_at),
            assurance=session.assurance,
            browser=browser,
            second=kept.assertion,
            second_browser=kept.browser,
            consented=True,
            owner=held[0].id if held else None,
        )
        new = LinkId(secrets.token_urlsafe(16))
        return self._decided(signed_in, "link", lambda: self._persons.add_link(second_link(attempt, new, now)), now)

    def unlink(self, link: LinkId, signed_in: SignedIn, now: datetime) -> Link:
        """Take a link away, and end the sessions that came by it, the one that asks among them if it did."""
        removed = link_to_remove(self._persons.links(signed_in.person), link)

        def remove() -> Link:
            self._persons.remove_link(signed_in.person, link)
            return removed

        self._decided(signed_in, "unlink", remove, now)
        for other in self._sessions.of_person(signed_in.person):
            if other.link == link:
                self._sessions.end(other.session.sid)
        return removed

    def _decided(self, signed_in: SignedIn, action: str, step: Callable[[], Link], now: datetime) -> Link:
        """Do the step and write down that it was done, or why it was refused."""
        actor = f"person:{signed_in.person}"
        try:
            link = step()
        except LinkingRefusal as refusal:
            self._audit.append(AuditEvent(now, actor, action, actor, "refused", refusal.code))
            raise
        except LinkRefused as refusal:
            self._audit.append(AuditEvent(now, actor, action, actor, "refused", refusal.code))
            raise LinkingRefusal(refusal.code) from None
        self._audit.append(AuditEvent(now, actor, action, f"link:{link.id}"))
        return link
