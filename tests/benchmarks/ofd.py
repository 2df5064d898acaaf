"""CPU time of verifying an OFD document with one V4 seal, its chain warm. The aim: at most 5 ms.

Run: python -m tests.benchmarks.ofd [--count 300]
"""

from __future__ import annotations

import argparse
import time

from idbridge import verify_document
from idbridge.signatures.gathering import ValidationData
from tests.unit.signatures.checks.test_seal import office, sealed
from tests.unit.signatures.seals import AT, pack


def milliseconds(count: int) -> float:
    """Return the CPU time of one verification, certificates and CRL given as a service gives them."""
    data, trust = pack(sealed()), [office().authority.root.der]
    evidence = ValidationData(crls=(office().authority.crl(),))
    assert verify_document(data, trust=trust, at=AT, evidence=evidence).indication == "TOTAL_PASSED"
    start = time.process_time()
    for _ in range(count):
        verify_document(data, trust=trust, at=AT, evidence=evidence)
    return (time.process_time() - start) / count * 1000


def main() -> None:
    """Print the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    print(f"OFD with one V4 seal: {milliseconds(parser.parse_args().count):.2f} ms CPU")


if __name__ == "__main__":
    main()
