"""Documents a second by `idbridge verify` over a folder, with one process and with several.

Run: python -m tests.benchmarks.batch [--documents 4000] [--jobs 2]

The same folder is verified by each number of processes in turn, as a command of its own, start included; so few documents
that starting weighs say little. On a machine with other work compare CPU seconds, not wall time.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.documents import NOW, cms_documents
from tests.requirements import CHECKOUT
from tests.unit.signatures.forge import Authority


def folder(place: Path, documents: int) -> None:
    """Write *documents* signed files, CAdES-B and CAdES-T in turn, and the root that vouches for them."""
    authority = Authority()
    made = list(cms_documents(authority).values())
    (place / "root.cer").write_bytes(authority.root.der)
    files = place / "files"
    files.mkdir()
    for number in range(documents):
        (files / f"{number:06}.p7m").write_bytes(made[number % len(made)])


def seconds(place: Path, jobs: int) -> tuple[float, float]:
    """Return wall and CPU seconds of one run."""
    command = [sys.executable, "-m", "idbridge", "verify", str(place / "files"), "--offline", "--csv", "--jobs", str(jobs)]
    command += ["--trust", str(place / "root.cer"), "--at", NOW.isoformat()]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "IDBRIDGE_HOME": str(place / "home")}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with (place / "out.csv").open("wb") as out:
        done = subprocess.run(command, env=environment, stdout=out, check=False)
    spent, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.returncode
    return spent, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=4_000)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        folder(place, arguments.documents)
        one, alone = seconds(place, 1)
        several, together = seconds(place, arguments.jobs)
    print(f"one process: {one:.1f} s, {arguments.documents / one:.0f} documents a second, {alone:.1f} s of CPU")
    print(f"{arguments.jobs} processes: {several:.1f} s, {one / several:.2f} times as fast, {together:.1f} s of CPU")


if __name__ == "__main__":
    main()
