"""All of NIST PKITS: 246 paths with policies and CRLs, the table of RFC 5280."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from idbridge import verify_certificate
from tests.requirements import vectors

AT = datetime(2022, 5, 1, tzinfo=UTC)
CASES = 246


@cache
def _cases() -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads(vectors("pkits", "pkits.json").read_bytes())
    return cases


@cache
def _bytes(folder: str, name: str) -> bytes:
    return vectors("pkits", folder, name).read_bytes()


def test_has_all_cases() -> None:
    assert len(_cases()) == CASES


@pytest.mark.parametrize("number", range(CASES))
def test_agrees(number: int) -> None:
    case = _cases()[number]
    parameters = case.get("params", {})
    others = {*case.get("other_certs", []), *case.get("path_intermediates", [])}
    crls = [*case.get("crls", []), "TrustAnchorRootCRL.crl"]
    report = verify_certificate(
        _bytes("certs", case["cert"]),
        anchors=[_bytes("certs", "TrustAnchorRootCertificate.crt")],
        intermediates=[_bytes("certs", name) for name in sorted(others)],
        crls=[_bytes("crls", name) for name in crls],
        at=AT,
        initial_policies=parameters.get("user_initial_policy_set"),
        require_explicit_policy=parameters.get("initial_explicit_policy", False),
        inhibit_policy_mapping=parameters.get("initial_policy_mapping_inhibit", False),
        inhibit_any_policy=parameters.get("initial_any_policy_inhibit", False),
        revocation="require" if case.get("revocation", True) else "off",
        algorithms="legacy",
    )
    expected = "not PASSED" if "error" in case else "PASSED"
    found = "PASSED" if report.indication == "PASSED" else "not PASSED"
    assert found == expected, (case["id"], case["name"], case.get("error"), report.to_dict())
    if found == "PASSED":
        assert report.path is not None
        assert len(report.path.certificates) == case["path_len"]
