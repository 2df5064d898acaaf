"""Real servers for tests: started on private sockets or free ports, stopped afterwards, gone without trace."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis

from tests.requirements import missing

START_SECONDS = 30.0


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(answers: Callable[[], object], *errors: type[Exception]) -> None:
    """Return when *answers* stops raising one of *errors*."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            answers()
        except errors:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def postgres_program(name: str) -> str:
    """Return a program of PostgreSQL: Debian keeps the server's out of PATH."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = shutil.which(name) or (str(installed[-1]) if installed else None)
    if found is None:
        missing(f"the program {name} (PostgreSQL)")
    return found


class Postgres:
    """A PostgreSQL server in a temporary folder. It refuses to run as root, so that root starts it as another user."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.user = self._owner()
        self._process: subprocess.Popen[bytes] | None = None
        if self.user is not None:
            shutil.chown(folder, self.user)
        self._run(postgres_program("initdb"), "-D", str(folder / "data"), "-A", "trust", "-U", "postgres", "-N", "-E", "UTF8")

    @staticmethod
    def _owner() -> str | None:
        if os.getuid() != 0:
            return None
        users = {entry.pw_name for entry in pwd.getpwall()}
        name = next((name for name in ("postgres", "nobody") if name in users), None)
        if name is None:
            missing("a user other than root, to run PostgreSQL as")
        return name

    def _run(self, *command: str) -> None:
        subprocess.run(command, user=self.user, cwd=self.folder, check=True, capture_output=True)

    def start(self) -> None:
        arguments = ["-D", str(self.folder / "data"), "-k", str(self.folder), "-c", "listen_addresses=", "-c", "fsync=off"]
        self._process = subprocess.Popen(
            [postgres_program("postgres"), *arguments],
            user=self.user,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(lambda: psycopg.connect(host=str(self.folder), user="postgres").close(), psycopg.OperationalError)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(3)  # SIGQUIT: at once, as after a crash
            self._process.wait()
            self._process = None

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"


@contextmanager
def postgres() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="idbridge-pg-", dir="/tmp"))  # short, for the socket, and open to other users
    server = None
    try:
        server = Postgres(folder)
        server.start()
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder)


@contextmanager
def redis_server(program: str, *, cluster: bool = False) -> Iterator[str]:
    """Yield the URL of a server on a free TCP port; with *cluster*, of a cluster of one node that holds all slots."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="idbridge-redis-") as folder:
        settings = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
        if cluster:  # its bus would else listen ten thousand ports higher, which there may not be
            settings += ["--cluster-enabled", "yes", "--cluster-port", str(free_port())]
        process = subprocess.Popen([program, *settings], stdout=subprocess.DEVNULL)
        client = redis.Redis(port=port)
        try:
            wait_until(client.ping, redis.ConnectionError)
            if cluster:
                client.execute_command("CLUSTER ADDSLOTSRANGE", 0, 16383)
                wait_until(lambda: client.set("ready", "1"), redis.RedisError)
            yield f"redis{'+cluster' if cluster else ''}://127.0.0.1:{port}"
        finally:
            client.close()
            process.terminate()
            process.wait()
