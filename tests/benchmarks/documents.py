"""CPU milliseconds to verify one document, everything included: recognise, read, paths with revocation, judge, report.

Run: python -m tests.benchmarks.documents [--seconds 2] [--mebibytes 100]

Paths, certificates and keys are as warm as in a service that sees the same issuers again; documents are read anew each time.
"""

from __future__ import annotations

import argparse
import hashlib
import mmap
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from idbridge import verify_document
from idbridge.signatures.gathering import ValidationData
from tests.unit.signatures.forge import Authority, baseline_attributes, cades, cms, signer_info

NOW = datetime(2024, 6, 15, tzinfo=UTC)
CONTENT = b"The quick brown fox jumps over the lazy dog. " * 100


def milliseconds(action: Callable[[], object], seconds: float) -> float:
    """Return the CPU milliseconds of one call, after a first one that does not count."""
    action()
    count, start = 0, time.process_time()
    while (spent := time.process_time() - start) < seconds:
        for _ in range(10):
            action()
        count += 10
    return spent / count * 1000


def cms_documents(authority: Authority) -> dict[str, bytes]:
    """Return CAdES signatures by level, P-256 with one issuer and its CRL."""
    signer, stamper = authority.issue("Signer"), authority.issue("TSA", timestamping=True)
    crl = authority.crl(NOW - timedelta(hours=1))
    return {
        "CAdES-B": cades(signer, CONTENT, crls=[crl]),
        "CAdES-T": cades(signer, CONTENT, authority=stamper, timed_at=NOW - timedelta(days=1), crls=[crl]),
    }


def verify(data: bytes, authority: Authority) -> None:
    """Verify a document that must pass."""
    report = verify_document(data, trust=[authority.root.der], at=NOW)
    assert report.indication == "TOTAL_PASSED", report.to_dict()


def detached(authority: Authority, mebibytes: int) -> None:
    """Verify a large detached file through a memory map, beside hashing it alone."""
    signer = authority.issue("Signer")
    with tempfile.TemporaryFile() as file:
        for _ in range(mebibytes):
            file.write(bytes(1 << 20))
        file.flush()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as view:
            start = time.process_time()
            hashed = hashlib.sha256(view).digest()
            alone = time.process_time() - start
            attributes = baseline_attributes(signer, b"")
            old = hashlib.sha256(b"").digest()
            attributes = [attribute.replace(old, hashed) for attribute in attributes]
            data = cms([signer_info(signer, attributes)], [signer.der])
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            start = time.process_time()
            report = verify_document(
                data,
                trust=[authority.root.der],
                at=NOW,
                detached=view,
                evidence=ValidationData(crls=(authority.crl(NOW - timedelta(hours=1)),)),
            )
            spent = time.process_time() - start
            assert report.indication == "TOTAL_PASSED", report.to_dict()
            grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            del report
    print(f"detached, {mebibytes} MiB: {spent * 1000:.0f} ms; hashing alone {alone * 1000:.0f} ms; memory grown {grown} KiB")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--mebibytes", type=int, default=100)
    arguments = parser.parse_args()
    authority = Authority()
    for name, data in cms_documents(authority).items():
        spent = milliseconds(partial(verify, data, authority), arguments.seconds)
        print(f"{name}, {len(data)} octets: {spent:.2f} ms")
    detached(authority, arguments.mebibytes)


if __name__ == "__main__":
    main()
