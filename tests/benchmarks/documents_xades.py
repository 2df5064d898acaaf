"""CPU time to verify a XAdES-T document of 20 KB, by all that `verify_document` does; beside it signxml's XML-DSig core.

Run: python -m tests.benchmarks.documents_xades [--seconds 3]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import timedelta

import signxml
from cryptography.hazmat.primitives.serialization import Encoding

from idbridge import verify_document
from idbridge.signatures.gathering import ValidationData
from idbridge.signatures.trusted import read_trust
from tests.unit.signatures.forge import SIGNED_AT, Authority
from tests.unit.signatures.xml_forge import enveloped

SIZE = 20_000
LIMIT_MS = 5.0


def invoice(size: int) -> str:
    """A document of lines, of about *size* octets."""
    line = '<line number="{}"><item code="A-{}">Ferry ticket, upper deck</item><amount currency="HKD">175.00</amount></line>'
    lines = ""
    while len(lines) < size:
        lines += line.format(len(lines), len(lines) * 7)
    return f'<invoice Id="doc"><seller>Ferry Co</seller>{lines}</invoice>'


def milliseconds(action: Callable[[], object], seconds: float) -> float:
    """Return the CPU time of one run of *action*."""
    action()
    count, start = 0, time.process_time()
    while (spent := time.process_time() - start) < seconds:
        action()
        count += 1
    return spent / count * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    seconds = parser.parse_args().seconds
    authority = Authority()
    signer, stamper = authority.issue("Signer"), authority.issue("TSA", timestamping=True)
    data = enveloped(signer, invoice(SIZE - 4_800), stamper=stamper).encode()
    at = SIGNED_AT + timedelta(days=2)
    trust = read_trust([authority.root.der])
    evidence = ValidationData(crls=(authority.crl(at - timedelta(days=1)),))
    report = verify_document(data, trust=trust, at=at, evidence=evidence)
    assert report.indication == "TOTAL_PASSED", report.to_dict()
    assert report.signatures[0].level == "B-T"
    ours = milliseconds(lambda: verify_document(data, trust=trust, at=at, evidence=evidence), seconds)
    pem = signer.certificate.public_bytes(Encoding.PEM).decode()
    expected = signxml.SignatureConfiguration(expect_references=2)
    core = milliseconds(lambda: signxml.XMLVerifier().verify(data, x509_cert=pem, expect_config=expected), seconds)
    print(f"XAdES-T, {len(data)} octets, signer, timestamp, two paths: {ours:.2f} ms CPU (at most {LIMIT_MS})")
    print(f"signxml, digests and value alone: {core:.2f} ms CPU")


if __name__ == "__main__":
    main()
