"""What a sandbox provider remembers: values that expire, taken once, shared by its threads.

The providers stand for other people's systems on one machine, so memory is store enough for them.
"""

from __future__ import annotations

import secrets
import threading
from datetime import datetime, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")

MAX_KEPT = 10_000
"""Values kept at once; beyond that the oldest go, so that a sandbox left open does not grow."""


class Expiring(Generic[T]):
    """Values under keys, each for a while."""

    def __init__(self, lifetime: timedelta) -> None:
        self._lifetime = lifetime
        self._lock = threading.Lock()
        self._values: dict[str, tuple[datetime, T]] = {}

    def issue(self, value: T, now: datetime) -> str:
        """Keep a value under a new random key and return the key."""
        key = secrets.token_urlsafe(24)
        self.put_if_absent(key, value, now)
        return key

    def put_if_absent(self, key: str, value: T, now: datetime) -> bool:
        """Keep a value; False, and nothing changed, when a live one has the key."""
        with self._lock:
            self._forget(now)
            if key in self._values:
                return False
            self._values[key] = (now + self._lifetime, value)
            return True

    def _forget(self, now: datetime) -> None:
        """Drop what expired, and the oldest when full. All live equally long, so the oldest come first."""
        while self._values:
            oldest = next(iter(self._values))
            if self._values[oldest][0] > now and len(self._values) < MAX_KEPT:
                return
            del self._values[oldest]

    def peek(self, key: str, now: datetime) -> T | None:
        """Return the live value of a key."""
        with self._lock:
            expiry, value = self._values.get(key, (now, None))
            return value if expiry > now else None

    def take(self, key: str, now: datetime) -> T | None:
        """Return the live value of a key and forget it: a second taker gets None."""
        with self._lock:
            expiry, value = self._values.pop(key, (now, None))
            return value if expiry > now else None
