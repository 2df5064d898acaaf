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
