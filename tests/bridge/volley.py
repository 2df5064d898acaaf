"""Several requests at the very same moment, over connections of their own: what races are tested with.

All of a request but its last byte is sent ahead; the last bytes go out together, so that the servers' workers begin within
microseconds of each other. Connections are new for each volley: the kernel deals them out to the workers.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPMessage, HTTPResponse
from urllib.parse import urlencode, urlsplit

SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Shot:
    """One request, as bytes without their target."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""

    def encode(self, host: str) -> bytes:
        """Return the request in HTTP/1.1."""
        headers = {"Host": host, "Connection": "close", **self.headers}
        if self.method == "POST":
            headers["Content-Length"] = str(len(self.body))
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer."""

    status: int
    headers: HTTPMessage
    body: bytes


def form(path: str, fields: dict[str, str], headers: dict[str, str]) -> Shot:
    """Return a posted form."""
    typed = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
    return Shot("POST", path, typed, urlencode(fields).encode())


def volley(issuer: str, shots: Sequence[Shot]) -> list[Hit]:
    """Send all at once and return the answers in the order of the shots."""
    host = urlsplit(issuer).netloc
    name, _, port = host.partition(":")
    connections = [socket.create_connection((name, int(port)), SECONDS) for _ in shots]
    try:
        whole = [shot.encode(host) for shot in shots]
        for connection, request in zip(connections, whole, strict=True):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(request[:-1])
        for connection, request in zip(connections, whole, strict=True):
            connection.sendall(request[-1:])
        return [_read(connection, shot.method) for connection, shot in zip(connections, shots, strict=True)]
    finally:
        for connection in connections:
            connection.close()


def _read(connection: socket.socket, method: str) -> Hit:
    with HTTPResponse(connection, method=method) as response:
        response.begin()
        return Hit(response.status, response.headers, response.read())
