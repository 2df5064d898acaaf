"""Is this certificate good, and what is it worth in each region: the path engine, the trust lists and the network, in turn.

The engine judges what is at hand and says what it lacks; what it lacks is fetched, unless the caller wants to stay offline,
and it judges again. `trust.recognition` then says what each region's list makes of the path.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from idbridge.clock import Clock
from idbridge.pki.algorithm_policy import DEFAULT, AlgorithmPolicy
from idbridge.pki.certificate import Certificate
from idbridge.pki.paths import verify_certificate
from idbridge.pki.report import PathReport
from idbridge.services.completion import Judging, Wanted, complete
from idbridge.services.evidence import Attempted, Budget, EvidenceFetcher, missing_of
from idbridge.services.list_trust import TrustSource
from idbridge.signatures.gathering import ValidationData
from idbridge.trust.answers import Recognition, question_about
from idbridge.trust.entries import Purpose
from idbridge.trust.recognition import recognise
from idbridge.trust.reliance import cited
from idbridge.trust.vocabulary import Scheme, Territory

SCHEMA: Final = "idbridge/certificate-report/1"


@dataclass(frozen=True, slots=True)
class CertificateQuestion:
    """What is asked: a certificate (DER), others that may help (DER), for which purpose, as of when, under which scheme."""

    certificate: bytes
    others: tuple[bytes, ...] = ()
    purpose: Purpose = Purpose.SIGNATURE
    at: datetime | None = None
    scheme: Scheme | None = None
    offline: bool = False


@dataclass(frozen=True, slots=True)
class CertificateAnswer:
    """The path report, what each region says, the lists relied upon, and what was fetched."""

    report: PathReport
    recognition: dict[Territory, Recognition]
    lists: tuple[dict[str, object], ...]
    fetched: tuple[Attempted, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Return the answer as plain data, ready for JSON."""
        return {
            "schema": SCHEMA,
            **self.report.to_dict(),
            "recognition": {region: said.to_dict() for region, said in self.recognition.items()},
            "trust_lists": list(self.lists),
            "fetched": [attempt.to_dict() for attempt in self.fetched],
        }


class Certificates:
    """The use case. *fetcher* None means that nothing is ever fetched."""

    def __init__(
        self,
        source: TrustSource,
        fetcher: EvidenceFetcher | None,
        clock: Clock,
        algorithms: AlgorithmPolicy = DEFAULT,
    ) -> None:
        self._source = source
        self._fetcher = fetcher
        self._clock = clock
        self._algorithms = algorithms

    def verify(self, question: CertificateQuestion, budget: Budget | None = None) -> CertificateAnswer:
        """Answer; several questions may share a *budget* of fetching.

        :raises pki.errors.PkiError: it is no certificate, or the time has no zone.
        """
        at = question.at or self._clock()
        target, anchors = Certificate.from_der(question.certificate), self._source.anchors()

        def judge(evidence: ValidationData) -> PathReport:
            return verify_certificate(
                target,
                anchors=anchors,
                intermediates=(*question.others, *self._source.known, *evidence.certificates),
                crls=evidence.crls,
                ocsp_responses=evidence.ocsp_responses,
                at=at,
                algorithms=self._algorithms,
            )

        fetcher = None if question.offline else self._fetcher
        report, fetched = complete(Judging(judge, _wanted), fetcher, self._clock, budget or Budget())
        lists = self._source.in_force()
        said = recognise(question_about(report, question.purpose, at, question.scheme), lists)
        return CertificateAnswer(report, said, cited(lists), fetched)


def _wanted(report: PathReport) -> Wanted:
    known = (report.certificate, *(certificate for path in report.paths for certificate in path.certificates))
    return Wanted(missing_of(report), known)
