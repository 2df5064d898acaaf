"""Grants, codes and tokens: what each is worth, to whom and how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import pytest

from idbridge.identity.assurance import Assurance
from idbridge.oidc.authorization import Answer
from idbridge.oidc.client_authentication import AuthenticatedClient
from idbridge.oidc.clients import ClientId
from idbridge.oidc.errors import BearerRefusal, EndpointRefusal, Fault
from idbridge.oidc.grants import (
    ACCESS_TOKEN_LIFETIME,
    CODE_LIFETIME,
    OFFLINE_LIFETIME,
    REFRESH_TOKEN_LIFETIME,
    AccessTokenRecord,
    CodeRecord,
    CodeRedemption,
    CodeTombstone,
    Grant,
    RefreshRequest,
    RefreshTokenRecord,
    Replayed,
    access_token_record,
    grant_answer,
    judge_access,
    judge_refresh,
    redeem_code,
    refresh_replayed,
    refresh_token_record,
)
from tests.unit.oidc.samples import AUTHENTICATED, CALLBACK, HK, NOW, PORTAL, VERIFIER, authorize, standing

SECOND = timedelta(seconds=1)
ANOTHER = AuthenticatedClient(replace(PORTAL, client_id=ClientId("another")))
REDEMPTION = CodeRedemption("code", CALLBACK, VERIFIER)


def granted(scope: str = "openid profile", prompt: str | None = None, **session: object) -> tuple[Grant, CodeRecord]:
    return grant_answer(
        authorize(scope=scope, prompt=prompt),
        standing(**session),
        Answer(Assurance.SUBSTANTIAL),
        grant_id="grant-1",
        now=NOW,
    )


GRANT, CODE = granted()
OFFLINE, _ = granted("openid profile offline_access", "consent")


def test_a_grant_holds_what_was_answered() -> None:
    assert (GRANT.person, GRANT.subject, GRANT.client_id) == ("person-1", "pairwise-subject", "portal")
    assert (GRANT.region, GRANT.acr, GRANT.methods) == (HK, Assurance.SUBSTANTIAL, ("face",))
    assert (GRANT.scopes, GRANT.authorized_at) == (("openid", "profile"), NOW)
    assert (CODE.redirect_uri, CODE.nonce, CODE.expires_at) == (CALLBACK, "n-0S6_WzA2Mj", NOW + CODE_LIFETIME)


def test_codes_live_sixty_seconds() -> None:
    assert timedelta(seconds=60) == CODE_LIFETIME


def test_portals_cannot_join_sessions() -> None:
    session = standing().session
    assert GRANT.sid == session.sid_for(ClientId("portal"))
    assert GRANT.sid != session.sid_for(ClientId("another"))
    assert session.sid not in GRANT.sid


def test_the_organisation_is_granted_only_when_asked_for() -> None:
    assert granted(organisations=("org-1",))[0].organisation is None
    assert granted("openid organisation", organisations=("org-1",))[0].organisation == "org-1"


@pytest.mark.parametrize("record", [GRANT, CODE, CodeTombstone("grant-1"), access_token_record(GRANT, ("openid",), NOW)])
def test_records_can_be_stored(record: object) -> None:
    assert msgspec.json.decode(msgspec.json.encode(record), type=type(record)) == record


def test_an_online_grant_ends_with_its_last_token() -> None:
    assert not GRANT.is_offline
    assert GRANT.expires_at == NOW + CODE_LIFETIME + ACCESS_TOKEN_LIFETIME
    assert OFFLINE.is_offline
    assert OFFLINE.expires_at == NOW + OFFLINE_LIFETIME


# Codes


def redeem(record: CodeRecord | CodeTombstone | None = CODE, now: datetime = NOW, **changes: str | None) -> CodeRecord:
    return redeem_code(record, replace(REDEMPTION, **changes), AUTHENTICATED, now)


def test_a_code_is_redeemed() -> None:
    assert redeem() is CODE
    assert redeem(now=CODE.expires_at - SECOND) is CODE


def test_a_code_without_pkce_is_redeemed_without_verifier() -> None:
    assert redeem(replace(CODE, code_challenge=None), code_verifier=None).nonce == CODE.nonce


@pytest.mark.parametrize(
    ("record", "now", "changes", "fault"),
    [
        (None, NOW, {}, Fault.CODE_UNKNOWN),
        (replace(CODE, client_id=ClientId("another")), NOW, {}, Fault.CODE_OF_ANOTHER_CLIENT),
        (CODE, CODE.expires_at, {}, Fault.CODE_EXPIRED),
        (CODE, NOW, {"redirect_uri": None}, Fault.CODE_REDIRECT_URI_MISMATCH),
        (CODE, NOW, {"redirect_uri": CALLBACK + "/"}, Fault.CODE_REDIRECT_URI_MISMATCH),
        (CODE, NOW, {"code_verifier": None}, Fault.PKCE_VERIFIER_MISSING),
        (CODE, NOW, {"code_verifier": "x" * 43}, Fault.PKCE_VERIFIER_MISMATCH),
        (replace(CODE, code_challenge=None), NOW, {}, Fault.PKCE_VERIFIER_UNEXPECTED),
    ],
)
def test_codes_refused(record: CodeRecord | None, now: datetime, changes: dict[str, str | None], fault: Fault) -> None:
    with pytest.raises(EndpointRefusal) as refused:
        redeem(record, now, **changes)
    assert (refused.value.fault, refused.value.fault.error) == (fault, "invalid_grant")
    assert not isinstance(refused.value, Replayed)


def test_oidcc_codereuse() -> None:
    with pytest.raises(Replayed) as refused:
        redeem(CodeTombstone("grant-1"))
    assert (refused.value.fault.error, refused.value.grant_id) == ("invalid_grant", "grant-1")


# Refresh tokens


REFRESH = refresh_token_record(OFFLINE, NOW)
LATEST = REFRESH.expires_at - SECOND


def refresh(
    record: RefreshTokenRecord | None = REFRESH,
    grant: Grant | None = OFFLINE,
    client: AuthenticatedClient = AUTHENTICATED,
    now: datetime = LATEST,
    scopes: tuple[str, ...] | None = None,
) -> tuple[Grant, tuple[str, ...]]:
    return judge_refresh(record, grant, RefreshRequest("token", scopes), client, now)


def test_oidcc_refresh_token() -> None:
    assert refresh() == (OFFLINE, OFFLINE.scopes)
    assert refresh(scopes=("openid",)) == (OFFLINE, ("openid",))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"record": None}, Fault.REFRESH_TOKEN_UNKNOWN),
        ({"client": ANOTHER}, Fault.REFRESH_TOKEN_OF_ANOTHER_CLIENT),
        ({"grant": None}, Fault.GRANT_REVOKED),
        ({"grant": replace(OFFLINE, grant_id="grant-2")}, Fault.GRANT_REVOKED),
        ({"now": REFRESH.expires_at}, Fault.REFRESH_TOKEN_EXPIRED),
        ({"grant": replace(OFFLINE, authorized_at=LATEST - OFFLINE_LIFETIME)}, Fault.REFRESH_TOKEN_EXPIRED),
        ({"scopes": ("openid", "email")}, Fault.SCOPE_WIDENED),
    ],
)
def test_refreshes_refused(changes: dict[str, object], fault: Fault) -> None:
    with pytest.raises(EndpointRefusal) as refused:
        refresh(**changes)  # type: ignore[arg-type]
    assert refused.value.fault is fault
    assert not isinstance(refused.value, Replayed)


def test_a_used_refresh_token_revokes_even_what_ended() -> None:
    used = replace(REFRESH, used_at=NOW)
    for changes in ({}, {"grant": None}, {"now": REFRESH.expires_at}):
        with pytest.raises(Replayed) as refused:
            refresh(used, **changes)  # type: ignore[arg-type]
        assert (refused.value.fault, refused.value.grant_id) == (Fault.REFRESH_TOKEN_REPLAYED, "grant-1")


def test_another_client_cannot_revoke_by_replaying() -> None:
    with pytest.raises(EndpointRefusal) as refused:
        refresh(replace(REFRESH, used_at=NOW), client=ANOTHER)
    assert not isinstance(refused.value, Replayed)


def test_who_loses_the_race_has_replayed() -> None:
    assert refresh_replayed(REFRESH).grant_id == "grant-1"


def test_a_refresh_token_ends_with_its_grant() -> None:
    assert refresh_token_record(OFFLINE, NOW).expires_at == NOW + REFRESH_TOKEN_LIFETIME
    late = OFFLINE.expires_at - SECOND
    assert refresh_token_record(OFFLINE, late).expires_at == OFFLINE.expires_at


# Access tokens


ACCESS = access_token_record(GRANT, ("openid",), NOW)


def test_an_access_token_opens_what_it_was_given_for() -> None:
    assert judge_access(ACCESS, GRANT, NOW) == replace(GRANT, scopes=("openid",))
    assert ACCESS.expires_at == NOW + ACCESS_TOKEN_LIFETIME
    assert access_token_record(GRANT, ("openid",), GRANT.expires_at - SECOND).expires_at == GRANT.expires_at


@pytest.mark.parametrize(
    ("record", "grant", "now", "reason"),
    [
        (None, GRANT, NOW, "unknown"),
        (ACCESS, None, NOW, "revoked"),
        (ACCESS, replace(GRANT, grant_id="grant-2"), NOW, "revoked"),
        (ACCESS, GRANT, ACCESS.expires_at, "expired"),
        (replace(ACCESS, expires_at=NOW + timedelta(days=1)), GRANT, GRANT.expires_at, "expired"),
    ],
)
def test_access_tokens_refused(record: AccessTokenRecord | None, grant: Grant | None, now: datetime, reason: str) -> None:
    with pytest.raises(BearerRefusal) as refused:
        judge_access(record, grant, now)
    assert (refused.value.fault, refused.value.evidence["reason"]) == (Fault.TOKEN_INVALID, reason)


def test_userinfo_needs_openid() -> None:
    with pytest.raises(BearerRefusal) as refused:
        judge_access(access_token_record(GRANT, ("profile",), NOW), GRANT, NOW)
    assert refused.value.fault is Fault.TOKEN_WITHOUT_OPENID
