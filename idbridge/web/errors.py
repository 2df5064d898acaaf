"""What goes wrong, as pages for people and JSON for programs; and the headers that every response carries."""

from __future__ import annotations

import logging

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from idbridge.oidc.errors import DirectRefusal, Fault
from idbridge.services.sign_in_limit import SECONDS, TooManySignIns
from idbridge.storage.ports import StoreUnavailable
from idbridge.web import views
from idbridge.web.browser import ForeignForm
from idbridge.web.calls import refusal
from idbridge.web.site import Site, incident, json_response, unexpected

_log = logging.getLogger(__name__)

_HTTP_PROBLEMS = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 429: "too_many_requests", 503: "unavailable"}

_DIRECT = {Fault.CLIENT_UNKNOWN: "unknown_client", Fault.REDIRECT_URI_MISMATCH: "invalid_redirect_uri"}
"""The page's code for a refusal that may not be redirected; ``invalid_request`` where not listed."""

_FOR_PROGRAMS = (
    "/oauth/token",
    "/oauth/userinfo",
    "/oauth/revoke",
    "/oauth/introspect",
    "/oauth/jwks",
    "/.well-known/",
    "/api/",
    "/services/",
    "/validate",
)
"""Paths below which errors are JSON."""

RETRY_SECONDS = "5"
"""When to come back after a 503: a store that restarts is back in seconds."""


def install(app: Flask, site: Site) -> None:
    """Register the error handlers and the headers on *app*."""

    @app.errorhandler(DirectRefusal)
    def direct(refusal: DirectRefusal) -> Response:
        code, number = _DIRECT.get(refusal.fault, "invalid_request"), incident()
        _log.warning("refused: %s incident=%s", refusal.code, number)
        return site.show(request, views.Problem(code=code, status=400, incident=number), status=400, here=False)

    @app.errorhandler(ForeignForm)
    def foreign(_: ForeignForm) -> Response:
        return site.show(request, views.Problem(code="form_expired", status=403), status=403, here=False)

    @app.errorhandler(TooManySignIns)
    def too_many(_: TooManySignIns) -> Response:
        response = _problem(site, "too_many_requests", 429, "")
        response.headers["Retry-After"] = str(SECONDS)
        return response

    @app.errorhandler(StoreUnavailable)
    def unavailable(failure: StoreUnavailable) -> Response:
        number = incident()
        _log.error("store unavailable: %s incident=%s", failure, number)
        response = _problem(site, "unavailable", 503, number)
        response.headers["Retry-After"] = RETRY_SECONDS
        return response

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        status = error.code or 500
        response = _problem(site, _HTTP_PROBLEMS.get(status, "invalid_request"), status, "")
        for name, value in error.get_headers():
            if name.lower() in {"allow", "retry-after"}:
                response.headers[name] = value
        return response

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        return _problem(site, "server_error", 500, unexpected(error))

    _install_headers(app, site)


def _install_headers(app: Flask, site: Site) -> None:
    always, with_pages = _headers(site), _page_headers(site)

    @app.after_request
    def headers(response: Response) -> Response:
        response.headers.extend(always)
        if response.mimetype == "text/html":
            response.headers.extend(with_pages)
        return response


def _problem(site: Site, code: str, status: int, number: str) -> Response:
    if request.path.startswith(_FOR_PROGRAMS):
        if request.path.startswith("/api/"):
            return json_response(refusal(code.replace("_", "-"), f"HTTP {status} {number}".strip()), status)
        error = {503: "temporarily_unavailable", 500: "server_error"}.get(status, "invalid_request")
        return json_response({"error": error, "error_description": code.replace("_", " ")}, status)
    return site.show(request, views.Problem(code=code, status=status, incident=number), status=status, here=False)


def _headers(site: Site) -> dict[str, str]:
    """Return the headers of every response."""
    headers = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
    if site.cookies.secure:
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    return headers


def _page_headers(site: Site) -> dict[str, str]:
    """Return the headers that keep a browser on the safe side."""
    # A form's answer redirects to a region or a portal, and browsers hold the redirect to form-action too.
    targets = "'self' https:" if site.cookies.secure else "'self' https: http:"
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"form-action {targets}; frame-ancestors 'none'; base-uri 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    }
