"""Workers that are killed in the middle of logins lose nothing that was promised, and nothing is stored twice.

``IDBRIDGE_KILL_LOGINS`` says how many logins.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest
import urllib3

from tests.bridge.browser import Browser, walk
from tests.bridge.demo import Demo, Settings, run_demo
from tests.bridge.processes import workers
from tests.bridge.records import count, rows
from tests.bridge.relying_party import RelyingParty
from tests.simulators.crowd import browser_of, crowd, region_of

LOGINS = int(os.environ.get("IDBRIDGE_KILL_LOGINS", "100"))
AT_ONCE = 4
ATTEMPTS = 60
RETRY_SECONDS = 0.2
"""Before a person presses the button again: all workers may be dead at the moment."""
PAUSES = (0.3, 1.5)
"""Seconds between two kills: often less than Granian by itself would stand, and enough for some logins."""


@dataclass
class Outcome:
    """What the portal knows: the subject at each success of an account, and how many attempts failed."""

    subjects: dict[str, list[str]] = field(default_factory=dict)
    failures: int = 0
    kills: int = 0


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with crowd() as provider:

        def change(settings: Settings) -> None:
            settings["regions"] = {"XA": region_of(provider)}

        with run_demo(tmp_path_factory.mktemp("killed"), change) as running:
            yield running


@contextmanager
def killer(demo: Demo, outcome: Outcome) -> Iterator[None]:
    """Kill one of the workers again and again."""
    over = threading.Event()

    def kill() -> None:
        while not over.wait(random.uniform(*PAUSES)):
            alive = workers(demo)
            with suppress(ProcessLookupError):
                os.kill(random.choice(alive).pid, signal.SIGKILL)
                outcome.kills += 1

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def log_in(portal: RelyingParty, account: str, outcome: Outcome) -> None:
    """Log in, beginning anew whenever something breaks, as a person would."""
    for _ in range(ATTEMPTS):
        with suppress(urllib3.exceptions.HTTPError):
            subject = _attempt(portal, browser_of(account))
            if subject is not None:
                outcome.subjects.setdefault(account, []).append(subject)
                return
        outcome.failures += 1
        time.sleep(RETRY_SECONDS)
    raise AssertionError(f"{account} could not log in")


def _attempt(portal: RelyingParty, browser: Browser) -> str | None:
    attempt = portal.request(scope="openid profile")
    end = walk(browser, browser.get(attempt.url), "XA", "")
    if not end.is_return:
        assert end.error == "sign_in_expired", (end.status, end.url, end.error)  # its login was taken by a worker that died
        return None
    return str(portal.tokens(attempt, end.url).claims["sub"])


def test_killing_workers_loses_nothing_and_doubles_nothing(demo: Demo) -> None:
    portal, outcome = demo.register("--scope", "profile"), Outcome()
    accounts = [f"account-{number % (LOGINS // 2)}" for number in range(LOGINS)]
    with killer(demo, outcome), ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda account: log_in(portal, account, outcome), accounts))
    print(f"{LOGINS} logins, {outcome.kills} workers killed, {outcome.failures} attempts failed and were made again")
    assert outcome.kills > 0
    assert all(len(set(subjects)) == 1 for subjects in outcome.subjects.values())
    different = set(accounts)
    assert len({subjects[0] for subjects in outcome.subjects.values()}) == len(different)
    assert (count(demo, "persons"), count(demo, "links")) == (len(different), len(different))
    consents = rows(demo, "SELECT count(*) FROM consents WHERE ended_at IS NULL GROUP BY person")
    assert consents == [(1,)] * len(different)
    assert count(demo, "sign_ins") >= LOGINS
    assert "unexpected" not in demo.log.read_text(encoding="utf-8")
