"""EN 319 102-1 over time: what a signature is worth today, after its certificate expired, was revoked, or a hash fell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from idbridge import verify_document
from idbridge.signatures.gathering import NO_DATA, ValidationData
from idbridge.signatures.refusals import BadRequest
from idbridge.signatures.report import DocumentReport
from tests.unit.signatures.forge import SIGNED_AT, Authority, Holder, cades

CONTENT = b"The ferry leaves at nine."
DAY = timedelta(days=1)
NOW = datetime(2024, 6, 15, tzinfo=UTC)
EXPIRES = datetime(2025, 1, 1, tzinfo=UTC)
LATER = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def signer(authority: Authority) -> Holder:
    return authority.issue("Chan Tai Man", until=EXPIRES)


@pytest.fixture(scope="module")
def stamper(authority: Authority) -> Holder:
    return authority.issue("TSA", timestamping=True)


def judged(
    data: bytes, authority: Authority, at: datetime, evidence: ValidationData = NO_DATA, policy: str | None = None
) -> DocumentReport:
    return verify_document(data, trust=[authority.root.der], at=at, evidence=evidence, policy=policy)


def verdict(report: DocumentReport) -> tuple[str, str | None]:
    return report.indication.value, report.sub_indication.value if report.sub_indication else None


def with_crl(authority: Authority, at: datetime, *revoked: tuple[Holder, datetime]) -> ValidationData:
    return ValidationData(crls=(authority.crl(at, *revoked),))


def test_passes_with_fresh_revocation(authority: Authority, signer: Holder) -> None:
    report = judged(cades(signer, CONTENT), authority, NOW, with_crl(authority, NOW - DAY))
    assert verdict(report) == ("TOTAL_PASSED", None), report.to_dict()
    assert report.signatures[0].level == "B-B"
    assert report.signatures[0].integrity == "intact"


def test_without_revocation_evidence(authority: Authority, signer: Holder) -> None:
    report = judged(cades(signer, CONTENT), authority, NOW)
    assert verdict(report) == ("INDETERMINATE", "TRY_LATER")


def test_nobody_trusted(signer: Holder) -> None:
    report = verify_document(cades(signer, CONTENT), trust=None, at=NOW)
    assert verdict(report) == ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND")
    assert report.signatures[0].integrity == "intact"


def test_another_is_trusted(signer: Holder) -> None:
    other = Authority("Other")
    report = judged(cades(signer, CONTENT), other, NOW)
    assert verdict(report) == ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND")


def test_expired_without_proof(authority: Authority, signer: Holder) -> None:
    report = judged(cades(signer, CONTENT), authority, LATER, with_crl(authority, LATER - DAY))
    assert verdict(report) == ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE")


def test_expired_and_not_revoked_while_valid(authority: Authority, signer: Holder) -> None:
    evidence = ValidationData(crls=(authority.crl(EXPIRES - DAY), authority.crl(LATER - DAY)))
    report = judged(cades(signer, CONTENT), authority, LATER, evidence)
    assert verdict(report) == ("INDETERMINATE", "OUT_OF_BOUNDS_NOT_REVOKED")


def test_expired_but_timestamped_before(authority: Authority, signer: Holder, stamper: Holder) -> None:
    stamped = SIGNED_AT + timedelta(minutes=1)
    data = cades(signer, CONTENT, authority=stamper, timed_at=stamped, crls=[authority.crl(stamped + DAY)])
    report = judged(data, authority, LATER, with_crl(authority, LATER - DAY))
    assert verdict(report) == ("TOTAL_PASSED", None), report.to_dict()
    (signature,) = report.signatures
    assert signature.existed.time == stamped
    assert signature.existed.by == "S1.T1"
    assert signature.level == "B-LT"


def test_revocation_data_about_others_makes_no_level(authority: Authority, signer: Holder, stamper: Holder) -> None:
    stamped = SIGNED_AT + timedelta(minutes=1)
    data = cades(signer, CONTENT, authority=stamper, timed_at=stamped, crls=[Authority("Another").crl(stamped + DAY)])
    report = judged(data, authority, LATER, with_crl(authority, LATER - DAY))
    assert report.signatures[0].level == "B-T"


@pytest.mark.parametrize(("late", "level"), [(timedelta(days=-1), "B-T"), (timedelta(days=1), "B-B")])
def test_a_timestamp_after_expiry_makes_no_level(
    authority: Authority, signer: Holder, stamper: Holder, late: timedelta, level: str
) -> None:
    data = cades(signer, CONTENT, authority=stamper, timed_at=EXPIRES + late)
    report = judged(data, authority, LATER, with_crl(authority, LATER - DAY))
    assert report.signatures[0].level == level


def test_timestamp_of_nobody_trusted_proves_nothing(authority: Authority, signer: Holder) -> None:
    stranger = Authority("Stranger").issue("TSA", timestamping=True)
    data = cades(signer, CONTENT, authority=stranger, timed_at=SIGNED_AT)
    report = judged(data, authority, LATER, with_crl(authority, LATER - DAY))
    assert verdict(report) == ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE")
    assert report.timestamps[0].sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"


def test_timestamp_by_a_signer_proves_nothing(authority: Authority, signer: Holder) -> None:
    data = cades(signer, CONTENT, authority=authority.issue("Not a TSA"), timed_at=SIGNED_AT)
    report = judged(data, authority, LATER, with_crl(authority, LATER - DAY))
    assert report.timestamps[0].sub_indication == "CHAIN_CONSTRAINTS_FAILURE"
    assert verdict(report) == ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE")


def test_revoked(authority: Authority, signer: Holder) -> None:
    evidence = with_crl(authority, NOW - DAY, (signer, NOW - 2 * DAY))
    assert verdict(judged(cades(signer, CONTENT), authority, NOW, evidence)) == ("INDETERMINATE", "REVOKED_NO_POE")


def test_revoked_after_the_timestamp(authority: Authority, signer: Holder, stamper: Holder) -> None:
    stamped = NOW - 5 * DAY
    data = cades(signer, CONTENT, authority=stamper, timed_at=stamped)
    evidence = with_crl(authority, NOW - DAY, (signer, NOW - 2 * DAY))
    assert verdict(judged(data, authority, NOW, evidence)) == ("TOTAL_PASSED", None)


def test_revoked_before_the_timestamp(authority: Authority, signer: Holder, stamper: Holder) -> None:
    data = cades(signer, CONTENT, authority=stamper, timed_at=NOW - 2 * DAY)
    evidence = with_crl(authority, NOW - DAY, (signer, NOW - 5 * DAY))
    assert verdict(judged(data, authority, NOW, evidence)) == ("INDETERMINATE", "REVOKED_NO_POE")


def test_revoked_timestamp_authority_proves_nothing(authority: Authority, signer: Holder, stamper: Holder) -> None:
    data = cades(signer, CONTENT, authority=stamper, timed_at=NOW - 5 * DAY)
    evidence = with_crl(authority, NOW - DAY, (signer, NOW - 2 * DAY), (stamper, NOW - 2 * DAY))
    report = judged(data, authority, NOW, evidence)
    assert verdict(report) == ("INDETERMINATE", "REVOKED_NO_POE")
    assert report.timestamps[0].sub_indication == "REVOKED_NO_POE"


def test_certificate_issued_after_the_signature_existed(authority: Authority, stamper: Holder) -> None:
    young = authority.issue("Young", since=NOW - DAY)
    data = cades(young, CONTENT, authority=stamper, timed_at=NOW - 5 * DAY)
    assert verdict(judged(data, authority, NOW, with_crl(authority, NOW - DAY))) == ("TOTAL_FAILED", "NOT_YET_VALID")


def test_timestamp_from_the_future_proves_nothing(authority: Authority, signer: Holder, stamper: Holder) -> None:
    data = cades(signer, CONTENT, authority=stamper, timed_at=NOW + DAY)
    report = judged(data, authority, NOW, with_crl(authority, NOW - DAY))
    assert report.timestamps[0].sub_indication == "TIMESTAMP_ORDER_FAILURE"
    assert report.signatures[0].existed.by is None


def test_timestamp_older_than_its_authority_proves_nothing(authority: Authority, signer: Holder) -> None:
    young = authority.issue("Young TSA", since=NOW - DAY, timestamping=True)
    data = cades(signer, CONTENT, authority=young, timed_at=NOW - 5 * DAY)
    evidence = with_crl(authority, NOW - DAY, (signer, NOW - 2 * DAY))
    report = judged(data, authority, NOW, evidence)
    assert report.timestamps[0].sub_indication == "NOT_YET_VALID"
    assert verdict(report) == ("INDETERMINATE", "REVOKED_NO_POE")


def test_revocation_evidence_from_before_the_signature_is_said(authority: Authority, signer: Holder) -> None:
    report = judged(cades(signer, CONTENT), authority, NOW, with_crl(authority, SIGNED_AT - DAY))
    (check,) = [c for c in report.signatures[0].checks if c.name == "revocation-after-signature"]
    assert (report.indication, check.outcome) == ("TOTAL_PASSED", "warned")


def test_encryption_certificate_signs_nothing(authority: Authority) -> None:
    wrong = authority.issue("Double", encipherment=True)
    report = judged(cades(wrong, CONTENT), authority, NOW, with_crl(authority, NOW - DAY))
    assert verdict(report) == ("INDETERMINATE", "CHAIN_CONSTRAINTS_FAILURE")


def test_broken_digest_decides_over_all_else(authority: Authority, signer: Holder) -> None:
    data = cades(signer, CONTENT, attached=False)
    report = verify_document(data, trust=None, at=LATER, detached=CONTENT + b"!")
    assert verdict(report) == ("TOTAL_FAILED", "HASH_FAILURE")
    assert report.signatures[0].integrity == "broken"


def test_empty_policy_passes_nothing(authority: Authority, signer: Holder) -> None:
    data, evidence = cades(signer, CONTENT), with_crl(authority, NOW - DAY)
    for policy in ("", "[checks.timestamp]\nformat-sound = 'required'", "[checks.signature]\nsigning-time-present = 'warn'"):
        assert verdict(judged(data, authority, NOW, evidence, policy)) == ("INDETERMINATE", "POLICY_PROCESSING_ERROR")


def test_every_check_is_reported(authority: Authority, signer: Holder) -> None:
    report = judged(cades(signer, CONTENT), authority, NOW, with_crl(authority, NOW - DAY))
    outcomes = {check.name: check.outcome for check in report.signatures[0].checks}
    assert outcomes["references-intact"] == "passed"
    assert outcomes["signature-value"] == "passed"
    assert outcomes["timestamps-valid"] == "skipped"


def test_naive_time_is_refused(signer: Holder) -> None:
    with pytest.raises(BadRequest):
        verify_document(cades(signer, CONTENT), trust=None, at=datetime(2024, 1, 1))  # noqa: DTZ001 - the point


def test_report_is_no_truth_value(signer: Holder) -> None:
    report = verify_document(cades(signer, CONTENT), trust=None, at=NOW)
    for value in (report, report.signatures[0]):
        with pytest.raises(TypeError):
            bool(value)
