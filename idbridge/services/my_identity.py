"""What a signed-in person sees and decides on the bridge's own pages: links, consents, sign-ins, signed-in browsers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from idbridge.identity.assertion import Attributes, RegionCode
from idbridge.identity.consent import Consent
from idbridge.identity.names import best_name
from idbridge.identity.person import Link, PersonId
from idbridge.services.grants import LiveGrants
from idbridge.services.sessions import Sessions, SignedIn
from idbridge.storage.ports import AuditTrail, Consents, OfflineGrants, Persons, SignIns
from idbridge.storage.records import AuditEvent, OfflineGrant, SignIn

NEWEST = 50
"""Sign-ins shown on one page."""
OLDEST = 500
"""Sign-ins that can be paged back to."""


@dataclass(frozen=True, slots=True)
class Me:
    """A signed-in person: the session, the links, and the one that the session came by."""

    signed_in: SignedIn
    links: tuple[Link, ...]
    link: Link

    def name(self, language: str) -> str:
        """Return the person's name as this login's region gives it, in the page's language if it can; else empty."""
        return display_name(self.link.attributes, self.link.region, language)


def display_name(attributes: Attributes | None, region: RegionCode, language: str) -> str:
    """Return a name to greet somebody by; empty when none is known."""
    return best_name((attributes or Attributes()).names, "full", (language,), region) or ""


class MyIdentity:
    """The use cases. Methods raise `StoreUnavailable`."""

    def __init__(
        self,
        sessions: Sessions,
        persons: Persons,
        consents: Consents,
        sign_ins: SignIns,
        offline: OfflineGrants,
        grants: LiveGrants,
        audit: AuditTrail,
    ) -> None:
        self._sessions = sessions
        self._persons = persons
        self._consents = consents
        self._sign_ins = sign_ins
        self._offline = offline
        self._grants = grants
        self._audit = audit

    def me(self, session: str | None) -> Me | None:
        """Return who is signed in with this cookie; None also when the login's link was removed meanwhile."""
        signed_in = self._sessions.find(session)
        if signed_in is None:
            return None
        links = self._persons.links(signed_in.person)
        link = next((one for one in links if one.id == signed_in.link), None)
        return None if link is None else Me(signed_in, links, link)

    def consents(self, person: PersonId) -> tuple[Consent, ...]:
        """Return the consents in force, newest first."""
        return self._consents.list(person)

    def offline(self, person: PersonId, now: datetime) -> tuple[OfflineGrant, ...]:
        """Return what portals may do while the person is away."""
        return self._offline.list(person, now)

    def sign_ins(self, person: PersonId, count: int = NEWEST) -> tuple[SignIn, ...]:
        """Return the newest sign-ins."""
        return self._sign_ins.newest(person, min(count, OLDEST))

    def sessions(self, person: PersonId) -> tuple[SignedIn, ...]:
        """Return the browsers that are signed in."""
        return self._sessions.of_person(person)

    def withdraw(self, person: PersonId, client_id: str, now: datetime) -> tuple[Consent, ...]:
        """Withdraw the consents to a portal, and end what was given under them; return them."""
        ended = self._consents.withdraw(person, client_id, now)
        self._grants.end_to_client(person, client_id, now)
        self._audit.append(AuditEvent(now, f"person:{person}", "withdraw-consent", f"client:{client_id}"))
        return ended

    def end_session(self, person: PersonId, handle: str) -> bool:
        """Sign a browser of the person out, named as the pages name it; False when it is not the person's."""
        for one in self._sessions.of_person(person):
            if one.handle == handle:
                self._sessions.end(one.session.sid)
                self._grants.end_of_session(one.session.sid)
                return True
        return False
