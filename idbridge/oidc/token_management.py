"""Tokens that a client asks about or gives back: introspection (RFC 7662) and revocation (RFC 7009).

The caller looks the token up by its digest among access and refresh tokens, with the grant that it belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from idbridge.oidc import opaque
from idbridge.oidc.client_authentication import AuthenticatedClient
from idbridge.oidc.errors import EndpointRefusal, Fault
from idbridge.oidc.grants import AccessTokenRecord, Grant, RefreshTokenRecord
from idbridge.oidc.parameters import Parameters

TokenRecord: TypeAlias = AccessTokenRecord | RefreshTokenRecord


@dataclass(frozen=True, slots=True)
class RevokeGrant:
    """Revoke the grant, and so every token of it."""

    grant_id: str


@dataclass(frozen=True, slots=True)
class RevokeAccessToken:
    """Forget this one access token."""


@dataclass(frozen=True, slots=True)
class NothingToRevoke:
    """No such token, or it ended already: answered like a success (RFC 7009 §2.2)."""


def read_token(form: Parameters) -> str | None:
    """Return the token of a revocation or introspection request, None when it cannot be one of ours.

    ``token_type_hint`` may be wrong (RFC 7009 §2.1) and is not needed: one look tells. Raises `EndpointRefusal`.
    """
    token = form.take("token")
    form.take("token_type_hint")
    if token is None:
        raise EndpointRefusal(Fault.TOKEN_PARAMETER_MISSING)
    return token if opaque.is_wellformed(token) else None


def judge_revocation(
    record: TokenRecord | None, client: AuthenticatedClient
) -> RevokeGrant | RevokeAccessToken | NothingToRevoke:
    """Decide what a revocation ends. Raises `EndpointRefusal` for a token of another client (RFC 7009 §2.1).

    A used refresh token still revokes: whoever gives back the old one wants none of its successors to live.
    """
    if record is None:
        return NothingToRevoke()
    if record.client_id != client.client_id:
        raise EndpointRefusal(Fault.TOKEN_OF_ANOTHER_CLIENT, client=client.client_id)
    return RevokeGrant(record.grant_id) if isinstance(record, RefreshTokenRecord) else RevokeAccessToken()


def introspect(
    record: TokenRecord | None, grant: Grant | None, client: AuthenticatedClient, *, issuer: str, now: datetime
) -> dict[str, object]:
    """Return what *client* may know of a token (RFC 7662 §2.2).

    Raises `EndpointRefusal` for a public client: anybody could ask in its name (§2.1). Of a token of another client nothing is
    said but that it is not active, which is also the answer for one that is unknown, used, expired or revoked.
    """
    if client.is_public:
        raise EndpointRefusal(Fault.CLIENT_MAY_NOT, client=client.client_id)
    if record is None or grant is None or not _is_active(record, grant, client, now):
        return {"active": False}
    scopes = record.scopes if isinstance(record, AccessTokenRecord) else grant.scopes
    return {
        "active": True,
        "iss": issuer,
        "sub": grant.subject,
        "aud": grant.client_id,
        "client_id": grant.client_id,
        "scope": " ".join(scopes),
        "iat": int(record.issued_at.timestamp()),
        "exp": int(min(record.expires_at, grant.expires_at).timestamp()),
        **({"token_type": "Bearer"} if isinstance(record, AccessTokenRecord) else {}),
    }


def _is_active(record: TokenRecord, grant: Grant, client: AuthenticatedClient, now: datetime) -> bool:
    return (
        record.client_id == client.client_id
        and record.grant_id == grant.grant_id
        and now < min(record.expires_at, grant.expires_at)
        and not (isinstance(record, RefreshTokenRecord) and record.used_at is not None)
    )
