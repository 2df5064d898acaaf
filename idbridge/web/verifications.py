"""The verification API for documents: ``POST /api/v1/verifications``.

A call is multipart (files named ``document``, and ``detached`` or ``digest`` beside them) or JSON (base64). One document is
answered by its report; several by a list of reports, in which one that cannot be read does not spoil the others. Detached
content may stay in the house: its digests do. One report may also be asked for as ETSI's XML, as a PDF or as text for people
(`shapes`). What is asked is never logged.
"""

from __future__ import annotations

import binascii
import mmap
from collections.abc import Iterator, Mapping
from datetime import datetime
from io import UnsupportedOperation
from typing import Final

import msgspec
from flask import Blueprint, Response, request
from werkzeug.datastructures import FileStorage

from idbridge.services.documents import DocumentQuestion, Documents
from idbridge.services.evidence import Budget
from idbridge.signatures.contents import DIGEST_SIZES, Buffer, Content, HashedContent, KnownContent
from idbridge.signatures.refusals import DocumentRefused
from idbridge.web.calls import BadCall, decoded, read_form, read_json, refusal, refuse_in_json, zoned
from idbridge.web.shapes import JSON, Shapes
from idbridge.web.site import json_response

BATCH_SCHEMA: Final = "idbridge/document-reports/1"

MIB: Final = 1 << 20
MAX_UPLOAD: Final = 256 * MIB
"""Bytes of a call with files: spooled to disk, and detached ones hashed from there. Tender packages have 200 MB."""
MAX_JSON: Final = 48 * MIB
"""Bytes of a JSON call, which is in memory twice while base64 is decoded. Larger ones come as files."""
MAX_DOCUMENT: Final = 128 * MIB
"""Bytes of one document, which its reader has in memory."""
MAX_DOCUMENTS: Final = 50
"""Documents in one call: each may take a second, and a proxy waits for a minute."""
MAX_DETACHED: Final = 200
"""Detached files and digests in one call; a container's manifest names some tens."""
MAX_NAME: Final = 255
"""Characters of a file's name that are kept."""


class _Detached(msgspec.Struct, forbid_unknown_fields=True):
    """Content (base64), or its digests in hexadecimal by algorithm (``SHA-256``, ``SM3``, …)."""

    content: str | None = None
    digests: dict[str, str] = {}
    name: str | None = None


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    document: str
    name: str | None = None
    detached: list[_Detached] = []


class _Options(msgspec.Struct, forbid_unknown_fields=True):
    at: datetime | None = None
    offline: bool = False


class _Call(_Options, forbid_unknown_fields=True):
    """The JSON body: one document, or several."""

    document: str | None = None
    name: str | None = None
    detached: list[_Detached] = []
    documents: list[_Document] | None = None


def verifications(use_case: Documents, shapes: Shapes) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("verifications", __name__, url_prefix="/api/v1")
    refuse_in_json(blueprint)

    @blueprint.before_request
    def bound() -> None:
        request.max_content_length = MAX_UPLOAD if request.mimetype == "multipart/form-data" else MAX_JSON
        request.max_form_parts = MAX_DOCUMENTS + MAX_DETACHED + 10

    @blueprint.post("/verifications")
    def verify() -> Response:
        several, questions = _of_files() if request.mimetype == "multipart/form-data" else _of_json(request.get_data())
        shape = shapes.chosen(request, several=several)
        if not several:
            answer = use_case.verify(next(questions))
            return json_response(answer.to_dict()) if shape == JSON else shapes.response(request, shape, answer.report)
        budget = Budget()
        reports = [_reported(use_case, question, budget) for question in questions]
        return json_response({"schema": BATCH_SCHEMA, "reports": reports})

    return blueprint


def _reported(use_case: Documents, question: DocumentQuestion, budget: Budget) -> Mapping[str, object]:
    """Return the report on one of several documents, or why there is none."""
    try:
        return use_case.verify(question, budget).to_dict()
    except DocumentRefused as refused:
        return {"name": question.name, **refusal(refused.code.value, refused.detail)}


# --- files -----------------------------------------------------------------------------------------------------------


def _of_files() -> tuple[bool, Iterator[DocumentQuestion]]:
    """Read a call with files: whether it asks about several, and the questions, each read when its turn comes."""
    documents, detached = request.files.getlist("document"), request.files.getlist("detached")
    digests = request.form.getlist("digest")
    _count(documents, [*detached, *digests])
    fields = {name: value for name, value in request.form.items() if name != "digest"}
    options = read_form(fields, _Options)
    at = zoned(options.at)
    contents = (*map(_content, detached), *map(_digest, digests))
    questions = (
        DocumentQuestion(_whole(file), _name(file.filename), contents, at, offline=options.offline) for file in documents
    )
    return len(documents) > 1, questions


def _count(documents: list[FileStorage] | list[_Document], detached: list[object]) -> None:
    if not documents:
        raise BadCall("document-missing", "a call names at least one document")
    if len(documents) > MAX_DOCUMENTS:
        raise BadCall("too-many-documents", f"{len(documents)} documents; at most {MAX_DOCUMENTS}")
    if len(detached) > MAX_DETACHED:
        raise BadCall("too-many-detached", f"{len(detached)} detached contents; at most {MAX_DETACHED}")


def _whole(file: FileStorage) -> bytes:
    data = file.stream.read(MAX_DOCUMENT + 1)
    if len(data) > MAX_DOCUMENT:
        raise BadCall("document-too-large", f"more than {MAX_DOCUMENT} bytes")
    return data


def _content(file: FileStorage) -> Content:
    """Return an uploaded file as content: mapped from where it was spooled to, so that its size costs no memory."""
    try:
        mapped: Buffer = memoryview(mmap.mmap(file.stream.fileno(), 0, access=mmap.ACCESS_READ))
    except (UnsupportedOperation, AttributeError, ValueError):  # a small one, in memory; or an empty one
        mapped = file.stream.read()
    return KnownContent.of(mapped, name=_name(file.filename))


def _digest(text: str) -> Content:
    """Read ``SHA-256:<hex>``, or ``SHA-256:<hex>:<file name>``. Raises `BadCall`."""
    algorithm, _, rest = text.partition(":")
    value, _, name = rest.partition(":")
    return _hashed({algorithm: value}, name or None)


# --- JSON ------------------------------------------------------------------------------------------------------------


def _of_json(body: bytes) -> tuple[bool, Iterator[DocumentQuestion]]:
    call = read_json(body, _Call)
    if (call.document is None) == (call.documents is None):
        raise BadCall("document-missing", "a call has either document or documents")
    single = [_Document(call.document, call.name, call.detached)] if call.document is not None else []
    documents = call.documents if call.documents is not None else single
    _count(documents, [content for document in documents for content in document.detached])
    at = zoned(call.at)
    questions = [_question(document, at, offline=call.offline) for document in documents]
    return call.documents is not None, iter(questions)


def _question(document: _Document, at: datetime | None, *, offline: bool) -> DocumentQuestion:
    data = decoded(document.document, "malformed-document")
    contents = tuple(map(_given, document.detached))
    return DocumentQuestion(data, _name(document.name), contents, at, offline=offline)


def _given(detached: _Detached) -> Content:
    name = _name(detached.name)
    if (detached.content is None) == (not detached.digests):
        raise BadCall("malformed-detached", "detached content has either content or digests")
    if detached.content is not None:
        return KnownContent.of(decoded(detached.content, "malformed-detached"), name=name)
    return _hashed(detached.digests, name)


# --- both ------------------------------------------------------------------------------------------------------------


def _hashed(digests: Mapping[str, str], name: str | None) -> Content:
    """Return content of which only digests are known. Raises `BadCall`: a digest that is none would only look like a change."""
    values = {}
    for algorithm, text in digests.items():
        size = DIGEST_SIZES.get(algorithm)
        if size is None:
            raise BadCall("digest-unknown", f"a digest is one of {', '.join(DIGEST_SIZES)}")
        try:
            value = binascii.unhexlify(text)
        except ValueError:
            raise BadCall("malformed-digest", f"{algorithm} is written in hexadecimal") from None
        if len(value) != size:
            raise BadCall("malformed-digest", f"{algorithm} has {size} bytes, not {len(value)}")
        values[algorithm] = value
    return HashedContent(values, _name(name))


def _name(name: str | None) -> str | None:
    """Return a file's name as reports show it: without folders, bounded."""
    return (name or "").replace("\\", "/").rpartition("/")[2][:MAX_NAME] or None
