"""The endpoints that portals call themselves: token, userinfo, revocation, introspection.

Requests are judged by `oidc`; here records are fetched, the atomic verbs used, and what was replayed is ended.
"""

from __future__ import annotations

import secrets
from datetime import datetime

import msgspec

from idbridge.identity.person import PersonId
from idbridge.oidc import opaque
from idbridge.oidc.bearer import read_bearer
from idbridge.oidc.client_authentication import AuthenticatedClient, authenticate, read_credentials
from idbridge.oidc.clients import ClientId
from idbridge.oidc.errors import EndpointRefusal, Fault
from idbridge.oidc.grants import (
    ACCESS_TOKEN_LIFETIME,
    AccessTokenRecord,
    CodeRedemption,
    Grant,
    RefreshRequest,
    RefreshTokenRecord,
    Replayed,
    access_token_record,
    judge_access,
    judge_refresh,
    redeem_code,
    refresh_token_record,
)
from idbridge.oidc.keys import SigningKeys
from idbridge.oidc.parameters import Pairs, Parameters
from idbridge.oidc.token_management import (
    NothingToRevoke,
    RevokeAccessToken,
    RevokeGrant,
    introspect,
    judge_revocation,
    read_token,
)
from idbridge.oidc.token_request import read_form, read_token_request
from idbridge.oidc.tokens import id_token_claims, token_response, userinfo
from idbridge.services.clients import KnownClients
from idbridge.services.grants import LiveGrant, LiveGrants, OfflineDetails
from idbridge.services.release import Release
from idbridge.storage.ports import OfflineGrants, Persons
from idbridge.storage.records import GrantId, OfflineGrant, Reused


class Tokens:
    """The use cases of the token family. Each raises `EndpointRefusal` (or its kinds) and `StoreUnavailable`."""

    def __init__(
        self,
        issuer: str,
        clients: KnownClients,
        grants: LiveGrants,
        offline: OfflineGrants,
        persons: Persons,
        release: Release,
    ) -> None:
        self._issuer = issuer
        self._clients = clients
        self._grants = grants
        self._offline = offline
        self._persons = persons
        self._release = release

    # --- /oauth/token ------------------------------------------------------------------------------------------------

    def token(self, authorization: str | None, pairs: Pairs, keys: SigningKeys, now: datetime) -> dict[str, object]:
        """Exchange a code or a refresh token (RFC 6749 §§4.1.3, 6)."""
        form = read_form(pairs)
        client = self._client(authorization, form, now)
        wanted = read_token_request(form)
        try:
            if isinstance(wanted, CodeRedemption):
                return self._redeem(wanted, client, keys, now)
            return self._refresh(wanted, client, keys, now)
        except Replayed as replayed:
            self._grants.end(replayed.grant_id, now)
            raise

    def _redeem(
        self, redemption: CodeRedemption, client: AuthenticatedClient, keys: SigningKeys, now: datetime
    ) -> dict[str, object]:
        live, taken = self._grants.redeem(opaque.digest(redemption.code))
        record = redeem_code(taken, redemption, client, now)
        if live is None:  # ended between authorization and redemption: signed out, consent withdrawn
            raise EndpointRefusal(Fault.GRANT_REVOKED, client=client.client_id)
        refresh_token = None
        if live.grant.is_offline:
            refresh_token = self._begin_offline(live, now)
        return self._issue(live, client, live.grant.scopes, record.nonce, refresh_token, keys, now)

    def _begin_offline(self, live: LiveGrant, now: datetime) -> str:
        """Return the first refresh token.

        When a replay of the code was faster, the grant is over and can never be stored: the one who took the code is answered
        like everybody who took one, and finds all tokens revoked.
        """
        token = secrets.token_urlsafe(32)
        grant = live.grant
        stored = OfflineGrant(
            id=GrantId(grant.grant_id),
            person=PersonId(grant.person),
            client_id=grant.client_id,
            created_at=now,
            expires_at=refresh_token_record(grant, now).expires_at,
            details=msgspec.json.encode(live.details),
        )
        self._offline.create(stored, token)
        return token

    def _refresh(
        self, wanted: RefreshRequest, client: AuthenticatedClient, keys: SigningKeys, now: datetime
    ) -> dict[str, object]:
        found = self._offline.find(wanted.refresh_token)
        details = msgspec.json.decode(found.details, type=OfflineDetails) if found else None
        record = _refresh_record(found) if found else None
        grant, scopes = judge_refresh(record, details.grant if details else None, wanted, client, now)
        successor = secrets.token_urlsafe(32)
        rotated = self._offline.rotate(wanted.refresh_token, client.client_id, successor, now)
        if isinstance(rotated, Reused):
            raise Replayed(Fault.REFRESH_TOKEN_REPLAYED, grant.grant_id)
        if rotated is None or details is None:
            raise EndpointRefusal(Fault.GRANT_REVOKED, client=client.client_id)
        live = self._renewed(details, client)
        self._grants.renew(live)
        if self._offline.find(successor) is None:  # revoked while we renewed it: what revocation ended must not live again
            self._grants.end(grant.grant_id, now)
            raise EndpointRefusal(Fault.GRANT_REVOKED, client=client.client_id)
        return self._issue(live, client, scopes, None, successor, keys, now)

    def _renewed(self, details: OfflineDetails, client: AuthenticatedClient) -> LiveGrant:
        """Return the grant with the claims as the region gives them now. Its link may have been removed: then it is over."""
        links = self._persons.links(PersonId(details.grant.person))
        link = next((one for one in links if one.id == details.link), None)
        if link is None:
            raise EndpointRefusal(Fault.GRANT_REVOKED, client=client.client_id)
        return self._release.renew(details, link, client)

    def _issue(
        self,
        live: LiveGrant,
        client: AuthenticatedClient,
        scopes: tuple[str, ...],
        nonce: str | None,
        refresh_token: str | None,
        keys: SigningKeys,
        now: datetime,
    ) -> dict[str, object]:
        access_token = secrets.token_urlsafe(32)
        self._grants.keep_access(opaque.digest(access_token), access_token_record(live.grant, scopes, now))
        claims = id_token_claims(
            live.grant, issuer=self._issuer, released=live.id_token, access_token=access_token, nonce=nonce, now=now
        )
        return token_response(
            access_token=access_token,
            lifetime=ACCESS_TOKEN_LIFETIME,
            scopes=scopes,
            id_token=keys.sign(claims, client.id_token_signed_response_alg),
            refresh_token=refresh_token,
        )

    # --- /oauth/userinfo ---------------------------------------------------------------------------------------------

    def userinfo(self, authorization: str | None, pairs: Pairs, now: datetime) -> dict[str, object]:
        """Answer with the claims that an access token opens (OpenID Connect Core §5.3); *pairs* are a POST's form."""
        token = read_bearer(authorization, pairs)
        record = self._grants.find_access(opaque.digest(token))
        live = self._grants.find(record.grant_id) if record else None
        grant = judge_access(record, live.grant if live else None, now)
        return userinfo(grant, live.userinfo_of(grant.scopes) if live else {})

    # --- /oauth/revoke and /oauth/introspect -------------------------------------------------------------------------

    def revoke(self, authorization: str | None, pairs: Pairs, now: datetime) -> None:
        """Take back a token (RFC 7009)."""
        form = read_form(pairs)
        client = self._client(authorization, form, now)
        token = read_token(form)
        match judge_revocation(self._record(token), client):
            case RevokeGrant(grant_id):
                self._grants.end(grant_id, now)
            case RevokeAccessToken():
                self._grants.forget_access(opaque.digest(token or ""))
            case NothingToRevoke():
                pass

    def introspect(self, authorization: str | None, pairs: Pairs, now: datetime) -> dict[str, object]:
        """Say what a token is worth (RFC 7662)."""
        form = read_form(pairs)
        client = self._client(authorization, form, now)
        token = read_token(form)
        record = self._record(token)
        return introspect(record, self._grant_of(record, token), client, issuer=self._issuer, now=now)

    def _record(self, token: str | None) -> AccessTokenRecord | RefreshTokenRecord | None:
        if token is None:
            return None
        record = self._grants.find_access(opaque.digest(token))
        if record is not None:
            return record
        found = self._offline.find(token)
        return _refresh_record(found) if found else None

    def _grant_of(self, record: AccessTokenRecord | RefreshTokenRecord | None, token: str | None) -> Grant | None:
        if isinstance(record, AccessTokenRecord):
            live = self._grants.find(record.grant_id)
            return live.grant if live else None
        found = self._offline.find(token) if token else None
        return msgspec.json.decode(found.details, type=OfflineDetails).grant if found else None

    def _client(self, authorization: str | None, form: Parameters, now: datetime) -> AuthenticatedClient:
        credentials = read_credentials(authorization, form)
        return authenticate(self._clients.get(credentials.client_id, now), credentials)


def _refresh_record(found: OfflineGrant) -> RefreshTokenRecord:
    """Return a refresh token as the core knows it. Of several uses at once, the store's atomic step says which is the first."""
    return RefreshTokenRecord(found.id, ClientId(found.client_id), found.created_at, found.expires_at, found.used_at)
