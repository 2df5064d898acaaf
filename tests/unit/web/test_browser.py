"""Cookies and form tokens: what is set, what counts, and what does not."""

from __future__ import annotations

import pytest
from flask import Request, Response
from werkzeug.test import EnvironBuilder

from idbridge.web.browser import BINDING, CSRF_FIELD, SESSION, Cookies, ForeignForm

KEY = b"k" * 32
TOKEN = "A" * 43


def request(cookies: dict[str, str] | None = None, form: dict[str, str] | None = None) -> Request:
    header = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
    return Request(EnvironBuilder(method="POST", data=form or {}, headers={"Cookie": header}).get_environ())


def test_over_https_cookies_are_bound_to_the_host() -> None:
    cookies = Cookies(secure=True, forms_key=KEY)
    response = Response()
    cookies.keep(response, SESSION, TOKEN)
    assert response.headers["Set-Cookie"] == f"__Host-{SESSION}={TOKEN}; Secure; HttpOnly; Path=/; SameSite=Lax"
    assert cookies.browser(request({f"__Host-{SESSION}": TOKEN})).session == TOKEN
    assert cookies.browser(request({SESSION: TOKEN})).session is None


@pytest.mark.parametrize("value", ["", "A" * 42, "A" * 44, "A" * 42 + "!", "A" * 42 + "é", "'; DROP", "A" * 100_000])
def test_a_cookie_that_is_not_ours_is_no_cookie(value: str) -> None:
    browser = Cookies(secure=False, forms_key=KEY).browser(request({BINDING: value, SESSION: value}))
    assert browser.is_new
    assert browser.session is None
    assert len(browser.binding) == 43


def test_a_form_needs_the_token_of_its_browser() -> None:
    cookies = Cookies(secure=False, forms_key=KEY)
    mine, other = request({BINDING: TOKEN}), request({BINDING: "B" * 43})
    token = cookies.csrf_token(cookies.browser(mine))
    good = request({BINDING: TOKEN}, {CSRF_FIELD: token})
    cookies.check_form(good, cookies.browser(good))
    for bad in (
        request({BINDING: TOKEN}),
        request({BINDING: TOKEN}, {CSRF_FIELD: "x"}),
        request({BINDING: TOKEN}, {CSRF_FIELD: cookies.csrf_token(cookies.browser(other))}),
        request({BINDING: TOKEN}, {CSRF_FIELD: Cookies(secure=False, forms_key=b"j" * 32).csrf_token(cookies.browser(mine))}),
        request({}, {CSRF_FIELD: token}),
    ):
        with pytest.raises(ForeignForm):
            cookies.check_form(bad, cookies.browser(bad))


def test_the_digest_does_not_tell_the_binding() -> None:
    browser = Cookies(secure=False, forms_key=KEY).browser(request({BINDING: TOKEN}))
    assert TOKEN not in browser.digest
    assert TOKEN not in repr(browser)
