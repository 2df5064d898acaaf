"""How fast paths are found and validated, in CPU time of one core, beside another validator and the floor.

    python -m tests.benchmarks.paths [--seconds N]

Throughput: RSA-2048, three certificates, a CRL for each of the two below the root, every cache of ours emptied before
each path. The floor is three raw signature verifications. The mesh: 10,000 authorities, 30,000 cross-certificates.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import sys
import time
import tracemalloc
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pyhanko_certvalidator import CertificateValidator, ValidationContext

from idbridge import verify_certificate
from idbridge.pki import algorithms, certificate, extensions, keys, names
from idbridge.pki.graph import CertificateGraph

if TYPE_CHECKING:
    from collections.abc import Callable

AT = datetime(2025, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
AUTHORITIES, CROSS_CERTIFICATES = 10_000, 30_000
"""The mesh that the project has to cope with."""

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def caches() -> list[Callable[[], None]]:
    """Return what empties each cache of the room."""
    rooms = (algorithms, certificate, extensions, keys, names)
    return [member.cache_clear for room in rooms for member in vars(room).values() if hasattr(member, "cache_clear")]


def issue(subject: str, key: PrivateKey, issuer: str, issuer_key: PrivateKey, *, ca: bool) -> bytes:
    """Return the DER of a plain certificate."""
    name = lambda text: x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])  # noqa: E731
    issuer_info = issuer_key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(AT - 30 * DAY)
        .not_valid_after(AT + 365 * DAY)
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
        .add_extension(_usage(ca=ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_info), critical=False)
    )
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(not ca, not ca, False, False, False, ca, ca, False, False)


def crl(issuer: str, key: PrivateKey) -> bytes:
    """Return the DER of a CRL with a few entries."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]))
        .last_update(AT - DAY)
        .next_update(AT + 7 * DAY)
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    for serial in range(1, 11):
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(AT - 2 * DAY).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


@dataclass(frozen=True)
class Chain:
    """A leaf, its issuer, its root, and a CRL of each issuer."""

    leaf: bytes
    issuer: bytes
    root: bytes
    crls: tuple[bytes, bytes]


def chains(count: int) -> list[Chain]:
    """Return that many unrelated chains."""
    made = []
    for number in range(count):
        root, issuer, leaf = (rsa.generate_private_key(65537, 2048) for _ in range(3))
        root_name, issuer_name = f"Root {number}", f"Issuer {number}"
        made.append(
            Chain(
                issue(f"Leaf {number}", leaf, issuer_name, issuer, ca=False),
                issue(issuer_name, issuer, root_name, root, ca=True),
                issue(root_name, root, root_name, root, ca=True),
                (crl(issuer_name, issuer), crl(root_name, root)),
            )
        )
    return made


def ours(chain: Chain, clear: list[Callable[[], None]]) -> None:
    """Validate a chain with nothing remembered."""
    for empty in clear:
        empty()
    report = verify_certificate(chain.leaf, anchors=[chain.root], intermediates=[chain.issuer], crls=chain.crls, at=AT)
    if report.indication != "PASSED":
        raise SystemExit(f"does not validate: {report.to_dict()}")


def theirs(chain: Chain) -> None:
    """Validate a chain with pyhanko-certvalidator."""
    context = ValidationContext(
        trust_roots=[asn1.Certificate.load(chain.root)],
        other_certs=[asn1.Certificate.load(chain.issuer)],
        crls=list(chain.crls),
        moment=AT,
        revocation_mode="require",
    )
    validator = CertificateValidator(asn1.Certificate.load(chain.leaf), validation_context=context)
    asyncio.run(validator.async_validate_path())


def floor(chain: Chain) -> None:
    """Verify three signatures of RSA-2048 and nothing else."""
    leaf, issuer, root = (x509.load_der_x509_certificate(der) for der in (chain.leaf, chain.issuer, chain.root))
    for signed, signer in ((leaf, issuer), (issuer, root), (root, root)):
        key = signer.public_key()
        key.verify(signed.signature, signed.tbs_certificate_bytes, padding.PKCS1v15(), hashes.SHA256())


def rate(run: Callable[[Chain], None], work: list[Chain], seconds: float) -> float:
    """Return how many chains a second of CPU time *run* gets through."""
    run(work[0])
    done, start = 0, time.process_time()
    while (spent := time.process_time() - start) < seconds:
        run(work[done % len(work)])
        done += 1
    return done / spent


@cache
def key_of(number: int) -> ec.EllipticCurvePrivateKey:
    """Return one of a few hundred keys: an authority's key is its own only as far as its name is."""
    return ec.generate_private_key(ec.SECP256R1())


def mesh(authorities: int, crosses: int) -> list[bytes]:
    """Return cross-certificates of a random mesh: every authority has one from an earlier one, the rest are random."""
    random.seed(7)
    pairs = [(random.randrange(number), number) for number in range(1, authorities)]
    pairs += [tuple(random.sample(range(authorities), 2)) for _ in range(crosses - len(pairs))]
    return [
        issue(f"CA {subject}", key_of(subject % 200), f"CA {issuer}", key_of(issuer % 200), ca=True)
        for issuer, subject in pairs
    ]


def measure_mesh(authorities: int, crosses: int) -> None:
    """Print what a mesh costs: to index, to search with and without success, and in memory."""
    ders = mesh(authorities, crosses)
    root = issue("CA 0", key_of(0), "CA 0", key_of(0), ca=True)
    stranger = issue("CA x", key_of(1), "CA x", key_of(1), ca=True)
    last = authorities - 1
    leaf = issue("Leaf", key_of(3), f"CA {last}", key_of(last % 200), ca=False)
    forged = issue("Leaf", key_of(3), f"CA {last}", key_of((last + 1) % 200), ca=False)
    policed = {"require_explicit_policy": True}
    start = time.process_time()
    graph = CertificateGraph(ders)
    indexed = time.process_time() - start
    print(f"mesh of {authorities} authorities, {crosses} cross-certificates; indexed in {indexed:.2f} s")
    searches = (
        ("a path", leaf, root, {}),
        ("anchor not reached", leaf, stranger, {}),
        ("signature forged", forged, root, {}),
        ("no path has the policy", leaf, root, policed),
    )
    for label, target, anchor, options in searches:
        start = time.process_time()
        report = verify_certificate(target, anchors=[anchor], intermediates=graph, at=AT, revocation="off", **options)
        spent = 1000 * (time.process_time() - start)
        length = len(report.path.certificates) if report.path else 0
        answer = f"{report.sub_indication or report.indication} of {length} certificates, {len(report.paths)} tried"
        print(f"  {label}: {spent:.1f} ms; {answer}")
    del graph
    for empty in caches():
        empty()
    gc.collect()
    tracemalloc.start()
    graph = CertificateGraph(ders)
    octets = tracemalloc.get_traced_memory()[0] / crosses
    tracemalloc.stop()
    print(f"  memory: {octets:,.0f} octets a certificate beside its DER, {len(graph.of_subject)} names")


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--no-mesh", action="store_true")
    arguments = parser.parse_args()
    work, clear = chains(10), caches()
    print(f"python {sys.version.split()[0]}; paths a second of CPU time")
    print(f"  idbridge                {rate(lambda chain: ours(chain, clear), work, arguments.seconds):8,.0f}")
    print(f"  floor, three signatures {rate(floor, work, arguments.seconds):8,.0f}")
    print(f"  pyhanko-certvalidator   {rate(theirs, work, arguments.seconds):8,.0f}")
    if not arguments.no_mesh:
        for size in (AUTHORITIES // 4, AUTHORITIES):
            measure_mesh(size, CROSS_CERTIFICATES * size // AUTHORITIES)


if __name__ == "__main__":
    main()
