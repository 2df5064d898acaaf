"""The verification API: what it answers, and every refusal, as JSON with a stable code."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from idbridge.exchange import HttpResponse
from idbridge.services.certificate_files import MAX_FILE
from idbridge.services.documents import Documents
from idbridge.web import verification_calls as module
from idbridge.web import verifications as answering
from idbridge.web.certificates import MAX_OTHERS, certificates
from idbridge.web.operations import operations
from idbridge.web.verifications import BATCH_SCHEMA
from tests.unit.services.asking import asking
from tests.unit.services.published import instance

CONTENT = b"Articles of the joint venture\n"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    return instance(tmp_path_factory.mktemp("lists"))


@pytest.fixture
def here(shared):
    return shared.reset()


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    with asking(tmp_path_factory.mktemp("home")) as made:
        yield made


@pytest.fixture
def client(here, stores):
    app = Flask("api")
    app.config["MAX_CONTENT_LENGTH"] = 1024
    app.register_blueprint(certificates(here.certificates, here.lists))
    app.register_blueprint(stores.judging(here))
    app.register_blueprint(operations({}, here.lists, several_processes=False))
    return app.test_client()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def refused(response, code, status=400):
    assert (response.status_code, response.json["error"]["code"]) == (status, code), response.text
    assert response.json["error"]["detail"]


# --- documents -----------------------------------------------------------------------------------------------------------


def post(client, *documents, accept="application/json", **fields):
    files = [FileStorage(io.BytesIO(data), f"file-{number}.p7s") for number, data in enumerate(documents)]
    given = {
        name: FileStorage(io.BytesIO(value), name) if isinstance(value, bytes) else value for name, value in fields.items()
    }
    boundary, body = encode_multipart(MultiDict([*(("document", file) for file in files), *given.items()]))
    content_type = f"multipart/form-data; boundary={boundary}"
    return client.post("/api/v1/verifications", data=body, content_type=content_type, headers={"Accept": accept})


def test_a_document_is_judged_with_what_is_fetched(client, here):
    report = post(client, here.signed(CONTENT)).json
    assert (report["schema"], report["indication"], report["name"]) == (
        "idbridge/document-report/1",
        "TOTAL_PASSED",
        "file-0.p7s",
    )
    (signature,) = report["signatures"]
    assert {region: said["answer"] for region, said in signature["recognition"].items()} == {
        "GD": "recognised",
        "HK": "recognised",
        "MO": "not-recognised",
    }
    assert (signature["signer"]["name"], signature["signer"]["region"]) == ("LAM Siu Ling", "HK")
    assert {attempt["kind"] for attempt in report["fetched"]} == {"issuer", "crl"}
    assert [cited["region"] for cited in report["trust_lists"]] == ["GD", "HK", "MO"]


def test_a_document_in_json_is_judged_alike(client, here):
    signed = here.signed(CONTENT)
    call = {"document": b64(signed), "name": "file-0.p7s"}
    report = client.post("/api/v1/verifications", json=call).json
    files = post(client, signed).json
    assert report["signatures"] == files["signatures"]


def test_offline_nothing_is_fetched(client, here):
    report = post(client, here.signed(CONTENT), offline="true").json
    assert (report["indication"], report["fetched"], here.network.asked) == ("INDETERMINATE", [], [])


@pytest.mark.parametrize("size", [30, 700_000])  # in memory, and spooled to a file that is mapped
def test_detached_content_may_come_as_a_file(client, here, size):
    content = bytes(size)
    report = post(client, here.signed(content, attached=False), detached=content).json
    assert report["indication"] == "TOTAL_PASSED"
    changed = post(client, here.signed(content, attached=False), detached=content + b"!").json
    assert (changed["indication"], changed["sub_indication"]) == ("TOTAL_FAILED", "HASH_FAILURE")


def send(client, *parts):
    """Post parts: what each is called, its file's name (None for a text), its content."""
    given = [(part, FileStorage(io.BytesIO(data), name) if name else data) for part, name, data in parts]
    boundary, body = encode_multipart(MultiDict(given))
    return client.post("/api/v1/verifications", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def scopes(response):
    return [[(one["name"], one["whole_document"]) for one in r["signatures"][0]["scope"]] for r in response.json["reports"]]


def test_several_documents_are_each_over_the_content_of_their_name(client, here):
    one, other = here.signed(b"one", attached=False), here.signed(b"other", attached=False)
    answer = send(
        client,
        ("document", "a.pdf.p7s", one),
        ("document", "b.pdf.p7s", other),
        ("detached", "b.pdf", b"other, changed"),
        ("detached", "a.pdf", b"one"),
    )
    assert scopes(answer) == [[("a.pdf", True)], [("b.pdf", True)]]
    assert [report["signatures"][0]["integrity"] for report in answer.json["reports"]] == ["intact", "broken"]


def test_several_documents_are_each_over_the_content_of_their_label(client, here):
    one, other = here.signed(b"one", attached=False), here.signed(b"other", attached=False)
    answer = send(
        client,
        ("document.1", "signature.p7s", one),
        ("document.2", "signature.p7s", other),
        ("detached.2", "b.pdf", b"other"),
        ("digest.1", None, f"SHA-256:{hashlib.sha256(b'one').hexdigest()}:a.pdf"),
    )
    assert scopes(answer) == [[("a.pdf", True)], [("b.pdf", True)]]
    assert [report["indication"] for report in answer.json["reports"]] == ["TOTAL_PASSED"] * 2
    refused(send(client, ("document", "a.p7s", one), ("detached.x", "a", b"one")), "label-unknown")


def test_detached_content_may_stay_in_the_house(client, here):
    signed, digest = here.signed(CONTENT, attached=False), hashlib.sha256(CONTENT).hexdigest()
    assert post(client, signed, digest=f"SHA-256:{digest}:contract.txt").json["indication"] == "TOTAL_PASSED"
    call = {"document": b64(signed), "detached": [{"digests": {"SHA-256": digest}}]}
    assert client.post("/api/v1/verifications", json=call).json["indication"] == "TOTAL_PASSED"
    assert post(client, signed, digest=f"SHA-256:{'00' * 32}").json["sub_indication"] == "HASH_FAILURE"
    assert post(client, signed).json["indication"] == "INDETERMINATE"


def test_empty_detached_content_is_content(client, here):
    report = post(client, here.signed(b"", attached=False), detached=b"").json
    assert report["indication"] == "TOTAL_PASSED"


def test_several_documents_are_answered_each_and_a_broken_one_spoils_no_other(client, here):
    answer = post(client, here.signed(CONTENT), b"no document", here.signed(b"other")).json
    assert answer["schema"] == BATCH_SCHEMA
    first, broken, last = answer["reports"]
    assert (first["indication"], last["indication"]) == ("TOTAL_PASSED", "TOTAL_PASSED")
    assert (broken["name"], broken["error"]["code"]) == ("file-1.p7s", "document-format-unknown")
    call = {"documents": [{"document": b64(here.signed(CONTENT)), "name": "a"}]}
    (report,) = client.post("/api/v1/verifications", json=call).json["reports"]
    assert (report["name"], report["indication"]) == ("a", "TOTAL_PASSED")


def test_reports_come_a_line_each_while_the_others_are_judged(client, here):
    documents = here.signed(CONTENT), b"no document", here.signed(b"other")
    answer = post(client, *documents, accept="application/x-ndjson, application/json;q=0.5")
    assert answer.content_type == "application/x-ndjson"
    first, broken, last, end = map(json.loads, answer.data.splitlines())
    assert (first["indication"], broken["error"]["code"], last["indication"]) == (
        "TOTAL_PASSED",
        "document-format-unknown",
        "TOTAL_PASSED",
    )
    assert end == {"schema": BATCH_SCHEMA, "documents": 3}
    one = post(client, documents[0], accept="application/x-ndjson").data.splitlines()
    assert [json.loads(line).get("documents") for line in one] == [None, 1]


def test_one_address_is_asked_once_for_many_documents(client, here):
    documents = [here.signed(f"bid {number}".encode()) for number in range(30)]
    reports = post(client, *documents).json["reports"]
    assert {report["indication"] for report in reports} == {"TOTAL_PASSED"}
    assert len({(asked.url, asked.body) for asked in here.network.asked}) == len(here.network.asked)


def test_a_responder_that_is_down_is_asked_once_for_many_documents(client, here):
    here.network.instead = {here.pki.manifest.base_url: HttpResponse(503, {}, b"")}
    reports = post(client, *[here.signed(CONTENT)] * 30).json["reports"]
    assert {report["indication"] for report in reports} == {"INDETERMINATE"}
    assert len({(asked.url, asked.body) for asked in here.network.asked}) == len(here.network.asked)


def test_a_fault_of_ours_is_told_in_its_place(client, here, monkeypatch):
    def fail(*_):
        raise RuntimeError("what a stranger sent")

    monkeypatch.setattr(Documents, "verify", fail)
    answer = post(client, b"one", b"two")
    assert [report["error"]["code"] for report in answer.json["reports"]] == ["server-error"] * 2
    assert "stranger" not in answer.text


def test_a_document_too_large_spoils_no_other(client, here, monkeypatch):
    signed = here.signed(CONTENT)
    monkeypatch.setattr(module, "MAX_DOCUMENT", len(signed))
    large, good = post(client, signed + b"!", signed).json["reports"]
    assert (large["error"]["code"], good["indication"]) == ("document-too-large", "TOTAL_PASSED")


def test_names_are_without_folders(client, here):
    call = {"document": b64(here.signed(CONTENT)), "name": "C:\\Users\\chan/../contract.p7m"}
    assert client.post("/api/v1/verifications", json=call).json["name"] == "contract.p7m"


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ({}, "document-missing"),
        ({"document": "AA==", "documents": []}, "document-missing"),
        ({"documents": []}, "document-missing"),
        ({"document": "*"}, "malformed-document"),
        ({"document": ""}, "document-empty"),
        ({"document": "bm90aGluZw=="}, "document-format-unknown"),
        ({"document": "AA==", "at": "2026-01-01T00:00:00"}, "time-without-zone"),
        ({"document": "AA==", "at": "yesterday"}, "malformed-json"),
        ({"document": "AA==", "policy": "mine"}, "malformed-json"),
        ({"document": 7}, "malformed-json"),
        ({"document": "AA==", "detached": [{}]}, "malformed-detached"),
        ({"document": "AA==", "detached": [{"content": "*"}]}, "malformed-detached"),
        ({"document": "AA==", "detached": [{"content": "AA==", "digests": {"SHA-256": "00"}}]}, "malformed-detached"),
        ({"document": "AA==", "detached": [{"digests": {"SHA-256": "00"}}]}, "malformed-digest"),
        ({"document": "AA==", "detached": [{"digests": {"SHA-256": "zz"}}]}, "malformed-digest"),
        ({"document": "AA==", "detached": [{"digests": {"CRC-32": "00000000"}}]}, "digest-unknown"),
        ({"documents": [{"document": "AA=="}] * (module.MAX_DOCUMENTS + 1)}, "too-many-documents"),
        ({"document": "AA==", "detached": [{"content": ""}] * (module.MAX_DETACHED + 1)}, "too-many-detached"),
    ],
)
def test_calls_in_json_that_are_refused(client, call, code):
    refused(client.post("/api/v1/verifications", json=call), code)


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_refused(client, body):
    refused(client.post("/api/v1/verifications", data=body, content_type="application/json"), "malformed-json")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"at": "2026-01-01T00:00:00"}, "time-without-zone"),
        ({"at": "soon"}, "malformed-form"),
        ({"colour": "red"}, "malformed-form"),
        ({"offline": "perhaps"}, "malformed-form"),
        ({"digest": "SHA-256"}, "malformed-digest"),
        ({"digest": "MD6:00"}, "digest-unknown"),
    ],
)
def test_forms_that_are_refused(client, fields, code):
    refused(post(client, b"document", **fields), code)


def test_a_form_without_a_document_is_refused(client):
    refused(post(client), "document-missing")
    refused(post(client, *[b"x"] * (module.MAX_DOCUMENTS + 1)), "too-many-documents")


def test_too_much_is_refused(client, monkeypatch):
    monkeypatch.setattr(module, "MAX_DOCUMENT", 10)
    refused(post(client, bytes(11)), "document-too-large")
    monkeypatch.setattr(answering, "MAX_JSON", 10)
    assert client.post("/api/v1/verifications", json={"document": "AA=="}).status_code == 413
    monkeypatch.setattr(module, "MAX_UPLOAD", 10)
    assert post(client, b"x").status_code == 413


# --- certificates --------------------------------------------------------------------------------------------------------

CERTIFICATES = "/api/v1/certificates/verify"


def test_a_certificate_is_judged_however_it_comes(client, here):
    der = here.pki.certificate("hk-chan")
    client.application.config["MAX_CONTENT_LENGTH"] = 1 << 20
    pem = here.chain("hk-chan")
    answers = [
        client.post(CERTIFICATES, json={"certificate": b64(der)}),
        client.post(CERTIFICATES, json={"certificate": pem.decode()}),
        client.post(CERTIFICATES, data={"certificate": (io.BytesIO(pem), "chain.pem")}),
        client.post(CERTIFICATES, data={"certificate": (io.BytesIO(der), "a.cer"), "others": [(io.BytesIO(pem), "chain.pem")]}),
    ]
    assert [answer.json["indication"] for answer in answers] == ["PASSED"] * 4
    assert answers[0].json["recognition"]["GD"]["entry"] == "hk-personal"
    seal = client.post(CERTIFICATES, json={"certificate": b64(der), "purpose": "seal"}).json
    assert seal["recognition"]["GD"]["answer"] == "not-recognised"


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ({}, "malformed-json"),
        ({"certificate": ""}, "malformed-certificate"),
        ({"certificate": "*"}, "malformed-certificate"),
        ({"certificate": "AA=="}, "malformed-certificate"),
        ({"certificate": "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----"}, "malformed-certificate"),
        ({"certificate": "AA==", "others": ["*"]}, "malformed-certificate"),
        ({"certificate": "AA==", "others": ["AA=="] * (MAX_OTHERS + 1)}, "too-many-certificates"),
        ({"certificate": "AA==", "at": "2026-01-01T00:00:00"}, "time-without-zone"),
        ({"certificate": "AA==", "purpose": "fun"}, "malformed-json"),
        ({"certificate": "AA==", "else": 1}, "malformed-json"),
    ],
)
def test_certificate_calls_that_are_refused(client, call, code):
    client.application.config["MAX_CONTENT_LENGTH"] = 1 << 20
    refused(client.post(CERTIFICATES, json=call), code)


def test_certificate_forms_that_are_refused(client):
    client.application.config["MAX_CONTENT_LENGTH"] = 1 << 20
    refused(client.post(CERTIFICATES, data={"others": (io.BytesIO(b"x"), "x")}), "certificate-missing")
    refused(client.post(CERTIFICATES, data={"certificate": (io.BytesIO(bytes(MAX_FILE + 1)), "x")}), "malformed-certificate")
    refused(client.post(CERTIFICATES, data={"certificate": (io.BytesIO(b"x"), "x"), "at": "soon"}), "malformed-form")


# --- lists ---------------------------------------------------------------------------------------------------------------


def test_the_lists_are_told_and_their_bytes_given(client, here):
    told = client.get("/api/v1/trust-lists").json["trust_lists"]
    assert [(one["region"], one["standing"], one["sequence"]) for one in told] == [
        (region, "current", 1) for region in ("GD", "HK", "MO")
    ]
    for one in told:
        answer = client.get(one["url"])
        assert hashlib.sha256(answer.data).hexdigest() == one["sha256"]
        assert client.get(one["url"], headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
        assert client.get(one["url"], query_string={"sha256": one["sha256"]}).data == answer.data


@pytest.mark.parametrize("address", ["XX", "hk", "%2e%2e", "HK?sha256=00", "%00"])
def test_lists_that_are_not_there(client, address):
    refused(client.get(f"/api/v1/trust-lists/{address}"), "not-found", 404)


# --- a list that fails to refresh ----------------------------------------------------------------------------------------


def readiness(client):
    return {one["region"]: one for one in client.get("/readyz").json["trust_lists"]}


def test_a_list_that_fails_to_refresh_stays_in_force_and_its_age_is_told(client, here):
    location = f"{here.pki.manifest.base_url}/lists/HK.xml"
    here.clock.now += timedelta(days=30)
    for answer, code in [
        (HttpResponse(200, {}, b"<!doctype html><title>Maintenance</title>"), "list-is-html"),
        (HttpResponse(503, {}, b""), "http-503"),
        (HttpResponse(200, {}, here.lists.version("GD")), "signer"),
    ]:
        here.network.instead = {location: answer}
        here.lists.refresh(here.network)
        hk = readiness(client)["HK"]
        assert (hk["standing"], hk["sequence"]) == ("current", 1)
        assert hk["age_seconds"] == 30 * 86400 + 60
        assert code in hk["last_attempt"]["code"], hk
    report = post(client, here.signed(CONTENT)).json
    assert report["trust_lists"][1]["standing"] == "current"
    here.clock.now += timedelta(days=151)
    assert readiness(client)["HK"]["standing"] == "expired"
    assert 'idbridge_trust_list_current{region="HK"} 0.0' in client.get("/metrics").text
    assert {one["standing"] for one in post(client, here.signed(CONTENT)).json["trust_lists"]} == {"expired"}


# --- shapes --------------------------------------------------------------------------------------------------------------


def shaped(client, here, accept=None, query="", **headers):
    headers = {"Accept": accept, **headers} if accept else headers
    file = FileStorage(io.BytesIO(here.signed(CONTENT)), "contract.p7s")
    boundary, body = encode_multipart(MultiDict([("document", file)]))
    headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
    return client.post(f"/api/v1/verifications{query}", data=body, headers=headers)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("text/html, application/pdf;q=0.5, application/xml;q=0.9", "application/xml"),
        ("application/pdf", "application/pdf"),
        ("text/plain", "text/plain; charset=utf-8"),
        ("application/*;q=0.1", "application/json"),
    ],
)
def test_one_report_comes_in_the_shape_that_is_asked_for(client, here, accept, media_type):
    response = shaped(client, here, accept)
    assert (response.status_code, response.content_type) == (200, media_type)
    start = {"application/pdf": b"%PDF-", "application/xml": b"<?xml"}.get(media_type, b"")
    assert response.data.startswith(start)


def test_what_fits_no_shape_is_refused_before_it_is_judged(client, here):
    refused(shaped(client, here, "image/png"), "not-acceptable", 406)
    refused(shaped(client, here, "application/json;q=0, application/pdf;q=0"), "not-acceptable", 406)


def test_several_reports_are_json_alone(client, here):
    body = {"documents": [{"document": b64(here.signed(CONTENT))}] * 2}
    refused(client.post("/api/v1/verifications", json=body, headers={"Accept": "application/pdf"}), "not-acceptable", 406)


@pytest.mark.parametrize(
    ("query", "language", "told"),
    [
        ("", "zh-HK, en;q=0.5", "zh-Hant"),
        ("?lang=pt", "zh-HK", "pt"),
        ("", "", "en"),
        ("?lang=zh-Hans", "", "zh-Hans"),
    ],
)
def test_people_are_told_in_their_language(client, here, query, language, told):
    response = shaped(client, here, "text/plain", query, **{"Accept-Language": language})
    assert response.headers["Content-Language"] == told
    assert response.headers["Vary"] == "Accept, Accept-Language"
    verdict = {"zh-Hant": "有效：", "zh-Hans": "有效：", "pt": "Válido: ", "en": "Valid: "}[told]
    assert response.text.startswith(f"contract.p7s: {verdict}")
