"""The validation process of ETSI EN 319 102-1, format-blind: evidence, trust, policy and a time in, a report out.

1. Timestamps are validated, youngest first (5.4, 5.6.3.4). One that holds now, or held at a time that a younger one
   proves, is a proof of existence for all that it covers (5.6.2.3).
2. Each signature is validated at the best time for which its existence is so proved (5.3, 5.5, 5.6): its digests and
   value, its certificate's path now or else at that time, its algorithms at that time.
3. The document passes if every signature in it does.

What this leaves to others: fetching evidence that is missing, which the report names.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from idbridge.pki.certificate import Certificate
from idbridge.signatures.certificate_paths import CertificatePaths, PathVerdict
from idbridge.signatures.checks import TIMESTAMP_CHECKS, signature_checks
from idbridge.signatures.evidence import (
    Document,
    EvidenceId,
    EvidenceRecordEvidence,
    Fault,
    SignatureEvidence,
    SignedObject,
    TimestampEvidence,
    TimestampKind,
)
from idbridge.signatures.gathering import ValidationData, gather
from idbridge.signatures.indications import Indication, SubIndication
from idbridge.signatures.judgement import SealMaker, Subject, TimestampOutcome, run
from idbridge.signatures.levels import TIMED_WHILE_VALID, level, without_timestamp, without_values
from idbridge.signatures.material import Material
from idbridge.signatures.poe import ProofsOfExistence
from idbridge.signatures.policy import Policy, Purpose
from idbridge.signatures.report import (
    DocumentReport,
    EvidenceRecordReport,
    SignatureReport,
    SignerReport,
    TimestampReport,
)
from idbridge.signatures.signer import Identified, identify
from idbridge.signatures.trusted import Trust, Use


class Process:
    """One run over one document."""

    def __init__(self, document: Document, trust: Trust, at: datetime, policy: Policy, data: ValidationData) -> None:
        """Gather what is at hand; nothing is judged yet."""
        self.document = document
        self.trust = trust
        self.at = at
        self.policy = policy
        self.gathered = gather(document, data)
        self.proofs = ProofsOfExistence(at)
        self.paths = CertificatePaths(
            trust,
            at,
            policy,
            (Certificate.from_der(found.der) for found in self.gathered.certificates),
            self.gathered.revocations,
        )

    def report(self, name: str | None) -> DocumentReport:
        """Run, and return the report."""
        timestamps, records = self._judge_timestamps()
        signatures = tuple(self._judge_signature(signature, timestamps) for signature in self.gathered.signatures)
        indication, sub_indication = _overall(signatures, self.gathered.limits)
        return DocumentReport(
            indication=indication,
            sub_indication=sub_indication,
            at=self.at,
            format=self.document.format,
            policy=self.policy.name,
            signatures=signatures,
            timestamps=tuple(timestamps[timestamp.id] for timestamp in self.gathered.timestamps),
            evidence_records=tuple(records[record.id] for record in self.gathered.records),
            certificates=self.gathered.certificates,
            revocations=self.gathered.revocations,
            trust_lists=self.trust.cited(),
            missing=tuple(dict.fromkeys(item for path in self.paths.reports for item in path.missing)),
            container=self.document.container,
            faults=self.document.faults,
            limits=self.gathered.limits,
            name=name,
        )

    def _judge_timestamps(self) -> tuple[dict[EvidenceId, TimestampReport], dict[EvidenceId, EvidenceRecordReport]]:
        """Validate the youngest first: what it covers is then known to have existed when the older ones are judged.

        An evidence record is judged with its first timestamp, when all that renewed it have been (5.4, 5.6.3.4).
        """
        records = {record.timestamps[0].id: record for record in self.gathered.records if record.timestamps}
        reports: dict[EvidenceId, TimestampReport] = {}
        record_reports = {record.id: _record_without_time(record) for record in self.gathered.records if not record.timestamps}
        for timestamp in sorted(self.gathered.timestamps, key=_age, reverse=True):
            report = self._judge_timestamp(timestamp)
            reports[timestamp.id] = report
            if report.indication is Indication.PASSED and timestamp.time is not None:
                self.proofs.extract(timestamp.covers, timestamp.time, timestamp.id)
            if (record := records.get(timestamp.id)) is not None:
                record_reports[record.id] = self._judge_record(record, reports)
        for record in self.gathered.records:
            if record.id not in record_reports:  # its timestamps are among those left out
                record_reports[record.id] = self._judge_record(record, reports)
        return reports, record_reports

    def _judge_timestamp(self, timestamp: TimestampEvidence) -> TimestampReport:
        identified = self._identify(timestamp.signed)
        existed = self.proofs.of(timestamp.id)
        path = self._path(identified, Use.TIMESTAMP, existed.time, None)
        subject = Subject(
            document=self.document,
            signed=timestamp.signed,
            purpose=Purpose.TIMESTAMP,
            policy=self.policy,
            now=self.at,
            existed=existed,
            identified=identified,
            path=path,
            timestamp=timestamp,
        )
        conclusion = run(TIMESTAMP_CHECKS, subject)
        return TimestampReport(
            timestamp,
            conclusion.indication,
            conclusion.sub_indication,
            "broken" if timestamp.imprint.intact is False else identified.integrity,
            self._signer(identified, path, Use.TIMESTAMP),
            conclusion.checks,
            path.report if path else None,
        )

    def _judge_record(
        self, record: EvidenceRecordEvidence, timestamps: dict[EvidenceId, TimestampReport]
    ) -> EvidenceRecordReport:
        """Its digests must be right and all its timestamps hold; then it proves what it covers from its first one on.

        RFC 4998 clause 3.3, RFC 6283 clause 2.3.
        """
        unjudged = [timestamp.id for timestamp in record.timestamps if timestamp.id not in timestamps]
        failures = [_record_failure(record), SubIndication.TIMESTAMP_ORDER_FAILURE if unjudged else None]
        failures += [timestamps[t.id].sub_indication for t in record.timestamps if t.id in timestamps]
        failure = next(filter(None, failures), None)
        if failure is None and (time := record.timestamps[0].time) is not None:
            self.proofs.extract(record.covers, time, record.id)
        return EvidenceRecordReport(record, failure.indication if failure else Indication.PASSED, failure)

    def _judge_signature(self, signature: SignatureEvidence, timestamps: dict[EvidenceId, TimestampReport]) -> SignatureReport:
        outcomes = tuple(
            TimestampOutcome(timestamp, timestamps[timestamp.id].indication is Indication.PASSED)
            for timestamp in self.gathered.timestamps
            if timestamp in signature.timestamps or signature.id in timestamp.covers.signatures
        )
        identified = self._identify(signature.signed)
        existed = self.proofs.of(signature.id)
        not_before = _not_before(outcomes)
        path = self._path(identified, Use.SIGNATURE, existed.time, not_before)
        subject = Subject(
            document=self.document,
            signed=signature.signed,
            purpose=Purpose.COUNTER_SIGNATURE if signature.parent else Purpose.SIGNATURE,
            policy=self.policy,
            now=self.at,
            existed=existed,
            identified=identified,
            path=path,
            signature=signature,
            timestamps=outcomes,
            not_before=not_before,
            maker=self._seal_maker(signature, existed.time),
        )
        conclusion = run(signature_checks(signature, self.document), subject)
        return SignatureReport(
            signature,
            level(signature.form, self._material(signature, identified.certificate)),
            conclusion.indication.total,
            conclusion.sub_indication,
            identified.integrity,
            existed,
            self._signer(identified, path, Use.SIGNATURE),
            conclusion.checks,
            path.report if path else None,
            self.trust.recognition(path.report, conclusion.indication, existed.time) if path else {},
        )

    def _material(self, signature: SignatureEvidence, certificate: Certificate | None) -> frozenset[Material]:
        """What of the signature's material is about its own certificate: a level is made of nothing else."""
        if certificate is None:
            return signature.material
        found = signature.material
        if Material.REVOCATION_VALUES in found:
            inner = (one for timestamp in signature.timestamps for one in timestamp.signed.revocations)
            if not self.paths.has_revocation_data(certificate, (*signature.signed.revocations, *inner)):
                found = without_values(found)
        taken = (timestamp.time for timestamp in signature.timestamps if timestamp.kind is TimestampKind.SIGNATURE)
        if signature.form in TIMED_WHILE_VALID and any(time and time > certificate.not_after for time in taken):
            found = without_timestamp(found)
        return found

    def _seal_maker(self, signature: SignatureEvidence, existed: datetime) -> SealMaker | None:
        """Find who made the seal that was used, and judge the path; a seal that stands alone is itself the signature."""
        seal = signature.attributes.seal
        if seal is None or seal.maker.value == signature.signed.value:
            return None
        identified = self._identify(seal.maker)
        return SealMaker(identified, self._path(identified, Use.SIGNATURE, existed, None))

    def _identify(self, signed: SignedObject) -> Identified:
        return identify(signed, self.paths.known, self.policy.algorithms.signer_id)

    def _path(self, identified: Identified, use: Use, existed: datetime, not_before: datetime | None) -> PathVerdict | None:
        if identified.certificate is None:
            return None
        return self.paths.judge(identified.certificate, use, existed, not_before)

    def _signer(self, identified: Identified, path: PathVerdict | None, use: Use) -> SignerReport | None:
        if identified.certificate is None or path is None:
            return None
        return SignerReport(identified.certificate, self.trust.region(path.report, use))


_UNKNOWN_TIME: Final = datetime(1, 1, 1, tzinfo=UTC)


def _age(timestamp: TimestampEvidence) -> tuple[datetime, int]:
    return timestamp.time or _UNKNOWN_TIME, timestamp.order


def _not_before(outcomes: Iterable[TimestampOutcome]) -> datetime | None:
    """Return the youngest trusted content timestamp's time: what is signed did not exist in that form before."""
    content = (o.evidence for o in outcomes if o.trusted and o.evidence.kind is TimestampKind.CONTENT)
    return max((timestamp.time for timestamp in content if timestamp.time is not None), default=None)


def _record_without_time(record: EvidenceRecordEvidence) -> EvidenceRecordReport:
    failure = _record_failure(record) or SubIndication.NO_POE
    return EvidenceRecordReport(record, failure.indication, failure)


def _record_failure(record: EvidenceRecordEvidence) -> SubIndication | None:
    if any(fault.fatal for fault in record.faults):
        return SubIndication.FORMAT_FAILURE
    digests = {reference.intact for reference in record.references}
    if False in digests:
        return SubIndication.HASH_FAILURE
    return SubIndication.SIGNED_DATA_NOT_FOUND if None in digests or not digests else None


def _overall(signatures: tuple[SignatureReport, ...], limits: tuple[Fault, ...]) -> tuple[Indication, SubIndication | None]:
    """The worst of the signatures speaks for the document; what was left unread keeps it from passing."""
    if not signatures:
        return Indication.INDETERMINATE, SubIndication.NO_SIGNATURE_FOUND
    for indication in (Indication.TOTAL_FAILED, Indication.INDETERMINATE):
        for signature in signatures:
            if signature.indication is indication:
                return indication, signature.sub_indication
    if limits:
        return Indication.INDETERMINATE, SubIndication.GENERIC
    return Indication.TOTAL_PASSED, None
