"""``POST /services/rest/validation/validateSignature``, as EU DSS's web service has it.

The request is its ``DataToValidateDTO``, the answer its ``WSReportsDTO``. Errors are, as there, a sentence as plain text under
the name of JSON; its 500 is a 400 here, for what is wrong is the request. A validation policy of the caller's own (its
``policy``) is refused: it would be another process.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec
from flask import Blueprint, Response, request

from idbridge.services.documents import DocumentQuestion, Documents
from idbridge.signatures.contents import Content, HashedContent, KnownContent
from idbridge.signatures.refusals import DocumentRefused
from idbridge.web.calls import BadCall, decoded, read_json
from idbridge.web.compatible.dss_reports import dss_reports
from idbridge.web.site import NO_STORE, json_response
from idbridge.web.verification_calls import MAX_DETACHED, MAX_JSON, file_name

DIGESTS: Final = {
    "SHA1": "SHA-1",
    "SHA224": "SHA-224",
    "SHA256": "SHA-256",
    "SHA384": "SHA-384",
    "SHA512": "SHA-512",
    "SHA3_224": "SHA3-224",
    "SHA3_256": "SHA3-256",
    "SHA3_384": "SHA3-384",
    "SHA3_512": "SHA3-512",
    "SM3": "SM3",  # ours: EU DSS does not know it
}
"""EU DSS's names for digests (its enumeration ``DigestAlgorithm``), by ours."""

Strategy = Literal[
    "EXTRACT_CERTIFICATES_AND_TIMESTAMPS",
    "EXTRACT_CERTIFICATES_AND_REVOCATION_DATA",
    "EXTRACT_TIMESTAMPS_AND_REVOCATION_DATA",
    "EXTRACT_CERTIFICATES_ONLY",
    "EXTRACT_TIMESTAMPS_ONLY",
    "EXTRACT_REVOCATION_DATA_ONLY",
    "EXTRACT_ALL",
    "NONE",
]


class DssRemoteDocument(msgspec.Struct, forbid_unknown_fields=True):
    """A file (base64), or its digest if `digestAlgorithm` names one."""

    bytes: str | None = None
    digestAlgorithm: str | None = None  # noqa: N815 - EU DSS's name
    name: str | None = None


class DssDataToValidate(msgspec.Struct, forbid_unknown_fields=True):
    """The request. Which tokens are extracted changes nothing: certificates always stand in the answer."""

    signedDocument: DssRemoteDocument | None = None  # noqa: N815 - EU DSS's names, here and below
    originalDocuments: list[DssRemoteDocument] | None = None  # noqa: N815
    policy: DssRemoteDocument | None = None
    tokenExtractionStrategy: Strategy | None = None  # noqa: N815
    signatureId: str | None = None  # noqa: N815


def dss(use_case: Documents) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("dss", __name__, url_prefix="/services/rest/validation")

    @blueprint.before_request
    def bound() -> None:
        request.max_content_length = MAX_JSON

    @blueprint.post("/validateSignature")
    def validate() -> Response:
        question = _question(read_json(request.get_data(), DssDataToValidate))
        return json_response(dss_reports(use_case.verify(question).report))

    @blueprint.errorhandler(BadCall)
    def refuse(call: BadCall) -> Response:
        return _error(f"{call.code}: {call.detail}")

    @blueprint.errorhandler(DocumentRefused)
    def refused(error: DocumentRefused) -> Response:
        return _error(str(error))

    return blueprint


def _error(message: str) -> Response:
    return Response(message, 400, content_type="application/json", headers=NO_STORE)


def _question(call: DssDataToValidate) -> DocumentQuestion:
    if call.signedDocument is None or call.signedDocument.bytes is None:
        raise BadCall("document-missing", "signedDocument with bytes is required")
    if call.policy is not None:
        raise BadCall("policy-unknown", "validation policies of EU DSS are not applied here; leave policy out")
    originals = call.originalDocuments or []
    if len(originals) > MAX_DETACHED:
        raise BadCall("too-many-detached", f"{len(originals)} originalDocuments; at most {MAX_DETACHED}")
    data = decoded(call.signedDocument.bytes, "malformed-document")
    return DocumentQuestion(data, file_name(call.signedDocument.name), tuple(map(_content, originals)))


def _content(original: DssRemoteDocument) -> Content:
    name, data = file_name(original.name), decoded(original.bytes or "", "malformed-detached")
    if original.digestAlgorithm is None:
        return KnownContent.of(data, name=name)
    if original.digestAlgorithm not in DIGESTS:
        raise BadCall("digest-unknown", f"digestAlgorithm is one of {', '.join(DIGESTS)}")
    return HashedContent({DIGESTS[original.digestAlgorithm]: data}, name)
