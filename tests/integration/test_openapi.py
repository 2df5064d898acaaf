"""The description of the interfaces is sound, describes every route there is, and what is answered is what it says."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from io import BytesIO
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from idbridge.app import create_app
from idbridge.settings import Settings
from idbridge.storage.migrations import upgrade
from idbridge.storage.valkey import EmbeddedValkey
from idbridge.web.openapi.document import INTERNAL, OPERATIONS, openapi_document
from tests.unit.services.published import instance

DOCUMENT = openapi_document("https://id.example")
CONTENT = b"Tender\n"


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return instance(tmp_path_factory.mktemp("lists"))


@pytest.fixture(scope="module")
def app(here, tmp_path_factory):
    """A whole instance that relies on the demonstration's lists; nothing is published anywhere."""
    home = tmp_path_factory.mktemp("home")
    versions = home / "trust" / "versions"
    made = instance(versions)
    certificates = made.pki.folder / "certificates"
    sources = [
        f'[[list]]\nterritory = "{region}"\nsigners = ["{certificates}/{region.lower()}-list-signer/certificate.cer"]\n'
        for region in made.pki.manifest.lists
    ]
    (home / "trust" / "sources.toml").write_text("".join(sources))
    configured = Settings(home=home)
    upgrade(configured.database)
    valkey = EmbeddedValkey(home)
    valkey.start()
    yield create_app(configured)
    valkey.stop()


@pytest.fixture(scope="module")
def client(app):
    return app.test_client()


def held(operation, answer):
    """Hold an answer to the description: a status that is there, a media type that is, a body of the schema."""
    described = DOCUMENT["paths"][operation.path][operation.method]["responses"]
    assert str(answer.status_code) in described, (operation.name, answer.status_code, answer.text[:300])
    content = described[str(answer.status_code)].get("content", {})
    if not content:
        return
    assert answer.mimetype in content, (operation.name, answer.status_code, answer.mimetype)
    schema = content[answer.mimetype]["schema"]
    if answer.mimetype == "application/json":
        validate(schema, answer.json)
    elif answer.mimetype == "application/x-ndjson":
        for line in answer.data.splitlines():
            validate(schema, json.loads(line))


def validate(schema, value):
    errors = list(Draft202012Validator({**schema, "components": DOCUMENT["components"]}).iter_errors(value))
    assert errors == [], errors[0]


def named(name):
    return next(one for one in OPERATIONS if one.name == name)


# --- the document ------------------------------------------------------------------------------------------------------


def test_the_document_is_openapi():
    OpenAPIV31SpecValidator(DOCUMENT).validate()
    names = [one.name for one in OPERATIONS]
    assert len(names) == len(set(names))


def test_every_schema_is_one_and_every_reference_leads_somewhere():
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    references = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DOCUMENT)))
    assert references <= set(DOCUMENT["components"]["schemas"])


def test_every_route_is_described_and_nothing_else(app):
    routes = {
        (method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if not rule.rule.startswith(INTERNAL)
    }
    assert routes == {(one.method, one.path) for one in OPERATIONS}


def test_the_examples_are_of_their_schemas():
    for one in OPERATIONS:
        if one.example is not None:
            validate(one.bodies["application/json"], one.example)


def test_it_is_published_and_shown(client):
    published = client.get("/openapi.json")
    assert published.json == {**DOCUMENT, **{name: published.json[name] for name in ("servers", "components")}}
    assert published.headers["Access-Control-Allow-Origin"] == "*"
    for language in ("zh-Hans", "zh-Hant", "en", "pt"):
        page = client.get(f"/docs?lang={language}")
        assert page.status_code == 200
        assert page.text.count("data-operation=") == len(OPERATIONS)
        assert "script" not in page.headers["Content-Security-Policy"].replace("script-src 'self'", "")


# --- what is answered --------------------------------------------------------------------------------------------------


def b64(data):
    return base64.b64encode(data).decode()


@pytest.fixture(scope="module")
def calls(here):
    """Calls that succeed, by the operation's name."""
    here.reset()
    signed, detached, der = here.signed(CONTENT), here.signed(CONTENT, attached=False), here.pki.certificate("hk-lam")
    sha256 = hashlib.sha256(CONTENT)
    remote = {"signedDocument": {"bytes": b64(signed), "name": "a.p7m"}}
    datafile = {"filename": "a", "hashAlgo": "SHA256", "hash": b64(sha256.digest())}
    return {
        "verifyDocuments": [
            {"json": {"document": b64(signed), "offline": True}},
            {"json": {"documents": [{"document": b64(signed)}, {"document": "AAAA"}], "offline": True}},
            {"json": {"document": b64(signed), "offline": True}, "headers": {"Accept": "application/x-ndjson"}},
            {"json": {"document": b64(detached), "detached": [{"digests": {"SHA-256": sha256.hexdigest()}}], "offline": True}},
            {"data": {"document": [(BytesIO(signed), "a"), (BytesIO(b"x"), "b")], "offline": "true"}},
            {"json": {"document": b64(signed), "subject": "somebody"}},
        ],
        "verifyCertificate": [{"json": {"certificate": b64(der), "offline": True}}],
        "dssValidateSignature": [{"json": remote}],
        "sivaValidate": [
            {"json": {"filename": "a", "document": b64(signed), "reportType": kind}} for kind in ("Simple", "Detailed")
        ],
        "sivaValidateHashcode": [{"json": {"signatureFiles": [{"signature": b64(detached), "datafiles": [datafile]}]}}],
        "getTrustList": [{"path": "/api/v1/trust-lists/HK"}, {"path": "/api/v1/trust-lists/XX"}],
    }


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_what_is_answered_is_what_is_described(client, calls, operation):
    for call in calls.get(operation.name, [{}]):
        options = {name: value for name, value in call.items() if name != "path"}
        path = call.get("path", re.sub(r"{\w+}", "HK", operation.path))
        held(operation, client.open(path, method=operation.method.upper(), **options))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.sampled_from(["AAAA", "MIIB", "2026-01-01T00:00:00Z"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def bodies(operation):
    """Return a strategy for JSON bodies with the members that the operation reads, of any value."""
    schema = operation.bodies["application/json"]
    name = schema.get("$ref", "").rpartition("/")[2]
    members = DOCUMENT["components"]["schemas"].get(name, schema).get("properties", {})
    known = st.dictionaries(st.sampled_from(sorted(members) or ["x"]), VALUES, max_size=4)
    return st.tuples(st.just(operation), known | VALUES)


READ_JSON = [one for one in OPERATIONS if "application/json" in one.bodies and one.name != "regionNotice"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(call=st.one_of([bodies(one) for one in READ_JSON]))
def test_whatever_json_is_sent_is_answered_as_described(client, call):
    operation, body = call
    held(operation, client.post(operation.path, data=json.dumps(body), content_type="application/json"))


READ_FORMS = [one for one in OPERATIONS if "application/x-www-form-urlencoded" in one.bodies]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data(), operation=st.sampled_from(READ_FORMS))
def test_whatever_form_is_sent_is_answered_as_described(client, data, operation):
    fields = sorted(operation.bodies["application/x-www-form-urlencoded"]["properties"])
    form = data.draw(st.dictionaries(st.sampled_from(fields), st.text(max_size=20), max_size=5))
    held(operation, client.post(operation.path, data=form))


READ_QUERIES = [one for one in OPERATIONS if one.method == "get" and one.parameters]
PARTS = st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1, max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data(), operation=st.sampled_from(READ_QUERIES))
def test_whatever_address_is_asked_is_answered_as_described(client, data, operation):
    fields = [one["name"] for one in operation.parameters if one["in"] == "query"]
    query = data.draw(st.dictionaries(st.sampled_from(fields), st.text(max_size=20), max_size=5)) if fields else {}
    part = data.draw(PARTS.filter(lambda part: part not in {".", ".."}))
    path = re.sub(r"{\w+}", quote(part).replace("\\", ""), operation.path)
    held(operation, client.get(path, query_string=query))
