"""The processes behind a running demonstration, and what they cost: read from ``/proc``, so on Linux only."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tests.bridge.demo import Demo
from tests.requirements import missing

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Process:
    """One process; figures of one that is gone raise FileNotFoundError or ProcessLookupError."""

    pid: int

    @property
    def command(self) -> str:
        """Its command line; empty for a kernel's or a dead one's."""
        return (PROC / str(self.pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")

    @property
    def parent(self) -> int:
        """Who started it."""
        return int(self._stat()[1])

    @property
    def started(self) -> int:
        """When it was started, in ticks since the machine was."""
        return int(self._stat()[19])

    @property
    def is_alive(self) -> bool:
        """Whether it runs, and is not merely to be taken note of."""
        try:
            return self._stat()[0] != "Z"
        except (FileNotFoundError, ProcessLookupError):
            return False

    @property
    def cpu_seconds(self) -> float:
        """User and system time of all its threads until now."""
        fields = self._stat()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @property
    def resident_mb(self) -> float:
        """Memory in use, shared pages included."""
        return int((PROC / str(self.pid) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def _stat(self) -> list[str]:
        """Return the fields of proc_pid_stat(5) from the third on: the second, a name, may hold blanks."""
        return (PROC / str(self.pid) / "stat").read_text().rpartition(")")[2].split()


def running(*words: str) -> list[Process]:
    """Return the processes whose command line has all the words, oldest first."""
    if not PROC.joinpath("self", "stat").exists():
        missing("/proc as on Linux")
    found = []
    for entry in (int(path.name) for path in PROC.iterdir() if path.name.isdigit()):
        try:
            if all(word in Process(entry).command for word in words):
                found.append((Process(entry).started, entry))  # numbers begin anew at pid_max: they do not tell age
        except (FileNotFoundError, ProcessLookupError):
            continue
    return [Process(entry) for _, entry in sorted(found)]


def children(pid: int) -> set[int]:
    """Return the living children of a process that all its main thread started; empty when it is gone."""
    if not PROC.joinpath("self", "stat").exists():
        missing("/proc as on Linux")
    try:
        started = {int(one) for one in (PROC / str(pid) / "task" / str(pid) / "children").read_text().split()}
    except FileNotFoundError:
        return set()
    return {one for one in started if Process(one).is_alive}


def workers(demo: Demo) -> list[Process]:
    """Return the bridge's worker processes: forks of the demonstration's own process, so of the same command line."""
    group = running("idbridge demo", f"--base-port {demo.ports.base}")
    main = {process.pid for process in group}
    return [process for process in group if process.parent in main]


def valkey(demo: Demo) -> Process:
    """Return the embedded server: the last of the processes that name its socket, for a guard started it."""
    return running("valkey-server", str(demo.home))[-1]
