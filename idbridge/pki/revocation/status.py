"""What is known about the revocation of one certificate at one time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol

from idbridge.pki.extensions import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from idbridge.pki.certificate import Certificate
    from idbridge.pki.names import Name
    from idbridge.pki.signatures import SignatureBook

Verdict = Literal["good", "revoked", "suspended", "unknown"]

ALL_REASONS: Final = frozenset(REASONS) - {"unused"}

CRL_REASONS: Final = {
    0: "unspecified",
    1: "keyCompromise",
    2: "cACompromise",
    3: "affiliationChanged",
    4: "superseded",
    5: "cessationOfOperation",
    6: "certificateHold",
    8: "removeFromCRL",
    9: "privilegeWithdrawn",
    10: "aACompromise",
}
"""CRLReason (RFC 5280 §5.3.1); OCSP uses the same numbers."""


@dataclass(frozen=True, slots=True)
class Status:
    """A verdict and its evidence: `source` is its kind and digest; `objections` say what evidence was refused."""

    verdict: Verdict
    reason: str | None = None
    date: datetime | None = None
    source: str | None = None
    this_update: datetime | None = None
    objections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """The certificate whose revocation is in question, with its issuer on the path and the issuer's usable key."""

    certificate: Certificate
    issuer: Certificate
    issuer_key: bytes
    at: datetime
    strict: bool = True

    def drops_out_before(self, this_update: datetime) -> bool:
        """Whether evidence of that time may be silent because the certificate had expired (RFC 5280 §3.3)."""
        return self.certificate.not_after < this_update

    def as_of(self, reason: str, date: datetime, source: str, this_update: datetime) -> Status:
        """Return the status at the time asked about, of a certificate revoked at *date* for *reason*."""
        if self.at < date:  # revoked only afterwards
            return Status("good", source=source, this_update=this_update)
        verdict: Verdict = "suspended" if reason == "certificateHold" else "revoked"
        return Status(verdict, reason, date, source, this_update)


class Authorities(Protocol):
    """Who may sign evidence: answered by path validation, which this room's judging is a part of."""

    @property
    def signatures(self) -> SignatureBook:
        """Where signatures are verified."""

    def named(self, name: Name) -> Iterator[Certificate]:
        """Yield the certificates at hand with that subject."""

    def holds(self, certificate: Certificate, usage: str | None, at: datetime) -> bool:
        """Whether *certificate* has a valid path, revocation included, to the anchor of the path in question."""
