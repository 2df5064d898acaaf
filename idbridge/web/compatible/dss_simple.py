"""``SimpleReport`` of EU DSS: the verdict on each signature and timestamp."""

from __future__ import annotations

from typing import Any, Final

from idbridge.pki.certificate import Certificate
from idbridge.signatures.evidence import Scope
from idbridge.signatures.indications import Indication
from idbridge.signatures.report import DocumentReport, SignatureReport, TimestampReport, instant
from idbridge.web.compatible import names
from idbridge.web.compatible.names import certificate_token, token

NOT_APPLICABLE: Final = {"value": "N/A", "description": "Not applicable"}
"""European qualification: the lists that the bridge relies on say nothing of it."""

POLICY_DESCRIPTION: Final = "Validation by ETSI EN 319 102-1, trusted by the lists of the Greater Bay Area's regions"

Json = dict[str, Any]


def simple_report(report: DocumentReport, readable: list[TimestampReport], free: list[TimestampReport]) -> Json:
    """Return the report; *free* are the timestamps that belong to no signature."""
    container = report.container.profile if report.container else None
    return {
        "ValidationPolicy": {"PolicyName": report.policy, "PolicyDescription": POLICY_DESCRIPTION},
        "DocumentName": report.name,
        "ValidSignaturesCount": sum(one.indication is Indication.TOTAL_PASSED for one in report.signatures),
        "SignaturesCount": len(report.signatures),
        "ContainerType": container if container in {"ASiC-S", "ASiC-E"} else None,
        "PDFAInfo": None,
        "signatureOrTimestampOrEvidenceRecord": [
            *({"Signature": _simple_signature(one, readable)} for one in report.signatures),
            *({"Timestamp": _simple_timestamp(one)} for one in free),
        ],
        "Semantic": None,
        "ValidationTime": instant(report.at),
    }


def _simple_token(report: SignatureReport | TimestampReport) -> Json:
    return {
        "Filename": None,
        "CertificateChain": {"Certificate": [_simple_certificate(report, one) for one in names.chain(report)]},
        "Indication": report.indication.value,
        "SubIndication": names.sub_indication(report.sub_indication),
        "AdESValidationDetails": {
            "Error": names.messages(names.failures(report.checks)),
            "Warning": names.messages(names.warnings(report.checks)),
            "Info": [],
        },
        "QualificationDetails": None,
        "ExtensionPeriodMin": None,
        "ExtensionPeriodMax": None,
        "Id": token("S", report.evidence.id),
    }


def _simple_certificate(report: SignatureReport | TimestampReport, certificate: Certificate) -> Json:
    name = next(iter(certificate.subject.values(names.COMMON_NAME)), None) or str(certificate.subject)
    trusted = names.is_trusted(report, certificate)
    return {"QualifiedName": name, "TrustAnchors": None, "Id": certificate_token(certificate), "trusted": trusted}


def _simple_signature(report: SignatureReport, readable: list[TimestampReport]) -> Json:
    evidence = report.evidence
    own = {one.id for one in evidence.timestamps}
    return {
        **_simple_token(report),
        "Filename": evidence.file,
        "SigningTime": instant(evidence.attributes.signing_time),
        "BestSignatureTime": instant(report.existed.time),
        "SignedBy": names.signed_by(report.signer),
        "SignatureLevel": NOT_APPLICABLE,
        "SignatureScope": [_simple_scope(scope, evidence.id, place) for place, scope in enumerate(evidence.scope)],
        "Timestamps": {"Timestamp": [_simple_timestamp(one) for one in readable if one.evidence.id in own]},
        "EvidenceRecords": None,
        "CounterSignature": True if evidence.parent else None,
        "ParentId": evidence.parent and token("S", evidence.parent),
        "SignatureFormat": names.signature_format(report),
    }


def _simple_scope(scope: Scope, signature: str, place: int) -> Json:
    words = scope.detail or ("Full document" if scope.whole_document else "Partial document")
    kind = names.scope_kind(scope.kind, whole=scope.whole_document)
    return {"value": words, "Id": names.signer_data_token(signature, place), "name": scope.name, "scope": kind}


def _simple_timestamp(report: TimestampReport) -> Json:
    return {
        **_simple_token(report),
        "ProductionTime": instant(report.evidence.time),
        "ProducedBy": names.signed_by(report.signer),
        "TimestampLevel": NOT_APPLICABLE,
        "TimestampScope": None,
        "EvidenceRecords": None,
    }
