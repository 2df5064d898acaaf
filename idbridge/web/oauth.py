"""The provider's endpoints (OpenID Connect Core, RFC 6749, 7009, 7662, 8414): parameters in, the use cases' answers out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Request, Response, request

from idbridge.oidc.discovery import ENDPOINTS, authorization_server_metadata, openid_configuration
from idbridge.oidc.errors import EndpointRefusal
from idbridge.oidc.logout import AskToSignOut, RedirectBack
from idbridge.oidc.parameters import Pairs
from idbridge.services.sign_out import Decision
from idbridge.web import views
from idbridge.web.browser import SESSION
from idbridge.web.outcomes import respond, see
from idbridge.web.site import Site, json_response

PUBLISHED = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
"""Documents for everybody. A key is published as soon as it signs, and who meets an unknown one fetches the set again."""

FORM = "application/x-www-form-urlencoded"


def oauth(site: Site) -> Blueprint:
    """Return the blueprint of the provider's endpoints."""
    blueprint = Blueprint("oauth", __name__)
    for endpoints in (_documents, _browser_endpoints, _client_endpoints):
        endpoints(site, blueprint)

    @blueprint.errorhandler(EndpointRefusal)
    def refuse(refusal: EndpointRefusal) -> Response:
        return _shared(json_response(refusal.body, refusal.status, refusal.headers))

    return blueprint


def _documents(site: Site, blueprint: Blueprint) -> None:
    metadata = openid_configuration(site.provider), authorization_server_metadata(site.provider)

    @blueprint.get("/.well-known/openid-configuration")
    def discovery() -> Response:
        return json_response(metadata[0], headers=PUBLISHED)

    @blueprint.get("/.well-known/oauth-authorization-server")
    def server_metadata() -> Response:
        return json_response(metadata[1], headers=PUBLISHED)

    @blueprint.get(ENDPOINTS["jwks_uri"])
    def jwks() -> Response:
        return json_response(site.keys(site.clock()).jwks(), headers=PUBLISHED)


def _browser_endpoints(site: Site, blueprint: Blueprint) -> None:
    @blueprint.route(ENDPOINTS["authorization_endpoint"], methods=["GET", "POST"])
    def authorize() -> Response:
        now, browser = site.clock(), site.cookies.browser(request)
        pairs = _pairs(request)
        visitor = site.visitor(request, browser, _first(pairs, "ui_locales"))
        posted = request.method == "POST"
        return respond(site, request, browser, site.signing_in.authorize(pairs, visitor, site.keys(now), now, posted=posted))

    @blueprint.route(ENDPOINTS["end_session_endpoint"], methods=["GET", "POST"])
    def end_session() -> Response:
        return _end_session(site, request)


def _client_endpoints(site: Site, blueprint: Blueprint) -> None:
    @blueprint.post(ENDPOINTS["token_endpoint"])
    def token() -> Response:
        now = site.clock()
        answer = site.tokens.token(request.headers.get("Authorization"), _form(request), site.keys(now), now)
        return _shared(json_response(answer))

    @blueprint.route(ENDPOINTS["userinfo_endpoint"], methods=["GET", "POST"])
    def userinfo() -> Response:
        answer = site.tokens.userinfo(request.headers.get("Authorization"), _form(request), site.clock())
        return _shared(json_response(answer))

    @blueprint.post(ENDPOINTS["revocation_endpoint"])
    def revoke() -> Response:
        site.tokens.revoke(request.headers.get("Authorization"), _form(request), site.clock())
        return _shared(json_response({}))

    @blueprint.post(ENDPOINTS["introspection_endpoint"])
    def introspect() -> Response:
        return json_response(site.tokens.introspect(request.headers.get("Authorization"), _form(request), site.clock()))


def _end_session(site: Site, request: Request) -> Response:
    """Sign out as RP-Initiated Logout §2 asks. The confirmation posts the same parameters, with the person's decision."""
    now, browser = site.clock(), site.cookies.browser(request)
    pairs = [(name, value) for name, value in _pairs(request) if name not in {"csrf", "decision"}]
    decision = site.signing_out.judge(pairs, browser.session, site.keys(now), now)
    if isinstance(decision.step, AskToSignOut):
        answer = request.form.get("decision")
        if answer is None:
            return _ask_to_sign_out(site, request, decision, pairs)
        site.cookies.check_form(request, browser)
        if answer != "sign-out":
            return see("/me")
    return _signed_out(site, request, decision)


def _ask_to_sign_out(site: Site, request: Request, decision: Decision, pairs: list[tuple[str, str]]) -> Response:
    language = site.language(request)
    portal = site.portal(decision.client.client_id, language, site.clock()) if decision.client else None
    page = views.SignOut(action=ENDPOINTS["end_session_endpoint"], portal=portal, fields=tuple(pairs))
    return site.show(request, page)


def _signed_out(site: Site, request: Request, decision: Decision) -> Response:
    if decision.signed_in is not None:
        site.signing_out.end(decision.signed_in)
    afterwards = decision.step.afterwards
    if isinstance(afterwards, RedirectBack):
        response = see(afterwards.url)
    else:
        portal = site.portal(decision.client.client_id, site.language(request), site.clock()) if decision.client else None
        response = site.show(request, views.SignedOut(portal=portal), here=False)
    site.cookies.forget(response, SESSION)
    return response


def _pairs(request: Request) -> list[tuple[str, str]]:
    """Return the parameters of a GET's query or a POST's form, repeated ones included."""
    source: Any = request.form if request.method == "POST" else request.args
    return list(source.items(multi=True))


def _form(request: Request) -> Pairs:
    """Return the form of a POST; nothing else counts, least of all the query (RFC 6749 §2.3.1, RFC 9700 §2.6)."""
    return request.form.items(multi=True) if request.method == "POST" and request.mimetype == FORM else ()


def _first(pairs: list[tuple[str, str]], name: str) -> str:
    return next((value for key, value in pairs if key == name), "")


def _shared(response: Response) -> Response:
    """Let scripts of public clients read the answer; no cookie is ever looked at here, so any origin may."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
