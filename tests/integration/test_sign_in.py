"""A sign-in through every region, over HTTP, as portals and people see it."""

from __future__ import annotations

import pytest

from tests.bridge.browser import Browser, walk
from tests.bridge.demo import Demo
from tests.bridge.relying_party import RelyingParty

EVERYTHING = "openid profile email phone address organisation identity"


@pytest.mark.parametrize(("region", "persona"), [("GD", "li-min"), ("HK", "wong-ka-yan"), ("MO", "leong-wai-keng")])
def test_a_resident_of_each_region_signs_in(portal: RelyingParty, region: str, persona: str) -> None:
    browser = Browser()
    attempt = portal.request(scope=EVERYTHING)
    end = walk(browser, browser.get(attempt.url), region, persona)
    tokens = portal.tokens(attempt, end.url)
    claims = portal.userinfo(tokens.access_token).json
    assert claims["sub"] == tokens.claims["sub"]
    assert claims["region"] == region
    assert claims["name"]


@pytest.mark.parametrize("decision", ["approve", "cancel"])
def test_the_language_that_the_portal_asks_for_goes_all_the_way(portal: RelyingParty, decision: str) -> None:
    browser = Browser("en")
    page = browser.get(portal.request(scope="openid profile", ui_locales="pt").url)
    page = browser.press(page, "//button[@data-region='HK']")
    page = browser.press(page, f"//button[@id='{decision}']", persona="chan-siu-man")
    page = walk(browser, page, "HK", "chan-siu-man")
    assert page.error == (None if decision == "approve" else "region_cancelled")
    ours = [shown for shown in browser.pages if shown.url.startswith(portal.issuer) and shown.body.startswith(b"<")]
    assert [shown.document.get("lang") for shown in ours] == ["pt"] * len(ours)
    assert len(ours) >= 2


def test_an_exchanged_refresh_token_is_not_active_and_ends_the_grant_when_it_comes_again(portal: RelyingParty) -> None:
    browser = Browser()
    attempt = portal.request(scope="openid offline_access", prompt="consent")
    first = portal.tokens(attempt, walk(browser, browser.get(attempt.url), "MO", "leong-wai-keng").url)
    assert portal.post("/oauth/introspect", {"token": first.refresh_token}).json["active"] is True
    second = portal.verified(portal.refresh(first.refresh_token), None)
    assert portal.post("/oauth/introspect", {"token": first.refresh_token}).json == {"active": False}
    assert portal.post("/oauth/introspect", {"token": second.refresh_token}).json["active"] is True
    assert portal.refresh(first.refresh_token).json["error"] == "invalid_grant"
    assert portal.refresh(second.refresh_token).json["error"] == "invalid_grant"
    assert portal.userinfo(second.access_token).status == 401


def test_the_answer_can_be_posted(portal: RelyingParty) -> None:
    browser = Browser()
    attempt = portal.request(response_mode="form_post")
    end = walk(browser, browser.get(attempt.url), "MO", "leong-wai-keng")
    assert end.url == portal.redirect_uri
    assert end.posted is not None
    assert end.posted["state"] == attempt.parameters["state"]
    assert end.posted["iss"] == portal.issuer
    assert portal.redeem(end.posted["code"], attempt).status == 200


def test_a_hint_or_a_portal_of_one_region_skips_the_choice(demo: Demo, portal: RelyingParty) -> None:
    for one, hint in ((portal, {"idp_hint": "MO"}), (demo.register("--region", "MO", "--public"), {})):
        browser = Browser()
        attempt = one.request(**hint)
        page = browser.get(attempt.url)
        assert page.url.startswith(demo.provider("MO"))
        one.tokens(attempt, walk(browser, page, "MO", "leong-wai-keng").url)
