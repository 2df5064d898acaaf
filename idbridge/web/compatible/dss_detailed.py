"""``DetailedReport`` of EU DSS: every check that ran, and the conclusion on each signature and timestamp."""

from __future__ import annotations

from typing import Any, Final

from idbridge.signatures.judgement import Check
from idbridge.signatures.report import DocumentReport, SignatureReport, TimestampReport, instant
from idbridge.web.compatible import names
from idbridge.web.compatible.names import certificate_token, token

Json = dict[str, Any]


def detailed_report(report: DocumentReport, readable: list[TimestampReport], free: list[TimestampReport]) -> Json:
    """Return the report; *free* are the timestamps that belong to no signature."""
    tokens: list[SignatureReport | TimestampReport] = [*report.signatures, *readable]
    return {
        "signatureOrTimestampOrEvidenceRecord": [
            *({"Signature": _detailed_signature(one, readable)} for one in report.signatures),
            *({"Timestamp": _detailed_timestamp(one)} for one in free),
        ],
        "BasicBuildingBlocks": [_blocks(one) for one in tokens],
        "TLAnalysis": [],
        "Semantic": None,
        "ValidationTime": instant(report.at),
    }


def _detailed_signature(report: SignatureReport, readable: list[TimestampReport]) -> Json:
    own = {one.id for one in report.evidence.timestamps}
    existed = {"Time": instant(report.existed.time), "TimestampId": report.existed.by and token("T", report.existed.by)}
    process = {**_process(report, "Validation Process for Signatures with Archival Data"), "ProofOfExistence": existed}
    return {
        "ValidationProcessArchivalData": process,
        "Timestamp": [_detailed_timestamp(one) for one in readable if one.evidence.id in own],
        "Conclusion": _conclusion(report),
        "Id": token("S", report.evidence.id),
        "CounterSignature": True if report.evidence.parent else None,
    }


def _detailed_timestamp(report: TimestampReport) -> Json:
    return {
        "ValidationProcessBasicTimestamp": {
            **_process(report, "Validation Process for Basic Time-stamps"),
            "Type": names.TIMESTAMP_KINDS[report.evidence.kind],
            "ProductionTime": instant(report.evidence.time),
        },
        "Conclusion": _conclusion(report),
        "Id": token("S", report.evidence.id),
    }


def _process(report: SignatureReport | TimestampReport, title: str) -> Json:
    """Return every check that ran, in the process that comes last: the bridge's checks are not split up as EU DSS's are."""
    return {"Constraint": list(map(_constraint, report.checks)), "Conclusion": _conclusion(report), "Title": title}


_STATUS: Final = {"passed": "OK", "failed": "NOT OK", "warned": "WARNING", "skipped": "IGNORED"}
_MESSAGE: Final = {"failed": "Error", "warned": "Warning", "skipped": "Info"}


def _constraint(check: Check) -> Json:
    constraint: Json = {
        "Name": {"value": f"{check.name} ({check.clause})", "Key": check.name},
        "Status": _STATUS[str(check.outcome)],
        "AdditionalInfo": check.detail or None,
    }
    if (kind := _MESSAGE.get(str(check.outcome))) is not None:
        constraint[kind] = {"value": check.detail or check.name, "Key": check.name}
    return constraint


def _conclusion(report: SignatureReport | TimestampReport) -> Json:
    return {
        "Indication": report.indication.value,
        "SubIndication": names.sub_indication(report.sub_indication),
        "Errors": names.messages(names.failures(report.checks)),
        "Warnings": names.messages(names.warnings(report.checks)),
        "Infos": [],
    }


def _blocks(report: SignatureReport | TimestampReport) -> Json:
    if isinstance(report, TimestampReport):
        context = "TIMESTAMP"
    else:
        context = "COUNTER_SIGNATURE" if report.evidence.parent else "SIGNATURE"
    conclusion = {**_conclusion(report), "Indication": report.indication.value.removeprefix("TOTAL_")}
    chain = [{"Source": "OTHER", "Id": certificate_token(one)} for one in names.chain(report)]
    block: Json = {"Conclusion": conclusion, "Id": token("S", report.evidence.id), "Type": context}
    return {**block, "CertificateChain": {"ChainItem": chain}} if chain else block
