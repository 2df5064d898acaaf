"""Grants while they live: where codes and access tokens are kept, and the ways a grant ends.

A grant's identifier is the digest of its code, so that whoever replays the code names the grant by it. An access token counts
for nothing without its grant: ending a grant is one deletion, whatever was or will be issued under it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from idbridge.identity.person import LinkId, PersonId
from idbridge.identity.release import ReleasePlan, plan_release
from idbridge.oidc.grants import (
    ACCESS_TOKEN_LIFETIME,
    CODE_LIFETIME,
    TOMBSTONE_LIFETIME,
    AccessTokenRecord,
    CodeRecord,
    CodeTombstone,
    Grant,
)
from idbridge.services.sessions import SESSION_SECONDS
from idbridge.storage.expiring import Add, Expiring, Kind, Put, Tombstone
from idbridge.storage.ports import OfflineGrants
from idbridge.storage.records import GrantId

_LIFE = int((CODE_LIFETIME + ACCESS_TOKEN_LIFETIME).total_seconds())


@dataclass(frozen=True, slots=True)
class OfflineDetails:
    """What it takes to refresh a grant: the grant, the claims agreed to by name, the login's link, and the languages asked for.

    `claims_locales` and `ui_locales` are the authorization request's.
    """

    grant: Grant
    plan: ReleasePlan
    link: LinkId
    claims_locales: tuple[str, ...] = ()
    ui_locales: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveGrant:
    """A grant with the claims it releases, in the values they had when it was given or last refreshed."""

    details: OfflineDetails
    userinfo: dict[str, Any] = field(repr=False)
    id_token: dict[str, Any] = field(repr=False)

    @property
    def grant(self) -> Grant:
        """The grant itself."""
        return self.details.grant

    def userinfo_of(self, scopes: tuple[str, ...]) -> dict[str, Any]:
        """Return the claims that a token of these scopes opens, which may be fewer than the grant's (RFC 6749 §6)."""
        if scopes == self.grant.scopes:
            return self.userinfo
        opened = plan_release(scopes, self.grant.claims).userinfo
        return {name: value for name, value in self.userinfo.items() if name.partition("#")[0] in opened}


CODE = Kind("code", int(CODE_LIFETIME.total_seconds()), CodeRecord, remembered=int(TOMBSTONE_LIFETIME.total_seconds()))
GRANT = Kind("grant", _LIFE, LiveGrant)
ACCESS = Kind("access", int(ACCESS_TOKEN_LIFETIME.total_seconds()), AccessTokenRecord)
GRANTS_OF_SESSION = Kind("grants-of-session", SESSION_SECONDS, str)
GRANTS_TO_CLIENT = Kind("grants-to-client", SESSION_SECONDS, str)


class LiveGrants:
    """The grants of the instance that a token may be used under now."""

    def __init__(self, expiring: Expiring, offline: OfflineGrants) -> None:
        self._expiring = expiring
        self._offline = offline

    def give(self, live: LiveGrant, record: CodeRecord) -> None:
        """Store a new grant and its code (under the grant's identifier), and where each will be looked for."""
        grant = live.grant
        self._expiring.put_many(
            Put(GRANT, grant.grant_id, live),
            Put(CODE, grant.grant_id, record),
            Add(GRANTS_OF_SESSION, grant.session, grant.grant_id),
            Add(GRANTS_TO_CLIENT, f"{grant.person} {grant.client_id}", grant.grant_id),
        )

    def redeem(self, grant_id: str) -> tuple[LiveGrant | None, CodeRecord | CodeTombstone | None]:
        """Take a code, once, with its grant; later callers get what is left of both.

        Whoever takes the code read the grant before any replay could be noticed and end it.
        """
        found = self._expiring.get_then_swap(GRANT, CODE, grant_id)
        live, taken = found
        return live, CodeTombstone(grant_id) if isinstance(taken, Tombstone) else taken

    def find(self, grant_id: str) -> LiveGrant | None:
        """Return the grant while it lives."""
        return self._expiring.get(GRANT, grant_id)

    def renew(self, live: LiveGrant) -> None:
        """Store an offline grant's claims anew for the life of another access token."""
        self._expiring.put(GRANT, live.grant.grant_id, live)

    def keep_access(self, digest: str, record: AccessTokenRecord) -> None:
        """Store an access token's record under the token's digest."""
        self._expiring.put(ACCESS, digest, record)

    def find_access(self, digest: str) -> AccessTokenRecord | None:
        """Return an access token's record."""
        return self._expiring.get(ACCESS, digest)

    def forget_access(self, digest: str) -> None:
        """Make one access token worthless, and nothing else."""
        self._expiring.delete(ACCESS, digest)

    def end(self, grant_id: str, now: datetime) -> None:
        """End a grant with all its tokens, also those that are being issued at this moment."""
        self._offline.revoke(GrantId(grant_id), now)
        self._expiring.delete(GRANT, grant_id)

    def end_of_session(self, sid: str) -> None:
        """End what was given in a session and does not outlive it."""
        for grant_id in self._expiring.members(GRANTS_OF_SESSION, sid):
            live = self._expiring.get(GRANT, grant_id)
            if live is not None and not live.grant.is_offline:
                self._expiring.delete(GRANT, grant_id)
        self._expiring.delete(GRANTS_OF_SESSION, sid)

    def end_to_client(self, person: PersonId, client_id: str, now: datetime) -> None:
        """End everything a person gave to a portal (a consent was withdrawn)."""
        name = f"{person} {client_id}"
        ended = self._offline.revoke_for(person, client_id, now)
        for grant_id in {*ended, *self._expiring.members(GRANTS_TO_CLIENT, name)}:
            self._expiring.delete(GRANT, grant_id)
        self._expiring.delete(GRANTS_TO_CLIENT, name)
