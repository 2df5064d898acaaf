"""The signatures of one validation: each verified once, their number limited, their algorithms judged at one time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from idbridge.pki.algorithms import SignatureVerdict, verify_signature

if TYPE_CHECKING:
    from datetime import datetime

    from idbridge.pki.algorithm_policy import AlgorithmPolicy

SIGNATURES_LIMIT: Final = 400
"""Verifications in one validation, revocation included: 0.02 s with RSA or P-256, 0.2 s with the slowest in use."""


class SignatureBudgetError(Exception):
    """More signatures than `SIGNATURES_LIMIT`; never leaves this room."""


class SignatureBook:
    """Verifies signatures over certificates, CRLs and OCSP responses, and remembers the verdicts."""

    __slots__ = ("_left", "_verdicts", "at", "policy")

    def __init__(self, policy: AlgorithmPolicy, at: datetime) -> None:
        """Judge algorithms by *policy* as of *at*."""
        self.policy = policy
        self.at = at
        self._verdicts: dict[tuple[bytes, bytes, bytes, bytes], SignatureVerdict] = {}
        self._left = SIGNATURES_LIMIT

    def for_another(self) -> SignatureBook:
        """Return a book for another validation by the same policy, as of the same time: it knows the verdicts of this one."""
        other = SignatureBook(self.policy, self.at)
        other._verdicts = self._verdicts
        return other

    def verdict(self, public_key_info: bytes, algorithm: bytes, message: bytes, signature: bytes) -> SignatureVerdict:
        """Return the verdict on one signature.

        :raises SignatureBudgetError: the limit is reached.
        """
        key = (public_key_info, algorithm, message, signature)
        if (known := self._verdicts.get(key)) is not None:
            return known
        if self._left <= 0:
            raise SignatureBudgetError
        self._left -= 1
        verdict = verify_signature(public_key_info, algorithm, message, signature, policy=self.policy, at=self.at)
        self._verdicts[key] = verdict
        return verdict
