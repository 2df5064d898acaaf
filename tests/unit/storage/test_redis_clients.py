"""The client of the expiring store against a server that answers late, too little, or not at all."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import hiredis
import pytest
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as AnswerLate

from idbridge.storage import redis_clients
from idbridge.storage.redis_clients import Client, connect

Answer = bytes | None
"""What goes back: nothing at all for b"", and for None the connection's end."""
Answers = Callable[[int, list[bytes]], Answer]
"""Of the how manieth command what is answered."""


class Store:
    """A server that answers as told, and keeps what it was asked."""

    def __init__(self, answers: Answers) -> None:
        self.asked: list[list[bytes]] = []
        self.connections = 0
        self._answers = answers
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open = ExitStack()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._open.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.callback(connection.close)
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        reader = hiredis.Reader()
        try:
            while piece := connection.recv(65536):
                reader.feed(piece)
                while (command := reader.gets()) is not False:
                    if not self._answered(connection, command):
                        connection.shutdown(socket.SHUT_RDWR)
                        return
        except OSError:
            pass  # the client hung up, which several of these tests are about

    def _answered(self, connection: socket.socket, command: list[bytes]) -> bool:
        if command[0] == b"CLIENT":  # how redis-py introduces itself
            connection.sendall(b"+OK\r\n")
            return True
        self.asked.append(command)
        answer = self._answers(len(self.asked), command)
        if answer:
            connection.sendall(answer)
        return answer is not None


@contextmanager
def store(answers: Answers) -> Iterator[tuple[Store, Client]]:
    served = Store(answers)
    client = connect(served.url)
    try:
        yield served, client
    finally:
        client.close()
        served.close()


def echo(_: int, command: list[bytes]) -> Answer:
    return b"$%d\r\n%s\r\n" % (len(command[1]), command[1])


def test_commands_go_out_together_over_a_connection_that_is_kept() -> None:
    with store(echo) as (served, client):
        assert client.run(("ECHO", "a"), ("ECHO", "b")) == [b"a", b"b"]
        assert client.run(("ECHO", 3)) == [b"3"]
    assert served.connections == 1


def test_a_late_answer_is_not_waited_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_clients, "TIMEOUT_SECONDS", 0.2)
    with store(lambda number, command: b"" if number == 2 else echo(number, command)) as (served, client):
        client.run(("ECHO", "a"))
        with pytest.raises(AnswerLate):
            client.run(("SET", "key", "value"))
        assert client.run(("ECHO", "c")) == [b"c"]
    assert [command[0] for command in served.asked] == [b"ECHO", b"SET", b"ECHO"]
    assert served.connections == 2, "the late answer would be taken for that of the next command"


def test_after_a_rested_connection_was_lost_commands_are_sent_once_more() -> None:
    with store(lambda number, command: None if number == 2 else echo(number, command)) as (served, client):
        client.run(("ECHO", "a"))
        assert client.run(("ECHO", "b")) == [b"b"]
    assert (len(served.asked), served.connections) == (3, 2)


def test_commands_are_not_sent_a_third_time() -> None:
    with store(lambda number, command: None if number > 1 else echo(number, command)) as (served, client):
        client.run(("ECHO", "a"))
        with pytest.raises(ConnectionLost):
            client.run(("ECHO", "b"))
    assert len(served.asked) == 3


def test_a_new_connection_that_is_lost_is_not_tried_again() -> None:
    with store(lambda _, __: None) as (served, client):
        with pytest.raises(ConnectionLost):
            client.run(("ECHO", "a"))
        assert len(served.asked) == 1


@pytest.mark.parametrize(
    ("broken", "error"), [(b"-ERR no\r\n", ResponseError), (b"!nonsense\r\n", RedisError), (b"$-7\r\n", RedisError)]
)
def test_after_an_error_the_next_command_gets_its_own_reply(broken: bytes, error: type[Exception]) -> None:
    with store(lambda number, command: broken if number == 1 else echo(number, command)) as (_, client):
        with pytest.raises(error):
            client.run(("ECHO", "a"), ("ECHO", "b"))
        assert client.run(("ECHO", "c")) == [b"c"]


def test_each_of_many_threads_gets_its_own_reply() -> None:
    wrong: list[object] = []

    def ask(name: int) -> None:
        for number in range(100):
            text = f"{name} {number}".encode()
            if client.run(("ECHO", text)) != [text]:
                wrong.append(text)

    with store(echo) as (served, client):
        threads = [threading.Thread(target=ask, args=(name,)) for name in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert len(served.asked) == 800
    assert served.connections <= 8
