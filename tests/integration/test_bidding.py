"""A remote bidding scene: five hundred documents of mixed forms from three regions in one call, and the expected table."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from io import BytesIO

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from idbridge.web.verifications import BATCH_SCHEMA
from tests.integration.bidding import COUNT, SCENE, documents
from tests.unit.services.asking import asking
from tests.unit.services.published import instance


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    """Every report of the one call, by file name; the call's last line; and what was asked of the network."""
    here = instance(tmp_path_factory.mktemp("lists"))
    with asking(tmp_path_factory.mktemp("home")) as stores:
        app = Flask("api")
        app.register_blueprint(stores.judging(here))
        files = [("document", FileStorage(BytesIO(data), name)) for _, name, data in documents(here)]
        boundary, body = encode_multipart(MultiDict([*files, ("scheme", "bidding")]))
        answer = app.test_client().post(
            "/api/v1/verifications",
            data=body,
            content_type=f"multipart/form-data; boundary={boundary}",
            headers={"Accept": "application/x-ndjson"},
        )
        *reports, end = map(json.loads, answer.data.splitlines())
    assert answer.status_code == 200
    return {report["name"]: report for report in reports}, end, here.network.asked


def _row(report):
    return SCENE[int(report["name"].partition("-")[0])]


def _said(report):
    """Return the verdict on a document and what each region says of its signature."""
    verdict = report["indication"], report["sub_indication"]
    (signature,) = report["signatures"] or [{"recognition": {}}]
    return verdict, tuple(one["answer"] for one in signature["recognition"].values())


def test_every_document_is_answered_in_the_one_call(answered):
    reports, end, _ = answered
    assert COUNT == 500
    assert (len(reports), end) == (500, {"schema": BATCH_SCHEMA, "documents": 500})
    assert not [report for report in reports.values() if "error" in report]


def test_the_expected_table_comes_out(answered):
    table = defaultdict(Counter)
    for report in answered[0].values():
        table[_row(report)][_said(report)] += 1
    assert dict(table) == {row: Counter({(row.verdict, row.regions): row.count}) for row in SCENE}


def test_recognition_names_the_entry_and_the_rule(answered):
    """By the bidding entry, in one direction: Hong Kong's certificates in Guangdong, and not the other way round."""
    for report in answered[0].values():
        row = _row(report)
        if row.verdict[0] != "TOTAL_PASSED":
            continue
        recognition = report["signatures"][0]["recognition"]
        if row.by == "hk-trading":
            said = recognition["GD"]
            assert (said["entry"], said["scheme"]) == ("hk-organisational-bidding", "bidding")
        if row.by.startswith("gd-"):
            assert recognition["HK"]["answer"] == "not-recognised"
            assert recognition["HK"]["rule"]


def test_no_address_is_asked_twice(answered):
    asked = [(request.url, request.body) for request in answered[2]]
    assert len(asked) == len(set(asked))
    assert len(asked) < 40, "two dozen authorities' lists and answers about a dozen signers"
