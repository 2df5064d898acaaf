"""Signatures under the regions' own lists: whose anchor stands above, and what every region says."""

from __future__ import annotations

from datetime import datetime

import pytest

from idbridge import verify_document
from idbridge.signatures.report import DocumentReport
from idbridge.signatures.trust_lists import TrustLists
from tests.unit.signatures.forge import cades
from tests.unit.trust.authorities import Authority, at, issue
from tests.unit.trust.lists import MR_POLICY, PERSONAL, authorities, relied_on

WITHOUT_REVOCATION = """
revocation = "off"
[checks.signature]
signing-certificate-attribute-present = "required"
signature-policy-supported = "warn"
revocation-after-signature = "off"
[faults]
"*" = "warn"
"""
CONTENT = b"Articles of the joint venture"


def signer(policy: str | None = f"{MR_POLICY}.2018.1.1", issuer: str = "hk-issuing") -> Authority:
    policies = (policy,) if policy else ()
    return issue("CHAN Tai Man", authorities()[issuer], country="HK", unit=PERSONAL, policies=policies, ca=False)


def report_on(by: Authority, when: datetime) -> DocumentReport:
    trust = TrustLists(relied_on(), (authorities()["hk-issuing"].facts,))
    return verify_document(cades(by, CONTENT), trust=trust, at=when, policy=WITHOUT_REVOCATION)  # type: ignore[arg-type]


def answers(report: DocumentReport) -> dict[str, object]:
    return {region: answer["answer"] for region, answer in report.signatures[0].recognition.items()}


@pytest.fixture
def moment() -> datetime:
    return at(2025)


def test_recognised_across_the_border(moment: datetime) -> None:
    report = report_on(signer(), moment)
    assert report.indication == "TOTAL_PASSED", report.to_dict()
    assert answers(report)["GD"] == "recognised"
    assert answers(report)["HK"] == "recognised"
    assert answers(report)["MO"] == "not-recognised"
    found = report.signatures[0].signer
    assert found is not None
    assert found.region == "HK"


def test_another_certificate_type_of_the_same_authority_is_not(moment: datetime) -> None:
    report = report_on(signer("2.16.344.9.9"), moment)
    assert report.indication == "TOTAL_PASSED"
    assert answers(report)["GD"] == "not-recognised"
    assert answers(report)["HK"] == "recognised"


def test_lists_are_cited(moment: datetime) -> None:
    cited = report_on(signer(), moment).to_dict()["trust_lists"]
    assert {entry["region"] for entry in cited} == {"GD", "HK", "MO"}  # type: ignore[attr-defined]
    assert all(len(entry["sha256"]) == 64 for entry in cited)  # type: ignore[attr-defined]
