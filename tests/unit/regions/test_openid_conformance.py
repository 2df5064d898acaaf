"""The OpenID Foundation's relying-party modules, under their names, against a provider that can lie.

Each function stands for one module of the plans *Basic RP* and *Config RP* and says in its docstring what the suite wants of a
client. Where the suite leaves a choice (no ``kid`` among several keys, unsigned tokens) ours is to refuse.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from idbridge.identity.assertion import Issuer, RegionAssertion, RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.regions.claims import ClaimRow, ClaimTable, Need
from idbridge.regions.connector import RegionRefusal, Start
from idbridge.regions.openid import OpenIDConnector
from idbridge.regions.openid_client import ClientCredentials
from idbridge.regions.openid_config import OpenIDConfig
from tests.simulators.driver import drive
from tests.simulators.lying_openid import NOW, LyingOpenID

CONFIG = OpenIDConfig(
    region=RegionCode("MO"),
    issuer=Issuer("https://op.example"),
    client=ClientCredentials("bridge", secret="secret"),
    algorithms=("RS256",),
    userinfo="always",
    claims=ClaimTable((ClaimRow("name", Need.OPTIONAL, "name-latn"), ClaimRow("email", Need.OPTIONAL, "email"))),
    level_without_acr=Assurance.LOW,
)
START = Start("state-1", "https://bridge.example/regions/MO/callback", "", "en", NOW)


def provider(lie: str = "") -> LyingOpenID:
    return LyingOpenID(lie=lie, algorithm="RS256")


def sign_in(op: LyingOpenID, connector: OpenIDConnector | None = None, config: OpenIDConfig = CONFIG) -> RegionAssertion:
    connector = connector or OpenIDConnector(config)
    departure = drive(connector.depart(START), op.handle)
    return drive(connector.arrive(op.authorize(departure.url), departure.memo, NOW), op.handle)


def paths(op: LyingOpenID) -> list[str]:
    return [request.url.rpartition("/")[2] for request in op.requests]


def refused(op: LyingOpenID, check: str, config: OpenIDConfig = CONFIG) -> None:
    with pytest.raises(RegionRefusal) as caught:
        sign_in(op, config=config)
    assert (caught.value.code, caught.value.check) == ("untrusted", check)


def oidcc_client_test() -> None:
    """Complete the code flow and ask userinfo."""
    op = provider()
    assert sign_in(op).subject == "mo-1"
    assert paths(op) == ["openid-configuration", "token", "jwks", "userinfo"]


def oidcc_client_test_invalid_iss() -> None:
    """Refuse an ID token of another issuer."""
    refused(provider("issuer"), "issuer")


def oidcc_client_test_missing_sub() -> None:
    """Refuse an ID token without a subject."""
    refused(provider("no-subject"), "subject")


def oidcc_client_test_invalid_aud() -> None:
    """Refuse an ID token for another client."""
    refused(provider("audience"), "audience")


def oidcc_client_test_missing_iat() -> None:
    """Refuse an ID token that does not say when it was issued."""
    refused(provider("no-iat"), "iat")


def oidcc_client_test_kid_absent_single_jwks() -> None:
    """Take the only published key for a token that names none."""
    op = provider()
    op.with_kid = False
    assert sign_in(op).subject == "mo-1"


def oidcc_client_test_kid_absent_multiple_jwks() -> None:
    """Refuse a token that names no key where several could be meant (Core §10.1)."""
    op = provider()
    op.rotate("k2", keep=True)
    op.with_kid = False
    refused(op, "key")


def oidcc_client_test_idtoken_sig_rs256() -> None:
    """Accept an RS256 signature that is right."""
    assert sign_in(provider()).subject == "mo-1"


def oidcc_client_test_idtoken_sig_none() -> None:
    """Refuse an unsigned token: the bridge never registers for one."""
    refused(provider("alg-none"), "algorithm")


def oidcc_client_test_invalid_sig_rs256() -> None:
    """Refuse an RS256 signature that is wrong."""
    refused(provider("signature"), "signature")


def oidcc_client_test_userinfo_bearer_header() -> None:
    """Show the token to userinfo in the header."""
    op = provider()
    sign_in(op)
    request = op.requests[-1]
    assert (request.method, request.body) == ("GET", None)
    assert dict(request.headers)["Authorization"].startswith("Bearer ")


def oidcc_client_test_userinfo_bearer_body() -> None:
    """Show the token to userinfo in the body."""
    op = provider()
    sign_in(op, config=replace(CONFIG, bearer_in="body"))
    request = op.requests[-1]
    assert request.method == "POST"
    assert (request.body or b"").startswith(b"access_token=")
    assert "Authorization" not in dict(request.headers)


def oidcc_client_test_userinfo_invalid_sub() -> None:
    """Refuse userinfo of another subject than the ID token's."""
    refused(provider("userinfo-subject"), "userinfo:subject")


def oidcc_client_test_nonce_invalid() -> None:
    """Refuse an ID token with another nonce."""
    refused(provider("nonce"), "nonce")


def oidcc_client_test_scope_userinfo_claims() -> None:
    """Ask for claims by scope and read them from userinfo."""
    op = provider()
    op.person = {"name": "Leong Wai Keng", "email": "leong@example.mo"}
    departure = drive(OpenIDConnector(CONFIG).depart(START), op.handle)
    assert "scope=openid+profile+email+phone+address" in departure.url
    attributes = sign_in(op).attributes
    assert attributes is not None
    assert (attributes.names[0].full, attributes.email) == ("Leong Wai Keng", "leong@example.mo")


def oidcc_client_test_client_secret_basic() -> None:
    """Authenticate at the token endpoint by HTTP Basic, and there alone."""
    op = provider()
    sign_in(op)
    token = next(request for request in op.requests if request.url.endswith("/token"))
    assert dict(token.headers)["Authorization"].startswith("Basic ")
    assert b"client_secret" not in (token.body or b"")


def oidcc_client_test_discovery_openid_config() -> None:
    """Find the endpoints by discovery, once."""
    op = provider()
    connector = OpenIDConnector(CONFIG)
    sign_in(op, connector)
    sign_in(op, connector)
    assert paths(op).count("openid-configuration") == 1
    assert op.requests[0].url == "https://op.example/.well-known/openid-configuration"


def oidcc_client_test_discovery_jwks_uri_keys() -> None:
    """Verify with the keys of the published set, fetched once."""
    op = provider()
    connector = OpenIDConnector(CONFIG)
    sign_in(op, connector)
    sign_in(op, connector)
    assert paths(op).count("jwks") == 1


def oidcc_client_test_discovery_issuer_mismatch() -> None:
    """Refuse metadata that name another issuer, before anything is asked of the user."""
    op = provider("discovery-issuer")
    refused(op, "discovery:issuer")
    assert paths(op) == ["openid-configuration"]


def oidcc_client_test_signing_key_rotation_just_before_signing() -> None:
    """Find a key that was put in the place of the known one in the middle of a login."""
    op = provider()
    connector = OpenIDConnector(CONFIG)
    sign_in(op, connector)
    departure = drive(connector.depart(START), op.handle)
    answer = op.authorize(departure.url)
    op.rotate("k2")
    assert drive(connector.arrive(answer, departure.memo, NOW), op.handle).subject == "mo-1"


def oidcc_client_test_signing_key_rotation() -> None:
    """Find a new key beside the old one, and keep on signing people in."""
    op = provider()
    connector = OpenIDConnector(CONFIG)
    sign_in(op, connector)
    op.rotate("k2", keep=True)
    assert sign_in(op, connector).subject == "mo-1"
    assert paths(op).count("jwks") == 2
    assert sign_in(op, connector).subject == "mo-1"
    assert paths(op).count("jwks") == 2


BASIC_RP: tuple[Callable[[], None], ...] = (
    oidcc_client_test,
    oidcc_client_test_invalid_iss,
    oidcc_client_test_missing_sub,
    oidcc_client_test_invalid_aud,
    oidcc_client_test_missing_iat,
    oidcc_client_test_kid_absent_single_jwks,
    oidcc_client_test_kid_absent_multiple_jwks,
    oidcc_client_test_idtoken_sig_rs256,
    oidcc_client_test_idtoken_sig_none,
    oidcc_client_test_invalid_sig_rs256,
    oidcc_client_test_userinfo_bearer_header,
    oidcc_client_test_userinfo_bearer_body,
    oidcc_client_test_userinfo_invalid_sub,
    oidcc_client_test_nonce_invalid,
    oidcc_client_test_scope_userinfo_claims,
    oidcc_client_test_client_secret_basic,
)
CONFIG_RP: tuple[Callable[[], None], ...] = (
    oidcc_client_test_discovery_openid_config,
    oidcc_client_test_discovery_jwks_uri_keys,
    oidcc_client_test_discovery_issuer_mismatch,
    oidcc_client_test_idtoken_sig_none,
    oidcc_client_test_signing_key_rotation_just_before_signing,
    oidcc_client_test_signing_key_rotation,
)


def module_name(function: Callable[[], None]) -> str:
    return function.__name__.replace("_", "-")


@pytest.mark.parametrize("module", BASIC_RP, ids=module_name)
def test_basic_rp(module: Callable[[], None]) -> None:
    module()


@pytest.mark.parametrize("module", CONFIG_RP, ids=module_name)
def test_config_rp(module: Callable[[], None]) -> None:
    module()
