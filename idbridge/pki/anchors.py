"""Trust anchors: a certificate, when it is trusted, and what for (RFC 5280 §6.1.1 (d), RFC 5937)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from idbridge.pki.certificate import Certificate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from idbridge.pki.extensions import NameConstraints


@dataclass(frozen=True, slots=True)
class TrustAnchor:
    """A certificate that the caller trusts to issue, from `trusted_from` up to, not including, `trusted_until`.

    The limits are those of RFC 5937 §2: at most `max_path_length` non-self-issued certificates between this one and the
    last, only `policies`, only names within `name_constraints`. With `certificate_binds` the anchor's certificate must
    itself hold: in its validity period, an authority, its own path length and name constraints applied (RFC 5937 §3). A
    trust list vouches for a key whatever the dates in its certificate; its reader clears the flag.
    """

    certificate: Certificate
    trusted_from: datetime | None = None
    trusted_until: datetime | None = None
    max_path_length: int | None = None
    policies: frozenset[str] | None = None
    require_explicit_policy: bool = False
    inhibit_policy_mapping: bool = False
    inhibit_any_policy: bool = False
    name_constraints: NameConstraints | None = None
    certificate_binds: bool = True

    def is_trusted(self, at: datetime) -> bool:
        """Whether the trust holds at that time."""
        return (self.trusted_from is None or self.trusted_from <= at) and (
            self.trusted_until is None or at < self.trusted_until
        )


def read_anchors(anchors: Iterable[bytes | Certificate | TrustAnchor]) -> tuple[TrustAnchor, ...]:
    """Return each of *anchors* as a TrustAnchor, unlimited where only its certificate is given.

    :raises MalformedCertificateError: one is no certificate; whom to trust is no place for guessing.
    """
    return tuple(map(_read, anchors))


def _read(anchor: bytes | Certificate | TrustAnchor) -> TrustAnchor:
    match anchor:
        case TrustAnchor():
            return anchor
        case Certificate():
            return TrustAnchor(anchor)
        case _:
            return TrustAnchor(Certificate.from_der(anchor))
