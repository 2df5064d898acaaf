"""The verification API for certificates, and the trust lists behind its answers (``/api/v1``).

Programs speak to it, so every refusal is JSON with a stable ``code``. What is asked is never logged.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from flask import Blueprint, Request, Response, request

from idbridge.services.certificate_files import MAX_FILE, read_certificates
from idbridge.services.certificates import CertificateQuestion, Certificates
from idbridge.services.trust_lists import ListStatus, TrustLists
from idbridge.trust.entries import Purpose
from idbridge.trust.vocabulary import MIME_TYPE, Scheme, Territory
from idbridge.web.calls import BadCall, decoded, read_form, read_json, refuse_in_json, zoned
from idbridge.web.site import json_response

MAX_OTHERS: Final = 50
"""Certificates that may come along: a path has under ten, and each costs a parse."""


class CertificateCall(msgspec.Struct, forbid_unknown_fields=True):
    """A certificate to verify and others that may help: PEM, or base64 of DER."""

    certificate: str
    others: list[str] = []
    purpose: Purpose = Purpose.SIGNATURE
    at: datetime | None = None
    scheme: str | None = None
    offline: bool = False


def certificates(use_case: Certificates, lists: TrustLists) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("certificates", __name__, url_prefix="/api/v1")

    @blueprint.post("/certificates/verify")
    def verify() -> Response:
        return json_response(use_case.verify(_question(request)).to_dict())

    @blueprint.get("/trust-lists")
    def trust_lists() -> Response:
        return json_response({"trust_lists": [_status(status) for status in lists.status()]})

    @blueprint.get("/trust-lists/<region>")
    def trust_list(region: str) -> Response:
        return _list(lists, region, request.args.get("sha256"))

    refuse_in_json(blueprint)
    return blueprint


def _question(request: Request) -> CertificateQuestion:
    """Read a call: JSON, or a form with the certificates as files. Raises `BadCall`."""
    if request.mimetype == "multipart/form-data":
        files = [file.stream.read(MAX_FILE + 1) for file in request.files.getlist("certificate")]
        others = [file.stream.read(MAX_FILE + 1) for file in request.files.getlist("others")]
        if len(files) != 1:
            raise BadCall("certificate-missing", "one file named certificate is asked about")
        call = read_form({"certificate": "", **request.form.to_dict()}, CertificateCall)
        return _of(call, read_certificates(files[0]), others)
    call = read_json(request.get_data(), CertificateCall)
    return _of(call, read_certificates(_bytes(call.certificate)), [_bytes(other) for other in call.others])


def _of(call: CertificateCall, certificates: Sequence[bytes], others: Sequence[bytes]) -> CertificateQuestion:
    more = [*certificates[1:], *(der for other in others for der in read_certificates(other))]
    if len(more) > MAX_OTHERS:
        raise BadCall("too-many-certificates", f"at most {MAX_OTHERS} others")
    scheme = Scheme(call.scheme) if call.scheme else None
    return CertificateQuestion(certificates[0], tuple(more), call.purpose, zoned(call.at), scheme, call.offline)


def _bytes(text: str) -> bytes:
    if "-----BEGIN" in text:
        return text.encode()
    return decoded(text, "malformed-certificate")


def _status(status: ListStatus) -> dict[str, object]:
    attempt = status.last_attempt
    return {
        "region": status.territory,
        "standing": status.standing.value,
        "sequence": status.sequence,
        "sha256": status.sha256,
        "issued": status.issued,
        "next_update": status.next_update,
        "age_seconds": None if status.age is None else int(status.age.total_seconds()),
        "last_attempt": None if attempt is None else {"at": attempt.at, "code": attempt.code},
        "url": f"/api/v1/trust-lists/{status.territory}",
    }


def _list(lists: TrustLists, region: str, sha256: str | None) -> Response:
    """Return a list's very bytes: the last good version, or the one with that hash. Raises `BadCall`."""
    data = lists.version(Territory(region), sha256)
    if data is None:
        raise BadCall("not-found", "no such list, or no such version", 404)
    response = Response(data, content_type=MIME_TYPE)
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    response.make_conditional(request)
    return response
