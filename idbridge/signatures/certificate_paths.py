"""Certificate paths as the validation process needs them: now, and at a time for which existence is proved.

The path engine answers for one moment; EN 319 102-1 turns its answers into sub-indications that say whether a proof of
existence at an earlier time could help (clauses 5.2.6, 5.5.4, 5.6.2.1 and 5.6.2.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.pki.graph import graph_of
from idbridge.pki.paths import verify_certificate
from idbridge.pki.report import PathReport
from idbridge.pki.revocation.crl import CertificateList
from idbridge.pki.revocation.ocsp import OcspResponse
from idbridge.pki.signatures import SignatureBook
from idbridge.signatures.evidence import FoundRevocation, RevocationKind
from idbridge.signatures.indications import CURABLE_BY_TIME, SubIndication
from idbridge.signatures.policy import Policy
from idbridge.signatures.trusted import Trust, Use

Evidence = TypeVar("Evidence")


@dataclass(frozen=True, slots=True)
class PathVerdict:
    """What the certificate path comes to. `at` is the moment for which it holds, or was last asked about."""

    sub_indication: SubIndication | None
    report: PathReport
    at: datetime
    detail: str

    @property
    def holds(self) -> bool:
        """Whether there is nothing against it."""
        return self.sub_indication is None


NO_POE: Final[Mapping[str, SubIndication]] = {
    # The engine's definite answer at a moment, as the process words it while an earlier moment might help
    "REVOKED": SubIndication.REVOKED_NO_POE,
    "EXPIRED": SubIndication.OUT_OF_BOUNDS_NO_POE,
    "NOT_YET_VALID": SubIndication.NOT_YET_VALID,
    "CRYPTO_CONSTRAINTS_FAILURE": SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
    "SIG_CRYPTO_FAILURE": SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE,
}


class CertificatePaths:
    """The paths of one document's certificates, each asked for once."""

    def __init__(
        self,
        trust: Trust,
        now: datetime,
        policy: Policy,
        certificates: Iterable[Certificate],
        revocations: Iterable[FoundRevocation],
    ) -> None:
        """Trust whom *trust* says; take intermediates and revocation evidence from what is at hand."""
        self.now = now
        self.known = tuple(dict.fromkeys((*certificates, *trust.certificates())))
        """Every certificate at hand, whoever vouches for it."""
        self._trust = trust
        self._policy = policy
        self._graph = graph_of(self.known)
        found = tuple(revocations)
        self._crls = _read(CertificateList.from_der, (r.der for r in found if r.kind is RevocationKind.CRL))
        self._ocsp = _read(OcspResponse.from_der, (r.der for r in found if r.kind is RevocationKind.OCSP))
        self._asked: dict[tuple[Certificate, Use, datetime], PathReport] = {}
        self._signatures: dict[datetime, SignatureBook] = {}

    @property
    def reports(self) -> tuple[PathReport, ...]:
        """Every answer of the path engine, for what is missing."""
        return tuple(self._asked.values())

    def has_revocation_data(self, certificate: Certificate, among: Iterable[FoundRevocation]) -> bool:
        """Tell whether any of *among* is about *certificate*, whatever it says; nobody revokes a self-issued one.

        Who made it is for the path to judge, and when. An answer of OCSP is known by the serial number alone: the digests
        of the issuer beside it are of an encoding that may be another.
        """
        if certificate.subject == certificate.issuer:
            return True
        held = {revocation.der for revocation in among}
        if any(crl.issuer == certificate.issuer or crl.point.indirect for crl in self._crls if crl.der in held):
            return True
        serials = {answer.serial_number for response in self._ocsp if response.der in held for answer in response.answers}
        return certificate.serial_number in serials

    def judge(self, certificate: Certificate, use: Use, existed: datetime, not_before: datetime | None) -> PathVerdict:
        """Judge the path of *certificate* now; then, if an earlier time may help, at *existed*, when use of it is proved.

        *not_before* is a moment before which the signature cannot have been made (a content timestamp), None if none.
        """
        report = self.report(certificate, use, self.now)
        if report.indication == "PASSED":
            return PathVerdict(None, report, self.now, _described(report))
        sub_indication = self._worded(certificate, use, report)
        if sub_indication in CURABLE_BY_TIME and existed < self.now:
            then = self.report(certificate, use, existed)
            if then.indication == "PASSED":
                return PathVerdict(None, then, existed, f"at {existed:%Y-%m-%dT%H:%M:%SZ}: {_described(then)}")
        if not_before is not None and (late := self._made_too_late(certificate, use, not_before, sub_indication)):
            return late
        return PathVerdict(sub_indication, report, self.now, _described(report))

    def report(self, certificate: Certificate, use: Use, at: datetime) -> PathReport:
        """Return the engine's answer for one moment."""
        key = (certificate, use, at)
        if key not in self._asked:
            self._asked[key] = verify_certificate(
                certificate,
                anchors=self._trust.anchors(use, at),
                intermediates=self._graph,
                crls=self._crls,
                ocsp_responses=self._ocsp,
                at=at,
                revocation=self._policy.revocation,
                algorithms=self._policy.algorithms,
                strict=self._policy.strict_certificates,
                signatures=self._signatures.setdefault(at, SignatureBook(self._policy.algorithms, at)),
            )
        return self._asked[key]

    def _worded(self, certificate: Certificate, use: Use, report: PathReport) -> SubIndication:
        answer = report.sub_indication or "CERTIFICATE_CHAIN_GENERAL_FAILURE"
        worded = NO_POE.get(answer) or SubIndication(answer)
        decisive = report.path.decisive if report.path else None
        if worded is SubIndication.REVOKED_NO_POE and decisive is not None and decisive.certificate != certificate:
            return SubIndication.REVOKED_CA_NO_POE
        if worded is SubIndication.OUT_OF_BOUNDS_NO_POE and certificate.not_after < self.now:
            # Clause 5.2.6.4: not revoked while it was valid, as the evidence at hand shows
            ended = self.report(certificate, use, certificate.not_after)
            if ended.indication == "PASSED" and self._policy.revocation == "require":
                return SubIndication.OUT_OF_BOUNDS_NOT_REVOKED
        return worded

    def _made_too_late(
        self, certificate: Certificate, use: Use, not_before: datetime, worded: SubIndication
    ) -> PathVerdict | None:
        """Clause 5.3.4 step 4: a content timestamp proves that revocation, or the end of validity, came first."""
        if worded not in _ENDED:
            return None
        then = self.report(certificate, use, not_before)
        if then.indication != "FAILED" or then.sub_indication not in ("REVOKED", "EXPIRED"):
            return None
        return PathVerdict(SubIndication(then.sub_indication), then, not_before, _described(then))


_ENDED: Final = frozenset(
    {SubIndication.REVOKED_NO_POE, SubIndication.OUT_OF_BOUNDS_NO_POE, SubIndication.OUT_OF_BOUNDS_NOT_REVOKED}
)


def _read(reading: Callable[[bytes], Evidence], ders: Iterable[bytes]) -> tuple[Evidence, ...]:
    """Read what can be read, each once; what cannot proves nothing, and its absence will be reported."""
    found: list[Evidence] = []
    for der in dict.fromkeys(ders):
        try:
            found.append(reading(der))
        except PkiError:
            continue
    return tuple(found)


def _described(report: PathReport) -> str:
    if report.path is None:
        missing = [url for item in report.missing for url in item.urls]
        hint = f"; said to be at {', '.join(missing[:3])}" if missing else ""
        return f"no path from {report.certificate} (issuer {report.certificate.issuer}) to a trusted certificate{hint}"
    names = " ← ".join(str(certificate) for certificate in report.path.certificates)
    decisive = report.path.decisive
    if decisive is None:
        return names
    values = "; ".join(f"{name}: {value}" for name, value in decisive.values.items())
    return f"{decisive.name} of {decisive.certificate}: {values} ({names})"
