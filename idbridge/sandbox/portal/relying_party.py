"""The portal's side of OpenID Connect: build the request, verify what comes back, refresh, ask userinfo, sign out.

Everything that a careful relying party checks is checked here, and refused with a code of `RelyingPartyRefusal`. Sessions
and pages are `site`'s.
"""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final
from urllib.parse import quote, urlencode

import jwt
import urllib3

from idbridge.clock import Clock

ALGORITHMS: Final = ("ES256", "RS256")
MAX_ANSWER: Final = 1 << 20
"""Bytes read of an answer: a megabyte is far above any token response or key set."""
CLOCK_SKEW: Final = 10
"""Seconds that the provider's clock may run ahead of or behind ours."""
REGISTERED_ERRORS: Final = frozenset(
    # RFC 6749 §4.1.2.1 and OpenID Connect Core §3.1.2.6; others are shown as "authorization_failed".
    (
        "access_denied",
        "invalid_request",
        "unauthorized_client",
        "unsupported_response_type",
        "invalid_scope",
        "server_error",
        "temporarily_unavailable",
        "interaction_required",
        "login_required",
        "account_selection_required",
        "consent_required",
        "unmet_authentication_requirements",
    )
)


@dataclass(frozen=True, slots=True)
class PortalConfig:
    """Who the provider is, who the portal is there, where the portal runs, and what time it is."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    base_url: str
    clock: Clock

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends the browser back to; registered there."""
        return f"{self.base_url}/callback"

    @property
    def signed_out_uri(self) -> str:
        """Where the provider sends the browser after signing out; registered there."""
        return f"{self.base_url}/signed-out"


@dataclass(frozen=True, slots=True)
class Pending:
    """What must be remembered of a request until its answer comes (one browser, one use)."""

    state: str
    nonce: str
    verifier: str = field(repr=False)
    max_age: int | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A verified sign-in: the claims of the ID token and of userinfo, and the tokens."""

    id_token: str = field(repr=False)
    claims: Mapping[str, Any]
    access_token: str = field(repr=False)
    expires_at: datetime | None
    refresh_token: str = field(default="", repr=False)
    userinfo: Mapping[str, Any] = field(default_factory=dict)


class RelyingPartyRefusal(Exception):
    """The sign-in did not succeed: `code` is an OAuth error of the provider's, or the check of ours that failed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RelyingParty:
    """One portal at one provider. Shared by threads; remembers only the provider's metadata and keys."""

    def __init__(self, config: PortalConfig, http: urllib3.PoolManager) -> None:
        self._config = config
        self._http = http
        self._metadata: Mapping[str, Any] = {}
        self._keys: dict[str, jwt.PyJWK] = {}

    def begin(self, wishes: Mapping[str, str]) -> tuple[str, Pending]:
        """Return the authorization URL and what to remember. *wishes* are further parameters (``scope``, ``prompt`` …)."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        pending = Pending(state, nonce, verifier, _seconds(wishes.get("max_age")))
        challenge = _base64url(sha256(pending.verifier.encode()).digest())
        query = {
            **wishes,
            "response_type": "code",
            "client_id": self._config.client_id,
            "redirect_uri": self._config.redirect_uri,
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._endpoint('authorization_endpoint')}?{urlencode(query)}", pending

    def complete(self, answer: Mapping[str, str], pending: Pending) -> SignedIn:
        """Judge the browser's return and redeem its code. Raises `RelyingPartyRefusal`."""
        _require(compare_digest(answer.get("state", "").encode(), pending.state.encode()), "state")
        _require(answer.get("iss") == self._config.issuer, "issuer")  # RFC 9207 §2.4
        if "error" in answer:
            raise RelyingPartyRefusal(answer["error"] if answer["error"] in REGISTERED_ERRORS else "authorization_failed")
        _require("code" in answer, "code")
        tokens = self._token(
            {
                "grant_type": "authorization_code",
                "code": answer["code"],
                "redirect_uri": self._config.redirect_uri,
                "code_verifier": pending.verifier,
            }
        )
        claims = self._verified(_text(tokens, "id_token"))
        _require(claims.get("nonce") == pending.nonce, "nonce")
        _require(_hash_matches(claims, _text(tokens, "access_token")), "at_hash")
        self._require_recent(claims, pending.max_age)
        return self.with_userinfo(self._signed_in(tokens, claims, _text(tokens, "id_token")))

    def refresh(self, known: SignedIn) -> SignedIn:
        """Redeem the refresh token and ask userinfo again. Raises `RelyingPartyRefusal`."""
        tokens = self._token({"grant_type": "refresh_token", "refresh_token": known.refresh_token})
        claims, id_token = known.claims, known.id_token
        if "id_token" in tokens:
            id_token = _text(tokens, "id_token")
            claims = self._verified(id_token)
            _require(claims["sub"] == known.claims["sub"], "sub")  # OpenID Connect Core §12.2
        refreshed = self._signed_in({"refresh_token": known.refresh_token, **tokens}, claims, id_token)
        return self.with_userinfo(refreshed)

    def with_userinfo(self, known: SignedIn) -> SignedIn:
        """Return *known* with what userinfo says now. Raises `RelyingPartyRefusal`."""
        headers = {"Authorization": f"Bearer {known.access_token}"}
        userinfo = self._json("GET", self._endpoint("userinfo_endpoint"), headers=headers)
        _require(userinfo.get("sub") == known.claims["sub"], "sub")  # OpenID Connect Core §5.3.2
        return replace(known, userinfo=userinfo)

    def sign_out_url(self, known: SignedIn, language: str) -> str:
        """Return the address at the provider that signs out there too (RP-Initiated Logout §2)."""
        query = {
            "id_token_hint": known.id_token,
            "client_id": self._config.client_id,
            "post_logout_redirect_uri": self._config.signed_out_uri,
            "ui_locales": language,
        }
        return f"{self._endpoint('end_session_endpoint')}?{urlencode(query)}"

    def _verified(self, id_token: str) -> Mapping[str, Any]:
        """Verify an ID token (OpenID Connect Core §3.1.3.7) but for what ties it to a request."""
        try:
            header = jwt.get_unverified_header(id_token)
            key = self._key(str(header.get("kid")))
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key,
                algorithms=ALGORITHMS,
                audience=self._config.client_id,
                issuer=self._config.issuer,
                # The moment is the portal's own clock's, below.
                options={"require": ["exp", "iat", "sub"], "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        except jwt.PyJWTError as error:
            raise RelyingPartyRefusal("id_token") from error
        now = self._config.clock().timestamp()
        _require(claims["exp"] + CLOCK_SKEW > now >= claims["iat"] - CLOCK_SKEW, "expired")
        _require(claims.get("azp", self._config.client_id) == self._config.client_id, "azp")
        return claims

    def _require_recent(self, claims: Mapping[str, Any], max_age: int | None) -> None:
        if max_age is not None:
            age = self._config.clock().timestamp() - float(claims.get("auth_time", 0))
            _require(age <= max_age + CLOCK_SKEW, "auth_time")

    def _key(self, kid: str) -> jwt.PyJWK:
        if kid not in self._keys:
            answer = self._json("GET", self._endpoint("jwks_uri"))
            self._keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(dict(answer)).keys if key.key_id}
        _require(kid in self._keys, "kid")
        return self._keys[kid]

    def _signed_in(self, tokens: Mapping[str, Any], claims: Mapping[str, Any], id_token: str) -> SignedIn:
        lifetime = tokens.get("expires_in")
        now = self._config.clock()
        expires_at = datetime.fromtimestamp(now.timestamp() + lifetime, now.tzinfo) if isinstance(lifetime, int) else None
        return SignedIn(id_token, claims, _text(tokens, "access_token"), expires_at, str(tokens.get("refresh_token", "")))

    def _token(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        # RFC 6749 §2.3.1: name and secret are form-encoded before they are joined.
        basic = f"{quote(self._config.client_id, safe='')}:{quote(self._config.client_secret, safe='')}"
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            **urllib3.make_headers(basic_auth=basic),
        }
        return self._json("POST", self._endpoint("token_endpoint"), headers=headers, body=urlencode(form))

    def _endpoint(self, name: str) -> str:
        if not self._metadata:
            metadata = self._json("GET", f"{self._config.issuer}/.well-known/openid-configuration")
            _require(metadata.get("issuer") == self._config.issuer, "issuer")  # OpenID Connect Discovery §4.3
            self._metadata = metadata
        return _text(self._metadata, name)

    def _json(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: str | None = None
    ) -> Mapping[str, Any]:
        try:
            response = self._http.request(
                method, url, headers=headers, body=body, preload_content=False, redirect=False, retries=False, timeout=10
            )
            content = response.read(MAX_ANSWER)
            response.release_conn()
            answer = json.loads(content)
        except (urllib3.exceptions.HTTPError, ValueError, RecursionError) as error:
            raise RelyingPartyRefusal("unreachable") from error
        _require(isinstance(answer, dict), "unreadable")
        if response.status != 200:
            raise RelyingPartyRefusal(str(answer.get("error", "unreachable"))[:64])
        return dict(answer)


def _require(passed: bool, code: str) -> None:
    if not passed:
        raise RelyingPartyRefusal(code)


def _text(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str):
        raise RelyingPartyRefusal(name)
    return value


def _seconds(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def _base64url(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _hash_matches(claims: Mapping[str, Any], access_token: str) -> bool:
    """Whether ``at_hash`` is that of the access token (OpenID Connect Core §3.1.3.6); optional in the code flow."""
    return claims.get("at_hash", "") in ("", _base64url(sha256(access_token.encode()).digest()[:16]))
