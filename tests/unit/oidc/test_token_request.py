"""The token endpoint's form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.oidc.errors import EndpointRefusal, Fault
from idbridge.oidc.grants import CodeRedemption, RefreshRequest
from idbridge.oidc.token_request import read_form, read_token_request


def read(**form: str) -> CodeRedemption | RefreshRequest:
    return read_token_request(read_form(form.items()))


def test_a_code_redemption() -> None:
    wanted = read(
        grant_type="authorization_code", code="SplxlOBeZQQYbYS6WxSbIA", redirect_uri="https://a.example/", code_verifier="v"
    )
    assert wanted == CodeRedemption("SplxlOBeZQQYbYS6WxSbIA", "https://a.example/", "v")
    assert "SplxlOBeZQQYbYS6WxSbIA" not in repr(wanted)


def test_a_refresh() -> None:
    assert read(grant_type="refresh_token", refresh_token="tGzv3JOkF0XG5Qx2TlKWIA") == RefreshRequest(
        "tGzv3JOkF0XG5Qx2TlKWIA", None
    )
    narrowed = read(grant_type="refresh_token", refresh_token="t", scope="openid  email openid")
    assert narrowed == RefreshRequest("t", ("openid", "email"))


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({}, Fault.GRANT_TYPE_MISSING),
        ({"grant_type": "password"}, Fault.GRANT_TYPE_UNSUPPORTED),
        ({"grant_type": "client_credentials"}, Fault.GRANT_TYPE_UNSUPPORTED),
        ({"grant_type": "authorization_code"}, Fault.CODE_MISSING),
        ({"grant_type": "authorization_code", "code": "a b"}, Fault.CODE_UNKNOWN),
        ({"grant_type": "authorization_code", "code": "x" * 513}, Fault.PARAMETER_TOO_LONG),
        ({"grant_type": "authorization_code", "code": "a\0"}, Fault.PARAMETER_MALFORMED),
        ({"grant_type": "refresh_token"}, Fault.REFRESH_TOKEN_MISSING),
        ({"grant_type": "refresh_token", "refresh_token": "é"}, Fault.REFRESH_TOKEN_UNKNOWN),
    ],
)
def test_forms_refused(form: dict[str, str], fault: Fault) -> None:
    with pytest.raises(EndpointRefusal) as refused:
        read(**form)
    assert refused.value.fault is fault


def test_no_parameter_twice() -> None:
    with pytest.raises(EndpointRefusal) as refused:
        read_form([("code", "a"), ("code", "b")])
    assert refused.value.fault is Fault.PARAMETER_REPEATED


@given(
    st.dictionaries(
        st.sampled_from(["grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope"]),
        st.text(max_size=10) | st.sampled_from(["authorization_code", "refresh_token"]),
    )
)
def test_any_form_is_read_or_refused(form: dict[str, str]) -> None:
    try:
        wanted = read(**form)
    except EndpointRefusal:
        return
    assert isinstance(wanted, CodeRedemption | RefreshRequest)
