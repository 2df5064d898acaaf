"""The running demonstration: certificates and documents by API, page and command, and lists that fail to refresh."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3
from lxml import etree, html

from idbridge.services.demo_pki import DemoPki
from tests.bridge.demo import Demo, environment

HTTP = urllib3.PoolManager(retries=False, timeout=30.0)
YES, NO, OPEN = "recognised", "not-recognised", "cannot-tell"

RECOGNISED = {
    # certificate: verdict, GD, HK, MO
    "hk-chan": ("PASSED", YES, YES, NO),
    "hk-lam": ("PASSED", YES, YES, NO),
    "hk-chan-plain": ("PASSED", NO, YES, NO),
    "hk-cheung-resumed": ("PASSED", YES, YES, NO),
    "hk-lee-suspended": ("INDETERMINATE", OPEN, OPEN, NO),
    "hk-ho-revoked": ("FAILED", NO, NO, NO),
    "gd-li": ("PASSED", YES, YES, YES),
    "gd-zhang": ("PASSED", YES, YES, YES),
    "gd-chen-revoked": ("FAILED", NO, NO, NO),
    "gd-huang-expired": ("FAILED", NO, NO, NO),
    "mo-lei": ("PASSED", YES, NO, YES),
    "mo-fong": ("PASSED", NO, NO, YES),
}


def certificate(demo: Demo, name: str) -> bytes:
    return DemoPki(demo.home / "pki").certificate(name)


def told(demo: Demo, path: str) -> dict:
    return HTTP.request("GET", demo.issuer + path).json()


@pytest.mark.parametrize("name", RECOGNISED)
def test_who_is_recognised_where(demo: Demo, name: str) -> None:
    fields = {"certificate": (f"{name}.cer", certificate(demo, name))}
    answer = HTTP.request("POST", f"{demo.issuer}/api/v1/certificates/verify", fields=fields).json()
    said = tuple(answer["recognition"][region]["answer"] for region in ("GD", "HK", "MO"))
    assert (answer["indication"], *said) == RECOGNISED[name], json.dumps(answer, indent=1)
    assert {cited["region"]: cited["sequence"] for cited in answer["trust_lists"]} == {"GD": 1, "HK": 1, "MO": 1}


def test_the_command_works_beside_the_instance(demo: Demo) -> None:
    def run(name: str) -> tuple[int, dict]:
        path = demo.home / "pki" / "certificates" / name / "certificate.cer"
        command = [sys.executable, "-m", "idbridge", "verify", str(path), "--json"]
        done = subprocess.run(command, env=environment(demo.home), capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, json.loads(done.stdout)

    assert run("hk-chan")[0] == 0
    assert run("hk-ho-revoked")[0] == 1
    code, report = run("hk-lee-suspended")
    assert (code, report["sub_indication"]) == (2, "TRY_LATER")


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en", "pt"])
def test_the_page_shows_every_list_and_who_is_recognised(demo: Demo, language: str) -> None:
    page = HTTP.request("GET", f"{demo.issuer}/trust-lists?lang={language}")
    root = html.document_fromstring(page.data.decode())
    assert root.xpath("//@data-list") == ["GD", "HK", "MO"]
    assert set(root.xpath("//@data-standing")) == {"current"}
    rows = {(row.get("data-by"), row.get("data-of")) for row in root.xpath("//table[@id='recognition']//tbody/tr")}
    assert rows == {("GD", "HK"), ("GD", "MO"), ("HK", "GD"), ("MO", "GD")}
    assert len(root.xpath("//ul[@id='crossings']/li")) == 3
    for xml in root.xpath("//a[starts-with(@href, '/api/v1/trust-lists/')]/@href"):
        assert etree.fromstring(HTTP.request("GET", demo.issuer + xml).data).tag.endswith("TrustServiceStatusList")


def test_the_drawing_does_nothing_but_show(demo: Demo) -> None:
    answer = HTTP.request("GET", f"{demo.issuer}/trust-lists/graph.svg")
    assert answer.headers["Content-Type"].startswith("image/svg+xml")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    svg = etree.fromstring(answer.data)
    kinds = [group.get("class") for group in svg.iter("{http://www.w3.org/2000/svg}g")]
    assert kinds.count("cross") == 3
    assert kinds.count("recognises") == 5
    assert kinds.count("former") == 2
    assert not list(svg.iter("{http://www.w3.org/2000/svg}script"))


def browse(demo: Demo, file: bytes) -> urllib3.BaseHTTPResponse:
    """Ask for the form, and post a file as the browser would."""
    form = HTTP.request("GET", f"{demo.issuer}/verify")
    cookie = form.headers["Set-Cookie"].partition(";")[0]
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', form.data.decode())
    assert found
    fields = {"csrf": found[1], "file": ("a.cer", file)}
    return HTTP.request("POST", f"{demo.issuer}/verify", fields=fields, headers={"Cookie": cookie})


def test_the_page_judges_a_certificate(demo: Demo) -> None:
    answer = browse(demo, certificate(demo, "hk-chan"))
    root = html.document_fromstring(answer.data.decode())
    assert (answer.status, root.xpath("//main/@data-indication")) == (200, ["PASSED"])
    said = dict(zip(root.xpath("//li/@data-region"), root.xpath("//li/@data-answer"), strict=True))
    assert said == {"GD": YES, "HK": YES, "MO": NO}
    (picture,) = root.xpath("//main//img/@src")
    assert picture.startswith("data:image/svg+xml;base64,")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_document_of_no_known_format_is_refused_with_a_code(demo: Demo) -> None:
    fields = {"document": ("a.txt", b"nothing signed")}
    answer = HTTP.request("POST", f"{demo.issuer}/api/v1/verifications", fields=fields)
    assert (answer.status, answer.json()["error"]["code"]) == (400, "document-format-unknown")


# --- lists that fail to refresh ----------------------------------------------------------------------------------------


@pytest.fixture
def published(demo: Demo) -> Iterator[Path]:
    """Where Hong Kong's publisher has its list; put right again afterwards."""
    path = demo.home / "pki" / "lists" / "HK.xml"
    good = path.read_bytes()
    yield path
    path.write_bytes(good)
    demo.command("trust", "refresh")


@pytest.mark.parametrize(
    "content", [b"<!doctype html><html><title>Maintenance</title></html>", b"", b"<TrustServiceStatusList/>"]
)
def test_a_publisher_that_fails_leaves_the_last_good_list(demo: Demo, published: Path, content: bytes) -> None:
    published.write_bytes(content)
    demo.command("trust", "refresh")
    (hk,) = [one for one in told(demo, "/readyz")["trust_lists"] if one["region"] == "HK"]
    assert (hk["standing"], hk["sequence"]) == ("current", 1)
    assert hk["last_attempt"]["code"] not in {"accepted", "unchanged"}
    assert hk["age_seconds"] >= 0
    fields = {"certificate": ("a.cer", certificate(demo, "hk-chan"))}
    answer = HTTP.request("POST", f"{demo.issuer}/api/v1/certificates/verify", fields=fields).json()
    assert answer["recognition"]["HK"]["answer"] == YES
    page = HTTP.request("GET", f"{demo.issuer}/trust-lists?lang=en").data.decode()
    assert hk["last_attempt"]["code"] in page


def test_another_regions_list_is_not_taken_for_this_one(demo: Demo, published: Path) -> None:
    published.write_bytes((demo.home / "pki" / "lists" / "GD.xml").read_bytes())
    demo.command("trust", "refresh")
    (hk,) = [one for one in told(demo, "/readyz")["trust_lists"] if one["region"] == "HK"]
    assert (hk["standing"], hk["sequence"]) == ("current", 1)
