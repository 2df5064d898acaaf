"""The only reader of the system clock.

Everything else receives time as an argument, so that any moment can be asked about and tests can stand still.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the present moment as an aware UTC datetime."""

Stopwatch = Callable[[], float]
"""Returns seconds from an arbitrary start that never run backwards: for time limits, not for dates."""


def system_clock() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def system_stopwatch() -> float:
    """Return monotonic seconds."""
    return time.monotonic()
