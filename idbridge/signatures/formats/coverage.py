"""What proof that a message or a file existed proves of the signatures in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from idbridge.signatures.evidence import Coverage, SignatureEvidence, sha256


def everything_in(signatures: Iterable[SignatureEvidence]) -> Coverage:
    """Return *signatures*, their counter-signatures, all that is in any of them, and the content."""
    within = tuple(_with_counters(signatures))
    return Coverage(
        signatures=frozenset(signature.id for signature in within),
        timestamps=frozenset(timestamp.id for signature in within for timestamp in signature.timestamps),
        certificates=frozenset(sha256(found.der) for one in within for found in one.signed.certificates),
        revocations=frozenset(sha256(found.der) for one in within for found in one.signed.revocations),
        content=True,
    )


def _with_counters(signatures: Iterable[SignatureEvidence]) -> Iterator[SignatureEvidence]:
    for signature in signatures:
        yield signature
        yield from _with_counters(signature.counter_signatures)
