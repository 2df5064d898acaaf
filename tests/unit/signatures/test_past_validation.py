"""Validation with long-term material (EN 319 102-1 clause 5.6): proofs of existence that rest on one another."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from idbridge.pki.algorithm_policy import DEFAULT
from idbridge.signatures.checks import CHECK_NAMES
from idbridge.signatures.contents import KnownContent
from idbridge.signatures.evidence import (
    Coverage,
    Document,
    EvidenceId,
    EvidenceRecordEvidence,
    Fault,
    Reference,
    ReferenceKind,
    TimestampKind,
)
from idbridge.signatures.formats.catalogue import read_document
from idbridge.signatures.formats.timestamp import TokenPlace, read_token
from idbridge.signatures.gathering import ValidationData
from idbridge.signatures.policy import Policy, default_policy
from idbridge.signatures.report import DocumentReport
from idbridge.signatures.verification import judge_document
from tests.unit.signatures.forge import Authority, Holder, cades, token

DAY = timedelta(days=1)
SIGNED = datetime(2024, 6, 1, tzinfo=UTC)
ARCHIVED = datetime(2024, 12, 1, tzinfo=UTC)
EXPIRES = datetime(2025, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
S1, T1, T2 = EvidenceId("S1"), EvidenceId("S1.T1"), EvidenceId("S1.T2")


class Archive:
    """A signature with a timestamp, both under certificates that expired, and an authority that still timestamps."""

    def __init__(self) -> None:
        self.authority = Authority()
        self.signer = self.authority.issue("Signer", until=EXPIRES)
        self.old_stamper = self.authority.issue("Old TSA", until=EXPIRES, timestamping=True)
        self.stamper = self.authority.issue("TSA", timestamping=True)
        self.evidence = ValidationData(crls=(self.authority.crl(ARCHIVED - DAY, days=60), self.authority.crl(NOW - DAY)))
        data = cades(self.signer, b"content", authority=self.old_stamper, timed_at=SIGNED)
        self.document = read_document(data)

    def archived(self, covers: Coverage, imprinted: bytes = b"all of it", by: Holder | None = None) -> Document:
        """The document with an archive timestamp that covers what *covers* says."""
        place = TokenPlace(T2, TimestampKind.ARCHIVE, covers, order=3)
        stamp = read_token(token(by or self.stamper, imprinted, ARCHIVED), place, (KnownContent.of(b"all of it"),))
        signature = self.document.signatures[0]
        return replace(self.document, signatures=(replace(signature, timestamps=(*signature.timestamps, stamp)),))

    def judged(self, document: Document, policy: Policy | None = None) -> DocumentReport:
        return judge_document(document, trust=[self.authority.root.der], at=NOW, evidence=self.evidence, policy=policy)


@pytest.fixture(scope="module")
def archive() -> Archive:
    return Archive()


def test_one_expired_timestamp_proves_nothing(archive: Archive) -> None:
    report = archive.judged(archive.document)
    assert report.sub_indication == "OUT_OF_BOUNDS_NOT_REVOKED"
    assert report.timestamps[0].sub_indication == "OUT_OF_BOUNDS_NOT_REVOKED"
    assert report.signatures[0].existed.by is None


def test_a_younger_timestamp_carries_the_older_one(archive: Archive) -> None:
    report = archive.judged(archive.archived(Coverage(frozenset({S1}), frozenset({T1}))))
    assert report.indication == "TOTAL_PASSED", report.to_dict()
    assert (report.signatures[0].existed.time, report.signatures[0].existed.by) == (SIGNED, T1)


def test_what_is_not_covered_is_not_carried(archive: Archive) -> None:
    """Over the signature alone: it existed when archived, which is early enough; its first timestamp stays unproved."""
    report = archive.judged(archive.archived(Coverage(frozenset({S1}))))
    assert report.indication == "TOTAL_PASSED"
    assert (report.signatures[0].existed.time, report.signatures[0].existed.by) == (ARCHIVED, T2)
    nothing = archive.judged(archive.archived(Coverage()))
    assert nothing.sub_indication == "OUT_OF_BOUNDS_NOT_REVOKED"


def test_a_broken_imprint_carries_nothing(archive: Archive) -> None:
    report = archive.judged(archive.archived(Coverage(frozenset({S1}), frozenset({T1})), b"something else"))
    assert report.timestamps[1].sub_indication == "HASH_FAILURE"
    assert report.sub_indication == "OUT_OF_BOUNDS_NOT_REVOKED"


def test_a_stranger_carries_nothing(archive: Archive) -> None:
    stranger = Authority("Stranger").issue("TSA", timestamping=True)
    report = archive.judged(archive.archived(Coverage(frozenset({S1}), frozenset({T1})), by=stranger))
    assert report.sub_indication == "OUT_OF_BOUNDS_NOT_REVOKED"


def record_over(archive: Archive, computed: bytes) -> Document:
    place = TokenPlace(EvidenceId("E1.T1"), TimestampKind.EVIDENCE_RECORD)
    stamp = read_token(token(archive.stamper, b"tree", ARCHIVED), place, (KnownContent.of(b"tree"),))
    digest = Reference(ReferenceKind.EVIDENCE_RECORD, "signature", "SHA-256", bytes(32), computed)
    covers = Coverage(frozenset({S1}), frozenset({T1}))
    record = EvidenceRecordEvidence(EvidenceId("E1"), "RFC 4998", (digest,), (stamp,), covers)
    return replace(archive.document, evidence_records=(record,))


def test_an_evidence_record_carries_what_it_covers(archive: Archive) -> None:
    report = archive.judged(record_over(archive, bytes(32)))
    assert report.indication == "TOTAL_PASSED", report.to_dict()
    assert report.signatures[0].existed.by == T1
    assert report.evidence_records[0].indication == "PASSED"


def test_an_evidence_record_with_another_digest_carries_nothing(archive: Archive) -> None:
    report = archive.judged(record_over(archive, b"\1" * 32))
    assert report.evidence_records[0].sub_indication == "HASH_FAILURE"
    assert report.sub_indication == "OUT_OF_BOUNDS_NOT_REVOKED"


def test_an_algorithm_that_fell_needs_a_proof(archive: Archive) -> None:
    fallen = replace(DEFAULT, digests={**DEFAULT.digests, "SHA-256": EXPIRES})
    policy = replace(default_policy(CHECK_NAMES), algorithms=fallen)
    report = archive.judged(archive.document, policy)
    outcomes = {check.name: check for check in report.signatures[0].checks}
    assert outcomes["algorithms-acceptable"].sub_indication == "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    assert outcomes["digests-acceptable"].sub_indication == "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    never = replace(policy, algorithms=replace(fallen, digests={}))
    outcomes = {check.name: check for check in archive.judged(archive.document, never).signatures[0].checks}
    assert outcomes["algorithms-acceptable"].sub_indication == "CRYPTO_CONSTRAINTS_FAILURE"


def test_what_was_left_unread_keeps_a_document_from_passing(archive: Archive) -> None:
    whole = archive.archived(Coverage(frozenset({S1}), frozenset({T1})))
    report = archive.judged(replace(whole, limits=(Fault("too-many-entries", "10,001 files"),)))
    assert (report.indication, report.sub_indication) == ("INDETERMINATE", "GENERIC")
