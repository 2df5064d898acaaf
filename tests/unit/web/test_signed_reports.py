"""The API's reports in signed form: asked for by header or parameter, over the very octets of the plain answer."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from idbridge.services.documents import DocumentQuestion, Documents
from idbridge.services.own_signers import own_signers
from idbridge.services.report_signing import ReportSigning, self_issued
from idbridge.signatures.formats.jws.values import from_base64url
from idbridge.storage.report_keys import ReportKeys
from idbridge.web.signed_reports import MEDIA_TYPE, with_signed_reports
from tests.unit.services.asking import asking
from tests.unit.services.published import instance

CONTENT = b"Articles of the joint venture\n"
PATH = "/api/v1/verifications"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory):
    return instance(tmp_path_factory.mktemp("lists"))


@pytest.fixture
def keys(tmp_path: Path) -> ReportKeys:
    return ReportKeys(tmp_path)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory):
    with asking(tmp_path_factory.mktemp("home")) as made:
        yield made


@pytest.fixture
def client(here, keys: ReportKeys, stores):
    app = Flask("api")
    reports = ReportSigning(lambda: self_issued(keys, "https://bridge.example", here.clock()), here.clock)
    app.register_blueprint(with_signed_reports(stores.judging(here), reports))
    return app.test_client()


def asked(client, here, path: str = PATH, accept: str = "*/*"):
    body = {"document": base64.b64encode(here.signed(CONTENT)).decode(), "name": "a.p7s"}
    return client.post(path, json=body, headers={"Accept": accept})


@pytest.mark.parametrize(
    ("path", "accept"), [(PATH, MEDIA_TYPE), (f"{PATH}?signed=true", "*/*"), (PATH, f"application/json;q=0.5, {MEDIA_TYPE}")]
)
def test_a_signed_report_is_checked_later(client, here, keys: ReportKeys, path: str, accept: str) -> None:
    response = asked(client, here, path, accept)
    assert (response.status_code, response.content_type) == (200, MEDIA_TYPE)
    payload = json.loads(from_base64url(response.json_module.loads(response.data)["payload"]) or b"")
    assert (payload["schema"], payload["indication"]) == ("idbridge/document-report/1", "TOTAL_PASSED")
    later = here.clock() + timedelta(days=30)
    documents = Documents(here.lists, None, lambda: later, own_signers=lambda: own_signers(keys))
    report = documents.verify(DocumentQuestion(response.data, name="report.json")).report
    assert (report.indication, report.format) == ("TOTAL_PASSED", "JWS")
    assert report.signatures[0].evidence.form == "JAdES"


@pytest.mark.parametrize(
    ("path", "accept"),
    [(PATH, "*/*"), (PATH, "application/json"), (f"{PATH}?signed=false", MEDIA_TYPE), (PATH, "text/html, */*;q=0.1")],
)
def test_plain_unless_asked(client, here, path: str, accept: str) -> None:
    response = asked(client, here, path, accept)
    assert (response.status_code, response.content_type) == (200, "application/json")
    assert "Accept" in response.vary


def test_only_json_is_signed(client, here) -> None:
    response = asked(client, here, f"{PATH}?signed=true", "application/pdf")
    assert (response.status_code, response.json["error"]["code"]) == (406, "not-acceptable")


def test_refusals_are_not_signed(client) -> None:
    response = client.post(f"{PATH}?signed=true", json={"document": "!"})
    assert (response.status_code, response.content_type) == (400, "application/json")
    assert response.json["error"]["code"] == "malformed-document"


def test_the_signer_is_handed_out(client, here, keys: ReportKeys) -> None:
    response = client.get(f"{PATH}/signer")
    assert response.status_code == 200
    assert response.data.startswith(b"-----BEGIN CERTIFICATE-----")
    asked(client, here, f"{PATH}?signed=true")
    assert client.get(f"{PATH}/signer").data == response.data
    assert len(keys.all()) == 1
