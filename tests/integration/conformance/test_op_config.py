"""The module of the OpenID Foundation's *OP Config* plan, against the running bridge."""

from __future__ import annotations

from urllib.parse import urlsplit

import jwt

from tests.bridge.demo import Demo
from tests.bridge.relying_party import get

REQUIRED = (
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "scopes_supported",
    "response_types_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
    "claims_supported",
)
"""What OpenID Connect Discovery §3 requires, and recommends, of a provider without dynamic registration."""

PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "k"}
"""Members of a JWK that hold a secret (RFC 7518 §§6.2.2, 6.3.2, 6.4)."""


def test_oidcc_discovery_endpoint_verification(demo: Demo) -> None:
    """The document is JSON, names the issuer it was got from, has what is required, and leads to usable, public keys.

    The suite wants HTTPS of every address; a demonstration on one machine is allowed HTTP on the loopback address, and nothing
    else: that a provider elsewhere has to be HTTPS is checked with the settings.
    """
    reply = get(f"{demo.issuer}/.well-known/openid-configuration")
    document = reply.json
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/json")
    assert document["issuer"] == demo.issuer
    assert [name for name in REQUIRED if not document.get(name)] == []
    for name, value in document.items():
        if name.endswith(("_endpoint", "_uri")):
            assert (urlsplit(value).netloc, urlsplit(value).fragment) == (urlsplit(demo.issuer).netloc, "")
    assert "code" in document["response_types_supported"]
    assert {"pairwise", "public"} >= set(document["subject_types_supported"])
    assert "RS256" in document["id_token_signing_alg_values_supported"]
    assert "openid" in document["scopes_supported"]
    assert {"authorization_code", "refresh_token"} <= set(document["grant_types_supported"])
    assert document["claims_parameter_supported"] is True
    check_keys(get(document["jwks_uri"]).json)
    assert get(f"{demo.issuer}/.well-known/oauth-authorization-server").json["issuer"] == demo.issuer


def check_keys(keys: dict[str, list[dict[str, str]]]) -> None:
    """Check a key set: readable, each key named once, meant for signing, and public."""
    names = [key["kid"] for key in keys["keys"]]
    assert len(names) == len(set(names)) == len(jwt.PyJWKSet.from_dict(keys).keys)
    assert {key["alg"] for key in keys["keys"]} >= {"ES256", "RS256"}
    for key in keys["keys"]:
        assert key["use"] == "sig"
        assert not PRIVATE & set(key)
