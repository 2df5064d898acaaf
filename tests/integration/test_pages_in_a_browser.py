"""Every page in Chromium: nothing is cut off, nothing is too faint or too small to hit, and a keyboard reaches everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

from idbridge.web.pages import bridge_assets, bridge_pages
from idbridge.web.views import Frame
from tests.bridge.chromium import chromium, playwright
from tests.integration.sample_views import SAMPLES

ASSETS = bridge_assets()
PAGES = bridge_pages(ASSETS)
ORIGIN = "http://bridge.test"
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 390 500" width="390" height="500"/>'
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

# Width, colour scheme, language. 320 is 1280 at 400 % zoom (WCAG 2.2 §1.4.10); Portuguese has the longest words.
SETTINGS = [
    (320, "light", "pt"),
    (390, "dark", "zh-Hant"),
    (390, "light", "en"),
    (1280, "light", "zh-Hans"),
    (1280, "dark", "pt"),
]

# Contrast of text with what is behind it (WCAG 2.2 §1.4.3): colours are composed over every translucent layer below.
FAINT = """() => {
  const parse = text => { const n = text.match(/[\\d.]+/g).map(Number); return n.length > 3 ? n : [...n, 1]; };
  const over = (top, below) => top.slice(0, 3).map((c, i) => c * top[3] + below[i] * (1 - top[3]));
  const behind = element => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) layers.push(parse(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const light = c => c.map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, style = getComputedStyle(element);
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest('noscript')) continue;
    const ground = behind(element), ink = over(parse(style.color), ground);
    const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x), ratio = (a + .05) / (b + .05);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) faint.push([walker.currentNode.data.trim(), ratio.toFixed(2)]);
  }
  return faint;
}"""

# Targets of at least 44 by 44 CSS pixels (§2.5.5, stricter than AA's 24); links inside a sentence are excepted.
SMALL = """() => [...document.querySelectorAll('a, button, summary, label')].filter(e => {
  if (!e.checkVisibility() || getComputedStyle(e).display === 'inline' || e.classList.contains('skip')) return false;
  const box = e.getBoundingClientRect();
  return box.height < 43.9 || box.width < 24;
}).map(e => [e.textContent.trim(), e.getBoundingClientRect().height])"""

CUT_OFF = """() => [document.scrollingElement.scrollWidth - innerWidth, ...[...document.querySelectorAll('main *')]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))].filter(x => x !== 0)"""

FOCUSED = """() => {
  const e = document.activeElement, style = getComputedStyle(e);
  const all = [...document.querySelectorAll('*')];
  return { at: all.indexOf(e), shown: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 };
}"""
REACHABLE = """() => [...document.querySelectorAll(
  'a[href], button:enabled, input:not([type=hidden]), summary, [tabindex="0"]')]
  .filter(e => e.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true })).length"""


def answer(route: playwright.Route) -> None:
    path = urlsplit(route.request.url).path
    if path.startswith("/static/"):
        asset = ASSETS.files[path.removeprefix("/static/")]
        route.fulfill(body=asset.content, content_type=asset.content_type)
    elif path.endswith(".svg"):
        route.fulfill(body=DRAWING, content_type="image/svg+xml")
    elif path.count("/") == 2:
        _, tag, name = path.split("/")
        frame = Frame(
            language=tag, csrf_token="t", here=path, account="陳大文" if name.startswith("me") else "", sign_out="/out"
        )
        headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY}
        route.fulfill(body=PAGES.render(SAMPLES[name], frame), content_type="text/html; charset=utf-8", headers=headers)
    else:
        route.fulfill(status=404, body="")


Open = Callable[..., playwright.Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def open_page(browser: playwright.Browser) -> Iterator[Open]:
    """Give a function that opens a fresh browser window; complaints of the browser fail the test."""
    contexts, complaints = [], []

    def open_(width: int = 390, scheme: str = "light", **options: object) -> playwright.Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, **options)
        contexts.append(context)
        page = context.new_page()
        page.route("**/*", answer)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


STILL = [name for name in SAMPLES if name != "form-post"]  # that one leaves at once


@pytest.mark.parametrize(("width", "scheme", "tag"), SETTINGS)
def test_pages_fit_can_be_read_and_can_be_hit(open_page: Open, width: int, scheme: str, tag: str) -> None:
    page = open_page(width, scheme)
    for name in STILL:
        page.goto(f"{ORIGIN}/{tag}/{name}")
        assert page.evaluate(CUT_OFF) == [], name
        assert page.evaluate(FAINT) == [], name
        assert page.evaluate(SMALL) == [], name


@pytest.mark.parametrize(
    ("check", "spoil"),
    [
        (CUT_OFF, "document.querySelector('h1').style.width = '120vw'"),
        (FAINT, "document.querySelector('.lead').style.color = 'rgb(19 35 58 / .5)'"),
        (SMALL, "Object.assign(document.querySelector('#cancel').style, {minHeight: 0, fontSize: '8px'})"),
    ],
)
def test_the_checks_notice_what_they_look_for(open_page: Open, check: str, spoil: str) -> None:
    page = open_page()
    page.goto(f"{ORIGIN}/en/choose-region")
    assert page.evaluate(check) == []
    page.evaluate(spoil)
    assert page.evaluate(check) != []


def test_the_keyboard_reaches_everything_in_reading_order_and_shows_where_it_is(open_page: Open) -> None:
    page = open_page()
    for name in STILL:
        page.goto(f"{ORIGIN}/en/{name}")
        stops = []
        for _ in range(page.evaluate(REACHABLE)):
            page.keyboard.press("Tab")
            stop = page.evaluate(FOCUSED)
            assert stop["shown"], (name, stop)
            stops.append(stop["at"])
        assert stops == sorted(set(stops)), name


def test_the_skip_link_leads_to_the_content(open_page: Open) -> None:
    page = open_page()
    page.goto(f"{ORIGIN}/en/consent")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_allowing_without_the_separate_tick_is_held_back_and_denying_is_not(open_page: Open) -> None:
    page = open_page()
    page.route("**/consent", lambda route: route.fulfill(body="<title>taken</title>", content_type="text/html"))
    page.goto(f"{ORIGIN}/en/consent-separate")
    page.click("button[value=allow]")
    assert page.evaluate("document.querySelector('#consent').matches(':invalid')")
    assert page.url.endswith("/consent-separate")
    with page.expect_request("**/consent") as posted:
        page.click("button[value=deny]")
    assert "decision=deny" in (posted.value.post_data or "")


def test_waiting_goes_on_when_the_region_has_answered_and_says_when_the_line_is_cut(open_page: Open) -> None:
    page = open_page()
    answers = iter(["<p>not the bridge</p>", '{"waiting": true}', '{"waiting": false}'])

    def status(route: playwright.Route) -> None:
        route.fulfill(body=next(answers), content_type="application/json")

    page.clock.install()
    page.route("**/wait/status", status)
    page.route("**/wait", lambda route: route.fulfill(body="<title>arrived</title>", content_type="text/html"))
    page.goto(f"{ORIGIN}/en/waiting")
    page.clock.run_for(5_000)
    page.wait_for_selector(".waiting-lost", state="visible")
    page.clock.run_for(5_000)
    page.wait_for_selector(".waiting-lost", state="hidden")
    page.clock.run_for(5_000)
    page.wait_for_url("**/wait")
    assert page.title() == "arrived"


@pytest.mark.parametrize("scripted", [True, False])
def test_the_answer_is_posted_by_itself_or_by_the_button(open_page: Open, scripted: bool) -> None:
    page = open_page(java_script_enabled=scripted)
    posted: list[str | None] = []

    def take(route: playwright.Route) -> None:
        posted.append(route.request.post_data)
        route.fulfill(body="<title>taken</title>", content_type="text/html")

    page.route("**/answer", take)
    page.goto(f"{ORIGIN}/en/form-post", wait_until="commit")
    if not scripted:
        page.click("#form-post button")
    page.wait_for_url("**/answer")
    assert posted == ["code=abc&state=%22%3E%3Cscript%3E"]
