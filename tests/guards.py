"""How long one hostile input may take before a test calls it a hang.

A busy machine takes several times what a quiet one does, so that the guard of the test run is generous: it tells a blow-up
from work. Full-count runs on a quiet machine set ``IDBRIDGE_HANG_SECONDS`` to what is promised (2).
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

HANG_SECONDS = float(os.environ.get("IDBRIDGE_HANG_SECONDS", "20"))


@contextmanager
def no_hang(about: str) -> Iterator[None]:
    """Fail where the block takes more CPU of this process than `HANG_SECONDS`."""
    began = time.process_time()
    yield
    spent = time.process_time() - began
    assert spent < HANG_SECONDS, f"{spent:.1f} s of CPU: {about}"
