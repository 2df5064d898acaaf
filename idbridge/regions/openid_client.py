"""How the bridge proves itself at a provider's token endpoint (OpenID Connect Core §9)."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote_plus, urlencode

import jwt

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
"""RFC 7523 §2.2."""

ASSERTION_LIFETIME = timedelta(seconds=60)
"""Long enough for one request over a slow line; the assertion is used once."""

Authentication = Literal["client_secret_basic", "client_secret_post", "private_key_jwt"]


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """The bridge's registration at the provider.

    `private_key` is PEM for ``private_key_jwt``, signed with `key_algorithm` and named `key_id`.
    """

    client_id: str
    authentication: Authentication = "client_secret_basic"
    secret: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)
    key_id: str = ""
    key_algorithm: Literal["ES256", "RS256", "PS256", "EdDSA"] = "ES256"

    def __post_init__(self) -> None:
        proof = self.private_key if self.authentication == "private_key_jwt" else self.secret
        if not self.client_id or not proof:
            raise ValueError(f"{self.authentication} needs a client id and its secret or key")


def _import_key(credentials: ClientCredentials) -> Any:  # noqa: ANN401 - one of cryptography's private keys, as PyJWT takes it
    """Import the private key. Raises `ValueError` when it is none for its algorithm."""
    try:
        return jwt.get_algorithm_by_name(credentials.key_algorithm).prepare_key(credentials.private_key)
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise ValueError(f"the client's key is no unencrypted PEM for {credentials.key_algorithm}") from error


class ClientAuthenticator:
    """Adds the client's proof to token requests; a private key is imported once, here. Raises `ValueError` for a bad one."""

    def __init__(self, credentials: ClientCredentials) -> None:
        self._credentials = credentials
        self._key: Any = _import_key(credentials) if credentials.authentication == "private_key_jwt" else None

    def sign(self, form: str, audience: str, token_id: str, now: datetime) -> tuple[tuple[tuple[str, str], ...], str]:
        """Return the headers and the form to send; *audience* is the issuer, *token_id* is random and never used again."""
        credentials = self._credentials
        if credentials.authentication == "client_secret_basic":
            # RFC 6749 §2.3.1: both are form-encoded before they are joined.
            pair = f"{quote_plus(credentials.client_id)}:{quote_plus(credentials.secret)}"
            return (("Authorization", "Basic " + b64encode(pair.encode()).decode()),), form
        if credentials.authentication == "client_secret_post":
            proof = {"client_id": credentials.client_id, "client_secret": credentials.secret}
        else:
            assertion = self._assertion(audience, token_id, now)
            proof = {"client_id": credentials.client_id, "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
        return (), f"{form}&{urlencode(proof)}"

    def _assertion(self, audience: str, token_id: str, now: datetime) -> str:
        """Make the assertion of RFC 7523 §3; its audience is the issuer alone (draft-ietf-oauth-rfc7523bis)."""
        credentials = self._credentials
        claims = {
            "iss": credentials.client_id,
            "sub": credentials.client_id,
            "aud": audience,
            "jti": token_id,
            "iat": int(now.timestamp()),
            "exp": int((now + ASSERTION_LIFETIME).timestamp()),
        }
        headers = {"kid": credentials.key_id} if credentials.key_id else None
        return jwt.encode(claims, self._key, algorithm=credentials.key_algorithm, headers=headers)
