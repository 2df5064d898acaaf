"""The pages between a portal's request and its answer, and the addresses that the regions send browsers and notices to."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, request

from idbridge.identity.assertion import RegionCode
from idbridge.regions.connector import RegionRefusal
from idbridge.services.flow import FlowLost
from idbridge.services.turns import Turn
from idbridge.services.upstream import LoginLost, Waiting
from idbridge.storage.ports import PersonUnknown
from idbridge.web import views
from idbridge.web.outcomes import choose_region, respond, show_question
from idbridge.web.site import Site, json_response

_log = logging.getLogger(__name__)


def sign_in(site: Site) -> Blueprint:
    """Return the blueprint of signing in."""
    blueprint = Blueprint("sign_in", __name__)
    _question_pages(site, blueprint)
    _decisions(site, blueprint)
    _region_addresses(site, blueprint)
    _waiting_pages(site, blueprint)

    @blueprint.errorhandler(FlowLost)
    @blueprint.errorhandler(LoginLost)
    @blueprint.errorhandler(PersonUnknown)  # deleted while signing in
    def lost(_: Exception) -> Response:
        return site.show(request, views.Problem(code="sign_in_expired", status=400), status=400, here=False)

    return blueprint


def _question_pages(site: Site, blueprint: Blueprint) -> None:
    @blueprint.get("/sign-in/<flow_id>")
    def question(flow_id: str) -> Response:
        browser = site.cookies.browser(request)
        found = site.signing_in.show(flow_id, site.visitor(request, browser), site.clock())
        if isinstance(found, Turn):
            return respond(site, request, browser, found)
        return show_question(site, request, found)

    @blueprint.get("/sign-in/<flow_id>/regions")
    def regions(flow_id: str) -> Response:
        browser, now = site.cookies.browser(request), site.clock()
        found = site.signing_in.choices(flow_id, site.visitor(request, browser), now)
        locales = " ".join(found.flow.request.ui_locales)
        language = site.language(request, locales)
        portal = site.portal(found.flow.request.client_id, language, now)
        return site.show(request, choose_region(site, found, found.step, portal, language), ui_locales=locales)

    @blueprint.get("/sign-in/<flow_id>/back/<code>")
    def back(flow_id: str, code: str) -> Response:
        browser = site.cookies.browser(request)
        return respond(site, request, browser, site.signing_in.give_up(flow_id, code, site.visitor(request, browser)))


def _decisions(site: Site, blueprint: Blueprint) -> None:
    @blueprint.post("/sign-in/<flow_id>/region")
    def choose(flow_id: str) -> Response:
        browser = site.cookies.browser(request)
        site.cookies.check_form(request, browser)
        region, visitor = RegionCode(request.form.get("region", "")), site.visitor(request, browser)
        return respond(site, request, browser, site.signing_in.choose_region(flow_id, region, visitor, site.clock()))

    @blueprint.post("/sign-in/<flow_id>/organisation")
    def choose_organisation(flow_id: str) -> Response:
        browser = site.cookies.browser(request)
        site.cookies.check_form(request, browser)
        chosen, visitor = request.form.get("organisation", ""), site.visitor(request, browser)
        return respond(site, request, browser, site.signing_in.choose_organisation(flow_id, chosen, visitor, site.clock()))

    @blueprint.post("/sign-in/<flow_id>/consent")
    def consent(flow_id: str) -> Response:
        browser, now = site.cookies.browser(request), site.clock()
        site.cookies.check_form(request, browser)
        visitor = site.visitor(request, browser)
        if request.form.get("decision") != "allow":
            return respond(site, request, browser, site.signing_in.deny(flow_id, visitor))
        names, cross_border = tuple(request.form.getlist("claim")), request.form.get("cross_border") == "yes"
        return respond(site, request, browser, site.signing_in.agree(flow_id, names, cross_border, visitor, now))

    @blueprint.post("/sign-in/<flow_id>/cancel")
    def cancel(flow_id: str) -> Response:
        browser = site.cookies.browser(request)
        site.cookies.check_form(request, browser)
        return respond(site, request, browser, site.signing_in.cancel(flow_id, site.visitor(request, browser)))


def _region_addresses(site: Site, blueprint: Blueprint) -> None:
    @blueprint.get("/regions/<code>/callback")
    def callback(code: str) -> Response:
        browser = site.cookies.browser(request)
        answer = {name: values[0] for name, values in request.args.lists() if len(values) == 1}
        turn = site.signing_in.arrive(RegionCode(code), answer, site.visitor(request, browser), site.clock())
        return respond(site, request, browser, turn)

    @blueprint.post("/regions/<code>/notice")
    def notice(code: str) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            body = site.upstream.hear(RegionCode(code), request.get_data(), headers, site.clock())
        except RegionRefusal as refusal:
            _log.warning("notice refused: region=%s code=%s check=%s", refusal.region, refusal.code, refusal.check)
            return json_response({"error": refusal.code}, 400)
        return Response(body, content_type="application/json")


def _waiting_pages(site: Site, blueprint: Blueprint) -> None:
    @blueprint.get("/sign-in/waiting/<ticket>")
    def waiting(ticket: str) -> Response:
        browser = site.cookies.browser(request)
        turn = site.signing_in.resume(ticket, site.visitor(request, browser), site.clock())
        if not isinstance(turn.outcome, Waiting):
            return respond(site, request, browser, turn)
        locales = " ".join(turn.outcome.flow.request.ui_locales)
        page = views.Waiting(
            region=site.region(turn.outcome.region, site.language(request, locales)),
            status=f"/sign-in/waiting/{ticket}/status",
            again=f"/sign-in/waiting/{ticket}",
            cancel=f"/sign-in/waiting/{ticket}/cancel",
        )
        return site.show(request, page, ui_locales=locales)

    @blueprint.get("/sign-in/waiting/<ticket>/status")
    def status(ticket: str) -> Response:
        state = site.upstream.waiting(ticket, site.cookies.browser(request).digest)
        return json_response({"waiting": state == "waiting"})

    @blueprint.post("/sign-in/waiting/<ticket>/cancel")
    def stop(ticket: str) -> Response:
        browser = site.cookies.browser(request)
        site.cookies.check_form(request, browser)
        return respond(site, request, browser, site.signing_in.stop_waiting(ticket, site.visitor(request, browser)))
