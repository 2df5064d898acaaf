"""The page where anybody has a certificate checked: choose a file, see the verdict.

The file is judged in the request and kept nowhere; the page is the only copy of the answer.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Final

from flask import Blueprint, Response, request

from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.pki.report import TriedPath
from idbridge.services.certificate_files import MAX_FILE, read_certificates
from idbridge.services.certificates import CertificateAnswer, CertificateQuestion, Certificates
from idbridge.services.trust_lists import TrustLists
from idbridge.trust.answers import Recognition
from idbridge.trust.drawing import draw_search
from idbridge.trust.svg import called
from idbridge.web import trust_views
from idbridge.web.site import Site
from idbridge.web.territories import territories
from idbridge.web.verification_calls import MAX_NAME
from idbridge.web.views import Region

MAX_OTHERS: Final = 10
"""Files of authorities' certificates that may come along; each may hold several."""
MAX_UPLOAD: Final = (1 + MAX_OTHERS) * MAX_FILE
MAX_PATHS: Final = 12
"""Tried paths that are told in words, as many as are drawn."""


def verify(site: Site, certificates: Certificates, lists: TrustLists) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("verify", __name__)

    @blueprint.before_request
    def bound() -> None:
        request.max_content_length = MAX_UPLOAD

    @blueprint.get("/verify")
    def choose() -> Response:
        return site.show(request, trust_views.VerifyPage())

    @blueprint.post("/verify")
    def judge() -> Response:
        site.cookies.check_form(request, site.cookies.browser(request))
        file = request.files.get("file")
        data = file.stream.read(MAX_FILE + 1) if file else b""
        if file is None or not data:
            return site.show(request, trust_views.VerifyPage(problem="missing"), status=400)
        try:
            answer = certificates.verify(_question(data))
        except PkiError:
            return site.show(request, trust_views.VerifyPage(problem="malformed"), status=400)
        return site.show(request, _verdict((file.filename or "")[:MAX_NAME], answer, territories(lists)))

    return blueprint


def _question(data: bytes) -> CertificateQuestion:
    """Read the form. Raises `PkiError`."""
    first, *more = read_certificates(data)
    for file in request.files.getlist("others")[:MAX_OTHERS]:
        content = file.stream.read(MAX_FILE + 1)
        more += read_certificates(content) if content else ()  # a browser sends an empty part where nothing was chosen
    return CertificateQuestion(first, tuple(more), offline=request.form.get("offline") == "true")


def _verdict(
    name: str, answer: CertificateAnswer, territory_of: Callable[[Certificate], str]
) -> trust_views.CertificateVerdict:
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
        paths=tuple(_path(path, chosen=path is report.path) for path in report.paths[:MAX_PATHS]),
        picture=_picture(draw_search(report, territory_of, captioned=False)),
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


def _path(path: TriedPath, *, chosen: bool) -> trust_views.PathLine:
    names, check = tuple(map(called, path.certificates)), path.decisive
    if check is None:
        return trust_views.PathLine(names=names, indication=path.indication, chosen=chosen)
    about = called(check.certificate) if check.certificate else ""
    return trust_views.PathLine(names=names, indication=path.indication, check=check.name, about=about, clause=check.clause)


def _picture(drawing: str) -> str:
    """Return a drawing as an address: it stands in no store, and the page's own policy keeps styles out of the page."""
    return f"data:image/svg+xml;base64,{base64.b64encode(drawing.encode()).decode()}"
