"""Presenting an access token (RFC 6750 §2)."""

from __future__ import annotations

import pytest

from idbridge.oidc.bearer import read_bearer
from idbridge.oidc.errors import BearerRefusal, Fault


def test_oidcc_userinfo_get() -> None:
    assert read_bearer("Bearer mF_9.B5f-4.1JqM", []) == "mF_9.B5f-4.1JqM"
    assert read_bearer("bearer  mF_9.B5f-4.1JqM ", []) == "mF_9.B5f-4.1JqM"


def test_oidcc_userinfo_post_body() -> None:
    assert read_bearer(None, [("access_token", "mF_9.B5f-4.1JqM")]) == "mF_9.B5f-4.1JqM"


@pytest.mark.parametrize(
    ("authorization", "form", "fault"),
    [
        (None, [], Fault.TOKEN_MISSING),
        ("", [], Fault.TOKEN_MISSING),
        ("Basic abc", [], Fault.TOKEN_MISSING),
        ("Bearer", [], Fault.TOKEN_MALFORMED),
        ("Bearer ", [], Fault.TOKEN_MALFORMED),
        ("Bearer a b", [], Fault.TOKEN_MALFORMED),
        ("Bearer é", [], Fault.TOKEN_MALFORMED),
        ("Bearer " + "x" * 513, [], Fault.TOKEN_MALFORMED),
        ("Bearer a", [("access_token", "a")], Fault.TOKEN_PRESENTED_TWICE),
        (None, [("access_token", "a"), ("access_token", "a")], Fault.PARAMETER_REPEATED),
        (None, [("access_token", "a\n")], Fault.PARAMETER_MALFORMED),
    ],
)
def test_tokens_refused(authorization: str | None, form: list[tuple[str, str]], fault: Fault) -> None:
    with pytest.raises(BearerRefusal) as refused:
        read_bearer(authorization, form)
    assert refused.value.fault is fault
