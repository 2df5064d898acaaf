"""Revocation (RFC 7009) and introspection (RFC 7662)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from idbridge.identity.assurance import Assurance
from idbridge.oidc.authorization import Answer
from idbridge.oidc.client_authentication import AuthenticatedClient
from idbridge.oidc.clients import ClientId
from idbridge.oidc.errors import EndpointRefusal, Fault
from idbridge.oidc.grants import Grant, access_token_record, grant_answer, refresh_token_record
from idbridge.oidc.token_management import (
    NothingToRevoke,
    RevokeAccessToken,
    RevokeGrant,
    TokenRecord,
    introspect,
    judge_revocation,
    read_token,
)
from idbridge.oidc.token_request import read_form
from tests.unit.oidc.samples import AUTHENTICATED, NOW, PORTAL, PROVIDER, authorize, standing

GRANT, _ = grant_answer(
    authorize(scope="openid email offline_access", prompt="consent"),
    standing(),
    Answer(Assurance.HIGH),
    grant_id="grant-1",
    now=NOW,
)
ACCESS = access_token_record(GRANT, ("openid",), NOW)
REFRESH = refresh_token_record(GRANT, NOW)
ANOTHER = AuthenticatedClient(replace(PORTAL, client_id=ClientId("another")))
PUBLIC = AuthenticatedClient(replace(PORTAL, token_endpoint_auth_method="none", secret_sha256=None))


def test_the_token_is_read_whatever_the_hint_says() -> None:
    assert read_token(read_form([("token", "abc"), ("token_type_hint", "nonsense")])) == "abc"
    assert read_token(read_form([("token", "a b")])) is None
    with pytest.raises(EndpointRefusal) as refused:
        read_token(read_form([("token_type_hint", "access_token")]))
    assert refused.value.fault is Fault.TOKEN_PARAMETER_MISSING


def test_what_a_revocation_ends() -> None:
    assert judge_revocation(ACCESS, AUTHENTICATED) == RevokeAccessToken()
    assert judge_revocation(REFRESH, AUTHENTICATED) == RevokeGrant("grant-1")
    assert judge_revocation(replace(REFRESH, used_at=NOW), PUBLIC) == RevokeGrant("grant-1")
    assert judge_revocation(None, AUTHENTICATED) == NothingToRevoke()


@pytest.mark.parametrize("record", [ACCESS, REFRESH])
def test_nobody_revokes_the_tokens_of_others(record: TokenRecord) -> None:
    with pytest.raises(EndpointRefusal) as refused:
        judge_revocation(record, ANOTHER)
    assert refused.value.fault is Fault.TOKEN_OF_ANOTHER_CLIENT


def look(
    record: TokenRecord | None, grant: Grant | None = GRANT, client: AuthenticatedClient = AUTHENTICATED
) -> dict[str, object]:
    return introspect(record, grant, client, issuer=PROVIDER.issuer, now=NOW)


def test_what_is_told_of_an_access_token() -> None:
    assert look(ACCESS) == {
        "active": True,
        "iss": "https://bridge.example",
        "sub": "pairwise-subject",
        "aud": "portal",
        "client_id": "portal",
        "scope": "openid",
        "iat": int(NOW.timestamp()),
        "exp": int(ACCESS.expires_at.timestamp()),
        "token_type": "Bearer",
    }


def test_what_is_told_of_a_refresh_token() -> None:
    told = look(REFRESH)
    assert (told["active"], told["scope"]) == (True, "openid email offline_access")
    assert "token_type" not in told


@pytest.mark.parametrize(
    ("record", "grant", "client"),
    [
        (None, GRANT, AUTHENTICATED),
        (ACCESS, None, AUTHENTICATED),
        (ACCESS, replace(GRANT, grant_id="grant-2"), AUTHENTICATED),
        (ACCESS, GRANT, ANOTHER),
        (replace(ACCESS, expires_at=NOW), GRANT, AUTHENTICATED),
        (replace(REFRESH, used_at=NOW), GRANT, AUTHENTICATED),
    ],
)
def test_of_anything_else_nothing_is_told(record: TokenRecord | None, grant: Grant | None, client: AuthenticatedClient) -> None:
    assert look(record, grant, client) == {"active": False}


def test_public_clients_may_not_ask() -> None:
    with pytest.raises(EndpointRefusal) as refused:
        look(ACCESS, client=PUBLIC)
    assert refused.value.fault is Fault.CLIENT_MAY_NOT
