"""Documents sealed in Guangdong, judged by a running instance: each region's answer depends on the certificate's type."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import urllib3

from idbridge.services.demo_pki import DemoPki
from idbridge.signatures.evidence import StampPlace
from idbridge.signatures.making.ofd import Sealing, seal_document
from idbridge.signatures.making.seals import KeyHolder, make_sealing
from tests.bridge.demo import Demo
from tests.integration.test_document_page import Form, shown
from tests.unit.signatures.formats import pdf_forge as forge
from tests.unit.signatures.making.test_ofd import UNSIGNED
from tests.unit.signatures.seals import pack, unpack

YES, NO = "recognised", "not-recognised"
PAGE = "Doc_0/Pages/Content.xml"


def sealed(demo: Demo, name: str) -> bytes:
    """Return a document that holder and seal *name* of the demonstration's PKI have sealed."""
    pki = DemoPki(demo.home / "pki")
    holder = KeyHolder(pki.certificate(name), pki.signer(name))
    plan = Sealing(pki.seal(name), holder, datetime.now(UTC), (StampPlace("1", "150 230 40 40"),))
    return seal_document(pack(UNSIGNED), plan)


def sealed_pdf(demo: Demo, name: str) -> bytes:
    """Return a PDF that they have sealed, as mainland services do."""
    pki = DemoPki(demo.home / "pki")
    holder = KeyHolder(pki.certificate(name), pki.signer(name))
    kind = b"/Type /Sig /SubFilter /GM.sm2seal"
    objects = {**forge.base(), **forge.signature_objects()}
    room = 4 * len(pki.seal(name))  # hexadecimal digits: the seal, with its picture, and as much again

    def make(content: bytes) -> bytes:
        return make_sealing(pki.seal(name), content, "PDF", datetime.now(UTC).replace(microsecond=0), holder)

    return forge.sign(b"", None, objects=objects, first=True, value=kind, make=make, place=room)


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


@pytest.mark.parametrize(
    ("name", "regions"),
    [("gd-company", {"GD": YES, "HK": YES, "MO": YES}), ("gd-company-plain", {"GD": YES, "HK": NO, "MO": NO})],
)
@pytest.mark.parametrize("document", [sealed, sealed_pdf])
def test_recognised_by_certificate_type_on_the_page(
    demo: Demo, name: str, regions: dict[str, str], document: Callable[[Demo, str], bytes]
) -> None:
    page = shown(Form(demo).post(("file", "notice", document(demo, name))))
    assert page.xpath("//main/@data-indication") == ["TOTAL_PASSED"]
    answers = page.xpath("//article[@data-signature]//ul[@class='answers']/li")
    assert {answer.get("data-region"): answer.get("data-answer") for answer in answers} == regions
    (picture,) = page.xpath("//article[@data-signature]//img[@class='seal']/@src")
    assert picture.startswith("data:image/")


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
