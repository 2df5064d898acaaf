"""An address that begins too many sign-ins is told to wait; everybody else goes on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bridge.browser import Browser, walk
from tests.bridge.demo import Settings, run_demo
from tests.bridge.relying_party import RelyingParty, Reply, get

LIMIT = 3


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RelyingParty]:
    def change(settings: Settings) -> None:
        settings |= {"sign_ins_per_minute": LIMIT, "trusted_proxies": 1}

    with run_demo(tmp_path_factory.mktemp("limit"), change) as demo:
        yield demo.register()


def begin(portal: RelyingParty, address: str, **changed: str) -> Reply:
    return get(portal.request(**changed).url, {"X-Forwarded-For": address})


def test_one_sign_in_too_many_gets_a_page_and_says_when_to_come_back(portal: RelyingParty) -> None:
    assert [begin(portal, "198.51.100.7").status for _ in range(LIMIT)] == [303] * LIMIT
    refused = begin(portal, "198.51.100.7", idp_hint="MO")
    assert refused.status == 429
    assert refused.headers["Retry-After"] == "60"
    assert b'data-error="too_many_requests"' in refused.body
    assert begin(portal, "198.51.100.8").status == 303


def test_the_devices_of_one_household_count_together(portal: RelyingParty) -> None:
    answers = [begin(portal, f"2001:db8:1:2::{number}").status for number in range(LIMIT + 1)]
    assert answers == [303] * LIMIT + [429]
    assert begin(portal, "2001:db8:1:3::1").status == 303


def test_an_address_in_both_notations_is_one(portal: RelyingParty) -> None:
    answers = [begin(portal, address).status for address in ("198.51.100.9", "::ffff:198.51.100.9") * 2]
    assert answers == [303] * LIMIT + [429]


def test_silent_requests_and_this_machine_are_not_counted(portal: RelyingParty) -> None:
    answers = [begin(portal, "198.51.100.10", prompt="none") for _ in range(LIMIT + 2)]
    assert all(answer.status == 303 and "error=login_required" in answer.headers["Location"] for answer in answers)
    assert {begin(portal, "127.0.0.1").status for _ in range(LIMIT + 2)} == {303}


def test_who_began_may_finish(portal: RelyingParty) -> None:
    browser = Browser()
    browser.headers = {"X-Forwarded-For": "198.51.100.11"}
    pages = [browser.get(portal.request().url) for _ in range(LIMIT)]
    assert walk(browser, pages[-1], "MO", "leong-wai-keng").is_return
