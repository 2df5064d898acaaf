"""What the use cases decided, as HTTP: redirects, pages and answers to portals."""

from __future__ import annotations

import logging

from flask import Request, Response

from idbridge.oidc.authorization import (
    AskConsent,
    AuthorizationResponse,
    ChooseOrganisation,
    ChooseRegion,
    ResponseMode,
    required_assurance,
)
from idbridge.services.flow import Flow
from idbridge.services.turns import AnswerPortal, Ask, AskRegion, ConfirmLink, Done, GoTo, Outcome, Question, RegionFailed, Turn
from idbridge.services.upstream import Waiting
from idbridge.web import views
from idbridge.web.browser import SESSION, Browser
from idbridge.web.consent_view import consent_view, organisation_view, person_name
from idbridge.web.site import NO_STORE, Site, incident

_log = logging.getLogger(__name__)

_FAILURE_STATUS = {"unavailable": 502, "untrusted": 502, "timeout": 504, "disabled": 503}
"""HTTP status of the page that says why a region did not sign the person in; 403 where not listed."""


def respond(site: Site, request: Request, browser: Browser, turn: Turn) -> Response:
    """Return the response to what a step came to, with the new session's cookie if there is one."""
    response = _respond(site, request, turn.outcome)
    if turn.session is not None:
        site.cookies.keep(response, SESSION, turn.session)
    return site.remember(response, browser)


def _respond(site: Site, request: Request, outcome: Outcome) -> Response:
    match outcome:
        case AnswerPortal(response):
            return answer_portal(site, request, response)
        case RegionFailed():
            return region_failed(site, request, outcome)
        case _:
            return see(_next_address(outcome))


def _next_address(outcome: GoTo | Ask | AskRegion | ConfirmLink | Waiting | Done) -> str:
    match outcome:
        case GoTo(url) | Done(url):
            return url
        case Ask(flow_id):
            return f"/sign-in/{flow_id}"
        case AskRegion(flow_id):
            return f"/sign-in/{flow_id}/regions"
        case ConfirmLink(ticket):
            return f"/me/links/confirm/{ticket}"
        case Waiting(_, _, ticket, url):
            return url or f"/sign-in/waiting/{ticket}"


def see(url: str) -> Response:
    """Redirect with 303: whatever the method was, the browser asks for the next address by GET (RFC 9110 §15.4.4)."""
    return Response(status=303, headers={"Location": url, **NO_STORE})


def answer_portal(site: Site, request: Request, answer: AuthorizationResponse) -> Response:
    """Send the browser back to the portal in the mode it asked for."""
    if answer.mode is ResponseMode.FORM_POST:
        page = views.FormPost(action=answer.redirect_uri, fields=answer.parameters, portal=views.Portal(""))
        return site.show(request, page)
    return see(answer.url)


def region_failed(site: Site, request: Request, failed: RegionFailed) -> Response:
    """Say which region failed and why, with the ways on; the log has the check that failed, under the page's number."""
    refusal, number = failed.refusal, incident()
    locales = " ".join(failed.flow.request.ui_locales)
    language = site.language(request, locales)
    _log.warning("login failed: region=%s code=%s check=%s incident=%s", refusal.region, refusal.code, refusal.check, number)
    page = views.Problem(
        code=f"region_{refusal.code}",
        status=_FAILURE_STATUS.get(refusal.code, 403),
        incident=number,
        region=site.region(refusal.region, language),
        portal=_portal(site, failed.flow, language),
        other_region=f"/sign-in/{failed.flow_id}/regions",
        back=f"/sign-in/{failed.flow_id}/back/{refusal.code}",
    )
    return site.show(request, page, status=page.status, ui_locales=locales, here=False)


def show_question(site: Site, request: Request, question: Question) -> Response:
    """Show the page of a flow that waits for the person."""
    locales = " ".join(question.flow.request.ui_locales)
    language = site.language(request, locales)
    portal = _portal(site, question.flow, language)
    page: views.ChooseRegion | views.ChooseOrganisation | views.Consent
    match question.step, question.prospect:
        case ChooseOrganisation(organisations), prospect if prospect is not None and portal is not None:
            offered = {name: site.release.organisations(prospect.link)[name] for name in organisations}
            page = views.ChooseOrganisation(
                action=f"/sign-in/{question.flow_id}/organisation",
                portal=portal,
                person=person_name(prospect, language),
                organisations=tuple(organisation_view(value, one) for value, one in offered.items()),
            )
        case AskConsent(), prospect if prospect is not None and portal is not None:
            source = site.region(prospect.facts.region, language)
            page = consent_view(prospect, portal, source, f"/sign-in/{question.flow_id}/consent", language)
        case step, _:
            page = choose_region(site, question, step, portal, language)
    return site.show(request, page, ui_locales=locales)


def choose_region(
    site: Site, question: Question, step: object, portal: views.Portal | None, language: str
) -> views.ChooseRegion:
    """Return the chooser: the regions that may be picked, and the others with the reason why not."""
    offered = step.regions if isinstance(step, ChooseRegion) else ()
    return views.ChooseRegion(
        action=f"/sign-in/{question.flow_id}/region",
        cancel=f"/sign-in/{question.flow_id}/cancel",
        choices=tuple(
            views.RegionChoice(site.region(code, language), "" if code in offered else _obstacle(site, question, code))
            for code in site.displays
        ),
        portal=portal,
        reason="stronger" if _too_weak(question) else "sign-in",
    )


def _too_weak(question: Question) -> bool:
    """Whether the portal could not take the login that there is for its strength, wherever it came from."""
    prospect = question.prospect
    required = required_assurance(question.flow.request, question.client)
    return prospect is not None and prospect.signed_in.session.assurance < required


def _obstacle(site: Site, question: Question, code: str) -> views.Obstacle:
    if code not in {offer.code for offer in site.provider.regions}:
        return "disabled"
    accepted = question.client.regions
    return "not-accepted" if accepted and code not in accepted else "insufficient"


def _portal(site: Site, flow: Flow, language: str) -> views.Portal | None:
    return site.portal(flow.request.client_id, language, site.clock()) if flow.purpose == "portal" else None
