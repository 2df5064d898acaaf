"""SignatureValidationStatus (clause 4.3.10): the verdict, and what it rests on: the chain, revocation, the algorithms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from lxml import etree

from idbridge.identity.signers import SignerIdentity
from idbridge.pki.report import Check as PathCheck
from idbridge.pki.report import PathReport
from idbridge.signatures.etsi.elements import add, instant, refer, status
from idbridge.signatures.etsi.objects import certificate_id, file_ids
from idbridge.signatures.etsi.vocabulary import OURS, identifier, revocation_reason
from idbridge.signatures.judgement import Check, Outcome
from idbridge.signatures.report import SignatureReport, TimestampReport

NOBODY: Final = SignerIdentity()


def add_status(parent: etree._Element, judged: SignatureReport | TimestampReport, identity: SignerIdentity = NOBODY) -> None:
    """Add the verdict on a signature or time stamp, and what is told of who the signer is: the standard has no place for it."""
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
    _add_further(data, (*_reasons(judged.checks), *_identity(identity)))
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


def _reasons(checks: tuple[Check, ...]) -> Iterator[tuple[str, str]]:
    for check in checks:
        if check.outcome is Outcome.FAILED:
            yield f"{OURS}check:{check.name}", check.detail


def _identity(identity: SignerIdentity) -> Iterator[tuple[str, str]]:
    for number in identity.told_numbers():
        kind = f"{number['type']}:{number['hashed']}" if number["hashed"] else number["type"]
        yield f"{OURS}identity-number:{kind}", number.get("value", "")
    if identity.match is not None:
        yield f"{OURS}person", f"{identity.match.answer}: {identity.match.reason}"


def _add_further(data: etree._Element, told: Sequence[tuple[str, str]]) -> None:
    """Add what there is no element for, each with its type as a URI of ours (clause 4.3.12)."""
    if not told:
        return
    made = add(data, "AdditionalValidationReportData")
    for kind, value in told:
        one = add(made, "ReportData")
        add(one, "Type", kind)
        add(one, "Value", value)
