"""SM2 verifications a second on one core, beside `openssl speed sm2` in the same run, and how two processes scale.

Run: python -m tests.benchmarks.sm2 [--seconds 3]
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import subprocess
import time
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

from idbridge.pki import sm2
from idbridge.pki.sm2 import backends

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

MESSAGE = b"The quick brown fox jumps over the lazy dog"
ROUNDS = 3


def rate(action: Callable[[], object], seconds: float) -> float:
    """Return how often *action* runs in a second of this process's CPU time."""
    count, start = 0, time.process_time()
    while (spent := time.process_time() - start) < seconds:
        for _ in range(20):
            action()
        count += 20
    return count / spent


def openssl_rate(seconds: float) -> float:
    """Return the verifications a second that `openssl speed` reports, or nan without openssl."""
    if not (program := shutil.which("openssl")):
        return float("nan")
    command = [program, "speed", "-seconds", str(max(1, round(seconds))), "sm2"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(re.findall(r"[\d.]+", shown.strip().splitlines()[-1])[-1])


def verify_for(seconds: float) -> float:
    """Return verifications a second of wall time in this process."""
    key = sm2.generate()
    signature = sm2.sign(key, MESSAGE)
    count, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        assert sm2.verify(key.point, MESSAGE, signature)
        count += 1
    return count / spent


def scaling(pool: Executor, seconds: float) -> float:
    """Return how many times what one process verifies two do, one measured right after the other."""
    one = verify_for(seconds)
    two = sum(pool.map(verify_for, [seconds, seconds]))
    print(f"two processes {two:.0f}/s, one {one:.0f}/s: {two / one:.2f} times")
    return two / one


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0)
    seconds = parser.parse_args().seconds
    key = sm2.generate()
    signature = sm2.sign(key, MESSAGE)
    ratios = []
    for _ in range(ROUNDS):
        ours = rate(lambda: sm2.verify(key.point, MESSAGE, signature), seconds)
        theirs = openssl_rate(seconds)
        ratios.append(ours / theirs)
        print(f"idbridge ({sm2.backend().name}) {ours:7.0f}/s   openssl speed {theirs:7.0f}/s   ratio {ratios[-1]:.2f}")
    print(f"median ratio {statistics.median(ratios):.2f} (wanted: at least 0.80)")
    digest, numbers = sm2.digest(key.point, MESSAGE), sm2.from_der(signature)
    for load in backends.LOADERS:
        if backend := load():
            verified = rate(lambda b=backend: b.verify(key.point, digest, *numbers), seconds / 2)
            signed = rate(lambda b=backend: b.sign(key.scalar, key.point, digest), seconds / 2)
            print(f"backend {backend.name:10} verifies {verified:6.0f}/s   signs {signed:6.0f}/s")
    with ProcessPoolExecutor(2) as pool:
        scales = [scaling(pool, seconds) for _ in range(ROUNDS)]
    print(f"median {statistics.median(scales):.2f} times (wanted: at least 1.80)")


if __name__ == "__main__":
    main()
