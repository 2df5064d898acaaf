"""People at Chromium: the whole way from the portal through each region and back, in each language, and their own pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.bridge.browser import Browser
from tests.bridge.chromium import LOCALES, Window, chromium, playwright
from tests.bridge.demo import Demo

RESIDENTS = {"GD": "li-min", "HK": "wong-ka-yan", "MO": "leong-wai-keng"}
IN_THREE_REGIONS = "ho-sou-fan"
"""Signs in at Hong Kong only to be asked for more: who has answered once is not asked again."""

Open = Callable[[str], Window]


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def open_window(browser: playwright.Browser) -> Iterator[Open]:
    """Give a function that opens a private window; what the browser complains of in it fails the test."""
    windows: list[Window] = []

    def open_(language: str) -> Window:
        windows.append(Window(browser, language))
        return windows[-1]

    yield open_
    complaints = [complaint for window in windows for complaint in window.complaints]
    for window in windows:
        window.close()
    assert complaints == []


def start_at_portal(window: Window, demo: Demo) -> None:
    """Open the portal in the window's language and begin to sign in."""
    window.open(f"{demo.portal}/?lang={window.language}")
    window.look("main[data-portal=home]", "portal-home")
    window.press("#sign-in")


def sign_in_at_region(window: Window, region: str, persona: str) -> None:
    """Choose a region and sign in there, sharing the profile where it is asked for separately."""
    window.look("button[data-region]", "choose-region")
    window.press(f"button[data-region={region}]")
    approve(window, region, persona)
    window.page.wait_for_selector("#consent, [data-portal=received], #link, .tabs, ul.fields")
    if window.page.query_selector("ul.fields"):
        window.look("main:has(ul.fields)", f"provider-{region}-share", provider_language(window, region))
        window.press("#approve")


def provider_language(window: Window, region: str) -> str:
    """Return the language that a region's provider shows: iAM Smart has no Portuguese."""
    return "en" if (region, window.language) == ("HK", "pt") else window.language


def approve(window: Window, region: str, persona: str) -> None:
    window.look("form#sign-in select[name=persona]", f"provider-{region}", provider_language(window, region))
    window.page.select_option("select[name=persona]", persona)
    window.press("#approve")


def agree(window: Window, name: str = "consent") -> None:
    """Agree to everything that the portal asks for."""
    window.look("form#consent", name)
    for box in window.page.query_selector_all("#consent input[type=checkbox]"):
        box.check()
    window.press("#consent button[value=allow]")


def agree_if_asked(window: Window, name: str = "consent") -> None:
    """Agree where it is asked: tests share the people of the sandbox, and who has agreed is not asked again."""
    window.page.wait_for_selector("form#consent, main[data-portal=received]")
    if window.page.query_selector("form#consent"):
        agree(window, name)


def received(window: Window) -> str:
    """See that the portal knows the person, and return by what number."""
    window.look("main[data-portal=received]", "portal-received")
    subject = window.page.get_attribute("main", "data-sub")
    assert subject
    return subject


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("region", RESIDENTS)
def test_a_resident_signs_in_and_out_in_their_language(demo: Demo, open_window: Open, region: str, language: str) -> None:
    window = open_window(language)
    start_at_portal(window, demo)
    sign_in_at_region(window, region, RESIDENTS[region])
    agree_if_asked(window, f"consent-{region}")
    received(window)
    window.press("#sign-out")
    window.look("main[data-portal=home] [data-signed-out]", "portal-signed-out")
    window.open(f"{demo.portal}/sign-in?prompt=none")
    window.look("main[data-error=login_required]", "portal-failed")


def test_a_person_links_a_second_region_and_is_the_same_person(demo: Demo, open_window: Open) -> None:
    window = open_window("zh-Hant")
    start_at_portal(window, demo)
    sign_in_at_region(window, "MO", IN_THREE_REGIONS)
    agree_if_asked(window)
    subject = received(window)

    window.open(f"{demo.issuer}/me")
    window.look(".tabs", "me")
    window.press("a[href='/me/links']")
    window.look("[data-linked=MO]", "me-links-one")
    window.press("#link-region")
    sign_in_at_region(window, "GD", IN_THREE_REGIONS)
    window.look("form#link", "link-confirm")
    window.page.check("form#link input[name=agree]")
    window.press("#confirm")
    window.look("main[data-link=linked]", "linked")
    window.open(f"{demo.issuer}/me/links")
    window.look("[data-linked=GD]", "me-links-two")
    window.press("#sign-out")
    window.look("main[data-signed-out]", "signed-out")

    elsewhere = open_window("zh-Hant")
    start_at_portal(elsewhere, demo)
    sign_in_at_region(elsewhere, "GD", IN_THREE_REGIONS)
    agree_if_asked(elsewhere, "consent-second")
    assert received(elsewhere) == subject

    elsewhere.open(f"{demo.issuer}/me/links")
    elsewhere.press("a[data-unlink=MO]")
    elsewhere.look("form#unlink", "unlink-confirm")
    elsewhere.press("#confirm")
    elsewhere.look("main[data-link=unlinked]", "unlinked")


def test_a_consent_is_withdrawn_and_asked_for_anew(demo: Demo, open_window: Open) -> None:
    window = open_window("pt")
    start_at_portal(window, demo)
    sign_in_at_region(window, "MO", "sousa-ana")
    agree_if_asked(window)
    received(window)
    window.open(f"{demo.issuer}/me/consents")
    window.look("[data-consent=sample-portal]", "me-consents")
    window.press("[data-revoke=sample-portal]")
    window.look("main:not(:has([data-consent])) [role=status]", "me-consents-revoked")
    window.open(f"{demo.issuer}/me/activity")
    window.look("[data-session]", "me-activity")

    window.open(f"{demo.portal}/sign-in")
    agree(window, "consent-again")
    received(window)


def test_a_person_who_cancels_chooses_another_region(demo: Demo, open_window: Open) -> None:
    window = open_window("en")
    start_at_portal(window, demo)
    window.look("button[data-region]", "choose-region")
    window.press("button[data-region=HK]")
    window.look("form#sign-in", "provider-HK")
    window.press("#cancel")
    window.look("main[data-error=region_cancelled]", "region-cancelled")
    window.press("#other-region")
    sign_in_at_region(window, "GD", "huang-jie")
    agree_if_asked(window, "consent-weak")
    received(window)


def test_a_person_says_no_and_the_portal_is_told(demo: Demo, open_window: Open) -> None:
    window = open_window("zh-Hans")
    start_at_portal(window, demo)
    sign_in_at_region(window, "GD", "he-jun")
    window.look("form#consent", "consent-no")
    window.press("#consent button[value=deny]")
    window.look("main[data-error=access_denied]", "portal-denied")


def test_the_other_pages_are_there(demo: Demo, open_window: Open) -> None:
    window = open_window("zh-Hans")
    for path, selector, name in (
        ("/privacy", "main", "privacy"),
        ("/accessibility", "main", "accessibility"),
        ("/nowhere", "main[data-error=not_found]", "not-found"),
        ("/oauth/authorize?client_id=nobody", "main[data-error=unknown_client]", "unknown-client"),
        ("/sign-in/unknown", "main[data-error=sign_in_expired]", "sign-in-expired"),
        ("/oauth/end_session", "main[data-signed-out]", "signed-out-nobody"),
    ):
        window.open(f"{demo.issuer}{path}")
        window.look(selector, name)
    start_at_portal(window, demo)
    sign_in_at_region(window, "GD", "chan-siu-man")
    window.open(f"{demo.issuer}/oauth/end_session")
    window.look("form#sign-out", "sign-out")
    window.press("form#sign-out button[value=sign-out]")
    window.look("main[data-signed-out]", "signed-out")


def test_a_sign_in_weaker_than_wished_for_is_told_as_what_it_is(demo: Demo, open_window: Open) -> None:
    window = open_window("en")
    window.open(f"{demo.portal}/sign-in?acr_values=urn:idbridge:loa:high&idp_hint=MO")
    approve(window, "MO", "sousa-ana")
    agree_if_asked(window, "consent-low")
    received(window)
    assert "urn:idbridge:loa:low" in window.page.inner_text("#id-token")


def test_a_company_is_acted_for(demo: Demo, open_window: Open) -> None:
    window = open_window("zh-Hans")
    window.open(f"{demo.portal}/sign-in?scope=profile&scope=organisation&idp_hint=GD")
    approve(window, "GD", "he-jun-company")
    if window.page.query_selector("form#organisation"):
        window.look("form#organisation", "organisation")
        window.press("form#organisation button[data-organisation]:not([data-organisation=''])")
    agree_if_asked(window, "consent-organisation")
    received(window)
    assert "示例科技" in window.page.inner_text("[data-claim=represents]")


def wait_at_the_bridge(window: Window, demo: Demo) -> str:
    """Sign in at Hong Kong, which asks in its app whether to share more; return that page's address and wait at the bridge."""
    approve(window, "HK", IN_THREE_REGIONS)
    window.page.wait_for_selector("ul.fields")
    app = window.page.url
    (ticket,) = parse_qs(urlsplit(app).query)["state"]
    window.open(f"{demo.issuer}/sign-in/waiting/{ticket}")
    return app


def test_a_person_waits_until_the_app_has_answered_or_stops_waiting(demo: Demo, open_window: Open) -> None:
    window = open_window("pt")
    window.open(f"{demo.portal}/sign-in?idp_hint=HK")
    wait_at_the_bridge(window, demo)
    window.press("#cancel")
    window.look("button[data-region]", "waiting-given-up")
    window.press("button[data-region=HK]")
    app = wait_at_the_bridge(window, demo)
    window.look_in_every_language("#waiting", "waiting")
    phone = Browser()
    phone.press(phone.get(app), "//button[@id='approve']")
    agree_if_asked(window)
    received(window)


def test_a_portal_that_needs_more_and_not_from_here_asks_where_else(demo: Demo, open_window: Open) -> None:
    window = open_window("zh-Hans")
    start_at_portal(window, demo)
    sign_in_at_region(window, "MO", "sousa-ana")
    agree_if_asked(window)
    strict = demo.register("--minimum", "high", "--region", "GD", "--region", "HK")
    window.open(strict.request(scope="openid").url)
    window.look_in_every_language("button[data-region]", "step-up")
    assert "更强" in window.page.inner_text("h1")
    window.open(demo.register().request(scope="openid", prompt="select_account").url)
    assert "更强" not in window.page.inner_text("h1")


def test_the_trust_lists_can_be_looked_at(demo: Demo, open_window: Open) -> None:
    window = open_window("en")
    window.open(f"{demo.issuer}/trust-lists")
    window.look_in_every_language("#lists [data-list=GD]", "trust-lists")
