"""An OpenID provider that can lie about everything a client has to check.

It is honest until given a lie from `CLAIM_LIES`, `SIGNATURE_LIES` or `ENDPOINT_LIES`. `handle` answers requests as values;
`create_app` serves the same over HTTP, for tests that run the whole bridge.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from flask import Flask, Response, redirect, request

from idbridge.exchange import ExchangeFailed, HttpRequest, HttpResponse

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)

REMOVED = object()

# name → (claims changed in the ID token, the check that has to notice)
CLAIM_LIES: dict[str, tuple[dict[str, Any], str]] = {
    "issuer": ({"iss": "https://other.example"}, "issuer"),
    "issuer-with-slash": ({"iss": "https://op.example/"}, "issuer"),
    "no-issuer": ({"iss": REMOVED}, "issuer"),
    "audience": ({"aud": "someone-else"}, "audience"),
    "no-audience": ({"aud": REMOVED}, "audience"),
    "empty-audience": ({"aud": []}, "audience"),
    "second-audience": ({"aud": ["bridge", "someone-else"]}, "audience"),
    "azp": ({"azp": "someone-else"}, "azp"),
    "no-subject": ({"sub": REMOVED}, "subject"),
    "empty-subject": ({"sub": ""}, "subject"),
    "number-subject": ({"sub": 7}, "subject"),
    "long-subject": ({"sub": "s" * 256}, "subject"),
    "control-subject": ({"sub": "a\nb"}, "subject"),
    "expired": ({"exp": NOW.timestamp() - 31}, "expired"),
    "no-exp": ({"exp": REMOVED}, "expired"),
    "true-exp": ({"exp": True}, "expired"),
    "text-exp": ({"exp": "9999999999"}, "expired"),
    "endless-exp": ({"exp": 1e300}, "expired"),
    "nbf-future": ({"nbf": NOW.timestamp() + 31}, "nbf"),
    "no-iat": ({"iat": REMOVED}, "iat"),
    "iat-future": ({"iat": NOW.timestamp() + 31}, "iat"),
    "iat-old": ({"iat": NOW.timestamp() - 331}, "iat"),
    "iat-negative": ({"iat": -1}, "iat"),
    "nonce": ({"nonce": "another"}, "nonce"),
    "no-nonce": ({"nonce": REMOVED}, "nonce"),
    "number-nonce": ({"nonce": 5}, "nonce"),
    "at_hash": ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "at_hash"),
    "null-at_hash": ({"at_hash": None}, "at_hash"),
    "auth_time-future": ({"auth_time": NOW.timestamp() + 31}, "auth_time"),
    "auth_time-text": ({"auth_time": "now"}, "auth_time"),
}

SIGNATURE_LIES: dict[str, str] = {
    "alg-none": "algorithm",
    "alg-hs256": "algorithm",
    "alg-unpinned": "algorithm",
    "signature": "signature",
    "no-signature": "signature",
    "foreign-key": "signature",
    "unknown-kid": "key",
    "crit": "token",
    "not-a-jwt": "token",
    "array-payload": "token",
}

# name → (refusal's code, check)
ENDPOINT_LIES: dict[str, tuple[str, str]] = {
    "discovery-issuer": ("untrusted", "discovery:issuer"),
    "discovery-no-token-endpoint": ("untrusted", "discovery:token_endpoint"),
    "discovery-plain-http": ("untrusted", "discovery:token_endpoint"),
    "discovery-html": ("unavailable", "discovery:json"),
    "discovery-500": ("unavailable", "discovery:status"),
    "keys-empty": ("unavailable", "keys:set"),
    "keys-symmetric": ("unavailable", "keys:set"),
    "keys-html": ("unavailable", "keys:json"),
    "token-500": ("unavailable", "token:status"),
    "token-html": ("unavailable", "token:json"),
    "token-type": ("untrusted", "token_type"),
    "token-no-id-token": ("untrusted", "token"),
    "token-deep-json": ("unavailable", "token:json"),
    "userinfo-subject": ("untrusted", "userinfo:subject"),
    "userinfo-no-subject": ("untrusted", "userinfo:subject"),
    "userinfo-500": ("unavailable", "userinfo:status"),
    "answer-iss": ("untrusted", "iss"),
    "answer-no-iss": ("untrusted", "iss"),
    "answer-state": ("untrusted", "state"),
    "down": ("unavailable", "discovery:unreachable"),
    "slow": ("unavailable", "discovery:timeout"),
}

PERSON: dict[str, Any] = {
    "name": "Leong Wai Keng",
    "name#zh-Hant": "梁慧瓊",
    "birthdate": "1979-11-30",
    "bir_number": "5123456(7)",
}


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class LyingOpenID:
    """One provider with one client, ``bridge`` with ``secret``; `lie` may be changed while it runs."""

    def __init__(
        self,
        base_url: str = "https://op.example",
        clock: Callable[[], datetime] = lambda: NOW,
        lie: str = "",
        algorithm: str = "ES256",
    ) -> None:
        self.base_url = base_url
        self.clock = clock
        self.lie = lie
        self.algorithm = algorithm
        self.person = dict(PERSON)
        self.id_token_claims: dict[str, Any] = {}
        self.acr: str | None = "high"
        self.with_kid = True
        self.fresh_auth_time: float | None = None
        self.published: list[tuple[str, Any]] = []
        self.requests: list[HttpRequest] = []
        self._tokens: set[str] = set()
        self._codes: dict[str, dict[str, str]] = {}
        self._foreign = ec.generate_private_key(ec.SECP256R1())
        self.rotate("k1")

    def rotate(self, kid: str, *, keep: bool = False) -> None:
        """Sign with a new key from now on and publish it; the old ones only when *keep*."""
        rs = self.algorithm.startswith(("RS", "PS"))
        key = rsa.generate_private_key(65537, 2048) if rs else ec.generate_private_key(ec.SECP256R1())
        self.published = [*(self.published if keep else []), (kid, key)]

    def authorize(self, url: str) -> dict[str, str]:
        """Let the user approve and return the browser's answer to the callback."""
        asked = dict(parse_qsl(urlsplit(url).query))
        assert asked["client_id"] == "bridge"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.base_url}
        if self.lie == "answer-iss":
            answer["iss"] = "https://other.example"
        if self.lie == "answer-no-iss":
            del answer["iss"]
        if self.lie == "answer-state":
            answer["state"] = "another"
        return answer

    def handle(self, sent: HttpRequest) -> HttpResponse:
        """Answer one request as a value."""
        self.requests.append(sent)
        if self.lie in ("down", "slow"):
            raise ExchangeFailed("unreachable" if self.lie == "down" else "timeout", "op.example")
        path = urlsplit(sent.url).path.removeprefix(urlsplit(self.base_url).path)
        name, answer = {
            "/.well-known/openid-configuration": ("discovery", self._discovery),
            "/jwks": ("keys", self._keys),
            "/token": ("token", lambda: self._token(sent)),
            "/userinfo": ("userinfo", lambda: self._userinfo(sent)),
        }[path]
        if self.lie == f"{name}-500":
            return HttpResponse(500, {}, b'{"message": "internal error"}')
        if self.lie == f"{name}-html":
            return HttpResponse(200, {"content-type": "text/html"}, b"<html>Service busy</html>")
        if self.lie == f"{name}-deep-json":
            return HttpResponse(200, {}, b'{"a":' * 100_000)
        status, body = answer()
        return HttpResponse(status, {"content-type": "application/json"}, json.dumps(body).encode())

    def _discovery(self) -> tuple[int, dict[str, Any]]:
        base = self.base_url
        document: dict[str, Any] = {
            "issuer": "https://other.example" if self.lie == "discovery-issuer" else base,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "userinfo_endpoint": f"{base}/userinfo",
            "jwks_uri": f"{base}/jwks",
            "id_token_signing_alg_values_supported": ["none", "HS256", "ES256", "RS256"],
            "authorization_response_iss_parameter_supported": True,
        }
        if self.lie == "discovery-no-token-endpoint":
            del document["token_endpoint"]
        if self.lie == "discovery-plain-http":
            document["token_endpoint"] = "http://op.example/token"
        return 200, document

    def _keys(self) -> tuple[int, dict[str, Any]]:
        if self.lie == "keys-empty":
            return 200, {"keys": []}
        if self.lie == "keys-symmetric":
            return 200, {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "k1"}]}
        keys = []
        for kid, key in self.published:
            jwk = jwt.get_algorithm_by_name("RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256").to_jwk(
                key.public_key(), as_dict=True
            )
            keys.append({**jwk, **({"kid": kid} if self.with_kid else {}), "use": "sig"})
        return 200, {"keys": keys}

    def _token(self, sent: HttpRequest) -> tuple[int, dict[str, Any]]:
        form = {name: values[0] for name, values in parse_qs((sent.body or b"").decode()).items()}
        if not self._is_client(dict(sent.headers), form):
            return 401, {"error": "invalid_client"}
        asked = self._codes.pop(form.get("code", ""), None)
        if asked is None or _b64(sha256(form.get("code_verifier", "").encode()).digest()) != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        if form.get("redirect_uri") != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        access_token = secrets.token_urlsafe(16)
        self._tokens.add(access_token)
        answer = {
            "access_token": access_token,
            "token_type": "mac" if self.lie == "token-type" else "bearer",
            "id_token": self._id_token(asked, access_token),
        }
        if self.lie == "token-no-id-token":
            del answer["id_token"]
        return 200, answer

    def _is_client(self, headers: dict[str, str], form: dict[str, str]) -> bool:
        if basic := headers.get("Authorization", "").removeprefix("Basic "):
            client, _, secret = base64.b64decode(basic).decode().partition(":")
            return (unquote(client), unquote(secret)) == ("bridge", "secret")
        if assertion := form.get("client_assertion"):
            claims = jwt.decode(
                assertion,
                self.client_key,
                algorithms=["ES256"],
                audience=self.base_url,
                options={"verify_exp": False, "verify_iat": False},
            )
            return claims["sub"] == claims["iss"] == "bridge" and bool(claims["jti"])
        return (form.get("client_id"), form.get("client_secret")) == ("bridge", "secret")

    client_key: Any = None

    def _id_token(self, asked: dict[str, str], access_token: str) -> str:
        now = self.clock().timestamp()
        claims: dict[str, Any] = {
            "iss": self.base_url,
            "sub": "mo-1",
            "aud": ["bridge"],
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
            "at_hash": _b64(sha256(access_token.encode()).digest()[:16]),
            **({"acr": self.acr} if self.acr else {}),
            **self.id_token_claims,
        }
        if self.fresh_auth_time is not None:
            claims["auth_time"] = self.fresh_auth_time
        changed, _ = CLAIM_LIES.get(self.lie, ({}, ""))
        claims = {name: value for name, value in {**claims, **changed}.items() if value is not REMOVED}
        return self._sign(claims)

    def _sign(self, claims: dict[str, Any]) -> str:
        """Sign as agreed, or as the lie says."""
        kid, key = self.published[-1]
        headers = {"kid": kid} if self.with_kid else {}
        unusual = {
            "alg-none": lambda: jwt.encode(claims, None, algorithm="none", headers=headers),
            "alg-hs256": lambda: self._with_public_key_as_secret(claims, headers),
            "alg-unpinned": lambda: jwt.encode(claims, ec.generate_private_key(ec.SECP384R1()), "ES384", headers),
            "foreign-key": lambda: jwt.encode(claims, self._foreign, "ES256", headers),
            "unknown-kid": lambda: jwt.encode(claims, key, self.algorithm, {"kid": "nobody-knows"}),
            "crit": lambda: jwt.encode(claims, key, self.algorithm, {**headers, "crit": ["exp-ext"], "exp-ext": 1}),
            "array-payload": lambda: jwt.PyJWS().encode(b"[1]", key, self.algorithm, headers),
            "not-a-jwt": lambda: "not.a.jwt",
        }
        if self.lie in unusual:
            return unusual[self.lie]()
        token = jwt.encode(claims, key, algorithm=self.algorithm, headers=headers)
        head, body, signature = token.split(".")
        if self.lie == "signature":
            return f"{head}.{body}.{signature[:20]}{'A' if signature[20] != 'A' else 'B'}{signature[21:]}"
        return f"{head}.{body}." if self.lie == "no-signature" else token

    def _with_public_key_as_secret(self, claims: dict[str, Any], headers: dict[str, str]) -> str:
        """Sign with HS256 and the published key, as an attacker can against a client that lets the token choose."""
        public = self.published[-1][1].public_key()
        secret = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        signed = f"{_b64(json.dumps({'alg': 'HS256', **headers}).encode())}.{_b64(json.dumps(claims).encode())}"
        return f"{signed}.{_b64(hmac.digest(secret, signed.encode(), 'sha256'))}"  # PyJWT would refuse to

    def _userinfo(self, sent: HttpRequest) -> tuple[int, dict[str, Any]]:
        bearer = dict(sent.headers).get("Authorization", "").removeprefix("Bearer ")
        form = {name: values[0] for name, values in parse_qs((sent.body or b"").decode()).items()}
        if (bearer or form.get("access_token")) not in self._tokens:
            return 401, {"error": "invalid_token"}
        subject: dict[str, Any] = {"sub": "someone-else" if self.lie == "userinfo-subject" else "mo-1"}
        return 200, {**({} if self.lie == "userinfo-no-subject" else subject), **self.person}


def create_app(provider: LyingOpenID, slow: float = 60.0) -> Flask:
    """Serve a provider over HTTP: `down` answers 503, `slow` waits *slow* seconds first."""
    app = Flask("lying-openid")

    @app.get("/authorize")
    def authorize() -> Any:
        return redirect(f"{request.args['redirect_uri']}?{urlencode(provider.authorize(request.url))}")

    @app.route("/<path:path>", methods=["GET", "POST"])
    def anything(path: str) -> Response:
        if provider.lie == "slow":
            time.sleep(slow)
        try:
            answer = provider.handle(
                HttpRequest(request.method, request.url, tuple(request.headers.items()), request.get_data())
            )
        except ExchangeFailed:
            return Response(status=503)
        return Response(answer.body, answer.status, answer.headers)

    return app
