"""SignatureValidationObjects (clause 4.4): certificates, revocation data, time stamps and signed files, each with its proof.

Every object has one identifier in the XML, by which the rest refers to it; what is not in the list is not referred to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import quote

from lxml import etree

from idbridge.pki.certificate import Certificate
from idbridge.signatures.etsi.elements import add, base64_text, digest, instant, proof, refer
from idbridge.signatures.etsi.vocabulary import CERTIFICATE, CRL, EVIDENCE_RECORD, OCSP, SIGNED_DATA, TIMESTAMP
from idbridge.signatures.evidence import Coverage, Reference, RevocationKind, Sha256, sha256
from idbridge.signatures.indications import Indication
from idbridge.signatures.report import DocumentReport, EvidenceRecordReport, SignatureReport, TimestampReport

DIGESTS_LIMIT: Final = 1000
"""Signed files of one signature that are listed; a container may have more, and the JSON has them all."""


class Judged(Protocol):
    """Adds the report on a time stamp to the element of its object."""

    def __call__(self, parent: etree._Element, stamp: TimestampReport, /) -> None:
        """Add it."""


def certificate_id(certificate: Certificate) -> str:
    """Return the identifier of a certificate."""
    return f"C-{certificate.sha256}"


def file_ids(signature: SignatureReport) -> list[str]:
    """Return the identifiers of the files that a signature is over."""
    return [f"D-{signature.evidence.id}-{number}" for number, _ in enumerate(_files(signature), 1)]


def _files(signature: SignatureReport) -> tuple[Reference, ...]:
    return tuple(r for r in signature.evidence.signed.references if r.expected)[:DIGESTS_LIMIT]


@dataclass(frozen=True, slots=True)
class Proofs:
    """Since when each certificate, CRL and OCSP response is known to have existed, by the time stamps that hold."""

    report: DocumentReport

    def of(self, key: Sha256) -> tuple[datetime, str | None]:
        """Return the earliest proof; failing any, validation itself."""
        found = [
            (stamp.evidence.time, str(stamp.evidence.id))
            for stamp in self.report.timestamps
            if stamp.indication is Indication.PASSED and stamp.evidence.time and _covers(stamp.evidence.covers, key)
        ]
        return min(found, default=(self.report.at, None))


def _covers(coverage: Coverage, key: Sha256) -> bool:
    return key in coverage.certificates or key in coverage.revocations


def add_objects(parent: etree._Element, report: DocumentReport, judged: Judged) -> None:
    """Add the objects of *report*, if it has any."""
    made, proofs = add(parent, "SignatureValidationObjects"), Proofs(report)
    for certificate in certificates_of(report):
        element = _add_octets(made, certificate_id(certificate), CERTIFICATE, certificate.der)
        proof(element, "POE", *proofs.of(Sha256(certificate.sha256)))
    for der, kind in {found.der: found.kind for found in report.revocations}.items():
        element = _add_octets(made, f"R-{sha256(der)}", CRL if kind is RevocationKind.CRL else OCSP, der)
        proof(element, "POE", *proofs.of(sha256(der)))
    for signature in report.signatures:
        _add_files(made, signature)
    known = {str(value) for value in made.xpath("@id|*/@id")}
    for stamp in report.timestamps:
        _add_stamp(made, stamp, known, judged)
    for record in report.evidence_records:
        _add_record(made, record)
    if not len(made):
        parent.remove(made)


def certificates_of(report: DocumentReport) -> tuple[Certificate, ...]:
    """Return every certificate that the verdicts rest on, or that came along: each once."""
    return tuple(dict.fromkeys(_certificates(report)))


def _certificates(report: DocumentReport) -> Iterator[Certificate]:
    everything: tuple[SignatureReport | TimestampReport, ...] = (*report.signatures, *report.timestamps)
    for judged in everything:
        if judged.signer is not None:
            yield judged.signer.certificate
        path = None if judged.path is None else judged.path.path
        yield from path.certificates if path is not None else ()
    for found in report.certificates:
        yield Certificate.from_der(found.der)


def _add_object(parent: etree._Element, key: str, kind: str) -> etree._Element:
    made = add(parent, "ValidationObject", id=key)
    add(made, "ObjectType", kind)
    return made


def _add_octets(parent: etree._Element, key: str, kind: str, octets: bytes) -> etree._Element:
    made = _add_object(parent, key, kind)
    add(add(made, "ValidationObjectRepresentation"), "base64", base64_text(octets))
    return made


def _add_files(parent: etree._Element, signature: SignatureReport) -> None:
    for key, reference in zip(file_ids(signature), _files(signature), strict=True):
        made = add(_add_object(parent, key, SIGNED_DATA), "ValidationObjectRepresentation")
        digest(made, reference.algorithm, reference.computed if reference.computed is not None else reference.expected)
        if reference.name:
            add(made, "URI", quote(reference.name, safe="/#;:"))


def _add_stamp(parent: etree._Element, stamp: TimestampReport, known: set[str], judged: Judged) -> None:
    evidence = stamp.evidence
    made = _add_octets(parent, evidence.id, TIMESTAMP, evidence.der)
    if evidence.time is not None:
        provided = add(made, "POEProvisioning")
        add(provided, "POETime", instant(evidence.time))
        covered = (*(f"C-{key}" for key in evidence.covers.certificates), *(f"R-{key}" for key in evidence.covers.revocations))
        refer(provided, "ValidationObject", sorted(known.intersection(covered)))
    judged(made, stamp)


def _add_record(parent: etree._Element, record: EvidenceRecordReport) -> None:
    made = add(_add_object(parent, record.evidence.id, EVIDENCE_RECORD), "ValidationObjectRepresentation")
    for reference in record.evidence.references[:DIGESTS_LIMIT]:
        digest(made, reference.algorithm, reference.expected)
    if not record.evidence.references:
        add(made, "direct", record.evidence.form)
