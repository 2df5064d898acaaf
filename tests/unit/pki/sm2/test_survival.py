"""No backend takes the process down, whatever it is fed; one public SM2 package does, on bad DER."""

import os
import subprocess
import sys

import pytest

from idbridge.pki.sm2 import backends
from tests.requirements import CHECKOUT, missing

COUNT = int(os.environ.get("IDBRIDGE_SM2_SURVIVAL", "3000"))  # 50,000 before a release
LIMIT = 600 + COUNT // 10  # seconds; the slowest needs some 200 for 50,000


@pytest.mark.parametrize("load", backends.LOADERS, ids=lambda load: load.__module__.rsplit(".", 1)[-1])
def test_process_outlives_mutated_values(load):
    backend = load() or missing(f"the SM2 backend {load.__module__}")
    command = [sys.executable, "-m", "tests.unit.pki.sm2.mutating", backend.name, str(COUNT)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=LIMIT, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, str(COUNT)), done.stderr[-2000:]
