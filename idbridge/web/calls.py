"""What the calls of the HTTP API have in common: how a body is read within bounds, and how a call is refused.

Programs speak to it, so every refusal is JSON: ``{"error": {"code": …, "detail": …}}`` with a stable code.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from flask import Blueprint, Response

from idbridge.pki.errors import PkiError
from idbridge.signatures.refusals import DocumentRefused
from idbridge.web.site import json_response

Call = TypeVar("Call", bound=msgspec.Struct)


class BadCall(Exception):
    """A call that cannot be answered: a stable code and what is wrong, for a 400 unless *status* says otherwise."""

    def __init__(self, code: str, detail: str, status: int = 400) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.status = status

    def to_dict(self) -> dict[str, object]:
        """Return it as the body of the answer."""
        return refusal(self.code, self.detail)


def refusal(code: str, detail: str) -> dict[str, object]:
    """Return the body of a refusal."""
    return {"error": {"code": code, "detail": detail}}


def refuse_in_json(blueprint: Blueprint) -> None:
    """Have *blueprint* answer refusals as the API does."""

    @blueprint.errorhandler(BadCall)
    def refuse(call: BadCall) -> Response:
        return json_response(call.to_dict(), call.status)

    @blueprint.errorhandler(PkiError)
    def unreadable(error: PkiError) -> Response:
        return json_response(refusal(error.code, str(error)), 400)

    @blueprint.errorhandler(DocumentRefused)
    def refused(error: DocumentRefused) -> Response:
        return json_response(refusal(error.code.value, error.detail), 400)


def read_json(body: bytes, kind: type[Call]) -> Call:
    """Read a JSON body. Raises `BadCall`."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BadCall("malformed-json", str(error)) from None


def read_form(values: Mapping[str, Any], kind: type[Call]) -> Call:
    """Read a form's fields. Raises `BadCall`."""
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.MsgspecError as error:
        raise BadCall("malformed-form", str(error)) from None


def zoned(at: datetime | None) -> datetime | None:
    """Return *at*. Raises `BadCall` for one that does not say where its clock stands."""
    if at is not None and at.tzinfo is None:
        raise BadCall("time-without-zone", "at needs a time zone, such as Z")
    return at


def decoded(text: str, code: str) -> bytes:
    """Return what is in base64, white space left out. Raises `BadCall` with *code*."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise BadCall(code, "not base64") from None
