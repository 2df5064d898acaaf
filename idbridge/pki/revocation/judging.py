"""Both kinds of evidence weighed: what a path's report says of the revocation of one certificate."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal

from idbridge.pki.errors import MalformedCrlError, MalformedOcspResponseError
from idbridge.pki.report import Check, MissingEvidence
from idbridge.pki.revocation.by_crl import status_by_crl
from idbridge.pki.revocation.by_ocsp import status_by_ocsp
from idbridge.pki.revocation.crl import CertificateList
from idbridge.pki.revocation.ocsp import OcspResponse
from idbridge.pki.revocation.status import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from idbridge.pki.certificate import Certificate
    from idbridge.pki.names import Name
    from idbridge.pki.report import Outcome, SubIndication
    from idbridge.pki.revocation.status import Authorities, Subject, Verdict

RevocationMode = Literal["require", "when-available", "off"]
"""Whether evidence must be at hand, counts where it is, or is not looked at."""

EVIDENCE_LIMIT: Final = 1000
"""CRLs, and likewise responses, taken up: a long-term signature carries a few dozen."""

CLAUSE: Final = "RFC 5280 §6.1.3 (a)(3), §6.3; RFC 6960"

OUTCOMES: Final[dict[Verdict, tuple[Outcome, SubIndication | None]]] = {
    "good": ("passed", None),
    "revoked": ("failed", "REVOKED"),
    "suspended": ("indeterminate", "TRY_LATER"),
    "unknown": ("indeterminate", "TRY_LATER"),
}


class Evidence:
    """The CRLs and OCSP responses at hand; what is neither is left out and listed in `refused`, with the reason."""

    __slots__ = ("_crls", "_indirect", "_responses", "refused")

    def __init__(self, crls: Iterable[bytes | CertificateList] = (), responses: Iterable[bytes | OcspResponse] = ()) -> None:
        """Read and index the evidence."""
        self.refused: list[str] = []
        self._crls: dict[bytes, list[CertificateList]] = defaultdict(list)
        self._indirect: list[CertificateList] = []
        self._responses: list[OcspResponse] = []
        for crl in islice(crls, EVIDENCE_LIMIT):
            self._add_crl(crl)
        for response in islice(responses, EVIDENCE_LIMIT):
            self._add_response(response)

    def _add_crl(self, item: bytes | CertificateList) -> None:
        try:
            crl = item if isinstance(item, CertificateList) else CertificateList.from_der(item)
        except MalformedCrlError as error:
            self.refused.append(f"CRL: {error}")
            return
        if crl.point.indirect:
            self._indirect.append(crl)
        else:
            self._crls[crl.issuer.key].append(crl)

    def _add_response(self, item: bytes | OcspResponse) -> None:
        try:
            self._responses.append(item if isinstance(item, OcspResponse) else OcspResponse.from_der(item))
        except MalformedOcspResponseError as error:
            self.refused.append(f"OCSP response: {error}")

    def crls_for(self, issuer: Name) -> list[CertificateList]:
        """Return the CRLs that may tell about certificates of *issuer*: its own, and every indirect one."""
        return [*self._crls.get(issuer.key, ()), *self._indirect]

    def status(self, subject: Subject, authorities: Authorities) -> Status:
        """Return what the evidence says of the subject: revoked by any; else the newest of what both kinds know."""
        found = [status_by_crl(subject, self.crls_for(subject.certificate.issuer), authorities)]
        if self._responses:
            found.append(status_by_ocsp(subject, self._responses, authorities))
        known = [status for status in found if status.verdict != "unknown"]
        if not known:
            return Status("unknown", objections=tuple(text for status in found for text in status.objections))
        revoked = [status for status in known if status.verdict == "revoked"]
        return (revoked or sorted(known, key=lambda status: status.this_update or subject.at))[-1]


def revocation_check(subject: Subject, status: Status, mode: RevocationMode) -> tuple[Check, tuple[MissingEvidence, ...]]:
    """Return the check on the subject, and what to fetch if its status is not known."""
    outcome, sub_indication = OUTCOMES[status.verdict]
    if status.verdict == "unknown" and mode == "when-available":
        outcome, sub_indication = "warned", None
    missing = _missing(subject.certificate) if status.verdict == "unknown" else ()
    values = {
        "status": status.verdict,
        "reason": status.reason,
        "revocation_date": status.date,
        "source": status.source,
        "this_update": status.this_update,
        "at": subject.at,
        "objections": status.objections,
        "urls": tuple(url for item in missing for url in item.urls),
    }
    return Check("revocation", CLAUSE, outcome, subject.certificate, values, sub_indication), missing


def _missing(certificate: Certificate) -> tuple[MissingEvidence, ...]:
    offers: tuple[tuple[Literal["ocsp", "crl"], tuple[str, ...]], ...] = (
        ("ocsp", certificate.ocsp_urls),
        ("crl", certificate.crl_urls),
    )
    found = tuple(MissingEvidence(kind, certificate.sha256, urls) for kind, urls in offers if urls)
    return found or (MissingEvidence("crl", certificate.sha256, ()),)
