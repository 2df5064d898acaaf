"""The protocol of the sandbox's Macao, on Authlib's server side; its pages and addresses are `macao`'s.

Codes live a minute and are taken once; a second use takes back what the first one gave (RFC 6749 §4.1.2).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2 import OAuth2Request
from authlib.oauth2.rfc6749 import ClientMixin, InvalidRequestError, TokenMixin, grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core import OpenIDCode, UserInfoEndpoint
from authlib.oidc.core.models import AuthorizationCodeMixin
from flask import Flask
from joserfc.jwk import ECKey

from idbridge.clock import Clock, system_clock
from idbridge.sandbox.memory import Expiring
from idbridge.sandbox.personas import MacaoAccount, Persona, load_personas

CODE_LIFETIME = timedelta(minutes=1)
TOKEN_LIFETIME = timedelta(minutes=10)

SCOPE_CLAIMS: Mapping[str, tuple[str, ...]] = {
    "openid": ("sub",),
    "profile": (
        *("name", "name#zh-Hant", "family_name", "given_name", "birthdate", "gender"),
        *("bir_number", "hkid_number", "passport_number"),
    ),
    "email": ("email", "email_verified"),
    "phone": ("phone_number", "phone_number_verified"),
    "address": ("address",),
}


@dataclass(frozen=True, slots=True)
class MacaoConfig:
    """The provider and its one registered client. `base_url` is the issuer; `signing_key` is a JWK made by `registration`."""

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    signing_key: Mapping[str, str] = field(repr=False)
    service: str = "idbridge"
    clock: Clock = system_clock
    personas: tuple[Persona, ...] = field(default_factory=load_personas)


@dataclass(frozen=True, slots=True)
class User:
    """A persona with the account it certainly has here, and when it signed in."""

    persona: Persona
    account: MacaoAccount
    signed_in: datetime


class _Client(ClientMixin):
    """The registered client, as Authlib asks about it."""

    client_metadata: Mapping[str, str] = {}

    def __init__(self, config: MacaoConfig) -> None:
        self._config = config

    def get_client_id(self) -> str:
        return self._config.client_id

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str) -> str:
        return " ".join(name for name in scope.split() if name in SCOPE_CLAIMS)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self._config.redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(client_secret.encode(), self._config.client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return (method, endpoint) == ("client_secret_basic", "token")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass(frozen=True, slots=True)
class _Code(AuthorizationCodeMixin):
    """An authorization code, as Authlib asks about it."""

    code: str
    user: User
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(self.user.signed_in.timestamp())

    def get_acr(self) -> str:
        return self.user.account.acr

    def get_amr(self) -> list[str]:
        return list(self.user.account.methods)


@dataclass(frozen=True, slots=True)
class _Token(TokenMixin):
    """An access token; those that `Expiring` still gives are live."""

    scope: str
    user: User
    client: _Client

    def get_scope(self) -> str:
        return self.scope

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return False

    def get_client(self) -> _Client:
        return self.client

    def get_user(self) -> User:
        return self.user


def claims_of(user: User, scope: str) -> dict[str, Any]:
    """Return the claims of a person that the scopes give; absent ones are left out."""
    persona, account = user.persona, user.account
    claims = {
        "sub": account.subject,
        "name": persona.latin,
        "name#zh-Hant": persona.hant,
        "family_name": persona.family,
        "given_name": persona.given,
        "birthdate": persona.birthdate.isoformat(),
        "gender": persona.gender,
        "bir_number": account.bir,
        "hkid_number": account.hkid,
        "passport_number": account.passport,
        "email": account.email,
        "email_verified": bool(account.email) or None,
        "phone_number": account.phone,
        "phone_number_verified": bool(account.phone) or None,
        "address": {"formatted": account.address} if account.address else None,
    }
    released = {name for part in scope.split() for name in SCOPE_CLAIMS.get(part, ())}
    return {name: value for name, value in claims.items() if name in released and value}


class Provider:
    """The provider's memory, and Authlib's grant and endpoint bound to it."""

    def __init__(self, app: Flask, config: MacaoConfig) -> None:
        self.config = config
        self.client = _Client(config)
        self.key = ECKey.import_key(dict(config.signing_key))
        self.codes: Expiring[_Code] = Expiring(CODE_LIFETIME)
        self.tokens: Expiring[_Token] = Expiring(TOKEN_LIFETIME)
        self.given: Expiring[str] = Expiring(TOKEN_LIFETIME)
        app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {"authorization_code": int(TOKEN_LIFETIME.total_seconds())}
        self.server = AuthorizationServer(app, self._find_client, self._save_token)
        self.server.register_grant(_make_grant(self), [_make_openid(self), _S256Only(required=True)])
        self.server.register_extension(_make_issuer(config.base_url))
        self.server.register_endpoint(_make_userinfo(self))

    def now(self) -> datetime:
        """Return the moment by the provider's clock."""
        return self.config.clock()

    def _find_client(self, client_id: str) -> _Client | None:
        return self.client if client_id == self.config.client_id else None

    def _save_token(self, token: dict[str, Any], oauth_request: OAuth2Request) -> None:
        now = self.now()
        self.tokens.put_if_absent(token["access_token"], _Token(token["scope"], oauth_request.user, self.client), now)
        self.given.put_if_absent(oauth_request.authorization_code.code, token["access_token"], now)

    def take_code(self, code: str) -> _Code | None:
        """Take a code, once; a second taker costs the first one's token."""
        now = self.now()
        taken = self.codes.take(code, now)
        if taken is None and (token := self.given.take(code, now)):
            self.tokens.take(token, now)
        return taken


class _S256Only(CodeChallenge):
    """PKCE with S256 and nothing less; a request without a challenge is refused."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)
    DEFAULT_CODE_CHALLENGE_METHOD = "S256"

    def validate_code_challenge(self, grant: grants.BaseGrant, redirect_uri: str) -> None:
        if grant.request.payload.data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("code_challenge_method S256 is required", redirect_uri=redirect_uri)
        super().validate_code_challenge(grant, redirect_uri)


def _make_grant(provider: Provider) -> type[grants.AuthorizationCodeGrant]:
    class Grant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

        def save_authorization_code(self, code: str, oauth_request: OAuth2Request) -> None:
            data = oauth_request.payload.data
            value = _Code(
                code=code,
                user=oauth_request.user,
                redirect_uri=oauth_request.payload.redirect_uri,
                scope=oauth_request.scope,
                nonce=data.get("nonce"),
                code_challenge=data["code_challenge"],
                code_challenge_method=data["code_challenge_method"],
            )
            provider.codes.put_if_absent(code, value, provider.now())

        def query_authorization_code(self, code: str, _client: _Client) -> _Code | None:
            return provider.take_code(code)

        def delete_authorization_code(self, authorization_code: _Code) -> None:
            """Nothing is left to delete: the code was taken."""

        def authenticate_user(self, authorization_code: _Code) -> User:
            return authorization_code.user

    return Grant


def _make_openid(provider: Provider) -> OpenIDCode:
    class OpenID(OpenIDCode):
        def exists_nonce(self, _nonce: str, _request: OAuth2Request) -> bool:
            return False

        def resolve_client_private_key(self, _client: _Client) -> ECKey:
            return provider.key

        def get_client_claims(self, _client: _Client) -> dict[str, Any]:
            now = int(provider.now().timestamp())
            lifetime = int(TOKEN_LIFETIME.total_seconds())
            return {"iss": provider.config.base_url, "aud": [provider.config.client_id], "iat": now, "exp": now + lifetime}

        def get_client_algorithm(self, _client: _Client) -> str:
            return "ES256"

        def get_encode_header(self, _client: _Client) -> dict[str, str]:
            return {"alg": "ES256", "kid": provider.key.kid or ""}

        def generate_user_info(self, user: User, _scope: str) -> dict[str, Any]:
            return {"sub": user.account.subject}  # Core §5.4: in the code flow the rest is asked of userinfo

    return OpenID(require_nonce=True)


def _make_issuer(base_url: str) -> IssuerParameter:
    class Issuer(IssuerParameter):
        def get_issuer(self) -> str:
            return base_url

    return Issuer()


def _make_userinfo(provider: Provider) -> UserInfoEndpoint:
    class Validator(BearerTokenValidator):
        def authenticate_token(self, token_string: str) -> _Token | None:
            return provider.tokens.peek(token_string, provider.now())

    class UserInfo(UserInfoEndpoint):
        def generate_user_info(self, user: User, scope: str) -> dict[str, Any]:
            return claims_of(user, scope)

    protector = ResourceProtector()
    protector.register_token_validator(Validator())
    return UserInfo(resource_protector=protector)
