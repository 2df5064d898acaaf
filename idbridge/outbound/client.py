"""Connections to many servers, each request on one of them within its limits.

Redirects are not followed and nothing is retried: a protocol that wants either asks for the next exchange itself.
"""

from __future__ import annotations

import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from idbridge.clock import Stopwatch, system_stopwatch
from idbridge.exchange import ExchangeFailed, HttpRequest, HttpResponse, Steps, T
from idbridge.outbound.doors import Doors, ForbiddenAddress, NoConnection
from idbridge.outbound.resting import RestingConnections, Server
from idbridge.outbound.wire import Connection, Malformed, OversizedBody, written

MAX_BYTES = 1 << 20
"""Default bound on a body: identity providers' answers are a few kilobytes, a large JWKS some tens."""
TOTAL_SECONDS = 10.0
"""The whole exchange, however slowly the bytes drip: longer, and the person has left."""
MAX_CONCURRENT_PER_HOST = 16
"""A slow provider may hold this many of a process's threads and no more, so that the others' logins go on."""

_PORTS = {"https": 443, "http": 80}


class Fetch(Protocol):
    """Sends one request. Raises `ExchangeFailed` and nothing else."""

    def __call__(self, request: HttpRequest, *, max_bytes: int = MAX_BYTES) -> HttpResponse:
        """Return the response, whatever its status."""
        ...


def drive(steps: Steps[T], fetch: Fetch) -> T:
    """Run a protocol to its result, sending what it asks for. Raises what the protocol raises."""
    try:
        request = next(steps)
        while True:
            try:
                response = fetch(request)
            except ExchangeFailed as failure:
                request = steps.throw(failure)
            else:
                request = steps.send(response)
    except StopIteration as done:
        result: T = done.value
        return result


class Outbound:
    """The HTTPS client. Shared by threads.

    *plain_http* allows ``http:`` URLs (the sandbox, and CRL and OCSP addresses, which are plain by custom).
    """

    def __init__(
        self,
        doors: Doors,
        *,
        plain_http: bool = False,
        trust: ssl.SSLContext | None = None,
        stopwatch: Stopwatch = system_stopwatch,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._schemes = {"https", "http"} if plain_http else {"https"}
        self._doors = doors
        self._trust = trust or ssl.create_default_context()
        self._stopwatch = stopwatch
        self._total = total_seconds
        self._places = _Places()
        self._resting = RestingConnections(stopwatch)

    def __call__(self, request: HttpRequest, *, max_bytes: int = MAX_BYTES) -> HttpResponse:
        """Send the request. Raises `ExchangeFailed`."""
        try:
            parts = urlsplit(request.url)
            host = parts.hostname or ""
            server = parts.scheme, host, parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError:
            raise ExchangeFailed("unreachable", "") from None
        if parts.scheme not in self._schemes or not host:
            raise ExchangeFailed("forbidden-address", host)
        try:
            with self._places.at(server):
                return self._send(request, parts, server, max_bytes)
        except ForbiddenAddress:
            raise ExchangeFailed("forbidden-address", host) from None
        except OversizedBody:
            raise ExchangeFailed("too-large", host) from None
        except TimeoutError:
            raise ExchangeFailed("timeout", host) from None
        except (NoConnection, Malformed, OSError, ValueError) as error:
            # A message may quote the URL, which may hold a secret (Guangdong's token request does): not chained.
            raise ExchangeFailed("unreachable", f"{host} ({type(error).__name__})") from None

    def _send(self, request: HttpRequest, parts: SplitResult, server: Server, max_bytes: int) -> HttpResponse:
        end = self._stopwatch() + self._total

        def seconds_left() -> float:
            left = end - self._stopwatch()
            if left <= 0:
                raise TimeoutError
            return left

        message = written(request, parts)
        connection = self._resting.take(server) or self._connect(server, seconds_left)
        try:
            response = connection.exchange(message, max_bytes, seconds_left)
        except BaseException:
            connection.close()
            raise
        self._resting.keep(server, connection)
        return response

    def _connect(self, server: Server, seconds_left: Callable[[], float]) -> Connection:
        scheme, host, port = server
        opened = self._doors.connect(host, port, seconds_left)
        if scheme == "http":
            return Connection(opened)
        try:
            opened.settimeout(seconds_left())  # for the whole handshake
            return Connection(self._trust.wrap_socket(opened, server_hostname=host))
        except BaseException:
            opened.close()
            raise


class _Places:
    """Who is being asked at this moment. Shared by a process's threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy: Counter[Server] = Counter()

    @contextmanager
    def at(self, server: Server) -> Iterator[None]:
        """Hold one of a server's places. Raises `ExchangeFailed` ``busy``.

        Only servers that are being asked are counted: certificates of strangers can name any number of them.
        """
        with self._lock:
            if self._busy[server] >= MAX_CONCURRENT_PER_HOST:
                raise ExchangeFailed("busy", server[1])
            self._busy[server] += 1
        try:
            yield
        finally:
            with self._lock:
                self._busy[server] -= 1
                if not self._busy[server]:
                    del self._busy[server]
