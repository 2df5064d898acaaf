"""An OpenID provider for the portal's tests: it answers as told, with tokens signed by PyJWT, and lies where it is told to."""

from __future__ import annotations

import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jwt
import urllib3
from cryptography.hazmat.primitives.asymmetric import ec

from idbridge.sandbox.portal import PortalConfig

NOW = datetime(2026, 3, 9, 2, 5, tzinfo=UTC)
ISSUER = "https://bridge.test"
CONFIG = PortalConfig(ISSUER, "por:tal", "s&cret", "https://portal.test", lambda: NOW)


class Answer:
    """The part of urllib3's response that the portal uses."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self._body = body

    def read(self, amount: int) -> bytes:
        return self._body[:amount]

    def release_conn(self) -> None:
        pass


class Provider:
    """Give it to `create_portal` instead of a connection pool. `spoil` changes an answer (by endpoint) before it is sent."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.kid = "k1"
        self.nonce = ""
        self.challenge = ""
        self.requests: list[str] = []
        self.claims: dict[str, Any] = {}
        self.spoil: dict[str, Callable[[dict[str, Any]], object]] = {}
        self.raw: dict[str, Answer | Exception] = {}

    def request(self, method: str, url: str, *, headers: Mapping[str, str] | None, body: str | None, **_: object) -> Answer:
        endpoint = urlsplit(url).path.rsplit("/", 1)[-1]
        self.requests.append(endpoint)
        if isinstance(raw := self.raw.get(endpoint), Exception):
            raise raw
        if raw:
            return raw
        answer = getattr(self, endpoint.replace("-", "_"))(headers or {}, parse_qs(body or ""))
        answer = self.spoil.get(endpoint, lambda unchanged: unchanged)(answer)
        return Answer(400 if isinstance(answer, dict) and "error" in answer else 200, json.dumps(answer).encode())

    def openid_configuration(self, headers: Mapping[str, str], form: Mapping[str, list[str]]) -> dict[str, Any]:
        names = ("authorization", "token", "userinfo", "end_session")
        return {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks", **{f"{n}_endpoint": f"{ISSUER}/{n}" for n in names}}

    def jwks(self, headers: Mapping[str, str], form: Mapping[str, list[str]]) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": self.kid, "alg": "ES256", "use": "sig"}]}

    def token(self, headers: Mapping[str, str], form: Mapping[str, list[str]]) -> dict[str, Any]:
        name, _, secret = b64decode(headers["authorization"].removeprefix("Basic ")).decode().partition(":")
        if (unquote(name), unquote(secret)) != (CONFIG.client_id, CONFIG.client_secret):
            return {"error": "invalid_client"}
        if form["grant_type"] == ["authorization_code"]:
            assert form["redirect_uri"] == [CONFIG.redirect_uri]
            assert base64url(sha256(form["code_verifier"][0].encode()).digest()) == self.challenge
        else:
            assert form["refresh_token"] == ["refresh-1"]
        return {
            "access_token": "access-1",
            "token_type": "Bearer",
            "expires_in": 600,
            "refresh_token": "refresh-1",
            "id_token": self.id_token(),
        }

    def userinfo(self, headers: Mapping[str, str], form: Mapping[str, list[str]]) -> dict[str, Any]:
        assert headers["Authorization"] == "Bearer access-1"
        return {"sub": "pairwise-1", "name": "陳大文", "gender": "male", "address": {"formatted": "1 Harbour Road"}}

    def id_token(self) -> str:
        issued = int(NOW.timestamp())
        claims = {
            "iss": ISSUER,
            "aud": CONFIG.client_id,
            "sub": "pairwise-1",
            "iat": issued,
            "exp": issued + 300,
            "auth_time": issued - 5,
            "nonce": self.nonce,
            "at_hash": base64url(sha256(b"access-1").digest()[:16]),
            "acr": "urn:idbridge:loa:high",
            "region": "HK",
            **self.claims,
        }
        return jwt.encode({k: v for k, v in claims.items() if v is not None}, self.key, "ES256", {"kid": self.kid})


def base64url(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


UNREACHABLE = urllib3.exceptions.NewConnectionError(None, "refused")  # type: ignore[arg-type]
