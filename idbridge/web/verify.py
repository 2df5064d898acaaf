"""The page where anybody has a file checked: drop a document or a certificate, see the verdict.

What the file is, its content says. It is judged and drawn in the request and kept nowhere; the page is the only copy of the
answer, its pictures and the report to download included.
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
from idbridge.services.trust_lists import TrustLists
from idbridge.signatures.refusals import DocumentRefused
from idbridge.trust.answers import Recognition
from idbridge.trust.drawing import draw_search
from idbridge.trust.picture import TerritoryOf
from idbridge.web import trust_views
from idbridge.web.document_verdict import document_verdict
from idbridge.web.document_views import DocumentVerdict
from idbridge.web.path_lines import path_lines
from idbridge.web.reports.voice import Voice
from idbridge.web.sent_files import content_of, shown_name
from idbridge.web.site import Site
from idbridge.web.territories import territories
from idbridge.web.views import Region

MIB: Final = 1 << 20
MAX_DOCUMENT: Final = 64 * MIB
"""Bytes of the file that is judged; larger ones go to the interface for programs, whose answers need no pictures."""
MAX_UPLOAD: Final = 128 * MIB
"""Bytes of the form, what is signed apart from its signature included: spooled to disk, and hashed from there."""
MAX_DETACHED: Final = 20
MAX_OTHERS: Final = 10
"""Files of authorities' certificates that may come along; each may hold several."""


class UseCases(NamedTuple):
    """What the page needs."""

    certificates: Certificates
    documents: Documents
    pictures: DocumentPictures
    lists: TrustLists
    voices: Mapping[str, Voice]
    """By language."""


def verify(site: Site, use: UseCases) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("verify", __name__)

    @blueprint.before_request
    def bound() -> None:
        request.max_content_length = MAX_UPLOAD

    @blueprint.get("/verify")
    def choose() -> Response:
        return site.show(request, _form())

    @blueprint.post("/verify")
    def judge() -> Response:
        site.cookies.check_form(request, site.cookies.browser(request))
        file = request.files.get("file")
        data = file.stream.read(MAX_DOCUMENT + 1) if file else b""
        if file is None or not data:
            return site.show(request, _form("missing"), status=400)
        if len(data) > MAX_DOCUMENT:
            return site.show(request, _form("document-too-large"), status=413)
        try:
            if are_certificates(data):
                return site.show(request, _certificate(use, data, shown_name(file)))
            return site.show(request, _document(use, data, shown_name(file), site.language(request)))
        except PkiError:
            return site.show(request, _form("malformed"), status=400)
        except DocumentRefused as refused:
            return site.show(request, _form(refused.code.value), status=400)

    return blueprint


def _form(problem: str = "") -> trust_views.VerifyPage:
    return trust_views.VerifyPage(problem=problem, max_bytes=MAX_DOCUMENT)


def _offline() -> bool:
    return request.form.get("offline") == "true"


def _document(use: UseCases, data: bytes, name: str, language: str) -> DocumentVerdict:
    """Judge a document. Raises `DocumentRefused`."""
    files = [file for file in request.files.getlist("detached")[:MAX_DETACHED] if file.filename]
    question = DocumentQuestion(data, name or None, tuple(map(content_of, files)), offline=_offline())
    answer = use.documents.verify(question)
    pictures = use.pictures.of(data, answer.report)
    return document_verdict(answer, use.voices[language], pictures, use.pictures, territories(use.lists))


def _certificate(use: UseCases, data: bytes, name: str) -> trust_views.CertificateVerdict:
    """Judge a certificate. Raises `PkiError`."""
    first, *more = read_certificates(data)
    for file in request.files.getlist("others")[:MAX_OTHERS]:
        content = file.stream.read(MAX_FILE + 1)
        more += read_certificates(content) if content else ()  # a browser sends an empty part where nothing was chosen
    answer = use.certificates.verify(CertificateQuestion(first, tuple(more), offline=_offline()))
    return _verdict(name, answer, territories(use.lists))


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
