"""The bridge's only way out: one HTTP exchange at a time, bounded in host, size and time.

Redirects are not followed and nothing is retried: a protocol that wants either asks for the next exchange itself. Addresses
are resolved and judged here, before anything is sent, so that a name in a certificate or a trust list cannot make the bridge
knock on doors inside its own network (server-side request forgery).
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import urllib3
from typing_extensions import Buffer
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.exceptions import TimeoutError as Urllib3Timeout

from idbridge.clock import Stopwatch, system_stopwatch
from idbridge.exchange import ExchangeFailed, HttpRequest, HttpResponse, Steps, T

MAX_BYTES = 1 << 20
"""Default bound on a body: identity providers' answers are a few kilobytes, a large JWKS some tens."""
CONNECT_SECONDS = 3.0
"""A provider that does not accept a connection in this time is down for the person who waits."""
TOTAL_SECONDS = 10.0
"""The whole exchange, however slowly the bytes drip: longer, and the person has left."""
CHUNK = 65536
MAX_ADDRESSES = 4
"""A name with many dead addresses must not multiply the time to connect."""
MAX_HOSTS = 64
"""Connections kept alive: regions, responders and list publishers are far fewer."""
MAX_CONCURRENT_PER_HOST = 16
"""A slow provider may hold this many of a process's threads and no more, so that the others' logins go on."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


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


@dataclass(frozen=True, slots=True)
class Doors:
    """Which addresses may be reached: public ones, and `private` networks named in the settings."""

    private: tuple[Network, ...] = ()

    def admit(self, address: str) -> bool:
        """Whether this IP address may be connected to."""
        ip = ipaddress.ip_address(address)
        mapped = getattr(ip, "ipv4_mapped", None)
        ip = mapped or ip
        return (ip.is_global and not ip.is_multicast) or any(ip in network for network in self.private)


class ForbiddenAddress(HTTPError):
    """Every address of the host is inside a network that may not be reached."""


class OversizedBody(HTTPError):
    """The body is longer than the caller takes."""


class _Deadline(threading.local):
    """When the exchange that this thread is busy with must be over, in the stopwatch's seconds."""

    at: float = 0.0


class _TimedSocket(socket.socket):
    """A socket whose every read ends by the exchange's deadline, so that a slow drip cannot outlast it."""

    deadline: _Deadline
    stopwatch: Stopwatch

    def recv_into(self, buffer: Buffer, nbytes: int | None = None, flags: int = 0) -> int:
        _await(self)
        return super().recv_into(buffer, nbytes or 0, flags)


class _TimedTlsSocket(ssl.SSLSocket):
    deadline: _Deadline
    stopwatch: Stopwatch

    def recv_into(self, buffer: Buffer, nbytes: int | None = None, flags: int = 0) -> int:
        _await(self)
        return super().recv_into(buffer, nbytes, flags)


def _await(timed: _TimedSocket | _TimedTlsSocket) -> None:
    left = timed.deadline.at - timed.stopwatch()
    if left <= 0:
        raise TimeoutError
    timed.settimeout(left)


def _connect(connection: HTTPConnection, doors: Doors, kind: type[socket.socket]) -> socket.socket:
    """Open a socket to the first admitted address of the connection's host."""
    try:
        found = socket.getaddrinfo(connection.host, connection.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NewConnectionError(connection, "name not found") from error
    admitted = [entry for entry in found if doors.admit(str(entry[4][0]))]
    if not admitted:
        raise ForbiddenAddress(connection.host)
    failure: OSError | None = None
    for family, style, protocol, _, address in admitted[:MAX_ADDRESSES]:
        opened = kind(family, style, protocol)
        try:
            opened.settimeout(CONNECT_SECONDS)
            opened.connect(address)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            opened.close()
            failure = error
        else:
            return opened
    raise NewConnectionError(connection, "no address answered") from failure


def _pools(doors: Doors, trust: ssl.SSLContext, deadline: _Deadline, stopwatch: Stopwatch) -> urllib3.PoolManager:
    """Build a pool manager whose connections are opened by `_connect` and read by timed sockets."""
    timing = {"deadline": deadline, "stopwatch": staticmethod(stopwatch)}
    plain_socket = type("PlainSocket", (_TimedSocket,), timing)
    trust.sslsocket_class = type("TlsSocket", (_TimedTlsSocket,), timing)

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self, doors, plain_socket)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self, doors, socket.socket)

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Secure

    manager = urllib3.PoolManager(num_pools=MAX_HOSTS, maxsize=MAX_CONCURRENT_PER_HOST, ssl_context=trust)
    manager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
    return manager


class Outbound:
    """The `Fetch` that really sends: urllib3 with kept-alive connections and the bounds above.

    `plain_http` allows ``http:`` URLs (the sandbox, and CRL and OCSP addresses, which are plain by custom).
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
        self._stopwatch = stopwatch
        self._total = total_seconds
        self._deadline = _Deadline()
        self._manager = _pools(doors, trust or ssl.create_default_context(), self._deadline, stopwatch)
        self._busy: Counter[tuple[str, int | None]] = Counter()
        self._busy_lock = threading.Lock()

    def __call__(self, request: HttpRequest, *, max_bytes: int = MAX_BYTES) -> HttpResponse:
        """Send the request. Raises `ExchangeFailed`."""
        try:
            parts = urlsplit(request.url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise ExchangeFailed("unreachable", "") from None
        if parts.scheme not in self._schemes or not host:
            raise ExchangeFailed("forbidden-address", host)
        try:
            with self._place_at(host, port):
                return self._send(request, max_bytes)
        except ForbiddenAddress:
            raise ExchangeFailed("forbidden-address", host) from None
        except OversizedBody:
            raise ExchangeFailed("too-large", host) from None
        except NewConnectionError:  # urllib3 counts it among the time-outs
            raise ExchangeFailed("unreachable", host) from None
        except (Urllib3Timeout, TimeoutError):
            raise ExchangeFailed("timeout", host) from None
        except (HTTPError, OSError, ValueError) as error:
            # urllib3's messages quote the URL, which may hold a secret (Guangdong's token request does): not chained.
            raise ExchangeFailed("unreachable", f"{host} ({type(error).__name__})") from None

    @contextmanager
    def _place_at(self, host: str, port: int | None) -> Iterator[None]:
        """Hold one of a server's places. Raises `ExchangeFailed` ``busy``.

        Providers on one machine are told apart by port. Only servers that are being asked are remembered: certificates of
        strangers can name any number of them.
        """
        server = host, port
        with self._busy_lock:
            if self._busy[server] >= MAX_CONCURRENT_PER_HOST:
                raise ExchangeFailed("busy", host)
            self._busy[server] += 1
        try:
            yield
        finally:
            with self._busy_lock:
                self._busy[server] -= 1
                if not self._busy[server]:
                    del self._busy[server]

    def _send(self, request: HttpRequest, max_bytes: int) -> HttpResponse:
        self._deadline.at = self._stopwatch() + self._total
        response = self._manager.request(
            request.method,
            request.url,
            body=request.body,
            headers=dict(request.headers),
            redirect=False,
            retries=False,
            preload_content=False,
            decode_content=False,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=self._total),
        )
        finished = False
        try:
            body = _read(response, max_bytes)
            finished = True
        finally:
            if finished:
                response.release_conn()
            else:
                response.close()
        return HttpResponse(response.status, {name.lower(): value for name, value in response.headers.items()}, body)


def _read(response: urllib3.BaseHTTPResponse, max_bytes: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while piece := response.read1(CHUNK):
        size += len(piece)
        if size > max_bytes:
            raise OversizedBody
        pieces.append(piece)
    return b"".join(pieces)
