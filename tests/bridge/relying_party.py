"""A registered portal as tests need one: it builds any request, right or wrong, and judges every answer with PyJWT."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import jwt
import urllib3

HTTP = urllib3.PoolManager(retries=False, timeout=30.0, maxsize=32)


def hang_up() -> None:
    """Close connections that rest: a server may close them at any moment, and a request on its way would be lost."""
    HTTP.clear()


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP response to the relying party itself."""

    status: int
    headers: urllib3.HTTPHeaderDict
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One authorization request: the address to send the browser to, and what the portal remembers of it."""

    url: str
    parameters: dict[str, str]
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tokens:
    """A token response with the ID token's verified claims."""

    access_token: str
    id_token: str
    claims: dict[str, Any]
    response: dict[str, Any]

    @property
    def refresh_token(self) -> str:
        """The refresh token; KeyError when there is none."""
        return self.response["refresh_token"]


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """One portal at one bridge."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    method: str = "client_secret_basic"

    # --- The browser's way -------------------------------------------------------------------------------------------

    def request(self, *, pkce: bool = True, left_out: tuple[str, ...] = (), **changed: str) -> Attempt:
        """Build an authorization request with state and nonce; *changed* replaces or adds parameters."""
        verifier = secrets.token_urlsafe(32) if pkce else ""
        parameters = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid",
            "state": secrets.token_urlsafe(12),
            "nonce": secrets.token_urlsafe(12),
            **(_challenge(verifier) if pkce else {}),
            **changed,
        }
        kept = {name: value for name, value in parameters.items() if name not in left_out}
        return Attempt(f"{self.issuer}/oauth/authorize?{urlencode(kept)}", kept, verifier)

    def answer(self, attempt: Attempt, url: str) -> dict[str, str]:
        """Return the answer that the browser brought, after checking whose it is (state, and iss as RFC 9207 §2.4 asks)."""
        assert url.startswith(self.redirect_uri), url
        answer = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        assert answer.get("state") == attempt.parameters.get("state")
        assert answer.get("iss") == self.issuer
        return answer

    # --- The portal's own calls --------------------------------------------------------------------------------------

    def post(self, path: str, form: dict[str, str], *, authenticated: bool = True) -> Reply:
        """Post a form to an endpoint, authenticated as this client is registered to do."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if authenticated and self.method == "client_secret_basic":
            pair = f"{quote(self.client_id, safe='')}:{quote(self.client_secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        elif authenticated:
            form = {**form, "client_id": self.client_id}
            form |= {"client_secret": self.client_secret} if self.method == "client_secret_post" else {}
        return _send("POST", f"{self.issuer}{path}", urlencode(form), headers)

    def redeem(self, code: str, attempt: Attempt, **changed: str) -> Reply:
        """Send a code to the token endpoint."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri, **changed}
        return self.post("/oauth/token", {"code_verifier": attempt.verifier, **form} if attempt.verifier else form)

    def tokens(self, attempt: Attempt, url: str) -> Tokens:
        """Redeem the code that the browser brought and verify what comes."""
        answer = self.answer(attempt, url)
        assert "code" in answer, answer
        reply = self.redeem(answer["code"], attempt)
        assert reply.status == 200, reply.body
        return self.verified(reply, attempt.parameters.get("nonce"))

    def verified(self, reply: Reply, nonce: str | None) -> Tokens:
        """Verify a token response: RFC 6749 §5.1, OpenID Connect Core §3.1.3.7."""
        response = reply.json
        assert reply.headers["Cache-Control"] == "no-store"
        assert response["token_type"].lower() == "bearer"
        claims = self.claims(response["id_token"])
        assert claims.get("nonce") == nonce
        digest = hashlib.sha256(response["access_token"].encode()).digest()[:16]
        assert claims["at_hash"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return Tokens(response["access_token"], response["id_token"], claims, response)

    def claims(self, id_token: str) -> dict[str, Any]:
        """Return the claims of an ID token after checking its signature with the published keys, issuer, audience, times."""
        keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(get(f"{self.issuer}/oauth/jwks").json).keys}
        key = keys[jwt.get_unverified_header(id_token)["kid"]]
        required = {"require": ["iss", "sub", "aud", "exp", "iat"]}
        return jwt.decode(
            id_token, key, ["ES256", "RS256"], audience=self.client_id, issuer=self.issuer, options=required, leeway=5
        )

    def refresh(self, refresh_token: str, **changed: str) -> Reply:
        """Send a refresh token to the token endpoint."""
        return self.post("/oauth/token", {"grant_type": "refresh_token", "refresh_token": refresh_token, **changed})

    def userinfo(self, access_token: str) -> Reply:
        """Ask userinfo by GET, with the token in the header."""
        return get(f"{self.issuer}/oauth/userinfo", {"Authorization": f"Bearer {access_token}"})


def _challenge(verifier: str) -> dict[str, str]:
    digest = hashlib.sha256(verifier.encode()).digest()
    return {"code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), "code_challenge_method": "S256"}


def get(url: str, headers: dict[str, str] | None = None) -> Reply:
    """Get a URL without a browser: no cookies, no redirects."""
    return _send("GET", url, None, headers or {})


def post(url: str, form: dict[str, str], headers: dict[str, str] | None = None) -> Reply:
    """Post a form without a browser and without authentication."""
    return _send("POST", url, urlencode(form), {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})})


def _send(method: str, url: str, body: str | None, headers: dict[str, str]) -> Reply:
    response = HTTP.request(method, url, body=body, headers=headers, redirect=False)
    return Reply(response.status, response.headers, response.data)
