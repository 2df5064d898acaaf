"""Documents sealed in Guangdong, judged by a running instance: each region's answer depends on the certificate's type."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import urllib3

from idbridge.services.demo_pki import DemoPki
from idbridge.signatures.evidence import StampPlace
from idbridge.signatures.making.ofd import Sealing, seal_document
from idbridge.signatures.making.seals import KeyHolder
from tests.bridge.demo import Demo, run_demo
from tests.unit.signatures.making.test_ofd import UNSIGNED
from tests.unit.signatures.seals import pack, unpack

YES, NO = "recognised", "not-recognised"
PAGE = "Doc_0/Pages/Content.xml"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with run_demo(tmp_path_factory.mktemp("sealed")) as running:
        yield running


def sealed(demo: Demo, name: str) -> bytes:
    """Return a document that holder and seal *name* of the demonstration's PKI have sealed."""
    pki = DemoPki(demo.home / "pki")
    holder = KeyHolder(pki.certificate(name), pki.signer(name))
    plan = Sealing(pki.seal(name), holder, datetime.now(UTC), (StampPlace("1", "150 230 40 40"),))
    return seal_document(pack(UNSIGNED), plan)


def report(demo: Demo, document: bytes) -> dict[str, Any]:
    """Return what the instance's API says of *document*."""
    fields = {"document": ("notice.ofd", document, "application/octet-stream")}
    answer = urllib3.request("POST", f"{demo.issuer}/api/v1/verifications", fields=fields, timeout=30)
    assert answer.status == 200, answer.data
    return json.loads(answer.data)


@pytest.mark.parametrize(
    ("name", "regions"),
    [
        ("gd-company", {"GD": YES, "HK": YES, "MO": YES}),
        ("gd-company-plain", {"GD": YES, "HK": NO, "MO": NO}),
        ("gd-li", {"GD": YES, "HK": YES, "MO": YES}),
    ],
)
def test_recognised_by_certificate_type(demo: Demo, name: str, regions: dict[str, str]) -> None:
    said = report(demo, sealed(demo, name))
    assert said["indication"] == "TOTAL_PASSED", said
    (signature,) = said["signatures"]
    assert signature["signer"]["region"] == "GD"
    assert {region: answer["answer"] for region, answer in signature["recognition"].items()} == regions
    for answer in signature["recognition"].values():
        assert answer["rule"]
        assert answer["entry"] or answer["answer"] == NO


def test_changed_after_sealing_is_recognised_nowhere(demo: Demo) -> None:
    parts = unpack(sealed(demo, "gd-company"))
    said = report(demo, pack({**parts, PAGE: parts[PAGE] + b" "}))
    assert said["indication"] == "TOTAL_FAILED"
    (signature,) = said["signatures"]
    assert signature["integrity"] == "broken"
    assert {answer["answer"] for answer in signature["recognition"].values()} == {NO}


def test_anothers_seal_passes_nowhere(demo: Demo) -> None:
    """The value is right; the seal is the company's other one, which does not list the signer."""
    pki = DemoPki(demo.home / "pki")
    mine, other = unpack(sealed(demo, "gd-company")), unpack(sealed(demo, "gd-company-plain"))
    assert pki.seal("gd-company") != pki.seal("gd-company-plain")
    swapped = pack({**mine, "Doc_0/Signs/Sign_0/SignedValue.dat": other["Doc_0/Signs/Sign_0/SignedValue.dat"]})
    said = report(demo, swapped)
    assert said["indication"] == "TOTAL_FAILED"
