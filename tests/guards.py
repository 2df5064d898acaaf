"""How much one hostile input may take before a test calls it a hang, or a bomb.

A busy machine takes several times what a quiet one does, so that the guard of time is generous in a test run: it tells a
blow-up from work. `tests/fuzz.py`, which tries the full counts, sets ``IDBRIDGE_HANG_SECONDS`` to what is promised (2), and
``IDBRIDGE_FUZZ_KEEP`` to a folder in which the input that failed is kept.
"""

import hashlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HANG_SECONDS = float(os.environ.get("IDBRIDGE_HANG_SECONDS", "20"))
LAST = "last"
"""The file that keeps the input that was tried last."""
MEMORY_LIMIT = 500 << 20
"""Octets that hostile input may make a process hold beyond what it held before."""


@contextmanager
def no_hang(about: str) -> Iterator[None]:
    """Fail where the block takes more CPU of this process than `HANG_SECONDS`."""
    began = time.process_time()
    yield
    spent = time.process_time() - began
    assert spent < HANG_SECONDS, f"{spent:.1f} s of CPU: {about}"


@contextmanager
def no_growth() -> Iterator[None]:
    """Fail where the block makes the process hold more than `MEMORY_LIMIT` beyond what it held before; measured on Linux.

    Not by `ru_maxrss`: a process inherits that from the one that started it, and nothing lowers it after an earlier test.
    """
    if sys.platform != "linux":
        yield
        return
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # sets the peak to what is held now (proc(5))
    before = _held("VmRSS")
    yield
    grown = _held("VmHWM") - before
    assert grown < MEMORY_LIMIT, f"{grown >> 20} MiB more than before"


def _held(which: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(f"{which}:"))


@contextmanager
def hostile(data: bytes) -> Iterator[None]:
    """Fail where the block, which reads *data*, hangs; whatever makes it fail is kept, if a folder is named for it."""
    folder = os.environ.get("IDBRIDGE_FUZZ_KEEP")
    if folder:  # before it is read: a fault in a foreign library may end the process
        Path(folder, LAST).write_bytes(data)
    try:
        with no_hang(data[:200].hex()):
            yield
    except BaseException:
        if folder:
            Path(folder, hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
        raise
