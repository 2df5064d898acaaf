"""SignatureValidationStatus (clause 4.3.10): the verdict, and what it rests on: the chain, revocation, the algorithms."""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from idbridge.pki.report import Check as PathCheck
from idbridge.pki.report import PathReport
from idbridge.signatures.etsi.elements import add, instant, refer, status
from idbridge.signatures.etsi.objects import certificate_id, file_ids
from idbridge.signatures.etsi.vocabulary import OURS, identifier, revocation_reason
from idbridge.signatures.judgement import Check, Outcome
from idbridge.signatures.report import SignatureReport, TimestampReport


def add_status(parent: etree._Element, judged: SignatureReport | TimestampReport) -> None:
    """Add the verdict on a signature or time stamp."""
    made = status(parent, "SignatureValidationStatus", judged.indication, judged.sub_indication)
    data = add(made, "AssociatedValidationReportData")
    path = None if judged.path is None else judged.path.path
    if path is not None and len(path.certificates) > 1:
        signing, *intermediate, anchor = path.certificates
        add(data, "TrustAnchor", VOReference=certificate_id(anchor))
        chain = add(data, "CertificateChain")
        add(chain, "SigningCertificate", VOReference=certificate_id(signing))
        for certificate in intermediate:
            add(chain, "IntermediateCertificate", VOReference=certificate_id(certificate))
        add(chain, "TrustAnchor", VOReference=certificate_id(anchor))
    if isinstance(judged, SignatureReport):
        refer(data, "RelatedValidationObject", (*file_ids(judged), *(stamp.id for stamp in judged.evidence.timestamps)))
    _add_revocation(data, judged.path)
    _add_algorithm(data, judged)
    _add_reasons(data, judged.checks)
    if not len(data):
        made.remove(data)


def _add_revocation(data: etree._Element, report: PathReport | None) -> None:
    check = _revoked(report)
    date = None if check is None else check.values.get("revocation_date")
    if check is None or check.certificate is None or not isinstance(date, datetime):
        return
    made = add(data, "RevocationStatusInformation")
    add(made, "ValidationObjectId", VOReference=certificate_id(check.certificate))
    add(made, "RevocationTime", instant(date))
    if reason := check.values.get("reason"):
        add(made, "RevocationReason", revocation_reason(str(reason)))


def _revoked(report: PathReport | None) -> PathCheck | None:
    checks = () if report is None or report.path is None else report.path.checks
    return next((check for check in checks if check.name == "revocation" and check.values.get("revocation_date")), None)


def _add_algorithm(data: etree._Element, judged: SignatureReport | TimestampReport) -> None:
    check = next((check for check in judged.checks if check.name == "algorithms-acceptable"), None)
    if check is None or check.outcome is Outcome.SKIPPED:
        return
    made = add(data, "CryptoInformation")
    add(made, "ValidationObjectId", VOReference=judged.evidence.id)
    add(made, "Algorithm", identifier(judged.evidence.signed.value.stated or "unknown", "algorithm"))
    add(made, "SecureAlgorithm", "true" if check.outcome is Outcome.PASSED else "false")


def _add_reasons(data: etree._Element, checks: tuple[Check, ...]) -> None:
    failed = [check for check in checks if check.outcome is Outcome.FAILED]
    if not failed:
        return
    made = add(data, "AdditionalValidationReportData")
    for check in failed:
        reason = add(made, "ReportData")
        add(reason, "Type", f"{OURS}check:{check.name}")
        add(reason, "Value", check.detail)
