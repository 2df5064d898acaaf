"""Granian with a rule of our own for workers that are killed."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import TypeAlias

from granian.server.mp import MPServer

_Loader: TypeAlias = Callable[..., object]


class Server(MPServer):
    """Replaces every worker that dies.

    Granian takes two deaths within seconds for a worker that cannot start, and exits with all its workers. Whoever is killed by
    SIGKILL did not do it: that is an operator, or a system short of memory, and the others' people should not notice.
    """

    def _respawn_workers(self, workers: list[int], spawn_target: _Loader, target_loader: _Loader, delay: float = 0) -> None:
        killed = [index for index in workers if self.wrks[index].inner.exitcode == -signal.SIGKILL]
        super()._respawn_workers(workers, spawn_target, target_loader, delay)
        for index in killed:
            self.respawned_wrks.pop(index, None)  # what its rule looks at
