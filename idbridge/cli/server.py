"""Granian with rules of our own for workers that die."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from typing import TypeAlias

from granian.server.mp import MPServer, WorkerProcess

STARTING_SECONDS = 30.0
"""A worker that fails sooner than this did not start: importing everything takes seconds on a busy machine."""

FAILED_STARTS = 2
"""In a row, for one worker: then the fault is none that goes away by itself, and whoever runs the server has to look."""

_Loader: TypeAlias = Callable[..., object]

_log = logging.getLogger(__name__)


class Server(MPServer):
    """Replaces every worker that dies, and gives up when one cannot start.

    Granian's own loop notes who died, empties its list, and takes back the alarm: who dies meanwhile is never replaced, and a
    signal to stop that comes meanwhile is not heard. It also exits, with all workers, when one is killed twice within seconds.
    Of what else it does (limits on a worker's life and memory), nothing is used here.
    """

    def _serve_loop(self, spawn_target: _Loader, target_loader: _Loader) -> None:
        """Look after the workers until told to stop; deaths and signals raise the alarm."""
        failed_starts: Counter[int] = Counter()
        while True:
            self.main_loop_interrupt.wait()
            self.main_loop_interrupt.clear()  # before anything is looked at: what happens later raises it again
            if self.interrupt_signal:
                break
            if self.reload_signal:
                self._reload(spawn_target, target_loader)  # type: ignore[no-untyped-call]  # Granian leaves it so
                self.main_loop_interrupt.set()  # this took back the alarm, perhaps another's: look once more
            dead = [index for index, worker in enumerate(self.wrks) if not worker.inner.is_alive()]
            self.interrupt_children[:] = dead  # by which Granian's shutdown tells that something is wrong
            for index in dead:
                failed_starts[index] = failed_starts[index] + 1 if _failed_to_start(self.wrks[index]) else 0
            if any(failed_starts[index] >= FAILED_STARTS for index in dead):
                _log.error("a worker cannot start: the server stops")
                break
            self._respawn_workers(dead, spawn_target, target_loader)
            self.interrupt_children.clear()


def _failed_to_start(worker: WorkerProcess) -> bool:
    """Whether it ended itself, soon; a negative code is a signal's, of an operator or a system short of memory."""
    return (worker.inner.exitcode or 0) > 0 and time.monotonic() - worker.birth < STARTING_SECONDS
