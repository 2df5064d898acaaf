"""ID tokens, token responses and userinfo, with Authlib as the relying party."""

from __future__ import annotations

from datetime import timedelta

import pytest
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from idbridge.identity.assurance import Assurance
from idbridge.oidc.authorization import Answer
from idbridge.oidc.clients import SigningAlgorithm
from idbridge.oidc.grants import Grant, grant_answer
from idbridge.oidc.tokens import ID_TOKEN_LIFETIME, id_token_claims, token_response, userinfo
from tests.unit.oidc.samples import EARLIER, NOW, PROVIDER, authorize, keys, standing

# OpenID Connect Core App. A.4: an access token and its at_hash.
ACCESS_TOKEN = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
AT_HASH = "77QmUPtjPfzWtF2AnpK9RQ"


def grant(**session: object) -> Grant:
    request = authorize(scope="openid")
    return grant_answer(request, standing(**session), Answer(Assurance.HIGH), grant_id="grant-1", now=NOW)[0]


def claims(*, nonce: str | None = "n", released: dict[str, object] | None = None, **session: object) -> dict[str, object]:
    return id_token_claims(
        grant(**session), issuer=PROVIDER.issuer, released=released or {}, access_token=ACCESS_TOKEN, nonce=nonce, now=NOW
    )


def test_the_claims_of_an_id_token() -> None:
    assert claims() == {
        "iss": "https://bridge.example",
        "sub": "pairwise-subject",
        "aud": "portal",
        "iat": int(NOW.timestamp()),
        "exp": int((NOW + ID_TOKEN_LIFETIME).timestamp()),
        "auth_time": int(EARLIER.timestamp()),
        "nonce": "n",
        "acr": "urn:idbridge:loa:high",
        "amr": ["face"],
        "sid": grant().sid,
        "at_hash": AT_HASH,
    }


def test_what_is_unknown_is_left_out() -> None:
    assert not {"amr", "nonce"} & set(claims(nonce=None, methods=()))


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_a_relying_party_accepts_the_id_token(algorithm: SigningAlgorithm) -> None:
    token = jwt.decode(keys().sign(claims(), algorithm), KeySet.import_key_set(keys().jwks()), algorithms=[algorithm])
    options = {
        "iss": {"essential": True, "value": PROVIDER.issuer},
        "aud": {"essential": True, "value": "portal"},
        "acr": {"essential": True, "values": ["urn:idbridge:loa:high"]},
    }
    checked = CodeIDToken(
        token.claims,
        token.header,
        options,
        {"nonce": "n", "client_id": "portal", "access_token": ACCESS_TOKEN, "max_age": 3600},
    )
    checked.validate(now=int(NOW.timestamp()))


def test_released_claims_never_stand_in_for_the_protocols() -> None:
    liar = {"sub": "x", "iss": "x", "aud": "x", "exp": 0, "acr": "x", "sid": "x", "nonce": "x", "name": "陳大文"}
    assert claims(released=liar) == {**claims(), "name": "陳大文"}
    assert userinfo(grant(), {"sub": "x", "name": "陳大文"}) == {"sub": "pairwise-subject", "name": "陳大文"}


def test_a_token_response() -> None:
    response = token_response(
        access_token="a", lifetime=timedelta(minutes=10), scopes=("openid", "email"), id_token="i.d.t", refresh_token="r"
    )
    assert response == {
        "access_token": "a",
        "token_type": "Bearer",
        "expires_in": 600,
        "scope": "openid email",
        "id_token": "i.d.t",
        "refresh_token": "r",
    }
    assert "refresh_token" not in token_response(access_token="a", lifetime=timedelta(1), scopes=(), id_token="")
