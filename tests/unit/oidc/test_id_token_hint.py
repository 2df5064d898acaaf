"""Our own ID tokens as hints. What each endpoint makes of a bad one is tested with that endpoint."""

from __future__ import annotations

import pytest

from idbridge.oidc.clients import ClientId
from idbridge.oidc.id_token_hint import Hint, InvalidHint, read_hint
from tests.unit.oidc.samples import PROVIDER, keys

CLAIMS = {"iss": PROVIDER.issuer, "aud": "portal", "sub": "somebody", "sid": "session", "auth_time": 1, "exp": 2}


def read(**changes: object) -> Hint:
    return read_hint(keys().sign({**CLAIMS, **changes}, "RS256"), keys(), PROVIDER.issuer)


def test_an_expired_id_token_still_tells_whose_it_was() -> None:
    assert read() == Hint(ClientId("portal"), "somebody", "session")


@pytest.mark.parametrize("sid", [None, 1, ["session"]])
def test_a_session_is_text_or_unknown(sid: object) -> None:
    assert read(sid=sid).sid is None


@pytest.mark.parametrize(
    ("changes", "reason"), [({"iss": "https://evil.example"}, "iss"), ({"aud": 1}, "aud"), ({"sub": None}, "sub")]
)
def test_the_claim_at_fault_is_named(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(InvalidHint) as refused:
        read(**changes)
    assert refused.value.reason == reason


def test_other_tokens_of_ours_are_no_hints() -> None:
    claims = {name: value for name, value in CLAIMS.items() if name != "auth_time"}
    with pytest.raises(InvalidHint, match="auth_time"):
        read_hint(keys().sign(claims, "ES256"), keys(), PROVIDER.issuer)
