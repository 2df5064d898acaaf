"""What a client is given: the ID token's claims and signature, the token response, userinfo.

Which of a person's claims are released is `identity.release`'s to say; they arrive here as `released` and can never stand
in for a claim of the protocol.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from idbridge.oidc.grants import Grant

ID_TOKEN_LIFETIME = timedelta(minutes=10)  # it is read at once; as a hint it may be expired


def id_token_claims(
    grant: Grant, *, issuer: str, released: Mapping[str, object], access_token: str, nonce: str | None, now: datetime
) -> dict[str, object]:
    """Return the claims of an ID token (OpenID Connect Core §2).

    *nonce* is the authorization request's, None at a refresh (§12.2).
    """
    issued_at = int(now.timestamp())
    claims: dict[str, object] = {
        **released,
        "iss": issuer,
        "sub": grant.subject,
        "aud": grant.client_id,
        "exp": issued_at + int(ID_TOKEN_LIFETIME.total_seconds()),
        "iat": issued_at,
        "auth_time": int(grant.authenticated_at.timestamp()),
        "acr": grant.acr.acr,
        "sid": grant.sid,
        "at_hash": _at_hash(access_token),
    }
    if grant.methods:
        claims["amr"] = list(grant.methods)
    if nonce is not None:
        claims["nonce"] = nonce
    return claims


def _at_hash(access_token: str) -> str:
    """Return the left half of the hash of ES256 and RS256, SHA-256, in base64url (OpenID Connect Core §3.1.3.6)."""
    return urlsafe_b64encode(sha256(access_token.encode()).digest()[:16]).rstrip(b"=").decode()


def token_response(
    *, access_token: str, lifetime: timedelta, scopes: tuple[str, ...], id_token: str, refresh_token: str | None = None
) -> dict[str, object]:
    """Return the members of a successful token response (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3)."""
    response: dict[str, object] = {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": int(lifetime.total_seconds()),
        "scope": " ".join(scopes),
        "id_token": id_token,
    }
    if refresh_token is not None:
        response["refresh_token"] = refresh_token
    return response


def userinfo(grant: Grant, released: Mapping[str, object]) -> dict[str, object]:
    """Return the members of a userinfo response (OpenID Connect Core §5.3.2)."""
    return {**released, "sub": grant.subject}
