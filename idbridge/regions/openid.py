"""A region whose identity provider speaks standard OpenID Connect: Macao's, and any further one by configuration alone.

Authorization code flow with PKCE, nonce and state (OpenID Connect Core §3.1, RFC 7636, RFC 9207). Requests are built with
Authlib; answers are judged here and in `id_token`, whose checks are stricter than Authlib's and take the time as an argument.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from idbridge.exchange import HttpRequest, Steps
from idbridge.identity.assertion import Attributes, Issuer, RegionAssertion, RegionCode, UpstreamSubject
from idbridge.identity.assurance import Assurance
from idbridge.regions.attributes import read_attributes
from idbridge.regions.connector import AttributesAtOnce, Departure, Memo, RegionRefusal, Start
from idbridge.regions.id_token import (
    MAX_TOKEN,
    PROTOCOL_CLAIMS,
    Claims,
    Expected,
    judge_claims,
    moment,
    read_id_token,
    verify_signature,
)
from idbridge.regions.levels import meet
from idbridge.regions.openid_client import ClientAuthenticator
from idbridge.regions.openid_config import OpenIDConfig
from idbridge.regions.openid_provider import KnownProvider, Metadata
from idbridge.regions.replies import clean_name, fetch_object, object_of, send, text

MAX_CODE = 4096
"""Characters of an authorization code; providers that put a whole token into it stay well below."""

MAX_METHODS = 10
"""Authentication methods of one login: RFC 8176 names not many more in all."""


def _methods(references: object) -> tuple[str, ...]:
    """Read ``amr`` (Core §2, RFC 8176)."""
    if not isinstance(references, list):
        return ()
    return tuple(clean_name(method) for method in references[:MAX_METHODS] if isinstance(method, str))


# OpenID Connect Core §3.1.2.6, RFC 6749 §4.1.2.1 and Unmet Authentication Requirements 1.0: what an error means to us.
_CANCELLED = frozenset({"access_denied", "consent_required"})
_INSUFFICIENT = frozenset({"unmet_authentication_requirements"})


class OpenIDConnector(AttributesAtOnce):
    """A `Connector` for one OpenID provider. Its caches are shared by threads."""

    echoes_state = True

    def __init__(self, config: OpenIDConfig, entropy: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self.region: RegionCode = config.region
        self.issuer: Issuer = config.issuer
        self._config = config
        self._entropy = entropy
        self._authenticator = ClientAuthenticator(config.client)
        self._provider = KnownProvider(config.region, config.issuer, config.discovery_url, config.freshness)
        self._levels = dict(config.levels)

    def depart(self, start: Start) -> Steps[Departure]:
        """Build the authentication request (Core §3.1.2.1). Raises `RegionRefusal`."""
        config = self._config
        metadata = yield from self._provider.metadata(start.now)
        nonce, verifier = self._entropy(24).hex(), self._entropy(32).hex()  # RFC 7636 §4.1: 43 to 128 characters
        url = prepare_grant_uri(
            metadata.authorization,
            config.client.client_id,
            "code",
            redirect_uri=start.return_url,
            scope=list(config.scopes),
            state=start.state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            ui_locales=start.language,
            acr_values=self._wanted_acr(start.assurance),
            prompt="login" if start.fresh else None,
            max_age="0" if start.fresh else None,
        )
        memo = {
            "state": start.state,
            "nonce": nonce,
            "verifier": verifier,
            "return_url": start.return_url,
            "least": start.least.name,
        }
        if start.fresh:
            memo["fresh_since"] = start.now.isoformat()
        return Departure(url, memo)

    def arrive(self, answer: Mapping[str, str], memo: Memo, now: datetime) -> Steps[RegionAssertion]:
        """Judge the authentication response and exchange its code (Core §3.1.2.5 ff.). Raises `RegionRefusal`."""
        metadata = yield from self._provider.metadata(now)
        code = self._judge_answer(answer, memo, metadata)
        access_token, token = yield from self._exchange(code, memo, metadata, now)
        claims = yield from self._judge_token(token, access_token, memo, now)
        extra = yield from self._userinfo(claims, access_token, metadata)
        assurance = self._levels.get(str(claims.get("acr")), self._config.level_without_acr)
        meet(self.region, assurance, memo)
        return RegionAssertion(
            region=self.region,
            issuer=self.issuer,
            subject=UpstreamSubject(claims["sub"]),
            assurance=assurance,
            authenticated_at=moment(claims.get("auth_time")) or moment(claims["iat"]) or now,
            methods=_methods(claims.get("amr")),
            version=clean_name(str(extra.get("updated_at", ""))),
            attributes=self._attributes(extra),
        )

    def _wanted_acr(self, wanted: Assurance) -> str | None:
        """Return the provider's acr values that are enough, weakest first: enough is what was asked for."""
        enough = sorted((level, acr) for acr, level in self._levels.items() if level >= wanted > Assurance.NONE)
        return " ".join(acr for _, acr in enough) or None

    def _judge_answer(self, answer: Mapping[str, str], memo: Memo, metadata: Metadata) -> str:
        """Return the code of the authentication response, or refuse."""
        if not secrets.compare_digest(answer.get("state", "").encode(), memo["state"].encode()):
            raise RegionRefusal(self.region, "untrusted", "state")
        # RFC 9207 §2.4: required when announced, and never another's; errors are bound to their issuer too.
        if answer.get("iss", "" if metadata.announces_iss else self.issuer) != self.issuer:
            raise RegionRefusal(self.region, "untrusted", "iss")
        if "error" in answer:
            raise self._refused(answer["error"])
        code = answer.get("code", "")
        if not 0 < len(code) <= MAX_CODE:
            raise RegionRefusal(self.region, "untrusted", "code")
        return code

    def _refused(self, error: str) -> RegionRefusal:
        if error in _CANCELLED:
            return RegionRefusal(self.region, "cancelled")
        if error in _INSUFFICIENT:
            return RegionRefusal(self.region, "insufficient")
        return RegionRefusal(self.region, "unavailable", f"answer:{clean_name(error)}")

    def _exchange(self, code: str, memo: Memo, metadata: Metadata, now: datetime) -> Steps[tuple[str, str]]:
        """Exchange the code for an access token and an ID token (Core §3.1.3)."""
        form = prepare_token_request(
            "authorization_code", redirect_uri=memo["return_url"], code=code, code_verifier=memo["verifier"]
        )
        proof, form = self._authenticator.sign(form, self.issuer, self._entropy(16).hex(), now)
        headers = (("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json"), *proof)
        response = yield from send(self.region, HttpRequest("POST", metadata.token, headers, form.encode()), "token")
        answer = object_of(self.region, response, "token")
        if response.status != 200:
            error = clean_name(text(answer, "error", 100))
            if error == "invalid_grant":  # RFC 6749 §5.2: the code is expired, used, or another's
                raise RegionRefusal(self.region, "untrusted", "code")
            raise RegionRefusal(self.region, "unavailable", f"token:{error or 'status'}")
        if text(answer, "token_type", 20).lower() != "bearer":  # RFC 6749 §5.1: case does not matter
            raise RegionRefusal(self.region, "untrusted", "token_type")
        access_token, token = text(answer, "access_token", MAX_TOKEN), text(answer, "id_token", MAX_TOKEN)
        if not access_token.isascii() or not access_token.isprintable() or not access_token or not token:
            raise RegionRefusal(self.region, "untrusted", "token")
        return access_token, token

    def _judge_token(self, token: str, access_token: str, memo: Memo, now: datetime) -> Steps[Claims]:
        """Return the claims of the ID token once signature and every check hold (Core §3.1.3.7)."""
        config = self._config
        unverified = read_id_token(self.region, token, config.algorithms)
        header = unverified.header
        key = yield from self._provider.verification_key(header.kid, header.algorithm, now)
        claims = verify_signature(self.region, unverified, key)
        fresh_since = memo.get("fresh_since")
        expected = Expected(
            region=self.region,
            issuer=self.issuer,
            client_id=config.client.client_id,
            nonce=memo["nonce"],
            access_token=access_token,
            now=now.astimezone(UTC),
            skew=config.skew,
            oldest=config.oldest_token,
            authenticated_since=datetime.fromisoformat(fresh_since) if fresh_since else None,
        )
        judge_claims(claims, expected, header)
        return claims

    def _userinfo(self, claims: Claims, access_token: str, metadata: Metadata) -> Steps[Claims]:
        """Return the claims of the ID token with those of userinfo, where it is wanted (Core §5.3)."""
        wanted = self._config.userinfo
        if wanted == "never" or (wanted == "when-missing" and not self._config.claims.lacks(claims)) or not metadata.userinfo:
            return claims
        answer = yield from fetch_object(self.region, self._userinfo_request(metadata.userinfo, access_token), "userinfo")
        if answer.get("sub") != claims["sub"]:  # Core §5.3.2: MUST be the same, else nothing of it is used
            raise RegionRefusal(self.region, "untrusted", "userinfo:subject")
        return {**answer, **claims}

    def _userinfo_request(self, url: str, access_token: str) -> HttpRequest:
        if self._config.bearer_in == "header":
            return HttpRequest("GET", url, (("Authorization", f"Bearer {access_token}"), ("Accept", "application/json")))
        headers = (("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json"))
        return HttpRequest("POST", url, headers, urlencode({"access_token": access_token}).encode())

    def _attributes(self, claims: Claims) -> Attributes:
        table = self._config.claims
        return read_attributes(self.region, table, table.sift(self.region, claims, PROTOCOL_CLAIMS))
