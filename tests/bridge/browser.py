"""A person at a browser without eyes: cookies, redirects, and the forms that the pages' stable hooks lead to.

Hosts below ``.test`` are nobody's (RFC 6761 §6.2): a redirect or a form to one ends the walk there, for it is a portal's
address and the portal is the test.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

import lxml.html
import urllib3
from lxml.html import FormElement, HtmlElement

MAX_REDIRECTS = 20
MAX_PAGES = 25
WAIT_SECONDS = 20.0


@dataclass(frozen=True)
class Page:
    """What the browser shows: a page, or with status 0 a portal's address that it was sent to (`posted`: by a form)."""

    url: str
    status: int
    headers: urllib3.HTTPHeaderDict = field(default_factory=urllib3.HTTPHeaderDict)
    body: bytes = b""
    posted: dict[str, str] | None = None

    @property
    def is_return(self) -> bool:
        """Whether the browser is back at a portal."""
        return self.status == 0

    @cached_property
    def document(self) -> HtmlElement:
        """The parsed page."""
        return lxml.html.document_fromstring(self.body, base_url=self.url)

    def all(self, xpath: str) -> list[HtmlElement]:
        """Return the elements at a path; none where there is no page."""
        return [] if self.is_return or not self.body.strip() else self.document.xpath(xpath)

    def has(self, xpath: str) -> bool:
        """Whether there is such an element."""
        return bool(self.all(xpath))

    def one(self, xpath: str) -> HtmlElement:
        """Return the only element at a path."""
        found = self.all(xpath)
        assert len(found) == 1, (xpath, self.status, self.url, self.body.decode(errors="replace")[:2000])
        return found[0]

    def form(self, name: str) -> FormElement:
        """Return the form with an id."""
        return self.one(f"//form[@id='{name}']")

    @property
    def error(self) -> str | None:
        """The code of an error page (``<main data-error>``), None on other pages."""
        return next((main.get("data-error") for main in self.all("//main[@data-error]")), None)

    @property
    def region_choices(self) -> dict[str, bool]:
        """The chooser's regions, and whether each can be picked; empty on other pages."""
        return {one.get("data-region"): "disabled" not in one.attrib for one in self.all("//button[@data-region]")}


class Browser:
    """One browser profile. Cookies go by host and name, as they do on one machine, whatever the port.

    `headers` are sent with every request besides a browser's own: what a proxy on the way would add.
    `visited` is every address that was asked for, `pages` what was shown in the end, portals' addresses included.
    """

    def __init__(self, language: str = "en") -> None:
        self.cookies: dict[tuple[str, str], str] = {}
        self.visited: list[str] = []
        self.headers: dict[str, str] = {}
        self.pages: list[Page] = []
        self._language = language
        self._http = urllib3.PoolManager(retries=False, timeout=60.0)

    def get(self, url: str) -> Page:
        """Open an address, following redirects."""
        return self._show("GET", url, None)

    def post(self, url: str, fields: dict[str, str]) -> Page:
        """Post fields, following redirects."""
        return self._show("POST", url, list(fields.items()))

    def submit(self, page: Page, form: FormElement, button: HtmlElement | None = None, **changed: str) -> Page:
        """Submit a form of *page* as it was filled in, by a button, with some fields *changed*."""
        fields = [(name, value) for name, value in form.form_values() if name not in changed]
        fields += list(changed.items())
        if button is not None and button.get("name"):
            fields.append((button.get("name"), button.get("value", "")))
        action = urljoin(page.url, form.get("action") or page.url)
        if form.get("method", "get").lower() == "get":
            return self.get(f"{action}?{urlencode(fields)}")
        return self._show("POST", action, fields)

    def press(self, page: Page, xpath: str, **changed: str) -> Page:
        """Press the button at a path."""
        button = page.one(xpath)
        return self.submit(page, next(button.iterancestors("form")), button, **changed)

    def open(self, page: Page, xpath: str) -> Page:
        """Follow the link at a path."""
        return self.get(urljoin(page.url, page.one(xpath).get("href")))

    def _show(self, method: str, url: str, fields: list[tuple[str, str]] | None) -> Page:
        self.pages.append(self._follow(method, url, fields))
        return self.pages[-1]

    def _follow(self, method: str, url: str, fields: list[tuple[str, str]] | None) -> Page:
        for _ in range(MAX_REDIRECTS):
            if (urlsplit(url).hostname or "").endswith(".test"):
                return Page(url, 0, posted=dict(fields) if fields else None)
            response = self._send(method, url, fields)
            location = response.headers.get("Location")
            if response.status not in {301, 302, 303, 307, 308} or location is None:
                return Page(url, response.status, response.headers, response.data)
            url = urljoin(url, location)
            if response.status not in {307, 308}:
                method, fields = "GET", None
        raise AssertionError(f"more than {MAX_REDIRECTS} redirects, the last to {url}")

    def _send(self, method: str, url: str, fields: list[tuple[str, str]] | None) -> urllib3.BaseHTTPResponse:
        self.visited.append(url)
        host = urlsplit(url).hostname or ""
        held = {name: value for (of, name), value in self.cookies.items() if of == host}
        browser = {"Accept-Language": self._language, "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
        headers = {**browser, **self.headers}
        if held:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in held.items())
        body = None if fields is None else urlencode(fields)
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        response = self._http.request(method, url, body=body, headers=headers, redirect=False)
        for line in response.headers.getlist("Set-Cookie"):
            self._keep(host, line)
        return response

    def _keep(self, host: str, line: str) -> None:
        for name, morsel in SimpleCookie(line).items():
            if morsel["max-age"] == "0" or "1970" in morsel["expires"]:
                self.cookies.pop((host, name), None)
            else:
                self.cookies[host, name] = morsel.value


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person says when asked: which region, who they are there, whether they consent, for whom they act."""

    region: str
    persona: str
    consent: str
    organisation: str


def walk(browser: Browser, page: Page, region: str, persona: str, *, consent: str = "allow", organisation: str = "") -> Page:
    """Answer every question until the browser is back at the portal, or at a page that asks none.

    The region is chosen and signed in at as *persona*; whatever may be shared is; *consent* is ``allow`` or ``deny``, and
    *organisation* whom to act for, empty for the first that is offered.
    """
    answers = Answers(region, persona, consent, organisation)
    for _ in range(MAX_PAGES):
        answer = next((answer for question, answer in QUESTIONS if page.has(question)), None)
        if answer is None:
            return page
        page = answer(browser, page, answers)
    raise AssertionError(f"still asked after {MAX_PAGES} pages, at {page.url}")


def choose_region(browser: Browser, page: Page, answers: Answers) -> Page:
    """Press the region's button."""
    return browser.press(page, f"//button[@data-region='{answers.region}']")


def sign_in_at_provider(browser: Browser, page: Page, answers: Answers) -> Page:
    """Approve a sandbox provider's form as the persona."""
    return browser.press(page, "//button[@id='approve']", persona=answers.persona)


def answer_consent(browser: Browser, page: Page, answers: Answers) -> Page:
    """Answer the question of consent, with everything ticked."""
    for box in page.all("//form[@id='consent']//input[@type='checkbox']"):
        box.set("checked", "checked")
    return browser.press(page, f"//form[@id='consent']//button[@name='decision'][@value='{answers.consent}']")


def choose_organisation(browser: Browser, page: Page, answers: Answers) -> Page:
    """Press the organisation's button."""
    wanted = answers.organisation
    return browser.press(page, f"//*[@data-organisation='{wanted}']" if wanted else "(//*[@data-organisation])[1]")


def wait_for_region(browser: Browser, page: Page, _: Answers) -> Page:
    """Do as the waiting page's script does."""
    waiting = page.one("//*[@id='waiting']")
    deadline = time.monotonic() + WAIT_SECONDS
    while b'"waiting":true' in browser.get(urljoin(page.url, waiting.get("data-status"))).body:
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)
    return browser.get(urljoin(page.url, waiting.get("data-again")))


def post_answer(browser: Browser, page: Page, _: Answers) -> Page:
    """Do as the script of response_mode=form_post does."""
    return browser.submit(page, page.form("form-post"))


QUESTIONS: tuple[tuple[str, Callable[[Browser, Page, Answers], Page]], ...] = (
    ("//button[@data-region]", choose_region),
    ("//form[@id='sign-in']//select[@name='persona']", sign_in_at_provider),
    ("//form[@id='consent']", answer_consent),
    ("//form[@id='organisation']", choose_organisation),
    ("//*[@id='waiting']", wait_for_region),
    ("//form[@id='form-post']", post_answer),
)
"""Every question that a page may ask, by what it is known by, with what answers it."""
