"""Signed-in browsers: server-side sessions, and what ends with them.

A session stands under the digest of its cookie, which is also its ``sid`` inside the bridge. Grants that were given in it, and
the sessions of a person, are found through small index sets.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from idbridge.identity.person import LinkId, PersonId
from idbridge.oidc import opaque
from idbridge.oidc.authorization import Session
from idbridge.oidc.clients import ClientId
from idbridge.storage.expiring import Add, Expiring, Kind, Put

SESSION_SECONDS = 8 * 3600
"""The default life of a session: a working day. Settings may shorten or lengthen it."""
OWN_PAGES = ClientId("idbridge")
"""The client that the bridge's own pages sign in as; no portal can be registered under it."""

MAX_DEVICE = 300
"""Characters kept of a browser's description, for the person to recognise it by."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One signed-in browser: the provider's view of the login, the link it came by, and what the browser calls itself."""

    session: Session
    link: LinkId
    device: str = ""

    @property
    def person(self) -> PersonId:
        """Who is signed in."""
        return PersonId(self.session.person)

    @property
    def handle(self) -> str:
        """How the person's own pages name the session: its ``sid`` never leaves the bridge."""
        return self.session.sid_for(OWN_PAGES)


SESSION = Kind("session", SESSION_SECONDS, SignedIn)
SESSIONS_OF_PERSON = Kind("sessions-of-person", SESSION_SECONDS, str)


class Sessions:
    """The sessions of the instance."""

    def __init__(self, expiring: Expiring, lifetime: int) -> None:
        self._expiring = expiring
        self._lifetime = lifetime

    def find(self, token: str | None) -> SignedIn | None:
        """Return who is signed in with this cookie."""
        return self._expiring.get(SESSION, opaque.digest(token)) if token else None

    def begin(self, signed_in: SignedIn, replacing: str | None) -> tuple[str, SignedIn]:
        """Store a new session and end the one it replaces; return its cookie, and the session under its ``sid``."""
        token = secrets.token_urlsafe(32)
        sid = opaque.digest(token)
        stored = replace(signed_in, session=replace(signed_in.session, sid=sid), device=signed_in.device[:MAX_DEVICE])
        self._expiring.put_many(
            Put(SESSION, sid, stored, self._lifetime),
            Add(SESSIONS_OF_PERSON, stored.session.person, sid, self._lifetime),
        )
        if replacing:
            self.end(opaque.digest(replacing))
        return token, stored

    def update(self, signed_in: SignedIn) -> bool:
        """Store a changed session; False when it was ended meanwhile, and stays ended."""
        return self._expiring.replace(SESSION, signed_in.session.sid, signed_in)

    def end(self, sid: str) -> SignedIn | None:
        """End a session; return what it was, None when there was none."""
        ended = self._expiring.take(SESSION, sid)
        if ended is not None:
            self._expiring.remove(SESSIONS_OF_PERSON, ended.session.person, sid)
        return ended

    def of_person(self, person: PersonId) -> tuple[SignedIn, ...]:
        """Return the person's sessions, newest first."""
        found = [self._expiring.get(SESSION, sid) for sid in self._expiring.members(SESSIONS_OF_PERSON, person)]
        live = [one for one in found if one is not None]
        return tuple(sorted(live, key=lambda one: one.session.established_at, reverse=True))
