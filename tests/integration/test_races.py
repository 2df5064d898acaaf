"""What happens once happens once, however many ask at the same moment, over several worker processes.

``IDBRIDGE_RACE_CODES`` and ``IDBRIDGE_RACE_ROUNDS`` say how many codes, and how many rounds of everything else.
"""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import pytest
import urllib3

from tests.bridge.browser import Browser, Page, walk
from tests.bridge.demo import Demo, Settings, run_demo
from tests.bridge.processes import workers
from tests.bridge.records import count, rows
from tests.bridge.relying_party import Attempt, RelyingParty
from tests.bridge.volley import Hit, Shot, form, volley
from tests.simulators.crowd import browser_of, crowd, region_of

CODES = int(os.environ.get("IDBRIDGE_RACE_CODES", "60"))
ROUNDS = int(os.environ.get("IDBRIDGE_RACE_ROUNDS", "8"))
AT_ONCE = 8
WORKERS = 3

ONLINE, OFFLINE = "openid profile", "openid profile offline_access"


@dataclass(frozen=True)
class Arena:
    """A bridge with two regions where anybody can have an account, and a portal at it."""

    demo: Demo
    portal: RelyingParty

    def signed_in(self, account: str, region: str = "XA", scope: str = ONLINE) -> Browser:
        """Return a browser whose person is signed in and has agreed to *scope*."""
        browser = browser_of(account)
        attempt = self.portal.request(scope=scope, idp_hint=region)
        assert walk(browser, browser.get(attempt.url), region, "").is_return
        return browser

    def code(self, browser: Browser, scope: str) -> tuple[str, Attempt]:
        """Return a code; one for offline access is given after a yes of its own (Core §11)."""
        attempt = self.portal.request(scope=scope, **({"prompt": "consent"} if scope == OFFLINE else {}))
        end = walk(browser, browser.get(attempt.url), "XA", "")
        return self.portal.answer(attempt, end.url)["code"], attempt

    def to_redeem(self, code: str, attempt: Attempt) -> Shot:
        """Return the request that redeems a code."""
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.portal.redirect_uri}
        return form("/oauth/token", {**fields, "code_verifier": attempt.verifier}, self._basic)

    def to_refresh(self, token: str) -> Shot:
        """Return the request that exchanges a refresh token."""
        return form("/oauth/token", {"grant_type": "refresh_token", "refresh_token": token}, self._basic)

    @property
    def _basic(self) -> dict[str, str]:
        return dict(urllib3.make_headers(basic_auth=f"{self.portal.client_id}:{self.portal.client_secret}"))

    def is_dead(self, access_token: str, refresh_token: str | None) -> bool:
        """Whether neither token is worth anything."""
        alive = self.portal.userinfo(access_token).status != 401
        return not alive and (refresh_token is None or self.portal.refresh(refresh_token).status == 400)


@pytest.fixture(scope="module")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with crowd() as first, crowd() as second:

        def change(settings: Settings) -> None:
            settings["regions"] |= {"XA": region_of(first), "XB": region_of(second)}

        with run_demo(tmp_path_factory.mktemp("races"), change, workers=WORKERS) as demo:
            assert len(workers(demo)) == WORKERS
            yield Arena(demo, demo.register("--scope", "profile", "--scope", "offline_access"))


def cookies(browser: Browser) -> dict[str, str]:
    """Return a browser's cookies as the header of its requests."""
    return {"Cookie": "; ".join(f"{name}={value}" for (_, name), value in browser.cookies.items())}


def path_of(url: str) -> str:
    """Return what of a URL goes into the request line."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def tokens(hit: Hit) -> tuple[str, str | None]:
    """Return a token response's access and refresh token."""
    response = urllib3.HTTPResponse(hit.body).json()
    return response["access_token"], response.get("refresh_token")


# --- Codes and refresh tokens ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", [ONLINE, OFFLINE])
def test_a_code_is_redeemed_once_and_its_replay_ends_all_it_gave(arena: Arena, scope: str) -> None:
    browser = arena.signed_in(f"codes-{len(scope)}", scope=scope)
    successes: Counter[int] = Counter()
    alive = 0
    for _ in range(CODES // 2):
        hits = volley(arena.demo.issuer, [arena.to_redeem(*arena.code(browser, scope))] * AT_ONCE)
        assert {hit.status for hit in hits} <= {200, 400}
        given = [tokens(hit) for hit in hits if hit.status == 200]
        assert all((refresh_token is not None) == (scope == OFFLINE) for _, refresh_token in given)
        successes[len(given)] += 1
        alive += sum(not arena.is_dead(*pair) for pair in given)
    assert (successes, alive) == ({1: CODES // 2}, 0)


def test_of_parallel_refreshes_one_at_most_succeeds_and_the_grant_is_over(arena: Arena) -> None:
    """A refresh token that comes twice was stolen, and nobody can tell from whom (RFC 9700 §4.14.2): its whole grant ends.

    One request rotates the token (the store's contract holds that to exactly one). If a second one ends the grant before the
    first is answered, the first is refused as well: one success always would mean handing out tokens known to be dead. That is
    why it is "at most", where of a code, which the first one owns whatever comes after, it is exactly one.
    """
    browser = arena.signed_in("refreshes", scope=OFFLINE)
    for _ in range(ROUNDS):
        first = arena.portal.redeem(*arena.code(browser, OFFLINE)).json
        hits = volley(arena.demo.issuer, [arena.to_refresh(first["refresh_token"])] * AT_ONCE)
        assert sum(hit.status == 200 for hit in hits) <= 1
        given = [(first["access_token"], None), *(tokens(hit) for hit in hits if hit.status == 200)]
        assert all(arena.is_dead(*pair) for pair in given)


# --- Logins ------------------------------------------------------------------------------------------------------------------


def callback_of(arena: Arena, browser: Browser, region: str = "XA") -> str:
    """Let a browser go to the region and return the address that it is sent back to, without going there."""
    attempt = arena.portal.request(scope=ONLINE, idp_hint=region)
    away = browser._send("GET", attempt.url, None).headers["Location"]
    return browser._send("GET", away, None).headers["Location"]


def leads_on(arena: Arena, hit: Hit) -> bool:
    """Whether a callback's answer leads on: to the consent, or back to the portal."""
    location = urljoin(arena.demo.issuer, hit.headers.get("Location", ""))
    return hit.status == 303 and location.startswith((f"{arena.demo.issuer}/sign-in/", arena.portal.redirect_uri))


def test_of_parallel_callbacks_of_one_login_one_goes_on(arena: Arena) -> None:
    for _ in range(ROUNDS):
        browser, before = browser_of(f"callback-{secrets.token_hex(4)}"), count(arena.demo, "persons")
        shot = Shot("GET", path_of(callback_of(arena, browser)), cookies(browser))
        hits = volley(arena.demo.issuer, [shot] * AT_ONCE)
        assert sorted(hit.status for hit in hits) == [303] + [400] * (AT_ONCE - 1)
        assert sum(leads_on(arena, hit) for hit in hits) == 1
        assert count(arena.demo, "persons") == before + 1


def test_first_logins_of_one_account_at_once_make_one_person(arena: Arena) -> None:
    for _ in range(ROUNDS):
        account, before = f"first-{secrets.token_hex(4)}", count(arena.demo, "persons")
        browsers = [browser_of(account) for _ in range(AT_ONCE)]
        shots = [Shot("GET", path_of(callback_of(arena, browser)), cookies(browser)) for browser in browsers]
        hits = volley(arena.demo.issuer, shots)
        assert all(leads_on(arena, hit) for hit in hits)
        assert count(arena.demo, "persons") == before + 1


# --- Links -------------------------------------------------------------------------------------------------------------------


def second_login(arena: Arena, browser: Browser) -> Page:
    """Sign in at the second region and return the page that asks whether to link."""
    page = browser.get(f"{arena.demo.issuer}/me/links/new")
    return browser.press(page, "//button[@data-region='XB']")


def to_submit(page: Page, form_id: str, browser: Browser, **changed: str) -> Shot:
    """Return the request that submits a form of a page."""
    found = page.form(form_id)
    fields = {**dict(found.form_values()), **changed}
    return form(path_of(urljoin(page.url, found.get("action"))), fields, cookies(browser))


def test_of_parallel_confirmations_of_one_link_one_links(arena: Arena) -> None:
    for _ in range(ROUNDS):
        browser = arena.signed_in(f"link-{secrets.token_hex(4)}")
        page, before = second_login(arena, browser), count(arena.demo, "links")
        hits = volley(arena.demo.issuer, [to_submit(page, "link", browser, agree="yes")] * AT_ONCE)
        assert sorted(hit.status for hit in hits) == [200] + [409] * (AT_ONCE - 1)
        assert count(arena.demo, "links") == before + 1


def test_one_account_is_not_linked_to_two_persons_at_once(arena: Arena) -> None:
    for _ in range(ROUNDS):
        shared, before = f"shared-{secrets.token_hex(4)}", count(arena.demo, "links")
        shots = []
        for _ in range(4):
            browser = arena.signed_in(f"person-{secrets.token_hex(4)}")
            browser.cookies.update(browser_of(shared).cookies)
            shots.append(to_submit(second_login(arena, browser), "link", browser, agree="yes"))
        hits = volley(arena.demo.issuer, shots)
        assert sorted(hit.status for hit in hits) == [200, 409, 409, 409]
        assert count(arena.demo, "links") == before + 4 + 1


def test_of_two_links_unlinked_at_once_one_stays(arena: Arena) -> None:
    for _ in range(ROUNDS):
        browser, other = arena.signed_in(account := f"unlink-{secrets.token_hex(4)}"), browser_of(account)
        page = second_login(arena, browser)
        browser.submit(page, page.form("link"), agree="yes")
        attempt = arena.portal.request(scope="openid", idp_hint="XB")
        assert walk(other, other.get(attempt.url), "XB", "").is_return
        before, shots = count(arena.demo, "links"), []
        for own, region in ((browser, "XB"), (other, "XA")):
            links = own.get(f"{arena.demo.issuer}/me/links")
            address = next(
                link.get("href") for link in links.all("//a[contains(@href, '/unlink')]") if _region_of(arena, link) == region
            )
            shots.append(to_submit(own.get(urljoin(links.url, address)), "unlink", own))
        hits = volley(arena.demo.issuer, shots)
        assert sum(hit.status == 200 for hit in hits) == 1
        assert count(arena.demo, "links") == before - 1


def _region_of(arena: Arena, link: object) -> str:
    """Return the region of the link that an unlinking address names."""
    identifier = link.get("href").split("/")[-2]
    ((region,),) = rows(arena.demo, "SELECT region FROM links WHERE id = ?", identifier)
    return str(region)
