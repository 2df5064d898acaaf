"""The page where anybody has a file checked: drop a document or a certificate, see the verdict.

What the file is, its content says. It is judged and drawn in the request and kept nowhere; the page is the only copy of the
answer, its pictures and the report to download included, and of the file itself, which comes back with the wish for another
language (`verify_form`). Where the settings name samples, anybody without a file at hand can try with one of those.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from flask import Blueprint, Response, request

from idbridge.pki.errors import PkiError
from idbridge.rendering.rasters import data_address
from idbridge.services.certificate_files import MAX_FILE, are_certificates, read_certificates
from idbridge.services.certificates import CertificateAnswer, CertificateQuestion, Certificates
from idbridge.services.document_pictures import DocumentPictures
from idbridge.services.documents import DocumentQuestion, Documents
from idbridge.services.extractors import Extractors, identities_of
from idbridge.services.samples import Samples
from idbridge.services.trust_lists import TrustLists
from idbridge.signatures.refusals import DocumentRefused
from idbridge.trust.answers import Recognition
from idbridge.trust.drawing import draw_search
from idbridge.trust.picture import TerritoryOf
from idbridge.web import trust_views
from idbridge.web.document_verdict import document_verdict
from idbridge.web.document_views import DocumentVerdict
from idbridge.web.pages import Page
from idbridge.web.path_lines import path_lines
from idbridge.web.reports.voice import Voice
from idbridge.web.site import Site
from idbridge.web.territories import territories
from idbridge.web.verify_form import MAX_DOCUMENT, MAX_FIELDS, VerifyForm, carried, read_verify_form
from idbridge.web.views import Region, Resend

MAX_UPLOAD: Final = 2 * MAX_DOCUMENT
"""Bytes of the form, what is signed apart from its signature included: spooled to disk, and hashed from there."""


class UseCases(NamedTuple):
    """What the page needs."""

    certificates: Certificates
    documents: Documents
    pictures: DocumentPictures
    lists: TrustLists
    voices: Mapping[str, Voice]
    """By language."""
    extractors: Extractors = ()
    samples: Samples | None = None


def verify(site: Site, use: UseCases) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("verify", __name__)

    @blueprint.before_request
    def bound() -> None:
        request.max_content_length = MAX_UPLOAD
        request.max_form_memory_size = MAX_FIELDS

    @blueprint.get("/verify")
    def choose() -> Response:
        return site.show(request, _page(use))

    @blueprint.post("/verify")
    def judge() -> Response:
        site.cookies.check_form(request, site.cookies.browser(request))
        form = read_verify_form(request, use.samples)
        page, status = _answer(use, form, site.language(request))
        again = Resend("/verify", carried(form))
        return site.show(request, page, status=status, here=form.file is None, resend=again)

    return blueprint


def _page(use: UseCases, problem: str = "") -> trust_views.VerifyPage:
    samples = use.samples.all() if use.samples else ()
    kinds = dict.fromkeys(sample.kind.value for sample in samples)
    offered = tuple((kind, tuple((one.format, one.name) for one in samples if one.kind == kind)) for kind in kinds)
    return trust_views.VerifyPage(problem=problem, max_bytes=MAX_DOCUMENT, samples=offered)


def _answer(use: UseCases, form: VerifyForm, language: str) -> tuple[Page, int]:
    """Return the page that answers *form*, and its status."""
    if form.file is None:
        return _page(use, "missing"), 400
    if len(form.file.data) > MAX_DOCUMENT:
        return _page(use, "document-too-large"), 413
    try:
        data = bytes(form.file.data)
        return (_certificate if are_certificates(data) else _document)(use, data, form, language), 200
    except PkiError:
        return _page(use, "malformed"), 400
    except DocumentRefused as refused:
        return _page(use, refused.code.value), 400


def _document(use: UseCases, data: bytes, form: VerifyForm, language: str) -> DocumentVerdict:
    """Judge a document. Raises `DocumentRefused`."""
    detached = tuple(file.content for file in form.detached)
    answer = use.documents.verify(DocumentQuestion(data, _name(form) or None, detached, offline=form.offline))
    pictures = use.pictures.of(data, answer.report)
    identities = identities_of(answer.report, use.extractors)
    return document_verdict(answer, use.voices[language], pictures, use.pictures, territories(use.lists), identities)


def _certificate(use: UseCases, data: bytes, form: VerifyForm, _: str) -> trust_views.CertificateVerdict:
    """Judge a certificate. Raises `PkiError`."""
    first, *more = read_certificates(data)
    for file in form.others:
        more += read_certificates(bytes(file.data[: MAX_FILE + 1])) if file.data else ()
    answer = use.certificates.verify(CertificateQuestion(first, tuple(more), offline=form.offline))
    return _verdict(_name(form), answer, territories(use.lists))


def _name(form: VerifyForm) -> str:
    return form.file.name if form.file else ""


def _verdict(name: str, answer: CertificateAnswer, territory_of: TerritoryOf) -> trust_views.CertificateVerdict:
    report, certificate = answer.report, answer.report.certificate
    return trust_views.CertificateVerdict(
        name=name,
        indication=report.indication,
        sub_indication=report.sub_indication or "",
        at=report.at,
        subject=str(certificate.subject),
        issuer=str(certificate.issuer),
        serial_number=f"{certificate.serial_number:x}",
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        regions=tuple(map(_region, answer.recognition.values())),
        paths=path_lines(report),
        picture=data_address("image/svg+xml", draw_search(report, territory_of, captioned=False).encode()),
        fetched=tuple((attempt.kind, attempt.url, attempt.code) for attempt in answer.fetched),
    )


def _region(said: Recognition) -> trust_views.RegionAnswer:
    return trust_views.RegionAnswer(
        region=Region(said.territory),
        answer=said.answer.value,
        rule=said.rule.value,
        entry=said.entry or "",
        scheme=said.scheme or "",
        level=said.level.value if said.level else "",
        rules=tuple((outcome.rule.value, outcome.outcome.value, outcome.detail) for outcome in said.rules),
    )
