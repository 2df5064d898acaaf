"""The verification API for certificates, and the trust lists behind its answers (``/api/v1``).

Programs speak to it, so every refusal is JSON with a stable ``code``. What is asked is never logged.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from asn1crypto import pem
from flask import Blueprint, Request, Response, request

from idbridge.pki.errors import PkiError
from idbridge.services.certificates import CertificateQuestion, Certificates
from idbridge.services.trust_lists import ListStatus, TrustLists
from idbridge.trust.entries import Purpose
from idbridge.trust.vocabulary import MIME_TYPE, Scheme, Territory
from idbridge.web.site import json_response

MAX_CERTIFICATE: Final = 64 << 10
"""Bytes of one certificate; the largest in the field, with logos in them, stay below."""
MAX_OTHERS: Final = 50
"""Certificates that may come along: a path has under ten, and each costs a parse."""


class BadCall(Exception):
    """A call that cannot be answered: a stable code and what is wrong, for a 400."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class _Call(msgspec.Struct, forbid_unknown_fields=True):
    """The JSON body. Certificates are PEM or base64 of DER."""

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

    @blueprint.errorhandler(BadCall)
    def refuse(call: BadCall) -> Response:
        return json_response({"error": {"code": call.code, "detail": call.detail}}, 404 if call.code == "not-found" else 400)

    @blueprint.errorhandler(PkiError)
    def unreadable(error: PkiError) -> Response:
        return json_response({"error": {"code": error.code, "detail": str(error)}}, 400)

    return blueprint


def _question(request: Request) -> CertificateQuestion:
    """Read a call: JSON, or a form with the certificates as files. Raises `BadCall`."""
    if request.mimetype == "multipart/form-data":
        files = [file.stream.read(MAX_CERTIFICATE + 1) for file in request.files.getlist("certificate")]
        others = [file.stream.read(MAX_CERTIFICATE + 1) for file in request.files.getlist("others")]
        if len(files) != 1:
            raise BadCall("certificate-missing", "one file named certificate is asked about")
        call = _converted({"certificate": "", **request.form.to_dict()}, strict=False)
        return _of(call, _ders(files[0]), others)
    try:
        call = msgspec.json.decode(request.get_data(), type=_Call)
    except msgspec.MsgspecError as error:
        raise BadCall("malformed-json", str(error)) from None
    return _of(call, _ders(_bytes(call.certificate)), [_bytes(other) for other in call.others])


def _converted(values: Mapping[str, Any], *, strict: bool) -> _Call:
    try:
        return msgspec.convert(values, _Call, strict=strict)
    except msgspec.MsgspecError as error:
        raise BadCall("malformed-form", str(error)) from None


def _of(call: _Call, certificates: Sequence[bytes], others: Sequence[bytes]) -> CertificateQuestion:
    if call.at is not None and call.at.tzinfo is None:
        raise BadCall("time-without-zone", "at needs a time zone, such as Z")
    more = [*certificates[1:], *(der for other in others for der in _ders(other))]
    if len(more) > MAX_OTHERS:
        raise BadCall("too-many-certificates", f"at most {MAX_OTHERS} others")
    scheme = Scheme(call.scheme) if call.scheme else None
    return CertificateQuestion(certificates[0], tuple(more), call.purpose, call.at, scheme, call.offline)


def _bytes(text: str) -> bytes:
    if "-----BEGIN" in text:
        return text.encode()
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise BadCall("malformed-certificate", "neither PEM nor base64") from None


def _ders(data: bytes) -> tuple[bytes, ...]:
    """Return the certificates in DER or PEM bytes, in their order; at least one. Raises `BadCall`."""
    if not data or len(data) > MAX_CERTIFICATE:
        raise BadCall("malformed-certificate", f"empty, or beyond {MAX_CERTIFICATE} bytes")
    if not pem.detect(data):
        return (data,)
    try:
        found = tuple(der for kind, _, der in pem.unarmor(data, multiple=True) if kind == "CERTIFICATE")
    except ValueError:
        raise BadCall("malformed-certificate", "broken PEM") from None
    if not found:
        raise BadCall("malformed-certificate", "no CERTIFICATE in the PEM")
    return found


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
    try:
        data = lists.version(Territory(region), sha256)
    except KeyError:
        data = None
    if data is None:
        raise BadCall("not-found", "no such list, or no such version")
    response = Response(data, content_type=MIME_TYPE)
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    response.make_conditional(request)
    return response
