"""The portal as a Flask application: which address is answered by what, and what every answer has."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import urllib3
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from idbridge.sandbox.portal.relying_party import PortalConfig, RelyingPartyRefusal
from idbridge.sandbox.portal.signing import SigningDesk, SigningPages
from idbridge.sandbox.portal.site import Site
from idbridge.web.assets import Assets
from idbridge.web.languages import LANGUAGE_PARAMETER, negotiate

HERE: Final = Path(__file__).parent
LANGUAGE_COOKIE: Final = "portal_lang"
MAX_FORM: Final = 16_384
"""Bytes of a posted form: ours have two fields, but for a document that is to be signed."""

# No form-action: browsers apply it to every redirect that follows a form, and these lead through the bridge to any provider.
CONTENT_SECURITY_POLICY: Final = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'"


def create_portal(config: PortalConfig, http: urllib3.PoolManager | None = None, signing: SigningDesk | None = None) -> Flask:
    """Return the portal as a WSGI application.

    *http* carries its requests to the bridge; by default a plain pool. Without *signing* no documents are signed.
    """
    app = Flask("idbridge.sandbox.portal", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_FORM
    assets = Assets(HERE / "static")
    site = Site(config, http or urllib3.PoolManager(maxsize=4), assets, can_sign=signing is not None)
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
    if signing is not None:
        SigningPages(signing, site).add_to(app)
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
