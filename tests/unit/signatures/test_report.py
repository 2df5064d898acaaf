"""The report as plain data: the members that others depend on, and values that JSON can hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from idbridge import verify_document
from tests.unit.signatures.forge import Authority, cades

AT = datetime(2024, 6, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def report() -> dict[str, object]:
    authority = Authority()
    stamper = authority.issue("TSA", timestamping=True)
    data = cades(authority.issue("Ng Sio Fong"), b"content", authority=stamper, timed_at=AT)
    return verify_document(data, trust=[authority.root.der], at=AT, name="letter.p7m").to_dict()


def test_document_members(report: dict[str, object]) -> None:
    assert report["schema"] == "idbridge/document-report/1"
    assert report["at"] == "2024-06-15T00:00:00Z"
    assert report["format"] == "CMS"
    assert {"indication", "sub_indication", "signatures", "timestamps", "certificates", "trust_lists"} <= report.keys()


def test_signature_members(report: dict[str, object]) -> None:
    (signature,) = report["signatures"]  # type: ignore[misc]
    members = {
        *("id", "format", "level", "indication", "sub_indication", "integrity", "claimed_signing_time"),
        *("best_signature_time", "signer", "scope", "recognition", "checks"),
    }
    assert members <= signature.keys()
    assert signature["signer"].keys() == {"name", "organisation", "region", "certificate_sha256"}
    assert signature["signer"]["name"] == "Ng Sio Fong"
    assert signature["signer"]["organisation"] == "Ferry Co"
    assert signature["scope"] == [
        {
            "kind": "file",
            "name": "letter.p7m",
            "whole_document": True,
            "not_covered": [],
            "detail": "the content within the signature",
            "changes": [],
        }
    ]
    for check in signature["checks"]:
        assert check.keys() == {"name", "clause", "outcome", "detail"}
        assert check["outcome"] in {"passed", "failed", "warned", "skipped"}


def test_is_json(report: dict[str, object]) -> None:
    assert json.loads(json.dumps(report)) == report
