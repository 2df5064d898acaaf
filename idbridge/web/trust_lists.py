"""The page that shows the trust lists, and their drawing."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, request

from idbridge.pki.certificate import Certificate
from idbridge.services.trust_lists import ListStatus, TrustLists
from idbridge.trust.localised import Names, preferred
from idbridge.trust.overview import NOTHING, AgreedScheme, OwnService, RecognisedType, Spell, overview
from idbridge.trust.relations import Relations, relations
from idbridge.trust.relations_drawing import draw_relations
from idbridge.trust.reliance import Reliance
from idbridge.trust.svg import called
from idbridge.web import trust_views
from idbridge.web.site import Site
from idbridge.web.views import Region

GRAPH: Final = "/trust-lists/graph.svg"

_NAMED: Final = {
    "zh-Hant": ("zh-Hant", "zh-Hans", "zh"),
    "zh-Hans": ("zh-Hans", "zh-Hant", "zh"),
    "pt": ("pt",),
    "en": ("en",),
}
"""In which languages of a list its names are taken for a page's language; English, and then any, serve where there is none."""


def trust_lists(site: Site, lists: TrustLists) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("trust_lists", __name__)

    @blueprint.get("/trust-lists")
    def show() -> Response:
        return site.show(request, _page(lists, site.language(request)))

    @blueprint.get(GRAPH)
    def graph() -> Response:
        return svg_response(draw_relations(relations(lists.in_force(), lists.known)))

    return blueprint


def svg_response(drawing: str) -> Response:
    """Return a drawing that a page shows as an image: whatever names stand in it, it may do nothing (CSP)."""
    response = Response(drawing, content_type="image/svg+xml")
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


def _page(lists: TrustLists, language: str) -> trust_views.TrustListsPage:
    in_force = lists.in_force()
    return trust_views.TrustListsPage(
        lists=tuple(_listed(status, in_force[status.territory], language) for status in lists.status()),
        graph=GRAPH,
        crossings=_crossings(relations(in_force, lists.known)),
    )


def _listed(status: ListStatus, reliance: Reliance, language: str) -> trust_views.ListedRegion:
    """Return a list for the page; of one that has expired too, what it said."""
    attempt = status.last_attempt
    seen = overview(reliance.signed.content) if reliance.signed else NOTHING
    return trust_views.ListedRegion(
        region=Region(status.territory),
        standing=status.standing.value,
        xml=f"/api/v1/trust-lists/{status.territory}",
        sequence=status.sequence,
        issued=status.issued,
        age=status.age,
        next_update=status.next_update,
        refresh=trust_views.Refresh(attempt.at, attempt.code, attempt.succeeded) if attempt else None,
        own=tuple(_own(service, language) for service in seen.own),
        recognised=tuple(_recognised(kind, language) for kind in seen.recognised),
        agreements=tuple(map(_agreement, seen.agreements)),
    )


def _own(service: OwnService, language: str) -> trust_views.ListedService:
    return trust_views.ListedService(
        name=_name(service.names, language),
        provider=_name(service.provider, language),
        type=service.type,
        periods=_periods(service.spells),
    )


def _recognised(kind: RecognisedType, language: str) -> trust_views.RecognisedKind:
    entry = kind.entry
    return trust_views.RecognisedKind(
        name=_name(entry.certificate_type, language) or entry.id,
        entry=entry.id,
        region=Region(entry.region),
        scheme=entry.scheme,
        level=entry.level.value,
        purposes=tuple(sorted(purpose.value for purpose in entry.purposes)),
        periods=_periods(kind.spells),
        conditions=_conditions(kind),
        confirmed=entry.confirmed,
    )


def _conditions(kind: RecognisedType) -> tuple[trust_views.Condition, ...]:
    entry = kind.entry
    conditions = [trust_views.Condition("issuer", name) for name in _names(kind.issuers)]
    conditions += [trust_views.Condition("root", name) for name in _names(kind.roots)]
    conditions += [trust_views.Condition("subject", rule.value) for rule in entry.subject]
    if entry.policy is not None:
        exact = entry.policy.exact
        conditions.append(trust_views.Condition("policy-exact" if exact else "policy", exact or entry.policy.prefix))
    return tuple(conditions)


def _names(certificates: tuple[Certificate, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(called, certificates)))


def _agreement(agreed: AgreedScheme) -> trust_views.Agreement:
    return trust_views.Agreement(
        region=Region(agreed.territory or ""),
        scheme=agreed.scheme,
        identifier=agreed.identifier,
        periods=_periods(agreed.spells),
    )


def _periods(spells: tuple[Spell, ...]) -> tuple[trust_views.Period, ...]:
    return tuple(trust_views.Period(spell.granted, spell.since, spell.until) for spell in spells)


def _crossings(found: Relations) -> tuple[trust_views.Cross, ...]:
    by_key = {authority.key: authority for authority in found.authorities}
    return tuple(
        trust_views.Cross(
            issuer=called(by_key[crossing.issuer].certificate),
            issuer_region=Region(by_key[crossing.issuer].territory),
            subject=called(by_key[crossing.subject].certificate),
            subject_region=Region(by_key[crossing.subject].territory),
            mutual=crossing.mutual,
        )
        for crossing in found.crossings
    )


def _name(names: Names, language: str) -> str:
    return preferred(names, *_NAMED[language])
