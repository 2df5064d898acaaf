"""Pages that are for everybody: privacy, accessibility, and the way in for people who type the address."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idbridge.web import views
from idbridge.web.outcomes import see
from idbridge.web.site import Site


def public(site: Site) -> Blueprint:
    """Return the blueprint of the public pages."""
    blueprint = Blueprint("public", __name__)

    @blueprint.get("/")
    def home() -> Response:
        return see("/me")

    @blueprint.get("/privacy")
    def privacy() -> Response:
        return site.show(request, views.Privacy(contact=site.contact))

    @blueprint.get("/accessibility")
    def accessibility() -> Response:
        return site.show(request, views.Accessibility(contact=site.contact))

    return blueprint
