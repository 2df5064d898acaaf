"""What an authorization gave: the grant, its code, and its tokens, as values; and how each is judged when it comes back.

The caller draws the random strings and keeps the records by `opaque.digest`. It guarantees two atomic verbs:

* a code is *swapped* for its `CodeTombstone` in one step: the first to present it sees the `CodeRecord`, everybody after sees
  the tombstone, until the code would long have expired;
* a refresh token's `used_at` is set by compare-and-set: one caller succeeds, all others have lost.

Whoever sees a tombstone or has lost gets a `Replayed` and must revoke the grant it names (RFC 6749 §4.1.2, RFC 9700 §4.14.2).
An access token is worth something only while its grant lives, so that nothing needs to be collected for that: even a token
written after the revocation is dead.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from idbridge.identity.assertion import RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.identity.claims_request import ClaimsRequest
from idbridge.oidc import pkce
from idbridge.oidc.authorization.request import AuthorizationRequest
from idbridge.oidc.authorization.steps import Answer, Standing
from idbridge.oidc.client_authentication import AuthenticatedClient
from idbridge.oidc.clients import ClientId
from idbridge.oidc.errors import BearerRefusal, EndpointRefusal, Fault
from idbridge.oidc.provider import OFFLINE_ACCESS, OPENID, ORGANISATION

CODE_LIFETIME = timedelta(seconds=60)  # RFC 6749 §4.1.2 recommends ten minutes at most; a redirect takes seconds
TOMBSTONE_LIFETIME = timedelta(minutes=10)  # how long a replay is still recognised as one
ACCESS_TOKEN_LIFETIME = timedelta(minutes=10)
REFRESH_TOKEN_LIFETIME = timedelta(days=30)  # since its issue: a portal that does not come back is forgotten
OFFLINE_LIFETIME = timedelta(days=365)  # since the consent: nobody's yes is for ever


@dataclass(frozen=True, slots=True)
class Grant:
    """What one authorization allows one client, of whom, and how that person signed in.

    `subject` and `sid` are as the client sees them, `person` and `session` as the bridge does. `acr` is the level to state.
    """

    grant_id: str
    client_id: ClientId
    person: str
    subject: str
    session: str = field(repr=False)
    sid: str
    scopes: tuple[str, ...]
    claims: ClaimsRequest
    region: RegionCode
    acr: Assurance
    methods: tuple[str, ...]
    authenticated_at: datetime
    authorized_at: datetime
    organisation: str | None = None

    @property
    def is_offline(self) -> bool:
        """Whether the grant outlives the session, by refresh tokens."""
        return OFFLINE_ACCESS in self.scopes

    @property
    def expires_at(self) -> datetime:
        """When the grant ends by itself: then no token of it is of any worth."""
        longest = OFFLINE_LIFETIME if self.is_offline else CODE_LIFETIME + ACCESS_TOKEN_LIFETIME
        return self.authorized_at + longest


@dataclass(frozen=True, slots=True)
class CodeRecord:
    """What is kept of an authorization code: to whom it was given and what it takes to redeem it."""

    grant_id: str
    client_id: ClientId
    redirect_uri: str
    expires_at: datetime
    code_challenge: str | None = field(default=None, repr=False)
    nonce: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CodeTombstone:
    """What is left of a code once it was presented."""

    grant_id: str


@dataclass(frozen=True, slots=True)
class AccessTokenRecord:
    """What is kept of an access token. `scopes` may be narrower than the grant's."""

    grant_id: str
    client_id: ClientId
    scopes: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RefreshTokenRecord:
    """What is kept of a refresh token; `used_at` is None until it was exchanged for its successor."""

    grant_id: str
    client_id: ClientId
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class Replayed(EndpointRefusal):
    """A code or refresh token came a second time: the caller revokes `grant_id`, then answers with this."""

    def __init__(self, fault: Fault, grant_id: str) -> None:
        super().__init__(fault, grant=grant_id)
        self.grant_id = grant_id


def grant_answer(
    request: AuthorizationRequest, standing: Standing, answer: Answer, *, grant_id: str, now: datetime
) -> tuple[Grant, CodeRecord]:
    """Make the grant that *answer* allows, and the record of its code."""
    session = standing.session
    grant = Grant(
        grant_id=grant_id,
        client_id=request.client_id,
        person=session.person,
        subject=standing.subject,
        session=session.sid,
        sid=session.sid_for(request.client_id),
        scopes=request.scopes,
        claims=request.claims,
        region=session.region,
        acr=answer.acr,
        methods=session.methods,
        authenticated_at=session.authenticated_at,
        authorized_at=now,
        organisation=session.organisation if ORGANISATION in request.scopes else None,
    )
    code = CodeRecord(
        grant_id=grant_id,
        client_id=request.client_id,
        redirect_uri=request.redirect_uri,
        expires_at=now + CODE_LIFETIME,
        code_challenge=request.code_challenge,
        nonce=request.nonce,
    )
    return grant, code


@dataclass(frozen=True, slots=True)
class CodeRedemption:
    """A request to exchange a code for tokens."""

    code: str = field(repr=False)
    redirect_uri: str | None
    code_verifier: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class RefreshRequest:
    """A request to exchange a refresh token for new tokens; `scopes` None asks for what was granted."""

    refresh_token: str = field(repr=False)
    scopes: tuple[str, ...] | None


def redeem_code(
    record: CodeRecord | CodeTombstone | None, redemption: CodeRedemption, client: AuthenticatedClient, now: datetime
) -> CodeRecord:
    """Judge a redemption by what the swap gave (None: no such code, or long expired). Raises `EndpointRefusal`, `Replayed`.

    The swap has happened whatever comes out: a code that was presented by the wrong client, or with a wrong verifier, is
    known to somebody whom it was not given to, and is spent.
    """
    if record is None:
        raise EndpointRefusal(Fault.CODE_UNKNOWN, client=client.client_id)
    if isinstance(record, CodeTombstone):
        raise Replayed(Fault.CODE_REPLAYED, record.grant_id)
    if record.client_id != client.client_id:
        raise EndpointRefusal(Fault.CODE_OF_ANOTHER_CLIENT, client=client.client_id)
    if now >= record.expires_at:
        raise EndpointRefusal(Fault.CODE_EXPIRED, client=client.client_id, expired_at=record.expires_at.isoformat())
    # The authorization request always held redirect_uri, so the redemption must (RFC 6749 §4.1.3).
    if redemption.redirect_uri != record.redirect_uri:
        raise EndpointRefusal(Fault.CODE_REDIRECT_URI_MISMATCH, client=client.client_id)
    pkce.check_verifier(record.code_challenge, redemption.code_verifier)
    return record


def judge_refresh(
    record: RefreshTokenRecord | None, grant: Grant | None, request: RefreshRequest, client: AuthenticatedClient, now: datetime
) -> tuple[Grant, tuple[str, ...]]:
    """Judge a refresh; return the grant and the scopes of the new access token. Raises `EndpointRefusal`, `Replayed`.

    *grant* is the record's, None when it was revoked. The caller then marks the record used by compare-and-set, raises
    `refresh_replayed` when it lost, and issues the successor.
    """
    if record is None:
        raise EndpointRefusal(Fault.REFRESH_TOKEN_UNKNOWN, client=client.client_id)
    if record.client_id != client.client_id:
        raise EndpointRefusal(Fault.REFRESH_TOKEN_OF_ANOTHER_CLIENT, client=client.client_id)
    if record.used_at is not None:
        raise refresh_replayed(record)
    if grant is None or grant.grant_id != record.grant_id:
        raise EndpointRefusal(Fault.GRANT_REVOKED, client=client.client_id)
    if now >= min(record.expires_at, grant.expires_at):
        raise EndpointRefusal(Fault.REFRESH_TOKEN_EXPIRED, client=client.client_id)
    scopes = grant.scopes if request.scopes is None else request.scopes
    # RFC 6749 §6: MUST NOT include any scope not originally granted.
    if not set(scopes) <= set(grant.scopes):
        raise EndpointRefusal(Fault.SCOPE_WIDENED, client=client.client_id)
    return grant, scopes


def refresh_replayed(record: RefreshTokenRecord) -> Replayed:
    """The refusal of a refresh token that was used before, or that another request was quicker to use."""
    return Replayed(Fault.REFRESH_TOKEN_REPLAYED, record.grant_id)


def access_token_record(grant: Grant, scopes: tuple[str, ...], now: datetime) -> AccessTokenRecord:
    """Make the record of a new access token."""
    return AccessTokenRecord(grant.grant_id, grant.client_id, scopes, now, min(now + ACCESS_TOKEN_LIFETIME, grant.expires_at))


def refresh_token_record(grant: Grant, now: datetime) -> RefreshTokenRecord:
    """Make the record of a new refresh token, first or successor."""
    return RefreshTokenRecord(grant.grant_id, grant.client_id, now, min(now + REFRESH_TOKEN_LIFETIME, grant.expires_at))


def judge_access(record: AccessTokenRecord | None, grant: Grant | None, now: datetime) -> Grant:
    """Judge an access token at userinfo; return the grant as far as the token goes. Raises `BearerRefusal`.

    *grant* is the record's, None when it was revoked or is unknown.
    """
    if record is None:
        raise BearerRefusal(Fault.TOKEN_INVALID, reason="unknown")
    if grant is None or grant.grant_id != record.grant_id:
        raise BearerRefusal(Fault.TOKEN_INVALID, reason="revoked", client=record.client_id)
    if now >= min(record.expires_at, grant.expires_at):
        raise BearerRefusal(Fault.TOKEN_INVALID, reason="expired", client=record.client_id)
    # A refresh may have left openid out; what is then granted is no OpenID Connect any more.
    if OPENID not in record.scopes:
        raise BearerRefusal(Fault.TOKEN_WITHOUT_OPENID, client=record.client_id)
    return replace(grant, scopes=record.scopes)
