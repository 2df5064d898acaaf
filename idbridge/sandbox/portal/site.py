"""The portal's web application: its pages, its sessions and its security headers.

A sample, run by `idbridge demo`: sessions live in this process's memory, bounded, and end with it.
"""

from __future__ import annotations

import json
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Final

import urllib3
from flask import Flask, Response, abort, g, redirect, request
from werkzeug.exceptions import HTTPException

from idbridge.sandbox.portal import views
from idbridge.sandbox.portal.relying_party import Pending, PortalConfig, RelyingParty, RelyingPartyRefusal, SignedIn
from idbridge.web.assets import Assets
from idbridge.web.languages import LANGUAGE_PARAMETER, negotiate, read_catalogues
from idbridge.web.pages import Page, Pages
from idbridge.web.views import Frame

HERE: Final = Path(__file__).parent
# Cookies do not know ports: on one machine the bridge and the providers share this host, so the names are the portal's own.
SESSION_COOKIE: Final = "portal_session"
LANGUAGE_COOKIE: Final = "portal_lang"
MAX_SESSIONS: Final = 10_000
"""Sessions kept; the oldest goes first. A sample needs few, and a stranger can open as many as they like."""
MAX_FORM: Final = 16_384
"""Bytes of a posted form: ours have two fields."""

OPTIONS: Final = ("prompt", "max_age", "idp_hint", "acr_values", "ui_locales")
# No form-action: browsers apply it to every redirect that follows a form, and these lead through the bridge to any provider.
CONTENT_SECURITY_POLICY: Final = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'"


@dataclass(slots=True)
class Session:
    """What the portal remembers of one browser."""

    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    pending: Pending | None = None
    signed_in: SignedIn | None = None


class Sessions:
    """Sessions by their cookie, in memory and bounded."""

    def __init__(self) -> None:
        self._by_id: OrderedDict[str, Session] = OrderedDict()
        self._lock = Lock()

    def get(self, identifier: str) -> Session | None:
        """Return the session of a cookie, or None."""
        return self._by_id.get(identifier)

    def start(self) -> tuple[str, Session]:
        """Open a session under a new identifier."""
        identifier, session = secrets.token_urlsafe(32), Session()
        with self._lock:
            self._by_id[identifier] = session
            while len(self._by_id) > MAX_SESSIONS:
                self._by_id.popitem(last=False)
        return identifier, session

    def end(self, identifier: str) -> None:
        """Forget a session."""
        with self._lock:
            self._by_id.pop(identifier, None)


class Site:
    """The portal's routes over its parts."""

    def __init__(self, config: PortalConfig, http: urllib3.PoolManager, assets: Assets) -> None:
        self._party = RelyingParty(config, http)
        self._secure = config.base_url.startswith("https:")
        self._pages = Pages(HERE / "templates", read_catalogues(HERE / "translations", "portal"), assets, {"words": views})
        self._sessions = Sessions()

    def home(self) -> Response:
        """Show the first page, or what was received when the person is signed in."""
        session = self._session()
        if session and session.signed_in:
            return self._page(_received(session.signed_in))
        return self._page(views.Home())

    def signed_out(self) -> Response:
        """Show the first page with the word that the person is signed out."""
        return self._page(views.Home(notice="signed-out"))

    def sign_in(self) -> Response:
        """Start a sign-in with the options of the query and send the browser to the bridge."""
        identifier, session = self._sessions.start()
        url, session.pending = self._party.begin(_wishes(request.args.to_dict(flat=False), g.language))
        response = _to(url)
        response.set_cookie(SESSION_COOKIE, identifier, httponly=True, samesite="Lax", secure=self._secure)
        return response

    def callback(self) -> Response:
        """Take the bridge's answer: verify it, then show it under an address without the code."""
        session = self._session()
        if session is None or session.pending is None:
            raise RelyingPartyRefusal("state")
        pending, session.pending = session.pending, None
        session.signed_in = self._party.complete(request.args.to_dict(), pending)
        return _to("/")

    def userinfo(self) -> Response:
        """Ask userinfo again."""
        return self._again(self._party.with_userinfo, "userinfo")

    def refresh(self) -> Response:
        """Redeem the refresh token."""
        return self._again(self._party.refresh, "refresh")

    def sign_out(self) -> Response:
        """Sign out here and then at the bridge."""
        session, signed_in = self._posted()
        session.signed_in = None
        self._sessions.end(request.cookies.get(SESSION_COOKIE, ""))
        response = _to(self._party.sign_out_url(signed_in, g.language))
        response.delete_cookie(SESSION_COOKIE)
        return response

    def refused(self, refusal: RelyingPartyRefusal) -> Response:
        """Say why a sign-in did not succeed."""
        return self._page(views.Failed(refusal.code), 502 if refusal.code == "unreachable" else 400)

    def failed(self, error: HTTPException) -> Response:
        """Say that a request cannot be answered."""
        return self._page(views.Failed(error.name.lower().replace(" ", "_")), error.code or 500)

    def _again(self, ask: Callable[[SignedIn], SignedIn], done: str) -> Response:
        session, signed_in = self._posted()
        session.signed_in = ask(signed_in)
        return self._page(_received(session.signed_in, done))

    def _session(self) -> Session | None:
        return self._sessions.get(request.cookies.get(SESSION_COOKIE, ""))

    def _posted(self) -> tuple[Session, SignedIn]:
        session = self._session()
        if session is None or not secrets.compare_digest(request.form.get("csrf", "").encode(), session.csrf.encode()):
            abort(403)
        if session.signed_in is None:
            raise RelyingPartyRefusal("state")
        return session, session.signed_in

    def _page(self, page: Page, status: int = 200) -> Response:
        session = self._session()
        frame = Frame(
            language=g.language,
            csrf_token=session.csrf if session else "",
            here=request.full_path if request.method == "GET" and status == 200 else "",
            home="/",
        )
        return Response(self._pages.render(page, frame), status, content_type="text/html; charset=utf-8")


def create_portal(config: PortalConfig, http: urllib3.PoolManager | None = None) -> Flask:
    """Return the portal as a WSGI application. *http* carries its requests to the bridge; by default a plain pool."""
    app = Flask("idbridge.sandbox.portal", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_FORM
    assets = Assets(HERE / "static")
    site = Site(config, http or urllib3.PoolManager(maxsize=4), assets)
    assets.serve(app)
    app.before_request(_choose_language)
    app.after_request(_secured)
    for rule, view in (
        ("/", site.home),
        ("/sign-in", site.sign_in),
        ("/callback", site.callback),
        ("/signed-out", site.signed_out),
    ):
        app.add_url_rule(rule, view.__name__, view)
    for view in (site.userinfo, site.refresh, site.sign_out):
        app.add_url_rule(f"/{view.__name__.replace('_', '-')}", view.__name__, view, methods=["POST"])
    app.register_error_handler(RelyingPartyRefusal, site.refused)
    app.register_error_handler(HTTPException, site.failed)
    return app


def _choose_language() -> None:
    g.language = negotiate(
        asked=request.args.get(LANGUAGE_PARAMETER),
        ui_locales=None,
        remembered=request.cookies.get(LANGUAGE_COOKIE),
        accept=request.headers.get("Accept-Language"),
    )


def _secured(response: Response) -> Response:
    if LANGUAGE_PARAMETER in request.args:
        response.set_cookie(LANGUAGE_COOKIE, g.language, samesite="Lax", httponly=True, max_age=31_536_000)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _to(url: str) -> Response:
    response = redirect(url, 303)
    return Response(status=response.status_code, headers={"Location": url})


def _wishes(options: Mapping[str, Sequence[str]], language: str) -> dict[str, str]:
    """Turn the form's fields into authorization parameters; what was left empty is left out."""
    scopes = [scope for scope in options.get("scope", views.DEFAULT_SCOPES) if scope in views.SCOPES]
    wishes = {name: options[name][0] for name in OPTIONS if options.get(name, [""])[0]}
    return {"ui_locales": language, **wishes, "scope": " ".join(["openid", *scopes])}


def _received(known: SignedIn, done: str = "") -> views.Received:
    claims = {**known.claims, **known.userinfo}
    return views.Received(
        name=str(claims.get("name") or ""),
        subject=str(known.claims["sub"]),
        facts=tuple(views.Fact(name, _plain(name, claims[name])) for name in views.FACTS if claims.get(name)),
        id_token=_indented(known.claims),
        userinfo=_indented(known.userinfo),
        expires_at=known.expires_at,
        can_refresh=bool(known.refresh_token),
        done=done,
    )


def _plain(name: str, value: object) -> str | datetime:
    if name == "auth_time" and isinstance(value, int):
        return datetime.fromtimestamp(value, UTC)
    if isinstance(value, list):
        return "\n".join(str(_plain(name, item)) for item in value)
    if isinstance(value, dict):
        return str(value.get("formatted") or value.get("name") or _indented(value))
    return str(value)


def _indented(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)
