"""CPU milliseconds to verify one document, beside other software on the same octets in the same run.

Run: python -m tests.benchmarks.documents [--seconds 2] [--mebibytes 100] [--alone]

Everything is included: recognise, read, paths with revocation, judge, report. Paths, certificates and keys are as warm as in
a service that sees the same issuers again; documents are read anew each time. pyHanko validates the PDF, EU DSS (from Maven,
in one warm process) all of them; `--alone` leaves them out. The floor is the digests and public-key operations of one check.
Batches are measured by `tests.benchmarks.batch`.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import io
import logging
import mmap
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from asn1crypto import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertRevTrustPolicy, CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO
from pyhanko_certvalidator.registry import SimpleTrustManager

from idbridge import verify_document
from idbridge.signatures.gathering import ValidationData
from tests.interop.dss_peer import OURS, Workshop, peer_of
from tests.unit.signatures.forge import Authority, baseline_attributes, cades, cms, signer_info
from tests.unit.signatures.formats import pdf_forge

NOW = datetime(2024, 6, 15, tzinfo=UTC)
CONTENT = b"The quick brown fox jumps over the lazy dog. " * 100
FILLER = 14_600
"""Octets of page contents that bring the PDF to 35 KB."""

LIMITS_MS = {"CAdES-B": 2.0, "XAdES-T": 5.0, "PAdES-B-LT": 8.0}
PEER_ROUNDS = 60
"""Validations by EU DSS that are counted, after as many that warm it up."""


def milliseconds(action: Callable[[], object], seconds: float) -> float:
    """Return the CPU milliseconds of one call, after a first one that does not count."""
    action()
    count, start = 0, time.process_time()
    while (spent := time.process_time() - start) < seconds:
        action()
        count += 1
    return spent / count * 1000


def cms_documents(authority: Authority) -> dict[str, bytes]:
    """Return CAdES signatures by level, P-256 with one issuer and its CRL."""
    signer, stamper = authority.issue("Signer"), authority.issue("TSA", timestamping=True)
    crl = authority.crl(NOW - timedelta(hours=1))
    return {
        "CAdES-B": cades(signer, CONTENT, crls=[crl]),
        "CAdES-T": cades(signer, CONTENT, authority=stamper, timed_at=NOW - timedelta(days=1), crls=[crl]),
    }


def invoice(size: int) -> bytes:
    """Return an XML document of about *size* octets."""
    line = '<line number="{}"><item code="A-{}">Ferry ticket, upper deck</item><amount currency="HKD">175.00</amount></line>'
    lines = ""
    while len(lines) < size:
        lines += line.format(len(lines), len(lines) * 7)
    return f"<invoice><seller>Ferry Co</seller>{lines}</invoice>".encode()


def page() -> bytes:
    """Return a PDF of one page of text."""
    objects = pdf_forge.base()
    objects[pdf_forge.CONTENTS] = pdf_forge.text(b"x" * FILLER)
    return pdf_forge.write(objects)


@dataclass(frozen=True)
class Bench:
    """What all the verifiers are given: an anchor, and its CRL, which documents below LT lack."""

    authority: Authority
    crl: bytes
    at: datetime

    def documents(self, folder: Path) -> dict[str, bytes]:
        """Return documents as this software signs them, by name."""
        names = {"text.txt": CONTENT, "tree.xml": invoice(14_000), "page.pdf": page()}
        files = {name: folder / name for name in names}
        for name, data in names.items():
            files[name].write_bytes(data)
        signer, stamper = self.authority.issue("Signer"), self.authority.issue("TSA", timestamping=True)
        workshop = Workshop(self.authority, signer, stamper)
        kinds = {"CAdES-B": "cades", "CAdES-T": "cades", "XAdES-T": "xades", "PAdES-B-LT": "pades"}
        return {name: workshop.make(OURS[kind], files, name.split("-")[-1]) for name, kind in kinds.items()}

    def verify(self, data: bytes) -> None:
        """Verify a document that must pass."""
        evidence = ValidationData(crls=(self.crl,))
        report = verify_document(data, trust=[self.authority.root.der], at=self.at, evidence=evidence)
        assert report.indication == "TOTAL_PASSED", report.to_dict()


def floor(data: bytes, verifications: int) -> float:
    """Return the milliseconds of hashing *data* once and verifying so many P-256 signatures: nobody can be faster."""
    key = ec.generate_private_key(ec.SECP256R1())
    value, public = key.sign(b"", ec.ECDSA(hashes.SHA256())), key.public_key()

    def check() -> None:
        hashlib.sha256(data).digest()
        for _ in range(verifications):
            public.verify(value, b"", ec.ECDSA(hashes.SHA256()))

    return milliseconds(check, 0.3)


def pyhanko_signature(bench: Bench, data: bytes) -> None:
    """Have pyHanko check the signature's value, digest, path and revocation."""
    roots = [x509.Certificate.load(bench.authority.root.der)]
    context = ValidationContext(trust_roots=roots, crls=[bench.crl], revocation_mode="hard-fail")
    embedded = PdfFileReader(io.BytesIO(data)).embedded_regular_signatures[0]
    status = asyncio.run(async_validate_pdf_signature(embedded, signer_validation_context=context))
    assert status.intact
    assert status.valid


def pyhanko_process(bench: Bench, data: bytes) -> None:
    """Have pyHanko go through the whole AdES process, changes of the file included.

    It ends without control time here: pyHanko asks for revocation data from after the signature, which it has just got.
    """
    trust = SimpleTrustManager.build(trust_roots=[x509.Certificate.load(bench.authority.root.der)])
    policy = CertValidationPolicySpec(trust, CertRevTrustPolicy(REQUIRE_REVINFO))
    offline = RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY)
    embedded = PdfFileReader(io.BytesIO(data)).embedded_regular_signatures[0]
    spec = PdfSignatureValidationSpec(SignatureValidationSpec(policy, offline))
    result = asyncio.run(ades_lta_validation(embedded, spec))
    assert result.api_status is not None
    assert result.api_status.intact


def by_dss(bench: Bench, folder: Path, documents: dict[str, bytes]) -> dict[str, float]:
    """Return EU DSS's milliseconds for each document, in one warm process; none where it cannot run."""
    if not shutil.which("mvn") or not shutil.which("java"):
        return {}
    home = folder / "dss"
    peer = peer_of(home, bench.authority)
    for name, data in documents.items():
        (home / name).write_bytes(data)
    answers = peer.run(*(("measure", str(PEER_ROUNDS), home / name) for name in documents))
    return {name: float(lines[0]) for name, lines in zip(documents, answers, strict=True)}


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
    """Print the figures; fail where one is beyond its limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--mebibytes", type=int, default=100)
    parser.add_argument("--alone", action="store_true", help="without pyHanko and EU DSS")
    arguments = parser.parse_args()
    authority = Authority()
    now = datetime.now(UTC)
    bench = Bench(authority, authority.crl(now - timedelta(minutes=5)), now + timedelta(minutes=5))
    beyond = []
    with tempfile.TemporaryDirectory() as temporary:
        documents = bench.documents(Path(temporary))
        dss = {} if arguments.alone else by_dss(bench, Path(temporary), documents)
        print(f"{'document':12}{'octets':>8}{'limit':>8}{'ours':>8}{'floor':>8}{'EU DSS':>9}   (CPU ms)")
        for name, data in documents.items():
            spent = milliseconds(partial(bench.verify, data), arguments.seconds)
            limit, theirs = LIMITS_MS.get(name), dss.get(name)
            line = f"{name:12}{len(data):8}{limit or '':>8}{spent:8.2f}{floor(data, 1 + (name != 'CAdES-B')):8.2f}"
            print(line + (f"{theirs:9.1f}" if theirs else f"{'-':>9}"))
            beyond += [name] if limit is not None and spent > limit else []
    if not arguments.alone:
        logging.disable()  # pyHanko tells at length why a control time is missing
        signature = milliseconds(partial(pyhanko_signature, bench, documents["PAdES-B-LT"]), arguments.seconds)
        process = milliseconds(partial(pyhanko_process, bench, documents["PAdES-B-LT"]), arguments.seconds)
        print(f"PAdES-B-LT by pyHanko: signature alone {signature:.0f} ms, the whole AdES process {process:.0f} ms")
    detached(authority, arguments.mebibytes)
    if beyond:
        raise SystemExit(f"beyond the limit: {', '.join(beyond)}")


if __name__ == "__main__":
    main()
