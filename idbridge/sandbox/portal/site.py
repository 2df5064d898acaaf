"""The portal's pages and sessions.

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
from flask import Response, abort, g, redirect, request
from werkzeug.exceptions import HTTPException

from idbridge.regions.connector import Memo
from idbridge.sandbox.portal import views
from idbridge.sandbox.portal.relying_party import Pending, PortalConfig, RelyingParty, RelyingPartyRefusal, SignedIn
from idbridge.services.remote_signing import Begun
from idbridge.web.assets import Assets
from idbridge.web.languages import read_catalogues
from idbridge.web.pages import Page, Pages
from idbridge.web.views import Frame

HERE: Final = Path(__file__).parent
# Cookies do not know ports: on one machine the bridge and the providers share this host, so the names are the portal's own.
SESSION_COOKIE: Final = "portal_session"
MAX_SESSIONS: Final = 10_000
"""Sessions kept; the oldest goes first. A sample needs few, and a stranger can open as many as they like."""
OPTIONS: Final = ("prompt", "max_age", "idp_hint", "acr_values", "ui_locales")


@dataclass(frozen=True, slots=True)
class Signing:
    """A signing of one browser: the document's name, what its login has to remember, and the order, once it is under way."""

    state: str
    name: str = field(repr=False)
    memo: Memo = field(repr=False)
    begun: Begun | None = None


@dataclass(slots=True)
class Session:
    """What the portal remembers of one browser."""

    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    pending: Pending | None = None
    signed_in: SignedIn | None = None
    signing: Signing | None = None


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

    def __init__(self, config: PortalConfig, http: urllib3.PoolManager, assets: Assets, *, can_sign: bool = False) -> None:
        self._can_sign = can_sign
        self._party = RelyingParty(config, http)
        self._secure = config.base_url.startswith("https:")
        self._pages = Pages(HERE / "templates", read_catalogues(HERE / "translations", "portal"), assets, {"words": views})
        self._sessions = Sessions()

    def home(self) -> Response:
        """Show the first page, or what was received when the person is signed in."""
        session = self.session()
        if session and session.signed_in:
            return self.page(_received(session.signed_in))
        return self.page(views.Home(can_sign=self._can_sign))

    def signed_out(self) -> Response:
        """Show the first page with the word that the person is signed out."""
        return self.page(views.Home(notice="signed-out", can_sign=self._can_sign))

    def sign_in(self) -> Response:
        """Start a sign-in with the options of the query and send the browser to the bridge."""
        identifier, session = self._sessions.start()
        url, session.pending = self._party.begin(_wishes(request.args.to_dict(flat=False), g.language))
        response = _to(url)
        self._set_cookie(response, identifier)
        return response

    def callback(self) -> Response:
        """Take the bridge's answer: verify it, then show it under an address without the code."""
        session = self.session()
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
        return self.page(views.Failed(refusal.code), 502 if refusal.code == "unreachable" else 400)

    def failed(self, error: HTTPException) -> Response:
        """Say that a request cannot be answered."""
        return self.page(views.Failed(error.name.lower().replace(" ", "_")), error.code or 500)

    def _again(self, ask: Callable[[SignedIn], SignedIn], done: str) -> Response:
        session, signed_in = self._posted()
        session.signed_in = ask(signed_in)
        return self.page(_received(session.signed_in, done))

    def session(self) -> Session | None:
        """Return the session of the browser, if it has one."""
        return self._sessions.get(request.cookies.get(SESSION_COOKIE, ""))

    def _set_cookie(self, response: Response, identifier: str) -> None:
        response.set_cookie(SESSION_COOKIE, identifier, httponly=True, samesite="Lax", secure=self._secure)

    def _posted(self) -> tuple[Session, SignedIn]:
        session = self.session()
        if session is None or not secrets.compare_digest(request.form.get("csrf", "").encode(), session.csrf.encode()):
            abort(403)
        if session.signed_in is None:
            raise RelyingPartyRefusal("state")
        return session, session.signed_in

    def page_with_session(self, page: Page) -> Response:
        """Show a page with a form to a browser that may have no session yet."""
        session = self.session()
        if session is not None:
            return self.page(page)
        identifier, session = self._sessions.start()
        response = self.page(page, session=session)
        self._set_cookie(response, identifier)
        return response

    def page(self, page: Page, status: int = 200, session: Session | None = None) -> Response:
        """Show a page in the browser's language."""
        session = session or self.session()
        frame = Frame(
            language=g.language,
            csrf_token=session.csrf if session else "",
            here=request.full_path if request.method == "GET" and status == 200 else "",
            home="/",
        )
        return Response(self._pages.render(page, frame), status, content_type="text/html; charset=utf-8")


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
