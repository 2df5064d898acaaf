"""Connections that rest between two requests."""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass
from typing import TypeAlias

from idbridge.clock import Stopwatch
from idbridge.outbound.wire import Connection

MAX_RESTING = 64
"""All servers' together: regions, responders and list publishers have a few each, and strangers' certificates can name any."""
REST_SECONDS = 4.0
"""Whoever rested longer is not used: many servers close such a connection after five seconds, and a request that crosses with
that is lost, since nothing is sent twice."""

Server: TypeAlias = tuple[str, str, int]
"""Scheme, host and port: providers on one machine are told apart by port."""


@dataclass(frozen=True, slots=True)
class _Resting:
    server: Server
    connection: Connection
    since: float


class RestingConnections:
    """Shared by a process's threads."""

    def __init__(self, stopwatch: Stopwatch) -> None:
        self._stopwatch = stopwatch
        self._lock = threading.Lock()
        self._resting: list[_Resting] = []  # those that rest longest come first
        weakref.finalize(self, _close, self._resting)

    def take(self, server: Server) -> Connection | None:
        """Return the connection to a server that rested shortest, if one may still be used."""
        while (connection := self._pop(server)) is not None:
            if connection.can_be_used:
                return connection
            connection.close()
        return None

    def keep(self, server: Server, connection: Connection) -> None:
        """Let a connection rest until it is taken; those that rested too long, or are too many, are let go."""
        if not connection.can_be_used:
            connection.close()
            return
        with self._lock:
            now = self._stopwatch()
            self._resting.append(_Resting(server, connection, now))
            too_long = sum(now - one.since > REST_SECONDS for one in self._resting)
            dropped = max(too_long, len(self._resting) - MAX_RESTING)
            let_go = self._resting[:dropped]
            del self._resting[:dropped]
        for one in let_go:
            one.connection.close()

    def _pop(self, server: Server) -> Connection | None:
        with self._lock:
            now = self._stopwatch()
            for place, one in reversed(tuple(enumerate(self._resting))):
                if one.server == server and now - one.since <= REST_SECONDS:
                    return self._resting.pop(place).connection
        return None


def _close(resting: list[_Resting]) -> None:
    """Close those that still rest when nobody can take them any more."""
    while resting:
        resting.pop().connection.close()
