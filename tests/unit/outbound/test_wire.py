"""HTTP on one connection: what is written, and answers of servers that are odd, broken or hostile."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.exchange import HttpRequest, HttpResponse
from idbridge.outbound.wire import MAX_FRAMING, MAX_HEADERS, Connection, Malformed, OversizedBody, written

OK = b"HTTP/1.1 200 OK\r\n"
EMPTY = OK + b"Content-Length: 0\r\n\r\n"


class Line:
    """A connection, with the server's end in the test's hands."""

    def __init__(self) -> None:
        near, self.far = socket.socketpair()
        self.connection = Connection(near)

    def exchange(self, *answers: bytes, hang_up: bool = False, max_bytes: int = 1000) -> HttpResponse:
        for answer in answers:
            self.far.sendall(answer)
        if hang_up:
            self.far.shutdown(socket.SHUT_WR)
        return self.connection.exchange(b"GET / HTTP/1.1\r\n\r\n", max_bytes, lambda: 1.0)


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.far.close()


def request_line(url: str, *headers: tuple[str, str], method: str = "GET", body: bytes | None = None) -> list[str]:
    return written(HttpRequest(method, url, headers, body), urlsplit(url)).decode().split("\r\n")


def test_a_request_is_written_with_its_host_and_length() -> None:
    lines = request_line("https://a.example/x?y=1#z", ("Accept", "application/json"), method="POST", body=b"k=v")
    assert lines[0] == "POST /x?y=1 HTTP/1.1"
    assert {"Host: a.example", "Accept: application/json", "Content-Length: 3"} <= set(lines)
    assert lines[-2:] == ["", "k=v"]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://a.example:443/", "a.example"),
        ("http://a.example:443/", "a.example:443"),
        ("http://user:secret@[2001:db8::1]:8080", "[2001:db8::1]:8080"),
        ("https://例.example/", "xn--fsq.example"),
    ],
)
def test_the_host_header_names_host_and_unusual_port(url: str, host: str) -> None:
    assert request_line(url)[1] == f"Host: {host}"


@pytest.mark.parametrize(
    ("url", "target"), [("http://a/a b?c d", "/a%20b?c%20d"), ("http://a/é", "/%C3%A9"), ("http://a", "/")]
)
def test_addresses_that_are_no_proper_urls_are_encoded(url: str, target: str) -> None:
    assert request_line(url)[0] == f"GET {target} HTTP/1.1"


@pytest.mark.parametrize("header", [("A", "b\r\nC: d"), ("A: b\r\nC", "d"), ("A", "b\0"), ("", "b"), ("A", "é")])
def test_headers_cannot_hold_more_than_themselves(header: tuple[str, str]) -> None:
    with pytest.raises(Malformed):
        request_line("http://a/", header)


@given(st.text())
def test_no_url_writes_a_second_line(text: str) -> None:
    url = f"http://a/{text}"
    try:
        parts = urlsplit(url)
        lines = written(HttpRequest("GET", url), parts).split(b"\r\n")
    except (Malformed, ValueError):
        return
    assert [line.partition(b" ")[0] for line in lines] == [b"GET", b"Host:", b"User-Agent:", b"Accept-Encoding:", b"", b""]


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (OK + b"Content-Length: 2\r\n\r\nhi", b"hi"),
        (OK + b"Transfer-Encoding: Chunked\r\n\r\n1\r\nh\r\n1;x=y\r\ni\r\n0\r\nX-Late: 1\r\n\r\n", b"hi"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nhi", b"hi"),
    ],
    ids=["length", "chunks", "none", "interim"],
)
def test_a_connection_serves_one_exchange_after_another(line: Line, answer: bytes, body: bytes) -> None:
    for _ in range(2):
        response = line.exchange(answer)
        assert (response.body, response.headers.get("x-late"), response.headers.get("x-early")) == (body, None, None)
        assert line.connection.can_be_used


def test_a_response_in_single_bytes(line: Line) -> None:
    pieces = [bytes([byte]) for byte in OK + b"A: b\r\nA: c\r\nContent-Length: 2\r\n\r\nhi"]
    assert line.exchange(*pieces) == HttpResponse(200, {"a": "b, c", "content-length": "2"}, b"hi")


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Connection: close\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        OK + b"\r\nhi",
        b"HTTP/1.0 200 OK\r\n\r\nhi",
    ],
)
def test_a_connection_that_ends_with_its_response_is_not_used_again(line: Line, answer: bytes) -> None:
    assert line.exchange(answer, hang_up=True).body == b"hi"
    assert not line.connection.can_be_used


def test_what_comes_between_exchanges_ends_the_connection(line: Line) -> None:
    line.exchange(EMPTY)
    line.far.sendall(EMPTY)
    assert not line.connection.can_be_used


def test_a_connection_that_the_server_closed_is_not_used_again(line: Line) -> None:
    line.exchange(EMPTY)
    line.far.close()
    assert not line.connection.can_be_used


@pytest.mark.parametrize(
    "answer",
    [
        EMPTY + EMPTY,
        EMPTY + b"x",
        OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi!",
        OK + b"Content-Length: 2, 2\r\n\r\nhi",
        OK + b"Content-Length: +2\r\n\r\nhi",
        OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: identity\r\n\r\nhi",
        OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nhi\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi!0\r\n\r\n",
        OK + b"X: a\r\n folded\r\nContent-Length: 0\r\n\r\n",
        OK + b"X : a\r\nContent-Length: 0\r\n\r\n",
        OK + b"X: a\0\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
        b"ICY 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"",
        b"HTTP/1.1 20",
        OK + b"Content-Length: 3\r\n\r\nhi",
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
)
def test_what_is_not_one_whole_response_is_refused(line: Line, answer: bytes) -> None:
    with pytest.raises(Malformed):
        line.exchange(answer, hang_up=True)


def test_headers_are_taken_up_to_a_number(line: Line) -> None:
    lines = [b"Content-Length: 0\r\n", *(b"X%d: 1\r\n" % number for number in range(MAX_HEADERS - 1))]
    assert len(line.exchange(OK + b"".join(lines) + b"\r\n").headers) == MAX_HEADERS
    with pytest.raises(Malformed):
        line.exchange(OK + b"".join((*lines, b"X: 1\r\n")) + b"\r\n")


def test_a_body_is_taken_up_to_its_bound_however_it_comes(line: Line) -> None:
    assert len(line.exchange(OK + b"Content-Length: 1000\r\n\r\n" + b"x" * 1000).body) == 1000
    with pytest.raises(OversizedBody):
        line.exchange(OK + b"Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + b"x" * 1001)


@pytest.mark.parametrize(
    ("beginning", "again"),
    [
        (OK + b"X: ", b"x" * 1000),
        (OK, b"X: y\r\n" * 200),
        (b"", b"HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n" * 20),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: ", b"x" * 1000),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1;" + b"x" * 1000 + b"\r\nx\r\n"),
    ],
    ids=["a long header", "many headers", "interim responses", "a trailer", "chunk extensions"],
)
def test_framing_without_end_is_cut_off(line: Line, beginning: bytes, again: bytes) -> None:
    def pour() -> None:
        with suppress(OSError):  # the client hangs up, which is what this is about
            line.far.sendall(beginning)
            while True:
                line.far.sendall(again)

    pouring = threading.Thread(target=pour)
    pouring.start()
    with pytest.raises(Malformed):
        line.exchange(max_bytes=MAX_FRAMING)
    line.connection.close()
    pouring.join()


@given(st.lists(st.binary(max_size=200), max_size=4), st.sampled_from([b"", OK, OK + b"Content-Length: 5\r\n\r\n"]))
def test_whatever_comes_is_a_response_or_refused(pieces: list[bytes], beginning: bytes) -> None:
    line = Line()
    try:
        response = line.exchange(beginning, *pieces, hang_up=True)
    except (Malformed, OversizedBody):
        return
    finally:
        line.far.close()
    assert 200 <= response.status <= 999
