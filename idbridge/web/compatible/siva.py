"""``POST /validate`` and ``POST /validateHashcode``, as SiVa 3 has them.

Of SiVa's policies, ``POLv3`` accepts signatures of every level, and so does the bridge's own, by which everything is judged
and which answers name; ``POLv4`` asks for European qualification, which no list of the Greater Bay Area states, and is refused.
"""

from __future__ import annotations

from typing import Final, Literal, TypeVar

import msgspec
from flask import Blueprint, Response, request

from idbridge.services.documents import DocumentQuestion, Documents
from idbridge.services.evidence import Budget
from idbridge.signatures.contents import DIGEST_SIZES, Content, HashedContent
from idbridge.signatures.refusals import DocumentRefused
from idbridge.signatures.report import DocumentReport
from idbridge.web.calls import BadCall, decoded, read_json
from idbridge.web.compatible.dss_reports import dss_reports
from idbridge.web.compatible.siva_report import Json, conclusion, hashed_scopes
from idbridge.web.site import json_response
from idbridge.web.verification_calls import MAX_DETACHED, MAX_JSON, MAX_NAME

POLICIES: Final = ("POLv3",)
MAX_SIGNATURE_FILES: Final = 200
"""Signature files of one hashcode call; one container has some ten."""
POLICY_PAGE: Final = "/docs"
"""Where the policy is told of."""

ReportType = Literal["Simple", "Detailed", "Diagnostic"]
Call = TypeVar("Call", bound=msgspec.Struct)


class SivaValidation(msgspec.Struct, forbid_unknown_fields=True):
    """The request to validate a document (base64)."""

    document: str = ""
    filename: str = ""
    signaturePolicy: str | None = None  # noqa: N815 - SiVa's names, here and below
    reportType: str | None = None  # noqa: N815
    documentType: str | None = None  # noqa: N815 - of older clients, for X-Road; it changes nothing


class SivaDataFile(msgspec.Struct, forbid_unknown_fields=True):
    """What a signature is over, by its digest alone (base64)."""

    filename: str = ""
    hashAlgo: str = ""  # noqa: N815
    hash: str = ""


class SivaSignatureFile(msgspec.Struct, forbid_unknown_fields=True):
    """A signature (base64) without its files."""

    signature: str = ""
    datafiles: list[SivaDataFile] = []


class SivaHashcodeValidation(msgspec.Struct, forbid_unknown_fields=True):
    """The request to validate signatures whose files stay in the house."""

    signatureFiles: list[SivaSignatureFile] = []  # noqa: N815
    signaturePolicy: str | None = None  # noqa: N815
    reportType: str | None = None  # noqa: N815


class Refused(Exception):
    """A request that SiVa would refuse: which member is wrong, and how."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"{key}: {message}")
        self.key = key
        self.message = message


def siva(use_case: Documents, issuer: str) -> Blueprint:
    """Return the blueprint; *issuer* is the bridge's own address."""
    blueprint = Blueprint("siva", __name__)
    policy_url = issuer + POLICY_PAGE

    @blueprint.before_request
    def bound() -> None:
        request.max_content_length = MAX_JSON

    @blueprint.post("/validate")
    def validate() -> Response:
        call = _read(SivaValidation)
        kind = _checked(call.signaturePolicy, call.reportType)
        report = _verified(use_case, DocumentQuestion(_document(call), call.filename), Budget(), "document")
        told = {"validationConclusion": conclusion(report, filename=call.filename, policy_url=policy_url)}
        return json_response({"validationReport": {**told, **_more(report, kind)}})

    @blueprint.post("/validateHashcode")
    def validate_hashcode() -> Response:
        call = _read(SivaHashcodeValidation)
        _checked(call.signaturePolicy, call.reportType)
        files = [(_decoded(file.signature, "signatureFiles.signature"), _contents(file)) for file in _several(call)]
        budget = Budget.shared(len(files))
        told = [_hashcode(use_case, data, contents, budget, policy_url) for data, contents in files]
        return json_response({"validationReport": {"validationConclusion": _joined(told)}})

    @blueprint.errorhandler(Refused)
    def refuse(refused: Refused) -> Response:
        return json_response({"requestErrors": [{"key": refused.key, "message": refused.message}]}, 400)

    return blueprint


def _read(kind: type[Call]) -> Call:
    try:
        return read_json(request.get_data(), kind)
    except BadCall as bad:
        raise Refused("request", bad.detail) from None


def _checked(policy: str | None, kind: str | None) -> ReportType:
    if policy is not None and policy not in POLICIES:
        shown = policy if policy.isalnum() and len(policy) <= MAX_NAME else "?"
        raise Refused(
            "signaturePolicy", f"Invalid signature policy: {shown}; Available abstractPolicies: [{', '.join(POLICIES)}]"
        )
    match (kind or "Simple").lower():
        case "simple":
            return "Simple"
        case "detailed":
            return "Detailed"
        case "diagnostic":
            return "Diagnostic"
        case _:
            raise Refused("reportType", "Invalid report type")


def _document(call: SivaValidation) -> bytes:
    if not call.document:
        raise Refused("document", "Must not be blank")
    if not 0 < len(call.filename) <= MAX_NAME or any(letter in call.filename for letter in "/\\\0"):
        raise Refused("filename", "Invalid filename")
    return _decoded(call.document, "document")


def _decoded(text: str, key: str) -> bytes:
    try:
        data = decoded(text, "malformed")
    except BadCall:
        data = b""
    if not data:
        raise Refused(key, "Document is not encoded in a valid base64 string")
    return data


def _verified(use_case: Documents, question: DocumentQuestion, budget: Budget, key: str) -> DocumentReport:
    try:
        return use_case.verify(question, budget).report
    except DocumentRefused as refused:
        raise Refused(key, f"Document malformed or not matching documentType ({refused.code.value})") from None


def _more(report: DocumentReport, kind: ReportType) -> Json:
    """Return what the longer reports have beside the conclusion, built as SiVa's is on EU DSS's."""
    match kind:
        case "Simple":
            return {}
        case "Detailed":
            return {"validationProcess": dss_reports(report)["DetailedReport"]}
        case "Diagnostic":
            return {"diagnosticData": dss_reports(report)["DiagnosticData"]}


def _several(call: SivaHashcodeValidation) -> list[SivaSignatureFile]:
    if not 0 < len(call.signatureFiles) <= MAX_SIGNATURE_FILES:
        raise Refused("signatureFiles", "Must not be empty" if not call.signatureFiles else "Too many signature files")
    return call.signatureFiles


def _contents(file: SivaSignatureFile) -> tuple[Content, ...]:
    if len(file.datafiles) > MAX_DETACHED:
        raise Refused("signatureFiles.datafiles", "Too many data files")
    return tuple(map(_content, file.datafiles))


def _content(file: SivaDataFile) -> Content:
    name = file.hashAlgo.upper().replace("-", "")
    algorithm = next((known for known in DIGEST_SIZES if known.replace("-", "") == name), None)
    if algorithm is None:
        raise Refused("signatureFiles.datafiles.hashAlgo", "Invalid hash algorithm")
    if not 0 < len(file.filename) <= MAX_NAME:
        raise Refused("signatureFiles.datafiles.filename", "Invalid filename")
    return HashedContent({algorithm: _decoded(file.hash, "signatureFiles.datafiles.hash")}, file.filename)


def _hashcode(use_case: Documents, data: bytes, contents: tuple[Content, ...], budget: Budget, policy_url: str) -> Json:
    report = _verified(use_case, DocumentQuestion(data, None, contents), budget, "signatureFiles.signature")
    return hashed_scopes(conclusion(report, filename=None, policy_url=policy_url), contents)


def _joined(told: list[Json]) -> Json:
    """Return one conclusion on several signature files, as SiVa gives it."""
    return {
        **told[0],
        "signatures": [signature for one in told for signature in one["signatures"]],
        "signaturesCount": sum(one["signaturesCount"] for one in told),
        "validSignaturesCount": sum(one["validSignaturesCount"] for one in told),
    }
