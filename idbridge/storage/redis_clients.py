"""Connections to the expiring store: one server, or a cluster's nodes. Commands in, replies as the server gave them out.

Kinds, keys and sealing are `redis`'s; here is what happens on the wire: time limits, lost connections, the order of commands.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Lock
from typing import Any, Protocol, TypeAlias

from hiredis import pack_command
from redis.backoff import NoBackoff
from redis.cluster import RedisCluster
from redis.connection import ConnectionPool
from redis.exceptions import ConnectionError as ConnectionLost
from redis.retry import Retry

Command: TypeAlias = tuple[bytes | str | int, ...]
Reply: TypeAlias = Any
"""Its shape depends on the command."""

TIMEOUT_SECONDS = 1.0
"""For connecting and for each answer: a thousand times what a healthy store takes, and short enough for a page to say so."""

NO_RETRIES = Retry(NoBackoff(), 0)
"""redis-py sends nothing again by itself: it would after a late answer too, and then the first sending may be executed last,
after whatever came of the second. A code that was put, redeemed and put would be worth something again."""

_pack: Callable[[Command], bytes] = pack_command  # type: ignore[assignment]  # its stub takes tuples of one


class Client(Protocol):
    """Sends commands. Raises redis-py's errors, and OSError."""

    def run(self, *commands: Command) -> list[Reply]:
        """Send commands in one round trip and return their replies; on a cluster, different nodes' in no order."""
        ...

    def run_in_order(self, *commands: Command) -> list[Reply]:
        """Send commands of which none is executed before the one ahead of it was; return their replies."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...


class Connection(Protocol):
    """What is used of redis-py's connections, which it leaves untyped."""

    pid: int

    def send_packed_command(self, command: list[bytes]) -> None:
        """Send, after connecting where there is no connection."""
        ...

    def read_response(self) -> Reply:
        """Return the next reply; an error reply is raised."""
        ...

    def disconnect(self) -> None:
        """Close."""
        ...


class Server:
    """One server. Shared by threads, safe across forks; nothing is connected to before the first command.

    Connections are redis-py's, which speak the protocol, sign in and keep the time limits. Idle ones rest on a stack here: its
    own pool and client count, measure and publish around every command, which takes as long as the exchange itself.
    """

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._idle: list[Connection] = []  # append and pop are atomic

    def run(self, *commands: Command) -> list[Reply]:
        """Send commands and return their replies. The first error among these is raised.

        After a connection that had rested turns out to be lost, which is what a restarted store looks like, they are sent once
        more. The server that closed it executes nothing later, and a one-time verb that it did execute finds nothing the second
        time: it fails closed.
        """
        rested = self._idle_connection()
        connection = rested or self._connect()
        try:
            try:
                replies = _exchange(connection, commands)
            except ConnectionLost:
                if rested is None:
                    raise
                connection.disconnect()
                replies = _exchange(connection, commands)  # connects anew
        except BaseException:
            connection.disconnect()  # further replies may be on the way: they are nobody's
            raise
        self._idle.append(connection)
        return replies

    run_in_order = run  # a server executes a connection's commands one after another

    def close(self) -> None:
        """Close the connections that nobody uses at this moment."""
        while connection := self._idle_connection():
            connection.disconnect()

    def _idle_connection(self) -> Connection | None:
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                return None
            if connection.pid == os.getpid():
                return connection
        return None


def _exchange(connection: Connection, commands: tuple[Command, ...]) -> list[Reply]:
    connection.send_packed_command([b"".join(map(_pack, commands))])
    return [connection.read_response() for _ in commands]


class Cluster:
    """A cluster, whose nodes are asked for at the first command: a worker can start while the cluster is down."""

    def __init__(self, url: str, options: dict[str, Any]) -> None:
        self._url = url
        self._options = options
        self._client: RedisCluster | None = None
        self._lock = Lock()

    def run(self, *commands: Command) -> list[Reply]:
        """Send commands to the nodes that hold their keys, to all nodes at once, and return the replies."""
        if len(commands) == 1:
            return self.run_in_order(*commands)
        with self._connected().pipeline(transaction=False) as pipeline:  # type: ignore[no-untyped-call]  # redis-py leaves it so
            for command in commands:
                pipeline.execute_command(*command, **_unread(command))
            replies: list[Reply] = pipeline.execute()
            return replies

    def run_in_order(self, *commands: Command) -> list[Reply]:
        """Send one command after the other."""
        client = self._connected()
        send = client.execute_command  # redis-py leaves it untyped
        return [send(*command, **_unread(command)) for command in commands]  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Close all connections."""
        if self._client is not None:
            self._client.close()

    def _connected(self) -> RedisCluster:
        with self._lock:
            if self._client is None:
                self._client = RedisCluster.from_url(self._url, **self._options)
            return self._client


def _unread(command: Command) -> dict[str, bool]:
    """Return the option by which redis-py leaves a command's reply as it is."""
    return {"get": True} if command[0] == "SET" else {}


def connect(url: str) -> Server | Cluster:
    """Return a client for ``unix://``, ``redis://`` or ``rediss://``, and with ``+cluster`` for a cluster's node.

    Nothing is connected to before the first use. Raises ValueError for another scheme.
    """
    scheme, separator, rest = url.partition("://")
    options: dict[str, Any] = {
        "socket_timeout": TIMEOUT_SECONDS,
        "socket_connect_timeout": TIMEOUT_SECONDS,
        "retry": NO_RETRIES,
        "protocol": 2,
    }
    if scheme in ("redis+cluster", "rediss+cluster"):
        return Cluster(scheme.removesuffix("+cluster") + separator + rest, options)
    if scheme not in ("unix", "redis", "rediss"):
        raise ValueError("the expiring store is at unix://, redis://, rediss://, redis+cluster:// or rediss+cluster://")
    if scheme == "unix":
        del options["socket_connect_timeout"]  # there is nothing to wait for
    pool = ConnectionPool.from_url(url, **options)
    return Server(lambda: pool.connection_class(**pool.connection_kwargs))
