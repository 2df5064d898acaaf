"""Proofs of existence: since when each object of a document is known to have existed (EN 319 102-1 clause 5.6.2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from idbridge.signatures.evidence import Coverage, EvidenceId, Sha256


@dataclass(frozen=True, slots=True)
class Proof:
    """An object existed at `time`; `by` is the timestamp that proves it, None for the moment of validation itself."""

    time: datetime
    by: EvidenceId | None


class ProofsOfExistence:
    """The table of proofs. Every object exists now; trusted timestamps move that back."""

    __slots__ = ("_now", "_proofs")

    def __init__(self, now: datetime) -> None:
        """Know only that everything at hand exists *now*."""
        self._now = Proof(now, None)
        self._proofs: dict[EvidenceId | Sha256, Proof] = {}

    def of(self, key: EvidenceId | Sha256) -> Proof:
        """Return the earliest proof for a signature, timestamp, certificate, CRL or OCSP response."""
        return self._proofs.get(key, self._now)

    def extract(self, coverage: Coverage, time: datetime, by: EvidenceId) -> None:
        """Add what a timestamp proves that was validated; of several proofs the earliest stays."""
        proof = Proof(time, by)
        for keys in (coverage.signatures, coverage.timestamps, coverage.certificates, coverage.revocations):
            for key in keys:
                if time < self.of(key).time:
                    self._proofs[key] = proof
