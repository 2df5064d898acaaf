"""HTTP/1.1 on one connection (RFC 9112): a request is written, its response is read by llhttp within bounds.

llhttp reads strictly: two lengths, folded headers, bare line feeds and the like are errors, so that no part of an answer can
pass for another answer. One request is under way at a time; what comes unasked ends the connection.
"""

from __future__ import annotations

import re
import select
import socket
from collections.abc import Callable
from urllib.parse import SplitResult, quote

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from idbridge.exchange import HttpRequest, HttpResponse

CHUNK = 65536
MAX_FRAMING = 256 * 1024
"""Bytes of a response besides its body: headers of some kilobytes, and about ten for each chunk of a body in chunks."""

MAX_HEADERS = 100
"""Headers of a response, interim ones' included: servers send ten to thirty."""

_TARGET = re.compile(r"/[!-~]*")
_METHOD = re.compile(r"[A-Z]+")
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]+")
_HEADER_VALUE = re.compile(r"[ -~]*")
_TARGET_CHARACTERS = "!#$%&'()*+,/:;=?@[]~"
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Malformed(Exception):
    """The request cannot be written, or what came is not a response to it."""


class OversizedBody(Exception):
    """The body is longer than the caller takes."""


def written(request: HttpRequest, parts: SplitResult) -> bytes:
    """Return the request as it is sent; *parts* are its URL's. Raises `Malformed`."""
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not _TARGET.fullmatch(target):  # an address in a certificate may hold anything
        target = quote(target, safe=_TARGET_CHARACTERS)
    lines = [
        f"{request.method} {target} HTTP/1.1",
        f"Host: {_host(parts)}",
        "User-Agent: idbridge",
        "Accept-Encoding: identity",
    ]
    for name, value in request.headers:
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise Malformed("header")
        lines.append(f"{name}: {value}")
    if not _METHOD.fullmatch(request.method) or not _TARGET.fullmatch(target):
        raise Malformed("request line")
    if request.body is not None:
        lines.append(f"Content-Length: {len(request.body)}")
    return "\r\n".join((*lines, "", "")).encode("ascii") + (request.body or b"")


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    if not _HEADER_VALUE.fullmatch(host):
        raise Malformed("host")
    shown = f"[{host}]" if ":" in host else host
    return shown if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{shown}:{parts.port}"


class Connection:
    """A connection to a server, used for one exchange after another."""

    def __init__(self, opened: socket.socket) -> None:
        self._socket = opened
        self._reader = _Reader()
        self._readable = select.poll()
        self._readable.register(opened, select.POLLIN)

    @property
    def can_be_used(self) -> bool:
        """Whether another exchange may begin: both sides keep the connection, and nothing came unasked."""
        return self._reader.keeps_alive and not self._readable.poll(0)

    def exchange(self, request: bytes, max_bytes: int, seconds_left: Callable[[], float]) -> HttpResponse:
        """Send a request and return the response. Afterwards, whoever got an exception closes the connection.

        *seconds_left* raises TimeoutError when there are none. Raises `Malformed`, `OversizedBody`, OSError.
        """
        reader = self._reader
        reader.begin(max_bytes)
        self._socket.settimeout(seconds_left())
        self._socket.sendall(request)
        while not reader.is_complete:
            self._socket.settimeout(seconds_left())  # anew for every piece: a slow drip does not outlast it
            if piece := self._socket.recv(CHUNK):
                reader.feed(piece)
            else:
                reader.end()
        return reader.response()

    def close(self) -> None:
        """Close."""
        self._socket.close()

    def __del__(self) -> None:
        self.close()  # who lets go of a client need not close it


class _Reader:
    """What llhttp reports of the responses on one connection."""

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self.begin(0)
        self.is_complete = True
        self.keeps_alive = True

    def begin(self, max_bytes: int) -> None:
        """Expect one response."""
        self._max_bytes = max_bytes
        self._received = self._size = self._status = self._lines = 0
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self.is_complete = self.keeps_alive = False

    def feed(self, piece: bytes) -> None:
        """Take what came. Raises `Malformed`, `OversizedBody`."""
        self._received += len(piece)
        try:
            self._parser.feed_data(piece)
        except (HttpParserError, HttpParserUpgrade) as error:
            raise Malformed(type(error).__name__) from None
        if self._size > self._max_bytes:
            raise OversizedBody
        if self._received - self._size > MAX_FRAMING:
            raise Malformed("framing")

    def end(self) -> None:
        """Take the connection's end, which ends a body of no stated length (RFC 9112 §6.3). Raises `Malformed`."""
        if not self._status or not {"content-length", "transfer-encoding"}.isdisjoint(self._headers):
            raise Malformed("cut off")
        self.is_complete = True

    def response(self) -> HttpResponse:
        """Return the response that is complete."""
        return HttpResponse(self._status, self._headers, b"".join(self._body))

    def on_message_begin(self) -> None:
        """Refuse a response that nobody asked for."""
        if self.is_complete:
            raise Malformed("unasked")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; those after the body count for nothing (RFC 9110 §6.5.1)."""
        self._lines += 1
        if self._lines > MAX_HEADERS:
            raise Malformed("headers")
        if not self._status:
            key, text = name.decode("ascii").lower(), value.decode("latin-1")
            held = self._headers.get(key)
            self._headers[key] = text if held is None else f"{held}, {text}"  # RFC 9110 §5.3

    def on_headers_complete(self) -> None:
        """Judge the head; one of an interim response is forgotten (RFC 9110 §15.2)."""
        status = self._parser.get_status_code()
        if status < 200:
            self._headers.clear()
            return
        if self._headers.get("transfer-encoding", "chunked").lower() != "chunked":  # we asked for no other
            raise Malformed("transfer-encoding")
        self._status = status
        self.keeps_alive = self._parser.should_keep_alive()

    def on_body(self, piece: bytes) -> None:
        """Keep a part of the body."""
        self._size += len(piece)
        self._body.append(piece)

    def on_message_complete(self) -> None:
        """Note that the response is whole, unless it was an interim one."""
        self.is_complete = self._status != 0
