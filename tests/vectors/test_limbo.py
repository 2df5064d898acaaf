"""x509-limbo: 208 path cases. Browser rules that are not RFC 5280 stand in `limbo_ledger.toml`, each with its reason.

A case that does not agree fails, and so does one in the ledger that does: the ledger never grows stale.
"""

from __future__ import annotations

import json
import ssl
import tomllib
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from idbridge import verify_certificate
from idbridge.pki.anchors import TrustAnchor
from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.pki.names import GeneralName
from tests.requirements import vectors

CASES = 208
AT = datetime(2025, 1, 1, tzinfo=UTC)  # for the cases that name no time: their certificates hold from 1970 to 2969
LEDGER: dict[str, str] = tomllib.loads(Path(__file__).with_name("limbo_ledger.toml").read_text())["divergences"]
PURPOSES = {"serverAuth": "1.3.6.1.5.5.7.3.1", "clientAuth": "1.3.6.1.5.5.7.3.2"}


@cache
def _cases() -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads(vectors("limbo", "limbo.json").read_bytes())["testcases"]
    return cases


def _crl(pem: str) -> bytes:
    body = pem.strip().removeprefix("-----BEGIN X509 CRL-----").removesuffix("-----END X509 CRL-----")
    return ssl.PEM_cert_to_DER_cert(f"-----BEGIN CERTIFICATE-----{body}-----END CERTIFICATE-----")


def _name(peer: dict[str, str]) -> GeneralName:
    match peer["kind"]:
        case "DNS":
            return GeneralName("dns", peer["value"])
        case "RFC822":
            return GeneralName("email", peer["value"])
        case _:
            return GeneralName("ip", ip_address(peer["value"]).packed)


def _succeeds(case: dict[str, Any]) -> bool:
    der = ssl.PEM_cert_to_DER_cert
    peers = [case["expected_peer_name"], *case["expected_peer_names"]]
    try:
        report = verify_certificate(
            der(case["peer_certificate"]),
            anchors=[
                TrustAnchor(Certificate.from_der(der(pem)), max_path_length=case["max_chain_depth"])
                for pem in case["trusted_certs"]
            ],
            intermediates=[der(pem) for pem in case["untrusted_intermediates"]],
            crls=[_crl(pem) for pem in case.get("crls") or []],
            at=datetime.fromisoformat(case["validation_time"]) if case["validation_time"] else AT,
            revocation="require" if case.get("crls") else "off",
            key_usage=case["key_usage"],
            extended_key_usage=[PURPOSES[purpose] for purpose in case["extended_key_usage"]],
            names=[_name(peer) for peer in peers if peer],
        )
    except PkiError:
        return False
    return report.indication == "PASSED"


def test_has_all_cases() -> None:
    assert len(_cases()) == CASES


def test_ledger_has_only_browser_rules() -> None:
    identifiers = {case["id"] for case in _cases()}
    assert set(LEDGER) <= identifiers
    pedantic = {case["id"] for case in _cases() if "pedantic-rfc5280" in case["features"]}
    assert all(identifier.startswith("webpki::") or identifier in pedantic for identifier in LEDGER)


@pytest.mark.parametrize("number", range(CASES))
def test_agrees(number: int) -> None:
    case = _cases()[number]
    agrees = _succeeds(case) == (case["expected_result"] == "SUCCESS")
    assert agrees != (case["id"] in LEDGER), (case["id"], case["expected_result"], case["description"])
