"""Signing a PDF with iAM Smart at the portal: choose a document, sign in there, compare the code, approve, download.

The portal is a client of iAM Smart of its own; the bridge has no part in it but the use case and the page that verifies.
Documents stand in the expiring store, sealed, never in an address or a log.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import quote

from flask import Flask, Response, abort, g, redirect, request

from idbridge.clock import Clock
from idbridge.outbound import Fetch, drive
from idbridge.regions.connector import RegionRefusal, Start
from idbridge.regions.iamsmart import IamSmartConnector
from idbridge.regions.iamsmart_enquiry import MAX_NOTICE
from idbridge.regions.iamsmart_signing import SigningUser
from idbridge.sandbox.portal import views
from idbridge.sandbox.portal.sample import NAME as SAMPLE_NAME
from idbridge.sandbox.portal.sample import sample_agreement
from idbridge.sandbox.portal.site import Session, Signing, Site
from idbridge.services.remote_signing import (
    DOCUMENT_LIMIT,
    SIGNING_SECONDS,
    AnswerUnknown,
    Begun,
    Order,
    Outcome,
    RemoteSigning,
)
from idbridge.signatures.making.pdf.appearance import Appearance
from idbridge.signatures.making.pdf.signing import PdfSigning
from idbridge.signatures.making.refusals import MakingRefused
from idbridge.signatures.making.steps import Statement
from idbridge.signatures.refusals import DocumentRefused
from idbridge.storage.expiring import Expiring, Kind

_FORM_AROUND: Final = 16_384
"""Bytes of the form that a document is posted in."""
_NAME_LIMIT: Final = 120
_BOX: Final = (72.0, 72.0, 332.0, 112.0)
"""Where a signature shows on the first page: at its foot, on every size of paper from A5 on."""
_SHOWN: Final = "智方便數碼簽署 Signed with iAM Smart"


@dataclass(frozen=True, slots=True)
class Draft:
    """A document that was chosen, until its signer has signed in."""

    name: str = field(repr=False)
    data: bytes = field(repr=False)
    visible: bool


DRAFT: Final = Kind("portal-draft", SIGNING_SECONDS, Draft)


@dataclass(frozen=True, slots=True)
class SigningDesk:
    """What the portal signs with: its login at iAM Smart, the use case, the store, and its own address."""

    login: IamSmartConnector
    remote: RemoteSigning
    store: Expiring
    fetch: Fetch
    clock: Clock
    base_url: str
    verify_url: str


class NotSigned(Exception):
    """The document was not signed: `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SigningPages:
    """The pages below ``/sign``."""

    def __init__(self, desk: SigningDesk, site: Site) -> None:
        self._desk = desk
        self._site = site

    def add_to(self, app: Flask) -> None:
        """Add the routes, and what answers when they refuse."""
        routes: tuple[tuple[str, str, Callable[[], Response]], ...] = (
            ("GET", "/sign", self.choose),
            ("POST", "/sign", self.begin),
            ("GET", "/sign/return", self.returned),
            ("GET", "/sign/compare", self.compare),
            ("GET", "/sign/result", self.result),
            ("GET", "/sign/document", self.document),
            ("POST", "/sign/notice", self.notice),
        )
        for method, path, view in routes:
            app.add_url_rule(path, f"signing_{view.__name__}", view, methods=[method])
        app.register_error_handler(NotSigned, lambda refused: self._refused(refused.code))
        app.register_error_handler(MakingRefused, lambda refused: self._refused(refused.code))
        app.register_error_handler(DocumentRefused, lambda refused: self._refused(refused.code))
        app.register_error_handler(RegionRefusal, lambda refused: self._refused(_reason(f"{refused.code} {refused.check}")))

    def choose(self) -> Response:
        """Show the form for a document."""
        return self._site.page_with_session(views.Sign(limit=DOCUMENT_LIMIT >> 20))

    def begin(self) -> Response:
        """Keep the document and send the browser to sign in at iAM Smart."""
        request.max_content_length = DOCUMENT_LIMIT + _FORM_AROUND
        session = self._site.session()
        if session is None or not secrets.compare_digest(request.form.get("csrf", "").encode(), session.csrf.encode()):
            abort(403)
        draft = _chosen()
        state = secrets.token_urlsafe(18)
        self._desk.store.put(DRAFT, state, draft)
        departure = drive(self._desk.login.depart(self._start(state)), self._desk.fetch)
        session.signing = Signing(state, draft.name, departure.memo)
        return _to(departure.url)

    def returned(self) -> Response:
        """Take the browser back: from signing in, after which the signature is asked for, or from deciding upon it."""
        session, signing = self._signing()
        if signing.begun is not None:
            if request.args.get("state") != signing.state:
                raise NotSigned("state")
            return _to("/sign/result")
        draft = self._desk.store.take(DRAFT, signing.state)
        if draft is None:
            raise NotSigned("expired")
        now, memo = self._desk.clock(), dict(signing.memo)
        assertion = drive(self._desk.login.arrive(request.args.to_dict(), memo, now), self._desk.fetch)
        shown = Appearance(_BOX, lines=(_SHOWN, now.isoformat(" ", "seconds"))) if draft.visible else None
        order = Order(draft.data, draft.name, Statement(now), pdf=PdfSigning(appearance=shown))
        user = SigningUser(memo["access_token"], assertion.subject)
        session.signing = replace(signing, begun=self._desk.remote.begin(order, user, self._start(signing.state)), memo={})
        return _to("/sign/compare")

    def compare(self) -> Response:
        """Show the code that the user finds again in the app."""
        signing, begun = self._begun()
        return self._site.page(views.Compare(signing.name, begun.code, begun.url))

    def result(self) -> Response:
        """Show the signed document's page, or wait for it."""
        signing, begun, outcome = self._outcome()
        if outcome.is_pending:
            return self._site.page(views.Waiting(signing.name, begun.code))
        return self._site.page(views.Signed(_signed_name(signing.name), self._desk.verify_url))

    def document(self) -> Response:
        """Give out the signed document, as long as it is kept."""
        signing, _, outcome = self._outcome()
        if outcome.is_pending:
            return _to("/sign/result")
        name = quote(_signed_name(signing.name))
        headers = {"Content-Disposition": f"attachment; filename=\"signed.pdf\"; filename*=UTF-8''{name}"}
        return Response(outcome.document, content_type="application/pdf", headers=headers)

    def notice(self) -> Response:
        """Take what iAM Smart posts."""
        request.max_content_length = MAX_NOTICE
        try:
            return Response(self._desk.remote.hear(request.get_data()), content_type="application/json")
        except RegionRefusal:
            return Response("{}", 400, content_type="application/json")
        except AnswerUnknown:
            return Response("{}", 404, content_type="application/json")

    def _start(self, state: str) -> Start:
        return Start(
            state=state,
            return_url=f"{self._desk.base_url}/sign/return",
            notice_url=f"{self._desk.base_url}/sign/notice",
            language=g.language,
            now=self._desk.clock(),
            user_agent=request.headers.get("User-Agent", ""),
        )

    def _signing(self) -> tuple[Session, Signing]:
        session = self._site.session()
        if session is None or session.signing is None:
            raise NotSigned("state")
        return session, session.signing

    def _begun(self) -> tuple[Signing, Begun]:
        _, signing = self._signing()
        if signing.begun is None:
            raise NotSigned("state")
        return signing, signing.begun

    def _outcome(self) -> tuple[Signing, Begun, Outcome]:
        """Return what came of the browser's signing, unless that is a refusal, or it is over."""
        signing, begun = self._begun()
        outcome = self._desk.remote.outcome(begun.reference)
        if outcome is None:
            raise NotSigned("expired")
        if outcome.refused is not None:
            raise NotSigned(_reason(outcome.refused))
        return signing, begun, outcome

    def _refused(self, code: str) -> Response:
        return self._site.page(views.NotSigned(code), 400)


def _chosen() -> Draft:
    """Return the posted document, or the sample.

    :raises NotSigned: there is none.
    """
    visible = "visible" in request.form
    if request.form.get("choice") == "sample":
        return Draft(SAMPLE_NAME, sample_agreement(), visible)
    file = request.files.get("document")
    data = file.read(DOCUMENT_LIMIT + 1) if file is not None else b""
    if not data:
        raise NotSigned("document-empty")
    if len(data) > DOCUMENT_LIMIT:
        raise NotSigned("document-too-large")
    stated = (file.filename or "") if file is not None else ""
    name = "".join(letter for letter in stated.replace("\\", "/").rpartition("/")[2] if letter.isprintable())
    return Draft(name[-_NAME_LIMIT:] or "document.pdf", data, visible)


def _signed_name(name: str) -> str:
    return f"{name.removesuffix('.pdf')}-signed.pdf"


def _reason(refused: str) -> str:
    """Return the part of a refusal that says most: the check if there is one, else the code."""
    return refused.strip().rpartition(" ")[2].rpartition(":")[2]


def _to(url: str) -> Response:
    response = redirect(url, 303)
    return Response(status=response.status_code, headers={"Location": url})
