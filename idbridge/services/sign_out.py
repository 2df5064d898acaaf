"""Signing out: at a portal's request (RP-initiated logout), and from the bridge's own pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from idbridge.oidc.clients import Client
from idbridge.oidc.keys import SigningKeys
from idbridge.oidc.logout import AskToSignOut, EndSession, judge_logout, read_logout
from idbridge.oidc.parameters import Pairs
from idbridge.services.clients import KnownClients
from idbridge.services.grants import LiveGrants
from idbridge.services.release import Release
from idbridge.services.sessions import Sessions, SignedIn


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about a request to sign out, which portal asked (None: it did not say), and who is signed in."""

    step: EndSession | AskToSignOut
    client: Client | None
    signed_in: SignedIn | None


class SigningOut:
    """The use case. Methods raise `StoreUnavailable`."""

    def __init__(self, issuer: str, clients: KnownClients, sessions: Sessions, grants: LiveGrants, release: Release) -> None:
        self._issuer = issuer
        self._clients = clients
        self._sessions = sessions
        self._grants = grants
        self._release = release

    def judge(self, pairs: Pairs, session: str | None, keys: SigningKeys, now: datetime) -> Decision:
        """Judge a portal's request. Raises `DirectRefusal`. Nobody is signed out yet."""
        request = read_logout(pairs, keys=keys, issuer=self._issuer)
        client = self._clients.get(request.client_id, now) if request.client_id else None
        signed_in = self._sessions.find(session)
        subject = self._release.subject(signed_in.person, client) if signed_in and client else None
        step = judge_logout(request, client, session=signed_in.session if signed_in else None, subject=subject)
        return Decision(step, client, signed_in)

    def end(self, signed_in: SignedIn) -> None:
        """End the session and what was given in it; what was given for offline use lives on."""
        self._sessions.end(signed_in.session.sid)
        self._grants.end_of_session(signed_in.session.sid)
