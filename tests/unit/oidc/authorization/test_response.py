"""Answers that travel through the browser."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.oidc.authorization import ResponseMode, ReturnAddress
from idbridge.oidc.errors import Fault

ISSUER = "https://bridge.example"


def test_a_code_is_answered_with_state_and_iss() -> None:
    answer = ReturnAddress("https://portal.example/cb", state="a b").with_code("c", ISSUER)
    assert answer.parameters == (("code", "c"), ("state", "a b"), ("iss", ISSUER))
    assert answer.url == "https://portal.example/cb?code=c&state=a+b&iss=https%3A%2F%2Fbridge.example"
    assert "code" not in repr(answer)


def test_an_error_is_answered_with_state_and_iss() -> None:
    answer = ReturnAddress("https://portal.example/cb", state="s").with_fault(Fault.LOGIN_NEEDED, ISSUER)
    assert answer.parameters == (
        ("error", "login_required"),
        ("error_description", "The user has to sign in"),
        ("state", "s"),
        ("iss", ISSUER),
    )


def test_the_mode_is_kept() -> None:
    address = ReturnAddress("https://portal.example/cb", ResponseMode.FORM_POST)
    assert address.with_code("c", ISSUER).mode is ResponseMode.FORM_POST
    assert address.with_fault(Fault.LOGIN_NEEDED, ISSUER).mode is ResponseMode.FORM_POST


@pytest.mark.parametrize("uri", ["https://portal.example/cb", "https://portal.example/cb?a=1&b", "com.example.app:/cb"])
@given(state=st.text(st.characters(codec="utf-8")))
def test_any_state_comes_back_as_it_was(uri: str, state: str) -> None:
    url = ReturnAddress(uri, state=state).with_code("c", ISSUER).url
    assert url.startswith(uri)
    assert url.isascii()
    assert url.isprintable()
    assert ("state", state) in parse_qsl(urlsplit(url).query, keep_blank_values=True)
