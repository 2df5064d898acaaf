"""The schemas, served."""

from __future__ import annotations

import json

from flask import Flask

from idbridge.signatures.schemas import DOCUMENT_REPORT, read_schema
from idbridge.web.schemas import schemas


def test_schemas_are_served_and_nothing_else() -> None:
    app = Flask("schemas")
    app.register_blueprint(schemas())
    client = app.test_client()
    response = client.get(f"/schemas/{DOCUMENT_REPORT}")
    assert (response.status_code, response.content_type) == (200, "application/schema+json")
    assert json.loads(response.data) == json.loads(read_schema(DOCUMENT_REPORT))
    assert client.get("/schemas/__init__.py").status_code == 404
