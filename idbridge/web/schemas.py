"""The schemas of what the bridge answers, for programs that check it: ``/schemas/<name>``. They change with a release only."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from idbridge.signatures.schemas import SCHEMAS, read_schema

ONE_DAY = 86_400


def schemas() -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("schemas", __name__, url_prefix="/schemas")
    contents = {name: read_schema(name) for name in SCHEMAS}

    @blueprint.get("/<name>")
    def schema(name: str) -> Response:
        if name not in contents:
            abort(404)
        response = Response(contents[name], content_type="application/schema+json")
        response.cache_control.public = True
        response.cache_control.max_age = ONE_DAY
        return response

    return blueprint
