"""What every blueprint is given: the use cases, the pages, the cookies, and how a response is made of them."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from traceback import format_tb

import msgspec
from flask import Request, Response, make_response

from idbridge.clock import Clock
from idbridge.identity.assertion import RegionCode
from idbridge.oidc.keys import SigningKeys
from idbridge.oidc.provider import Provider
from idbridge.regions.catalogue import RegionDisplay
from idbridge.services.clients import KnownClients
from idbridge.services.linking import Linking
from idbridge.services.my_identity import MyIdentity
from idbridge.services.release import Release
from idbridge.services.sign_in import SigningIn
from idbridge.services.sign_out import SigningOut
from idbridge.services.tokens import Tokens
from idbridge.services.turns import Visitor
from idbridge.services.upstream import Upstream
from idbridge.web import views
from idbridge.web.browser import BINDING, Browser, Cookies
from idbridge.web.languages import LANGUAGE_COOKIE, LANGUAGE_PARAMETER, negotiate
from idbridge.web.pages import Page, Pages

_log = logging.getLogger(__name__)

MAX_USER_AGENT = 512
"""Characters of a browser's description that are looked at."""

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
"""Tokens and personal pages are kept by nobody on the way (RFC 6749 §5.1)."""


@dataclass(frozen=True, slots=True)
class Site:
    """One instance, as the web sees it."""

    provider: Provider
    clock: Clock
    keys: Callable[[datetime], SigningKeys]
    cookies: Cookies
    pages: Pages
    clients: KnownClients
    signing_in: SigningIn
    signing_out: SigningOut
    tokens: Tokens
    upstream: Upstream
    linking: Linking
    my_identity: MyIdentity
    release: Release
    displays: Mapping[RegionCode, RegionDisplay]
    default_language: str = "en"
    contact: str = ""

    def language(self, request: Request, ui_locales: str = "") -> str:
        """Return the language for a page that *request* asks for."""
        return negotiate(
            asked=request.args.get(LANGUAGE_PARAMETER),
            ui_locales=ui_locales or request.args.get("ui_locales"),
            remembered=request.cookies.get(LANGUAGE_COOKIE),
            accept=request.headers.get("Accept-Language"),
            default=self.default_language,
        )

    def region(self, code: str, language: str) -> views.Region:
        """Return a region for a page: of one that is not of ours, what the configuration calls it and its services."""
        display = self.displays.get(RegionCode(code))
        if display is None:
            return views.Region(code)
        return views.Region(code, display.name(language), tuple(views.Phrase(name, "") for name in display.services))

    def visitor(self, request: Request, browser: Browser, ui_locales: str = "") -> Visitor:
        """Return the browser as the use cases see it."""
        agent = request.headers.get("User-Agent", "")[:MAX_USER_AGENT]
        language, address = self.language(request, ui_locales), request.remote_addr or ""
        return Visitor(browser.digest, browser.session, language, agent, address)

    def show(
        self,
        request: Request,
        page: Page,
        *,
        status: int = 200,
        ui_locales: str = "",
        account: str = "",
        here: bool | None = None,
        resend: views.Resend | None = None,
    ) -> Response:
        """Return the page. Language links lead back to it (*here*) when it was asked for by GET, else there may be *resend*."""
        browser = self.cookies.browser(request)
        can_return = request.method in {"GET", "HEAD"} if here is None else here
        frame = views.Frame(
            language=self.language(request, ui_locales),
            csrf_token=self.cookies.csrf_token(browser),
            here=request.full_path.rstrip("?") if can_return else "",
            resend=resend,
            account=account,
            sign_out="/me/sign-out" if account else "",
        )
        response = make_response(self.pages.render(page, frame), status)
        response.headers.update(NO_STORE)
        if request.args.get(LANGUAGE_PARAMETER):
            response.set_cookie(LANGUAGE_COOKIE, frame.language, max_age=365 * 86400, samesite="Lax", path="/")
        return self.remember(response, browser)

    def remember(self, response: Response, browser: Browser) -> Response:
        """Set the binding cookie of a browser that had none."""
        if browser.is_new:
            self.cookies.keep(response, BINDING, browser.binding)
        return response

    def portal(self, client_id: str, language: str, now: datetime) -> views.Portal | None:
        """Return how pages name a portal; None when it is not registered any more."""
        client = self.clients.get(client_id, now)
        if client is None:
            return None
        region = self.region(client.home_region, language) if client.home_region else None
        return views.Portal(client.name(language), region, client.operator, client.privacy_uri or "")


def json_response(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return JSON that nobody keeps, unless *headers* say otherwise."""
    kept = headers if headers is not None else NO_STORE
    return Response(msgspec.json.encode(value), status, kept, content_type="application/json")


def incident() -> str:
    """Return a number by which a person's report finds its log line."""
    return secrets.token_hex(4)


def unexpected(error: Exception) -> str:
    """Log where an error happened, and return the number by which its line is found.

    Not what it said: messages of foreign exceptions may quote what a stranger or a region sent.
    """
    number = incident()
    _log.error("unexpected %s incident=%s\n%s", type(error).__name__, number, "".join(format_tb(error.__traceback__)))
    return number
