"""Where errors of the authorization endpoint go: to the portal with ``state`` and ``iss``, or to nobody but the person.

A request that is wrong in one way is sent alone, where the portal is to be told, and together with an unknown client or an
address that is not registered, where it must not be: whatever else is wrong, the browser is never sent there.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.bridge.browser import Browser, Page, walk
from tests.bridge.relying_party import Attempt, RelyingParty

WRONG: dict[str, tuple[str, dict[str, str], tuple[str, ...]]] = {
    "response type missing": ("invalid_request", {}, ("response_type",)),
    "response type": ("unsupported_response_type", {"response_type": "token"}, ()),
    "response mode": ("invalid_request", {"response_mode": "fragment"}, ()),
    "request object": ("request_not_supported", {"request": "e30.e30."}, ()),
    "request uri": ("request_uri_not_supported", {"request_uri": "https://rp.test/request"}, ()),
    "registration": ("registration_not_supported", {"registration": "{}"}, ()),
    "scope": ("invalid_scope", {"scope": "profile"}, ()),
    "no PKCE": ("invalid_request", {}, ("code_challenge", "code_challenge_method")),
    "plain PKCE": ("invalid_request", {"code_challenge_method": "plain"}, ()),
    "malformed PKCE": ("invalid_request", {"code_challenge": "x"}, ()),
    "prompt": ("invalid_request", {"prompt": "create"}, ()),
    "prompt none and login": ("invalid_request", {"prompt": "none login"}, ()),
    "max_age": ("invalid_request", {"max_age": "-1"}, ()),
    "hint": ("invalid_request", {"id_token_hint": "nonsense"}, ()),
    "claims": ("invalid_request", {"claims": "["}, ()),
    "acr": (
        "unmet_authentication_requirements",
        {"claims": '{"id_token":{"acr":{"essential":true,"value":"nobody-knows"}}}'},
        (),
    ),
    "too long": ("invalid_request", {"login_hint": "x" * 600}, ()),
    "nobody signed in": ("login_required", {"prompt": "none"}, ()),
}
"""How a request can be wrong: the error that it gets, the parameters that make it so, and those that are left out."""

NEVER_REDIRECTED: dict[str, tuple[str, dict[str, str], tuple[str, ...]]] = {
    "unknown client": ("unknown_client", {"client_id": "nobody"}, ()),
    "no client": ("invalid_request", {}, ("client_id",)),
    "other address": ("invalid_redirect_uri", {"redirect_uri": "https://evil.test/callback"}, ()),
    "address with more": ("invalid_redirect_uri", {"redirect_uri": "https://rp.test/callback?more=1"}, ()),
    "no address": ("invalid_request", {}, ("redirect_uri",)),
}
"""Why an answer may not go where the request says: the error page's code, and the same."""


def assert_told(attempt: Attempt, portal: RelyingParty, end: Page, error: str) -> None:
    assert end.is_return, end.body
    assert end.url.startswith(portal.redirect_uri)
    answer = end.posted or dict(parse_qsl(urlsplit(end.url).query))
    assert answer["error"] == error
    assert answer["state"] == attempt.parameters["state"]
    assert answer["iss"] == portal.issuer
    assert "code" not in answer


@pytest.mark.parametrize("mode", ["query", "form_post"])
@pytest.mark.parametrize("kind", WRONG)
def test_the_portal_is_told_with_state_and_iss(portal: RelyingParty, kind: str, mode: str) -> None:
    error, changed, left_out = WRONG[kind]
    attempt = portal.request(left_out=left_out, **{"response_mode": mode, **changed})
    browser = Browser()
    assert_told(attempt, portal, walk(browser, browser.get(attempt.url), "", ""), error)


@pytest.mark.parametrize("kind", [None, *WRONG])
@pytest.mark.parametrize("reason", NEVER_REDIRECTED)
def test_nobody_is_sent_to_an_address_that_is_not_registered(portal: RelyingParty, reason: str, kind: str | None) -> None:
    code, changed, left_out = NEVER_REDIRECTED[reason]
    _, also_changed, also_left_out = WRONG[kind] if kind else ("", {}, ())
    attempt = portal.request(left_out=(*left_out, *also_left_out), **{**also_changed, **changed})
    response = Browser()._send("GET", attempt.url, None)
    assert (response.status, response.headers.get("Location"), response.headers.get("Refresh")) == (400, None, None)
    page = Page(attempt.url, response.status, response.headers, response.data)
    assert page.error == code
    assert not page.has("//form[contains(@action, '.test')] | //meta[@http-equiv]")
    assert not page.has("//a[contains(@href, '.test')]")


def cancelled(browser: Browser, portal: RelyingParty, attempt: Attempt) -> Page:
    return browser.press(browser.get(attempt.url), "//form[contains(@action, '/cancel')]//button")


def denied(browser: Browser, portal: RelyingParty, attempt: Attempt) -> Page:
    return walk(browser, browser.get(attempt.url), "MO", "leong-wai-keng", consent="deny")


def refused_by_the_region(browser: Browser, portal: RelyingParty, attempt: Attempt) -> Page:
    page = browser.press(browser.get(attempt.url), "//button[@data-region='MO']")
    page = browser.press(page, "//button[@id='cancel']")
    return browser.open(page, "//a[contains(@href, '/back/')]")


@pytest.mark.parametrize("leave", [cancelled, denied, refused_by_the_region])
@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_a_person_who_leaves_is_told_of_with_state_and_iss(portal: RelyingParty, leave, mode: str) -> None:
    attempt = portal.request(scope="openid profile", response_mode=mode)
    browser = Browser()
    end = walk(browser, leave(browser, portal, attempt), "", "")
    assert_told(attempt, portal, end, "access_denied")
