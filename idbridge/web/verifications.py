"""The verification API for documents: ``POST /api/v1/verifications``.

A call is multipart (files named ``document``, and ``detached`` or ``digest`` beside them) or JSON (base64). One document is
answered by its report; several by a list of reports, in which one that cannot be read does not spoil the others. The list is
sent as it grows; who asks for ``application/x-ndjson`` gets a report a line, and a last line that says how many there were.
Detached content may stay in the house: its digests do. What is asked is never logged.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec
from flask import Blueprint, Request, Response, request

from idbridge.services.documents import Documents
from idbridge.services.evidence import Budget
from idbridge.signatures.refusals import DocumentRefused
from idbridge.web.calls import BadCall, refusal, refuse_in_json
from idbridge.web.site import NO_STORE, json_response, unexpected
from idbridge.web.verification_calls import MAX_JSON, Call, Pending, read_call

BATCH_SCHEMA: Final = "idbridge/document-reports/1"
LINES: Final = "application/x-ndjson"


def verifications(use_case: Documents) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("verifications", __name__, url_prefix="/api/v1")
    refuse_in_json(blueprint)

    @blueprint.before_request
    def bound() -> None:
        request.max_content_length = MAX_JSON  # of a form, its own reader has another bound

    @blueprint.post("/verifications")
    def verify() -> Response:
        call, in_lines = read_call(request), _wants_lines(request)
        if not call.several and not in_lines:
            return json_response(use_case.verify(call.questions[0].read()).to_dict())
        reports = _reports(use_case, call)
        body, content_type = (_lines(reports), LINES) if in_lines else (_list(reports), "application/json")
        return Response(body, content_type=content_type, headers=NO_STORE)

    return blueprint


def _wants_lines(request: Request) -> bool:
    """Tell whether the caller would rather have a report a line."""
    return request.accept_mimetypes.best_match(["application/json", LINES]) == LINES


def _reports(use_case: Documents, call: Call) -> Iterator[bytes]:
    """Yield each document's report in JSON, as it is judged: one is in memory at a time."""
    budget = Budget.shared(len(call.questions))
    for pending in call.questions:
        yield msgspec.json.encode(_reported(use_case, pending, budget))


def _reported(use_case: Documents, pending: Pending, budget: Budget) -> dict[str, object]:
    """Return the report on one of several documents, or why there is none."""
    try:
        return use_case.verify(pending.read(), budget).to_dict()
    except DocumentRefused as refused:
        return {"name": pending.name, **refusal(refused.code.value, refused.detail)}
    except BadCall as bad:
        return {"name": pending.name, **bad.to_dict()}
    except Exception as error:  # noqa: BLE001 - the answer has begun: a fault is told in its place
        return {"name": pending.name, **refusal("server-error", f"HTTP 500 {unexpected(error)}")}


def _list(reports: Iterator[bytes]) -> Iterator[bytes]:
    yield b'{"schema":"%s","reports":[' % BATCH_SCHEMA.encode()
    for number, report in enumerate(reports):
        yield b"," + report if number else report
    yield b"]}"


def _lines(reports: Iterator[bytes]) -> Iterator[bytes]:
    """Yield a line for each report, and one by which a caller knows that none was lost on the way."""
    count = 0
    for count, report in enumerate(reports, 1):  # noqa: B007 - told at the end
        yield report + b"\n"
    yield msgspec.json.encode({"schema": BATCH_SCHEMA, "documents": count}) + b"\n"
