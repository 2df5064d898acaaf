"""A sign-in through every region, over HTTP, as portals and people see it."""

from __future__ import annotations

import pytest

from tests.bridge.browser import Browser, walk
from tests.bridge.demo import Demo

EVERYTHING = "openid profile email phone address organisation identity"


@pytest.mark.parametrize(("region", "persona"), [("GD", "li-min"), ("HK", "wong-ka-yan"), ("MO", "leong-wai-keng")])
def test_a_resident_of_each_region_signs_in(demo: Demo, region: str, persona: str) -> None:
    portal, browser = demo.register(), Browser()
    attempt = portal.request(scope=EVERYTHING)
    end = walk(browser, browser.get(attempt.url), region, persona)
    tokens = portal.tokens(attempt, end.url)
    claims = portal.userinfo(tokens.access_token).json
    assert claims["sub"] == tokens.claims["sub"]
    assert claims["region"] == region
    assert claims["name"]


@pytest.mark.parametrize("decision", ["approve", "cancel"])
def test_the_language_that_the_portal_asks_for_goes_all_the_way(demo: Demo, decision: str) -> None:
    portal, browser = demo.register("--scope", "profile"), Browser("en")
    page = browser.get(portal.request(scope="openid profile", ui_locales="pt").url)
    page = browser.press(page, "//button[@data-region='HK']")
    page = browser.press(page, f"//button[@id='{decision}']", persona="chan-siu-man")
    page = walk(browser, page, "HK", "chan-siu-man")
    assert page.error == (None if decision == "approve" else "region_cancelled")
    ours = [shown for shown in browser.pages if shown.url.startswith(demo.issuer) and shown.body.startswith(b"<")]
    assert [shown.document.get("lang") for shown in ours] == ["pt"] * len(ours)
    assert len(ours) >= 2
