"""Asking for the trust lists again and again while an instance serves: by one of its processes at a time, and not in step.

Every worker runs one `Refreshing`; whichever is the first to find a list due takes the lock and asks. What becomes of an
answer is decided in `services.trust_lists`; a publisher that fails is asked again sooner.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from idbridge.clock import Clock
from idbridge.outbound import Fetch
from idbridge.services.trust_lists import ListStatus, TrustLists
from idbridge.storage.exclusion import exclusive
from idbridge.storage.list_versions import VersionsUnusable
from idbridge.trust.vocabulary import Territory

_log = logging.getLogger(__name__)

LOCK_FILE: Final = "refresh.lock"
FIRST_PAUSE: Final = 20.0
"""Seconds before the first look: a worker that was just started has other things to do, and so may a publisher have."""
LONGEST_PAUSE: Final = 60.0
"""Seconds between looks whether a list is due, which reads a small file for each."""
RETRY: Final = timedelta(minutes=5)
"""After so long a publisher that failed is asked again, or after a quarter of the interval if that is shorter."""
JITTER: Final = 0.25
"""The part of a pause that chance decides, so that instances that were started together do not ask together."""


class Refreshing:
    """The refreshing of one process. *lists* are shared with those who rely on them."""

    def __init__(self, lists: TrustLists, directory: Path, fetch: Fetch, clock: Clock, interval: timedelta) -> None:
        self._lists = lists
        self._lock = directory / LOCK_FILE
        self._fetch = fetch
        self._clock = clock
        self._interval = interval

    def start(self) -> None:
        """Go on in a thread of its own until the process ends."""
        threading.Thread(target=self.run, args=(threading.Event().wait,), name="trust-refresh", daemon=True).start()

    def run(self, pause: Callable[[float], bool]) -> None:
        """Look, *pause* for a while (seconds), look again; until a pause says that it is over."""
        seconds = FIRST_PAUSE
        while not pause(seconds * random.uniform(1 - JITTER, 1 + JITTER)):  # noqa: S311 - spreads load, hides nothing
            self.look()
            seconds = min(LONGEST_PAUSE, self._interval.total_seconds() / 4)

    def look(self) -> tuple[Territory, ...]:
        """Refresh the lists that are due, unless another process is at it; return which were asked for."""
        try:
            with exclusive(self._lock) as ours:
                due = self._due() if ours else ()
                for territory, attempt in self._lists.refresh(self._fetch, due).items() if due else ():
                    level = logging.INFO if attempt.succeeded else logging.WARNING
                    _log.log(level, "trust list of %s: %s %s", territory, attempt.code, attempt.detail)
        except (OSError, VersionsUnusable) as error:  # the last good lists stay in force, and their age is seen to grow
            _log.error("trust lists cannot be refreshed: %s", error)
            return ()
        return due

    def _due(self) -> tuple[Territory, ...]:
        now = self._clock()
        return tuple(status.territory for status in self._lists.status() if self._is_due(status, now))

    def _is_due(self, status: ListStatus, now: datetime) -> bool:
        attempt = status.last_attempt
        if attempt is None:
            return True
        return now - attempt.at >= (self._interval if attempt.succeeded else min(RETRY, self._interval / 4))
