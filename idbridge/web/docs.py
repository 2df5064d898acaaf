"""``/openapi.json``, the description of every HTTP interface, and ``/docs``, the same for people.

The page is drawn here, like every other page of the bridge: it needs no script, loads nothing from elsewhere, and reads well on
a phone and without a mouse.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from idbridge.web.openapi.document import openapi_document
from idbridge.web.openapi.reading import docs_page
from idbridge.web.site import Site, json_response

PUBLISHED = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
"""For everybody, and for programs in the browser that make clients of it."""


def docs(site: Site) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("docs", __name__)
    document = openapi_document(site.provider.issuer)
    page = docs_page(document)

    @blueprint.get("/openapi.json")
    def openapi() -> Response:
        return json_response(document, headers=PUBLISHED)

    @blueprint.get("/docs")
    def show() -> Response:
        return site.show(request, page)

    return blueprint
