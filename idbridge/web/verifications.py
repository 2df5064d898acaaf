"""The verification API for documents: ``POST /api/v1/verifications``.

A call is multipart (files named ``document``, and ``detached`` or ``digest`` beside them) or JSON (base64). One document is
answered by its report; several by a list of reports, in which one that cannot be read does not spoil the others. The list is
sent as it grows; who asks for ``application/x-ndjson`` gets a report a line, and a last line that says how many there were.
One report may also be asked for as ETSI's XML, as a PDF or as text for people (`shapes`).
Detached content may stay in the house: its digests do. A registered client may ask whether the signer is the person whom it
knows by a ``sub`` (`services.signers`). What is asked is never logged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec
from flask import Blueprint, Request, Response, request

from idbridge.clock import Clock
from idbridge.oidc.errors import EndpointRefusal
from idbridge.services.documents import Documents
from idbridge.services.evidence import Budget
from idbridge.services.signers import NumbersNotAllowed, Signers, TooManyQuestions
from idbridge.signatures.refusals import DocumentRefused
from idbridge.web.calls import BadCall, refusal, refuse_in_json
from idbridge.web.shapes import JSON, Shapes
from idbridge.web.site import NO_STORE, json_response, unexpected
from idbridge.web.verification_calls import MAX_JSON, Call, Pending, read_call

BATCH_SCHEMA: Final = "idbridge/document-reports/1"
LINES: Final = "application/x-ndjson"

Judge = Callable[[Pending, Budget], dict[str, Any]]
"""Reads a question and answers it. Raises `BadCall`, `DocumentRefused`."""


def verifications(use_case: Documents, shapes: Shapes, signers: Signers, clock: Clock) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("verifications", __name__, url_prefix="/api/v1")
    refuse_in_json(blueprint)
    _refuse_askers(blueprint)

    @blueprint.before_request
    def bound() -> None:
        request.max_content_length = MAX_JSON  # of a form, its own reader has another bound

    @blueprint.post("/verifications")
    def verify() -> Response:
        call, in_lines = read_call(request), _wants_lines(request)
        shape = JSON if in_lines else shapes.chosen(request, several=call.several)
        leave = signers.leave(call.about_signers, request.headers.get("Authorization"), call.credentials, clock())

        def judge(pending: Pending, budget: Budget) -> dict[str, Any]:
            return signers.report(use_case.verify(pending.read(), budget), leave)

        if shape != JSON:
            report = use_case.verify(call.questions[0].read()).report
            return shapes.response(request, shape, report, signers.identities(report, leave))
        if not call.several and not in_lines:
            return json_response(judge(call.questions[0], Budget()))
        reports = _reports(judge, call)
        body, content_type = (_lines(reports), LINES) if in_lines else (_list(reports), "application/json")
        return Response(body, content_type=content_type, headers=NO_STORE)

    return blueprint


def _refuse_askers(blueprint: Blueprint) -> None:
    """Have *blueprint* refuse clients that ask about signers and may not."""

    @blueprint.errorhandler(EndpointRefusal)
    def unproved(refused: EndpointRefusal) -> Response:
        code = str(refused.fault.error).replace("_", "-")
        return json_response(refusal(code, refused.fault.description), refused.status, refused.headers)

    @blueprint.errorhandler(NumbersNotAllowed)
    def not_allowed(_: NumbersNotAllowed) -> Response:
        return json_response(refusal("identity-numbers-not-allowed", "the client is not registered for them"), 403)

    @blueprint.errorhandler(TooManyQuestions)
    def too_many(often: TooManyQuestions) -> Response:
        headers = {**NO_STORE, "Retry-After": str(often.retry_after)}
        return json_response(refusal("too-many-requests", "asked about signers too often"), 429, headers)


def _wants_lines(request: Request) -> bool:
    """Tell whether the caller would rather have a report a line."""
    return request.accept_mimetypes.best_match(["application/json", LINES]) == LINES


def _reports(judge: Judge, call: Call) -> Iterator[bytes]:
    """Yield each document's report in JSON, as it is judged: one is in memory at a time."""
    budget = Budget.shared(len(call.questions))
    for pending in call.questions:
        yield msgspec.json.encode(_reported(judge, pending, budget))


def _reported(judge: Judge, pending: Pending, budget: Budget) -> dict[str, Any]:
    """Return the report on one of several documents, or why there is none."""
    try:
        return judge(pending, budget)
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
