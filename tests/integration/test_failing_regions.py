"""Regions that are down, slow or lying, as the person and the portal meet them; and regions that only configuration knows.

One bridge, whose Macao is a provider that can lie, beside a fourth region in standard OpenID Connect, one where nobody
listens, and one that is switched off.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from werkzeug.serving import make_server

from tests.bridge.browser import Browser, Page, walk
from tests.bridge.demo import Demo, Settings, run_demo
from tests.bridge.relying_party import Attempt, RelyingParty
from tests.servers import free_port
from tests.simulators.lying_openid import LyingOpenID, create_app

SLOWER_THAN_ALLOWED = 11.0
"""Seconds: a region has ten to answer (`idbridge.outbound`)."""

UNTRUSTED = (
    "issuer",
    "no-issuer",
    "audience",
    "second-audience",
    "nonce",
    "no-nonce",
    "no-subject",
    "alg-none",
    "alg-hs256",
    "alg-unpinned",
    "signature",
    "foreign-key",
    "expired",
    "at_hash",
    "userinfo-subject",
    "answer-iss",
)
UNAVAILABLE = ("down", "token-500", "token-html", "token-deep-json", "userinfo-500")


@contextmanager
def provider() -> Iterator[LyingOpenID]:
    """Serve a provider on a port of its own; honest until told to lie."""
    port = free_port()
    liar = LyingOpenID(f"http://127.0.0.1:{port}", clock=lambda: datetime.now(UTC))
    server = make_server("127.0.0.1", port, create_app(liar, slow=SLOWER_THAN_ALLOWED), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield liar
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def standard_region(issuer: str, **more: object) -> dict[str, object]:
    """Return the settings of a region in standard OpenID Connect."""
    return {
        "protocol": "openid",
        "issuer": issuer,
        "client_id": "bridge",
        "client_secret": "secret",
        "levels": {"high": "high"},
        "userinfo": "always",
        **more,
    }


@dataclass(frozen=True)
class Troubled:
    """The bridge, a portal at it, and the provider that lies."""

    demo: Demo
    portal: RelyingParty
    liar: LyingOpenID

    def sign_in(self, region: str, persona: str = "", browser: Browser | None = None) -> tuple[Browser, Attempt, Page]:
        """Sign in at a region as far as it goes."""
        browser = browser or Browser()
        attempt = self.portal.request(scope="openid profile")
        return browser, attempt, walk(browser, browser.get(attempt.url), region, persona)


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Troubled]:
    with provider() as liar, provider() as honest:

        def change(settings: Settings) -> None:
            settings["regions"]["MO"] = standard_region(liar.base_url)
            settings["regions"]["XF"] = standard_region(
                honest.base_url, names={"en": "Fourth Bay", "zh-Hant": "第四灣"}, services=["Bay Pass"]
            )
            settings["regions"]["XN"] = standard_region(f"http://127.0.0.1:{free_port()}")
            settings["regions"]["XO"] = standard_region("http://127.0.0.1:9", enabled=False)

        with run_demo(tmp_path_factory.mktemp("troubled"), change) as demo:
            yield Troubled(demo, demo.register("--scope", "profile"), liar)


@pytest.fixture(autouse=True)
def honest_again(troubled: Troubled) -> Iterator[None]:
    yield
    troubled.liar.lie = ""


def check_failure(troubled: Troubled, lie: str, code: str, error: str) -> None:
    """Check the page, the way to another region, and the way back to the portal, each on a failure of its own."""
    troubled.liar.lie = lie
    browser, attempt, page = troubled.sign_in("MO")
    check_page(page, code, "MO")
    chooser = browser.open(page, "//a[@id='other-region']")
    assert chooser.region_choices["GD"]
    end = walk(browser, chooser, "GD", "li-min")
    troubled.portal.tokens(attempt, end.url)

    browser, attempt, page = troubled.sign_in("MO")
    answer = troubled.portal.answer(attempt, browser.open(page, "//a[@id='back']").url)
    assert answer["error"] == error
    assert "code" not in answer


def check_page(page: Page, code: str, region: str) -> None:
    assert page.error == code
    assert page.status in {502, 503, 504}
    assert page.one("//*[@data-failed-region]").get("data-failed-region") == region


@pytest.mark.parametrize("lie", UNTRUSTED)
def test_a_lying_region_is_named_and_another_can_be_chosen(troubled: Troubled, lie: str) -> None:
    check_failure(troubled, lie, "region_untrusted", "server_error")


@pytest.mark.parametrize("lie", UNAVAILABLE)
def test_a_broken_region_is_named_and_another_can_be_chosen(troubled: Troubled, lie: str) -> None:
    check_failure(troubled, lie, "region_unavailable", "temporarily_unavailable")


def test_a_slow_region_is_given_up_while_the_others_work(troubled: Troubled) -> None:
    troubled.liar.lie = "slow"
    slow: list[Page] = []
    thread = threading.Thread(target=lambda: slow.append(troubled.sign_in("MO")[2]))
    thread.start()
    _, attempt, page = troubled.sign_in("HK", "wong-ka-yan")
    troubled.portal.tokens(attempt, page.url)
    assert thread.is_alive()
    thread.join(30)
    check_page(slow[0], "region_unavailable", "MO")


def test_a_region_where_nobody_listens_is_named(troubled: Troubled) -> None:
    browser, attempt, page = troubled.sign_in("XN")
    check_page(page, "region_unavailable", "XN")
    answer = troubled.portal.answer(attempt, browser.open(page, "//a[@id='back']").url)
    assert answer["error"] == "temporarily_unavailable"


def test_a_region_that_is_switched_off_cannot_be_chosen(troubled: Troubled) -> None:
    browser = Browser()
    page = browser.get(troubled.portal.request().url)
    assert page.region_choices == {"GD": True, "HK": True, "MO": True, "XF": True, "XN": True, "XO": False}
    button = page.one("//button[@data-region='XO']")
    again = browser.submit(page, next(button.iterancestors("form")), button)
    assert again.region_choices["XO"] is False


def test_a_fourth_region_needs_configuration_only(troubled: Troubled) -> None:
    browser = Browser("zh-HK")
    attempt = troubled.portal.request(scope="openid profile")
    page = browser.get(attempt.url)
    card = page.one("//button[@data-region='XF']").text_content()
    assert "第四灣" in card
    assert "Bay Pass" in card
    end = walk(browser, page, "XF", "")
    tokens = troubled.portal.tokens(attempt, end.url)
    assert tokens.claims["acr"] == "urn:idbridge:loa:high"
    assert troubled.portal.userinfo(tokens.access_token).json["name"]
    mine = browser.get(f"{troubled.demo.issuer}/me/links")
    assert mine.has("//*[@data-linked='XF']")


@pytest.mark.parametrize(("region", "other"), [("GD", "HK"), ("HK", "GD")])
def test_a_person_who_cancels_can_choose_another_region_or_go_back(troubled: Troubled, region: str, other: str) -> None:
    browser = Browser()
    attempt = troubled.portal.request(scope="openid profile")
    form = browser.press(browser.get(attempt.url), f"//button[@data-region='{region}']")
    page = browser.press(form, "//button[@id='cancel']")
    assert page.error == "region_cancelled"
    assert page.one("//*[@data-failed-region]").get("data-failed-region") == region
    end = walk(browser, browser.open(page, "//a[@id='other-region']"), other, "chan-siu-man")
    troubled.portal.tokens(attempt, end.url)

    browser, attempt = Browser(), troubled.portal.request()
    form = browser.press(browser.get(attempt.url), f"//button[@data-region='{region}']")
    back = browser.open(browser.press(form, "//button[@id='cancel']"), "//a[@id='back']")
    assert troubled.portal.answer(attempt, back.url)["error"] == "access_denied"


def test_cancelling_at_the_choice_tells_the_portal_that_access_was_denied(troubled: Troubled) -> None:
    browser, attempt = Browser(), troubled.portal.request()
    answer = troubled.portal.answer(attempt, browser.press(browser.get(attempt.url), "//button[@id='cancel']").url)
    assert answer["error"] == "access_denied"


def test_refusing_consent_tells_the_portal_that_access_was_denied(troubled: Troubled) -> None:
    browser = Browser()
    attempt = troubled.portal.request(scope="openid profile")
    end = walk(browser, browser.get(attempt.url), "GD", "he-jun", consent="deny")
    assert troubled.portal.answer(attempt, end.url)["error"] == "access_denied"
