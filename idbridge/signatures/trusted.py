"""Whom a verification trusts: the port to trust lists, and plain certificates for who has no list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from idbridge.pki.anchors import TrustAnchor
from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.pki.report import PathReport
from idbridge.signatures.indications import Indication
from idbridge.signatures.refusals import BadRequest


class Use(StrEnum):
    """What a certificate was used for."""

    SIGNATURE = "signature"
    TIMESTAMP = "timestamp"


Anchor = bytes | Certificate | TrustAnchor


class Trust(Protocol):
    """What is trusted at a moment. Nothing of it is fetched: it is given, and asked."""

    def anchors(self, use: Use, at: datetime) -> tuple[Anchor, ...]:
        """Return the trust anchors for *use* at *at*."""

    def certificates(self) -> tuple[Certificate, ...]:
        """Return certificates that may serve as intermediates, or be a signer's, without being trusted."""

    def recognition(self, report: PathReport, signature: Indication, at: datetime) -> Mapping[str, Mapping[str, object]]:
        """Return what each region says of a signature whose checks came to that, by the certificate with this path.

        In the form of the document report.
        """

    def region(self, report: PathReport, use: Use) -> str | None:
        """Return the region whose list the path's anchor stands in, None if it stands in none."""

    def cited(self) -> tuple[Mapping[str, object], ...]:
        """Return the trust lists relied upon: region, sequence number, SHA-256."""


@dataclass(frozen=True, slots=True)
class TrustedCertificates:
    """Certificates that are trusted for every use, and others that help to build paths. No region says anything."""

    trusted: tuple[Anchor, ...] = ()
    others: tuple[Certificate, ...] = ()

    def anchors(self, use: Use, at: datetime) -> tuple[Anchor, ...]:  # noqa: ARG002 - trusted for every use at any time
        """Return all of them."""
        return self.trusted

    def certificates(self) -> tuple[Certificate, ...]:
        """Return the others."""
        return self.others

    def recognition(self, report: PathReport, signature: Indication, at: datetime) -> Mapping[str, Mapping[str, object]]:  # noqa: ARG002 - nobody to ask
        """Return nothing."""
        return {}

    def region(self, report: PathReport, use: Use) -> str | None:  # noqa: ARG002 - the same
        """Return nothing."""
        return None

    def cited(self) -> tuple[Mapping[str, object], ...]:
        """Return nothing."""
        return ()


NOBODY = TrustedCertificates()
"""Nothing is trusted: integrity is still judged."""


def read_trust(trust: Trust | Iterable[Anchor] | None) -> Trust:
    """Return *trust* as a `Trust`: certificates (DER or read) become anchors, None becomes `NOBODY`.

    :raises BadRequest: one of the certificates is none.
    """
    if trust is None:
        return NOBODY
    if not isinstance(trust, Iterable):
        return trust
    anchors = tuple(trust)
    try:
        for anchor in anchors:
            if isinstance(anchor, bytes):
                Certificate.from_der(anchor)
    except PkiError as error:
        raise BadRequest(f"a trusted certificate cannot be read: {error}") from error
    return TrustedCertificates(anchors)
