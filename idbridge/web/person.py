"""The person's own pages: links, consents, sign-ins, signed-in browsers, signing out."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, request

from idbridge.identity.assertion import RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.identity.linking import LinkingRefusal, link_to_remove
from idbridge.identity.person import Link, LinkId
from idbridge.services.my_identity import NEWEST, Me, display_name
from idbridge.services.sessions import SignedIn
from idbridge.services.sign_in import LINKING_MAX_AGE
from idbridge.storage.records import SignIn
from idbridge.web import views
from idbridge.web.browser import SESSION
from idbridge.web.devices import device_name
from idbridge.web.outcomes import respond, see
from idbridge.web.pages import Page
from idbridge.web.site import Site
from idbridge.web.wording import CLAIMS

_LINKING_PROBLEMS = {
    "taken": "link_conflict",
    "stale-login": "link_not_fresh",
    "stale-second-login": "link_not_fresh",
    "insufficient": "region_insufficient",
    "last": "last_link",
}
"""The page's code for a refusal to link or unlink; an ended sign-in where not listed."""


class NotSignedIn(Exception):
    """The page is a person's own, and nobody is signed in in this browser."""


def person(site: Site) -> Blueprint:
    """Return the blueprint of the person's own pages."""
    blueprint = Blueprint("person", __name__, url_prefix="/me")
    for pages in (_overview, _links, _linking, _unlinking, _consents, _activity):
        pages(site, blueprint)

    @blueprint.errorhandler(NotSignedIn)
    def sign_in_first(_: NotSignedIn) -> Response:
        browser = site.cookies.browser(request)
        return respond(site, request, browser, site.signing_in.own(site.visitor(request, browser), site.clock()))

    @blueprint.errorhandler(LinkingRefusal)
    def refused(refusal: LinkingRefusal) -> Response:
        if refusal.code == "already-linked":
            return see("/me/links")
        code = _LINKING_PROBLEMS.get(refusal.code, "sign_in_expired")
        return site.show(request, views.Problem(code=code, status=409, retry="/me/links"), status=409, here=False)

    return blueprint


def _me(site: Site) -> Me:
    """Return who is signed in. Raises `NotSignedIn`, and `ForeignForm` for a form that is not this browser's."""
    browser = site.cookies.browser(request)
    if request.method == "POST":
        site.cookies.check_form(request, browser)
    me = site.my_identity.me(browser.session)
    if me is None:
        raise NotSignedIn
    return me


def _show(site: Site, me: Me, page: Page) -> Response:
    return site.show(request, page, account=me.name(site.language(request)) or me.link.region)


def _region(site: Site, code: str) -> views.Region:
    return site.region(code, site.language(request))


def _overview(site: Site, blueprint: Blueprint) -> None:
    @blueprint.get("")
    def overview() -> Response:
        me = _me(site)
        newest = site.my_identity.sign_ins(me.signed_in.person, 1)
        page = views.Overview(
            person=me.name(site.language(request)),
            regions=tuple(_region(site, link.region) for link in me.links),
            consents=len({consent.client_id for consent in site.my_identity.consents(me.signed_in.person)}),
            last_sign_in=_sign_in_view(site, newest[0]) if newest else None,
        )
        return _show(site, me, page)

    @blueprint.post("/sign-out")
    def sign_out() -> Response:
        me = _me(site)
        site.signing_out.end(me.signed_in)
        page = views.SignedOut(regions=(_region(site, me.link.region),))
        response = site.show(request, page, here=False)
        site.cookies.forget(response, SESSION)
        return response


def _links(site: Site, blueprint: Blueprint) -> None:
    @blueprint.get("/links")
    def links() -> Response:
        me = _me(site)
        seen = _last_assurance(me, site.my_identity.sign_ins(me.signed_in.person))
        page = views.Links(
            linked=tuple(
                views.LinkedRegion(
                    region=_region(site, link.region),
                    since=link.linked_at,
                    last_used=link.last_used_at,
                    assurance=seen.get(link.id),
                    unlink=f"/me/links/{link.id}/unlink" if len(me.links) > 1 else "",
                )
                for link in me.links
            ),
            link="/me/links/new" if _linkable(site, me) else "",
        )
        return _show(site, me, page)


def _last_assurance(me: Me, sign_ins: tuple[SignIn, ...]) -> dict[LinkId, Assurance]:
    """Return how sure the last login by each link was, as far as the history goes back: assurance is a login's."""
    oldest_first = {sign_in.link: sign_in.assurance for sign_in in reversed(sign_ins)}
    return {**oldest_first, me.link.id: me.signed_in.session.assurance}


def _linkable(site: Site, me: Me) -> tuple[RegionCode, ...]:
    held = {link.region for link in me.links}
    return tuple(offer.code for offer in site.provider.regions if offer.code not in held)


def _linking(site: Site, blueprint: Blueprint) -> None:
    @blueprint.get("/links/new")
    def choose() -> Response:
        me, browser, now = _me(site), site.cookies.browser(request), site.clock()
        session = me.signed_in.session
        age = (now - min(session.authenticated_at, session.established_at)).total_seconds()
        if age > LINKING_MAX_AGE:  # the first login has to be fresh too; the person comes back here through "My identity"
            visitor = site.visitor(request, browser)
            return respond(site, request, browser, site.signing_in.own(visitor, now, LINKING_MAX_AGE, "/me/links/new"))
        linkable = _linkable(site, me)
        page = views.ChooseRegion(
            action="/me/links/new",
            cancel="/me/links/cancel",
            choices=tuple(views.RegionChoice(_region(site, code), _obstacle(site, me, code)) for code in site.displays),
            reason="link",
        )
        return _show(site, me, page) if linkable else see("/me/links")

    @blueprint.post("/links/new")
    def depart() -> Response:
        me, browser = _me(site), site.cookies.browser(request)
        region = RegionCode(request.form.get("region", ""))
        if region not in _linkable(site, me):
            return see("/me/links/new")
        visitor = site.visitor(request, browser)
        return respond(site, request, browser, site.signing_in.link(region, visitor, site.clock()))

    @blueprint.post("/links/cancel")
    def cancel() -> Response:
        _me(site)
        return see("/me/links")

    @blueprint.get("/links/confirm/<ticket>")
    def ask_to_link(ticket: str) -> Response:
        me, browser, language = _me(site), site.cookies.browser(request), site.language(request)
        second = site.linking.look(ticket, browser.digest)
        page = views.ConfirmLink(
            action=f"/me/links/confirm/{ticket}",
            cancel=f"/me/links/confirm/{ticket}/cancel",
            known=_region(site, me.link.region),
            added=_region(site, second.region),
            person=me.name(language),
            added_person=display_name(second.attributes, second.region, language),
        )
        return _show(site, me, page)

    @blueprint.post("/links/confirm/<ticket>")
    def confirm(ticket: str) -> Response:
        me, browser = _me(site), site.cookies.browser(request)
        if request.form.get("agree") != "yes":
            return see(f"/me/links/confirm/{ticket}")
        link = site.linking.confirm(ticket, me.signed_in, browser.digest, site.clock())
        return _show(site, me, views.LinkChanged(region=_region(site, link.region), change="linked"))

    @blueprint.post("/links/confirm/<ticket>/cancel")
    def refuse(ticket: str) -> Response:
        _me(site)
        site.linking.forget(ticket, site.cookies.browser(request).digest)
        return see("/me/links")


def _obstacle(site: Site, me: Me, code: RegionCode) -> views.Obstacle:
    if code in {link.region for link in me.links}:
        return "linked"
    return "" if code in {offer.code for offer in site.provider.regions} else "disabled"


def _unlinking(site: Site, blueprint: Blueprint) -> None:
    @blueprint.get("/links/<link_id>/unlink")
    def ask_to_unlink(link_id: str) -> Response:
        me = _me(site)
        link: Link = link_to_remove(me.links, LinkId(link_id))
        page = views.ConfirmUnlink(
            action=f"/me/links/{link.id}/unlink",
            cancel="/me/links",
            region=_region(site, link.region),
            remaining=tuple(_region(site, one.region) for one in me.links if one.id != link.id),
        )
        return _show(site, me, page)

    @blueprint.post("/links/<link_id>/unlink")
    def unlink(link_id: str) -> Response:
        me = _me(site)
        removed = site.linking.unlink(LinkId(link_id), me.signed_in, site.clock())
        return _show(site, me, views.LinkChanged(region=_region(site, removed.region), change="unlinked"))


def _consents(site: Site, blueprint: Blueprint) -> None:
    @blueprint.get("/consents")
    def consents() -> Response:
        return _show_consents(site, _me(site))

    @blueprint.post("/consents/revoke")
    def revoke() -> Response:
        me, now = _me(site), site.clock()
        ended = site.my_identity.withdraw(me.signed_in.person, request.form.get("consent", ""), now)
        return _show_consents(site, me, revoked=ended[0].recipient if ended else "")


def _show_consents(site: Site, me: Me, revoked: str = "") -> Response:
    now, language, person = site.clock(), site.language(request), me.signed_in.person
    offline = {grant.client_id for grant in site.my_identity.offline(person, now)}
    last_used = {one.client_id: one.at for one in reversed(site.my_identity.sign_ins(person))}
    given = tuple(
        views.GivenConsent(
            value=consent.client_id,
            portal=site.portal(consent.client_id, language, now) or views.Portal(consent.recipient),
            claims=tuple(sorted(consent.claims, key=_in_reading_order)),
            since=consent.granted_at,
            offline=consent.client_id in offline,
            last_used=last_used.get(consent.client_id),
        )
        for consent in site.my_identity.consents(person)
    )
    return _show(site, me, views.Consents(given=given, revoke="/me/consents/revoke", revoked=revoked))


def _in_reading_order(name: str) -> tuple[bool, int]:
    """Sort a claim as pages name them elsewhere; one without words comes last."""
    order = tuple(CLAIMS)
    return (False, order.index(name)) if name in order else (True, 0)


def _activity(site: Site, blueprint: Blueprint) -> None:
    @blueprint.get("/activity")
    def activity() -> Response:
        me = _me(site)
        count = min(request.args.get("count", NEWEST, type=int), 10 * NEWEST)
        sign_ins = site.my_identity.sign_ins(me.signed_in.person, max(count, 1))
        page = views.Activity(
            sign_ins=tuple(_sign_in_view(site, one) for one in sign_ins),
            sessions=tuple(_session_view(site, one, me) for one in site.my_identity.sessions(me.signed_in.person)),
            end="/me/activity/end",
            older=f"/me/activity?count={count + NEWEST}" if len(sign_ins) == count else "",
        )
        return _show(site, me, page)

    @blueprint.post("/activity/end")
    def end() -> Response:
        me = _me(site)
        site.my_identity.end_session(me.signed_in.person, request.form.get("session", ""))
        return see("/me/activity")


def _sign_in_view(site: Site, sign_in: SignIn) -> views.SignIn:
    portal = site.portal(sign_in.client_id, site.language(request), site.clock())
    return views.SignIn(
        at=sign_in.at,
        region=_region(site, sign_in.region),
        assurance=sign_in.assurance,
        portal=portal.name if portal else sign_in.client_id,
    )


def _session_view(site: Site, one: SignedIn, me: Me) -> views.Session:
    since: datetime = one.session.established_at
    return views.Session(
        value=one.handle,
        device=device_name(one.device),
        since=since,
        region=_region(site, one.session.region),
        current=one.session.sid == me.signed_in.session.sid,
    )
