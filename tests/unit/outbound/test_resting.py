"""Connections between two requests: the right one is used again, and none that may be stale."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest

from idbridge.outbound.resting import MAX_RESTING, REST_SECONDS, RestingConnections, Server
from idbridge.outbound.wire import Connection

HERE: Server = ("https", "a.example", 443)
ELSEWHERE: tuple[Server, ...] = (("http", "a.example", 443), ("https", "b.example", 443), ("https", "a.example", 444))


class Time:
    """A stopwatch in the test's hands."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


Opener = Callable[[], tuple[Connection, socket.socket]]


@pytest.fixture
def opener() -> Iterator[Opener]:
    """Make connections, each with the server's end of it."""
    opened: list[socket.socket] = []

    def open_one() -> tuple[Connection, socket.socket]:
        near, far = socket.socketpair()
        opened.extend((near, far))
        return Connection(near), far

    yield open_one
    for one in opened:
        one.close()


def is_closed(far: socket.socket) -> bool:
    far.setblocking(False)
    try:
        return far.recv(1) == b""
    except BlockingIOError:
        return False


def test_a_connection_rests_for_its_own_server_only(opener: Opener) -> None:
    resting = RestingConnections(Time())
    connection, _ = opener()
    resting.keep(HERE, connection)
    assert [resting.take(server) for server in ELSEWHERE] == [None] * 3
    assert resting.take(HERE) is connection
    assert resting.take(HERE) is None


def test_the_one_that_rested_shortest_is_used_first(opener: Opener) -> None:
    resting = RestingConnections(Time())
    (first, _), (second, _) = opener(), opener()
    for connection in (first, second):
        resting.keep(HERE, connection)
    assert [resting.take(HERE), resting.take(HERE)] == [second, first]


def test_one_that_rested_too_long_is_not_used_and_closed_with_the_next(opener: Opener) -> None:
    time = Time()
    resting = RestingConnections(time)
    (old, far), (new, _) = opener(), opener()
    resting.keep(HERE, old)
    time.seconds = REST_SECONDS + 0.1
    assert resting.take(HERE) is None
    resting.keep(ELSEWHERE[0], new)
    assert is_closed(far)


def test_of_too_many_the_one_that_rested_longest_is_closed(opener: Opener) -> None:
    resting = RestingConnections(Time())
    ends = []
    for number in range(MAX_RESTING + 1):
        connection, far = opener()
        resting.keep(("https", f"{number}.example", 443), connection)
        ends.append(far)
    assert [is_closed(far) for far in ends] == [True] + [False] * MAX_RESTING


def test_one_that_the_server_closed_or_spoke_on_is_closed(opener: Opener) -> None:
    resting = RestingConnections(Time())
    (hung_up, its_end), (unasked, other_end), (good, _) = opener(), opener(), opener()
    for connection in (good, unasked, hung_up):
        resting.keep(HERE, connection)
    its_end.shutdown(socket.SHUT_WR)
    other_end.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    assert resting.take(HERE) is good
    assert is_closed(its_end)
    assert resting.take(HERE) is None


def test_what_rests_is_closed_when_nobody_can_take_it(opener: Opener) -> None:
    connections = RestingConnections(Time())
    near, far = opener()
    connections.keep(HERE, near)
    assert not is_closed(far)
    del connections
    assert is_closed(far)
