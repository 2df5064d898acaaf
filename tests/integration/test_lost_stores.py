"""A store that is gone: a page and JSON that say so, no login half done, and everything well again when the store is back."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import redis

from tests.bridge.browser import Browser, Page, walk
from tests.bridge.demo import Demo, Settings, run_demo
from tests.bridge.processes import valkey
from tests.bridge.records import count
from tests.bridge.relying_party import RelyingParty, get, post
from tests.requirements import program
from tests.servers import free_port, wait_until
from tests.simulators.crowd import browser_of, crowd, region_of

PATIENCE_SECONDS = 20.0


def says_unavailable(page: Page) -> bool:
    """Whether a page tells its reader that the service is down, and when to come back."""
    return (page.status, page.error, page.headers.get("Retry-After")) == (503, "unavailable", "5")


def at_the_callback(portal: RelyingParty, account: str) -> tuple[Browser, str]:
    """Return a browser whose person has signed in at the region, and the address that it will be sent to."""
    browser = browser_of(account)
    away = browser._send("GET", portal.request(scope="openid profile", idp_hint="XA").url, None).headers["Location"]
    return browser, browser._send("GET", away, None).headers["Location"]


def log_in(portal: RelyingParty, account: str) -> None:
    """Log in to the end."""
    browser, attempt = browser_of(account), portal.request(scope="openid profile", idp_hint="XA")
    assert portal.tokens(attempt, walk(browser, browser.get(attempt.url), "XA", "").url).claims["sub"]


def eventually(step: Callable[[], None]) -> None:
    """Do a step again until it succeeds; the last failure is the test's."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return step()
        except AssertionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


class Redis:
    """A server on a port of its own that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        settings = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)]
        self._process = subprocess.Popen([program("redis-server", "valkey-server"), *settings], stdout=subprocess.DEVNULL)
        with closing(redis.Redis(port=self.port)) as client:
            wait_until(client.ping, redis.ConnectionError)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    running = Redis(tmp_path_factory.mktemp("redis"))
    yield running
    running.kill()


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory, server: Redis) -> Iterator[Demo]:
    """A bridge whose expiring store is a server that the settings name."""
    with crowd() as provider:

        def change(settings: Settings) -> None:
            settings |= {"regions": {"XA": region_of(provider)}, "redis_url": f"redis://127.0.0.1:{server.port}"}

        with run_demo(tmp_path_factory.mktemp("named"), change) as demo:
            yield demo


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A bridge with the store that it brings along."""
    with crowd() as provider:

        def change(settings: Settings) -> None:
            settings["regions"] = {"XA": region_of(provider)}

        with run_demo(tmp_path_factory.mktemp("embedded"), change) as demo:
            yield demo


def test_a_server_that_dies_and_comes_back(named: Demo, server: Redis) -> None:
    portal = named.register("--scope", "profile")
    log_in(portal, "before")
    browser, callback = at_the_callback(portal, "in-mid-flow")
    server.kill()
    try:
        persons = count(named, "persons")
        assert says_unavailable(browser.get(portal.request().url))
        assert says_unavailable(browser.get(callback))
        assert says_unavailable(browser.get(f"{named.issuer}/sign-in/any"))
        token = portal.redeem("any", portal.request())
        assert (token.status, token.json["error"]) == (503, "temporarily_unavailable")
        assert portal.userinfo("any").status == 503
        assert get(f"{named.issuer}/healthz").status == 200
        readiness = get(f"{named.issuer}/readyz")
        assert (readiness.status, readiness.json["checks"]["expiring"]["ready"]) == (503, False)
        assert count(named, "persons") == persons
    finally:
        server.start()
    assert get(f"{named.issuer}/readyz").status == 200
    assert browser.get(callback).error == "sign_in_expired"
    log_in(portal, "in-mid-flow")
    log_in(portal, "before")
    assert count(named, "persons") == persons + 1


def test_the_embedded_server_is_started_again_when_it_dies(embedded: Demo) -> None:
    portal, old = embedded.register("--scope", "profile"), valkey(embedded)
    log_in(portal, "before")
    browser, callback = at_the_callback(portal, "in-mid-flow")
    os.kill(old.pid, signal.SIGKILL)
    eventually(lambda: _ready(embedded))
    assert valkey(embedded).pid != old.pid
    assert browser.get(callback).error == "sign_in_expired"
    log_in(portal, "in-mid-flow")


def test_the_embedded_server_that_hangs_makes_nobody_wait_long(embedded: Demo) -> None:
    portal, hanging = embedded.register("--scope", "profile"), valkey(embedded)
    browser, callback = at_the_callback(portal, "hanging")
    os.kill(hanging.pid, signal.SIGSTOP)
    try:
        persons, begun = count(embedded, "persons"), time.monotonic()
        assert says_unavailable(browser.get(callback))
        assert post(f"{embedded.issuer}/oauth/token", {"grant_type": "authorization_code", "code": "any"}).status in {400, 401}
        assert portal.redeem("any", portal.request()).status == 503
        assert time.monotonic() - begun < 10
        assert count(embedded, "persons") == persons
    finally:
        os.kill(hanging.pid, signal.SIGCONT)
    eventually(lambda: _ready(embedded))
    log_in(portal, "hanging")


def _ready(demo: Demo) -> None:
    assert get(f"{demo.issuer}/readyz").status == 200


def test_a_database_that_stays_locked_stops_writing_only(embedded: Demo) -> None:
    portal = embedded.register("--scope", "profile")
    browser, callback = at_the_callback(portal, "locked-out")
    with closing(sqlite3.connect(embedded.home / "idbridge.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        persons, begun = count(embedded, "persons"), time.monotonic()
        assert says_unavailable(browser.get(callback))
        assert time.monotonic() - begun < 10
        assert "error=login_required" in browser.get(portal.request(prompt="none").url).url
        other.execute("ROLLBACK")
    assert count(embedded, "persons") == persons
    log_in(portal, "locked-out")
    assert count(embedded, "persons") == persons + 1
