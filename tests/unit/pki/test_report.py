"""The report: what overrules what, and that it becomes plain data."""

from __future__ import annotations

import json
from datetime import timedelta, timezone

import pytest

from idbridge.pki.certificate import Certificate
from idbridge.pki.report import Check, MissingEvidence, PathReport, TriedPath, plain
from tests.authority import AT, Authority

LEAF = Certificate.from_der(Authority("CA").certify("Leaf"))
GOOD = Check("signature", "RFC 5280", "passed", LEAF)
BAD = Check("validity", "RFC 5280", "failed", LEAF, {"not_after": AT, "at": AT}, "EXPIRED")
UNSURE = Check("revocation", "RFC 5280", "indeterminate", LEAF, {}, "TRY_LATER")
WARNED = Check("serial-number", "RFC 5280", "warned", LEAF, {}, "CERTIFICATE_CHAIN_GENERAL_FAILURE")


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ((), ("INDETERMINATE", None)),
        ((GOOD, WARNED), ("PASSED", None)),
        ((GOOD, UNSURE), ("INDETERMINATE", "TRY_LATER")),
        ((UNSURE, GOOD, BAD), ("FAILED", "EXPIRED")),
    ],
)
def test_a_path_is_its_checks(checks, expected) -> None:
    path = TriedPath((LEAF,), checks)
    assert (path.indication, path.sub_indication) == expected


@pytest.mark.parametrize(
    ("path", "checks", "expected"),
    [
        (None, (), ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND")),
        (TriedPath((LEAF,), (GOOD,)), (), ("PASSED", None)),
        (TriedPath((LEAF,), (GOOD,)), (WARNED,), ("PASSED", None)),
        (TriedPath((LEAF,), (BAD,)), (UNSURE,), ("INDETERMINATE", "TRY_LATER")),
    ],
)
def test_a_check_on_the_search_overrules_the_path(path, checks, expected) -> None:
    report = PathReport(LEAF, AT, path, (path,) if path else (), checks)
    assert (report.indication, report.sub_indication) == expected


def test_plain_data() -> None:
    path = TriedPath((LEAF,), (GOOD, BAD), frozenset({"1.2.3"}))
    missing = (MissingEvidence("crl", LEAF.sha256, ("http://ca.example/1.crl",)),)
    report = json.loads(json.dumps(PathReport(LEAF, AT, path, (path,), (WARNED,), missing).to_dict()))
    assert report["at"] == "2025-06-01T00:00:00Z"
    assert report["chosen"] == 0
    assert report["policies"] == []
    assert report["paths"][0]["checks"][1] == {
        "name": "validity",
        "clause": "RFC 5280",
        "outcome": "failed",
        "certificate": "CN=Leaf",
        "detail": "not_after: 2025-06-01T00:00:00Z; at: 2025-06-01T00:00:00Z",
        "values": {"not_after": "2025-06-01T00:00:00Z", "at": "2025-06-01T00:00:00Z"},
    }
    assert report["missing"][0]["urls"] == ["http://ca.example/1.crl"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (b"\x01\xff", "01ff"),
        (frozenset({"b", "a"}), ["a", "b"]),
        ((1, ("x",)), [1, ["x"]]),
        ({"a": b""}, {"a": ""}),
        (AT.astimezone(timezone(timedelta(hours=8))), "2025-06-01T00:00:00Z"),
    ],
)
def test_plain_values(value: object, expected: object) -> None:
    assert plain(value) == expected
