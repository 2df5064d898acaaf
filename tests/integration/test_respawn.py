"""Workers that die are replaced: many at the same moment, again and again, and while others are being replaced.

``IDBRIDGE_RESPAWN_ROUNDS`` says how many times.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO

import pytest

from tests.bridge.demo import free_ports
from tests.bridge.processes import children
from tests.requirements import CHECKOUT

ROUNDS = int(os.environ.get("IDBRIDGE_RESPAWN_ROUNDS", "25"))
WORKERS = 6
SECONDS = 30.0
"""Until all are replaced: it takes some tenths of one. A death that was not noticed is never followed by a replacement."""

SERVE = """
import sys
from granian.constants import Interfaces
from granian.log import LogLevels
from idbridge.cli.server import Server
Server(
    sys.argv[1], port=int(sys.argv[2]), workers=int(sys.argv[3]), interface=Interfaces.WSGI, blocking_threads=1,
    websockets=False, respawn_failed_workers=True, respawn_interval=0.05, workers_kill_timeout=5, log_level=LogLevels.critical,
).serve()
"""


class Served:
    """A server of our class over a small application; what it said goes to *said*."""

    def __init__(self, application: str, said: IO[str]) -> None:
        self.port = free_ports().base
        command = [sys.executable, "-c", SERVE, application, str(self.port), str(WORKERS)]
        self.process = subprocess.Popen(command, cwd=CHECKOUT, stderr=said, start_new_session=True)

    def workers(self) -> set[int]:
        return children(self.process.pid)

    def answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def kill(self, *pids: int) -> None:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@contextmanager
def serving(application: str, said: Path) -> Iterator[Served]:
    with said.open("w") as file:
        served = Served(application, file)
    try:
        yield served
    finally:
        with suppress(ProcessLookupError):
            os.killpg(served.process.pid, signal.SIGKILL)
        served.process.wait()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving("wsgiref.simple_server:demo_app", tmp_path / "said") as served:
        until(lambda: len(served.workers()) == WORKERS and served.answers())
        yield served


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def replaced(served: Served, gone: set[int]) -> Callable[[], bool]:
    return lambda: len(alive := served.workers()) == WORKERS and alive.isdisjoint(gone)


def test_workers_killed_at_the_same_moment_are_all_replaced(served: Served) -> None:
    for _ in range(ROUNDS):
        killed = served.workers()
        served.kill(*killed)
        until(replaced(served, killed))
    until(served.answers)


def test_workers_killed_while_others_are_replaced_are_replaced_too(served: Served) -> None:
    for _ in range(ROUNDS):
        killed: set[int] = set()
        for _ in range(3 * WORKERS):
            alive = sorted(served.workers() - killed)
            if alive:
                served.kill(chosen := random.choice(alive))
                killed.add(chosen)
            time.sleep(random.choice((0.0, 0.001, 0.005)))
        until(replaced(served, killed))
    until(served.answers)


def test_it_stops_when_told_to_whatever_dies_meanwhile(served: Served) -> None:
    served.kill(*served.workers())
    time.sleep(random.uniform(0.0, 0.05))
    served.process.send_signal(signal.SIGTERM)
    served.process.wait(SECONDS)


def test_a_hangup_replaces_all_and_what_dies_meanwhile(served: Served) -> None:
    first = served.workers()
    served.process.send_signal(signal.SIGHUP)
    until(lambda: not first <= served.workers())
    served.kill(*served.workers())
    until(replaced(served, first))


def test_workers_that_cannot_start_end_the_server_with_an_error(tmp_path: Path) -> None:
    with serving("wsgiref.simple_server:no_such_application", tmp_path / "said") as served:
        served.process.wait(SECONDS)
    assert served.process.returncode == 1
    assert "cannot start" in (tmp_path / "said").read_text()
