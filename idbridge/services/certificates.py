"""Is this certificate good, and what is it worth in each region: the path engine, the trust lists and the network, in turn.

The engine judges what is at hand and says what it lacks; what it lacks is fetched, unless the caller wants to stay offline,
and it judges again. `trust.recognition` then says what each region's list makes of the path.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from idbridge.clock import Clock
from idbridge.pki.certificate import Certificate
from idbridge.pki.paths import verify_certificate
from idbridge.pki.report import PathReport
from idbridge.services.evidence import MAX_FETCHES, Attempted, EvidenceFetcher, missing_of
from idbridge.services.trust_lists import TrustLists
from idbridge.signatures.gathering import NO_DATA, ValidationData
from idbridge.trust.answers import Recognition, question_about
from idbridge.trust.entries import Purpose
from idbridge.trust.recognition import recognise
from idbridge.trust.vocabulary import Scheme, Territory

SCHEMA: Final = "idbridge/certificate-report/1"

MAX_ROUNDS: Final = 4
"""Judgements of one certificate: an issuer that was fetched may lack its own issuer, and each may lack its revocation."""


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

    def __init__(self, lists: TrustLists, fetcher: EvidenceFetcher | None, clock: Clock) -> None:
        self._lists = lists
        self._fetcher = fetcher
        self._clock = clock

    def verify(self, question: CertificateQuestion) -> CertificateAnswer:
        """Answer. Raises `pki.errors.MalformedCertificateError`, and BadRequestError for a time without zone."""
        at = question.at or self._clock()
        report, fetched = self._judge(question, at)
        in_force = self._lists.in_force()
        said = recognise(question_about(report, question.purpose, at, question.scheme), in_force)
        cited = tuple(
            {"region": territory, "sequence": reliance.signed.content.sequence, "sha256": reliance.signed.sha256}
            for territory, reliance in in_force.items()
            if reliance.signed is not None
        )
        return CertificateAnswer(report, said, cited, fetched)

    def _judge(self, question: CertificateQuestion, at: datetime) -> tuple[PathReport, tuple[Attempted, ...]]:
        anchors, evidence = self._lists.anchors(), NO_DATA
        fetched: tuple[Attempted, ...] = ()
        target = Certificate.from_der(question.certificate)
        for _ in range(MAX_ROUNDS):
            report = verify_certificate(
                target,
                anchors=anchors,
                intermediates=(*question.others, *evidence.certificates),
                crls=evidence.crls,
                ocsp_responses=evidence.ocsp_responses,
                at=at,
            )
            missing = missing_of(report)
            if question.offline or self._fetcher is None or not missing or len(fetched) >= MAX_FETCHES:
                break
            known = _certificates_of(report)
            more, attempts = self._fetcher.gather(missing, known, self._clock(), MAX_FETCHES - len(fetched))
            fetched += attempts
            joined = _joined(evidence, more)
            if joined == evidence:
                break
            evidence = joined
        return report, fetched


def _certificates_of(report: PathReport) -> Iterable[Certificate]:
    return (report.certificate, *(certificate for path in report.paths for certificate in path.certificates))


def _joined(one: ValidationData, other: ValidationData) -> ValidationData:
    """Return both, nothing twice."""
    return ValidationData(
        tuple(dict.fromkeys((*one.certificates, *other.certificates))),
        tuple(dict.fromkeys((*one.crls, *other.crls))),
        tuple(dict.fromkeys((*one.ocsp_responses, *other.ocsp_responses))),
    )
