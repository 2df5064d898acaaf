"""The loop that looks after the workers, with deaths and signals at the very moments at which they might be missed."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from granian.constants import Interfaces
from granian.log import LogLevels

from idbridge.cli.server import FAILED_STARTS, STARTING_SECONDS, Server


@dataclass
class Process:
    """A worker's process."""

    exitcode: int | None = None

    def is_alive(self) -> bool:
        return self.exitcode is None


@dataclass
class Worker:
    """A worker that dies when told to."""

    inner: Process = field(default_factory=Process)
    birth: float = field(default_factory=time.monotonic)


class Alarm(threading.Event):
    """Something happens just before it is taken back; waiting for an alarm that nobody will raise fails at once."""

    def __init__(self, happenings: list[Callable[[], object]]) -> None:
        super().__init__()
        self._happenings = happenings

    def clear(self) -> None:
        if self._happenings:
            self._happenings.pop(0)()
        super().clear()

    def wait(self, timeout: float | None = None) -> bool:
        assert self.is_set(), "it would wait for ever"
        return super().wait(timeout)


class Watched(Server):
    """The server, with workers that are no processes; *then* is what follows a replacement."""

    def __init__(self, workers: int, *happenings: Callable[[Watched], object]) -> None:
        options = {"interface": Interfaces.WSGI, "websockets": False, "log_level": LogLevels.critical}
        super().__init__("no:application", workers=workers, respawn_failed_workers=True, **options)
        self.wrks = [Worker() for _ in range(workers)]
        self.replaced: list[int] = []
        self.then: Callable[[list[int]], object] = lambda _: None
        self.main_loop_interrupt = Alarm([lambda one=one: one(self) for one in happenings])

    def dies(self, index: int, exitcode: int = -signal.SIGKILL) -> None:
        self.wrks[index].inner.exitcode = exitcode
        self.interrupt_children.append(index)
        self.main_loop_interrupt.set()

    def _respawn_workers(self, workers: list[int], *_: object, **__: object) -> None:
        for index in workers:
            self.wrks[index] = Worker()
        self.replaced += workers
        self.then(workers)

    def stop(self) -> None:
        self.signal_handler_interrupt()

    def look_after(self) -> None:
        self._serve_loop(lambda: None, lambda: None)


def nothing(_: Watched) -> None:
    pass


def test_a_death_while_another_is_noted_is_not_forgotten() -> None:
    server = Watched(3, lambda server: server.dies(2))
    server.dies(0)
    server.then = lambda _: server.stop() if set(server.replaced) == {0, 2} else None
    server.look_after()


def test_a_death_while_others_are_replaced_is_not_forgotten() -> None:
    server = Watched(3)
    server.dies(0)
    server.then = lambda replaced: server.dies(2) if replaced == [0] else server.stop()
    server.look_after()
    assert server.replaced == [0, 2]


def test_a_death_during_a_reload_is_not_forgotten() -> None:
    server = Watched(3)
    server.signal_handler_reload()
    server.then = lambda replaced: server.dies(0) if replaced == [0, 1, 2] else server.stop()
    server.look_after()
    assert server.replaced == [0, 1, 2, 0]


@pytest.mark.parametrize("before", [(), (nothing,)], ids=["as it is noted", "as the reload begins"])
def test_a_signal_to_stop_is_heard_whatever_else_happens(before: tuple[Callable[[Watched], None], ...]) -> None:
    server = Watched(2, *before, Watched.stop)
    server.signal_handler_reload()
    server.dies(0)
    server.look_after()


def test_kills_within_seconds_are_not_the_worker_s_fault() -> None:
    server, deaths = Watched(1), 5 * FAILED_STARTS
    server.then = lambda _: server.stop() if len(server.replaced) == deaths else server.dies(0)
    server.dies(0)
    server.look_after()
    assert server.replaced == [0] * deaths
    assert server.interrupt_children == []


@pytest.mark.parametrize(("age", "gives_up"), [(0.0, True), (STARTING_SECONDS + 1, False)])
def test_a_worker_that_fails_to_start_again_and_again_ends_the_server(age: float, gives_up: bool) -> None:
    server, failures = Watched(2), 5 * FAILED_STARTS

    def fail() -> None:
        server.wrks[0].birth -= age
        server.dies(0, exitcode=1)

    server.then = lambda _: server.stop() if len(server.replaced) == failures else fail()
    fail()
    server.look_after()
    assert len(server.replaced) == (FAILED_STARTS - 1 if gives_up else failures)
    assert bool(server.interrupt_children) is gives_up, "by which Granian tells its exit code"
