"""Reports of the API in signed form: whatever a call answers in JSON, it answers as a JWS (JAdES) when asked for that.

A call asks by ``Accept: application/jose+json`` or by ``?signed=true``. Refusals are never signed. What is signed are the very
octets that the call would have answered.
"""

from __future__ import annotations

from typing import Final

from asn1crypto import pem
from flask import Blueprint, Response, request

from idbridge.services.report_signing import ReportSigning

MEDIA_TYPE: Final = "application/jose+json"
_PLAIN: Final = "application/json"


def with_signed_reports(blueprint: Blueprint, reports: ReportSigning) -> Blueprint:
    """Have the calls of *blueprint* answer signed where they are asked to, and hand out the signer's certificates."""

    @blueprint.after_request
    def sign(response: Response) -> Response:
        if response.mimetype == _PLAIN:
            response.vary.add("Accept")
        if response.status_code == 200 and response.mimetype == _PLAIN and _is_asked():
            response.set_data(reports.sign(response.get_data()))
            response.content_type = MEDIA_TYPE
        return response

    @blueprint.get("/verifications/signer")
    def signer() -> Response:
        chain = b"".join(pem.armor("CERTIFICATE", der) for der in reports.certificates())
        return Response(chain, content_type="application/pem-certificate-chain")

    return blueprint


def _is_asked() -> bool:
    if "signed" in request.args:
        return request.args["signed"].lower() in ("true", "1")
    return request.accept_mimetypes.best_match([_PLAIN, MEDIA_TYPE], _PLAIN) == MEDIA_TYPE
