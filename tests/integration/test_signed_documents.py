"""Documents signed at the command line beside a running demonstration, with its authorities and responders, up to B-LTA."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import urllib3
from click.testing import CliRunner

from idbridge.cli import main
from tests.bridge.demo import Demo
from tests.interop.demo import openssl, to_pem
from tests.unit.signatures.making.pdf.papers import plain, saved


def run(demo: Demo, *arguments: object, ok: bool = True) -> str:
    done = CliRunner().invoke(main, [str(one) for one in arguments], env={"IDBRIDGE_HOME": str(demo.home)})
    assert (done.exit_code == 0) == ok, done.output
    return done.output


def report(demo: Demo, path: Path) -> dict[str, Any]:
    """Return what the instance's API says of a file."""
    fields = {"document": (path.name, path.read_bytes(), "application/octet-stream")}
    answer = urllib3.request("POST", f"{demo.issuer}/api/v1/verifications", fields=fields, timeout=60)
    assert answer.status == 200, answer.data
    return json.loads(answer.data)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "tender.txt").write_text("Tender 2026-11\n")
    (tmp_path / "tender.xml").write_text("<tender/>")
    (tmp_path / "tender.pdf").write_bytes(saved(plain(1)))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "file", "kind", "home_region"),
    [
        ("hk-chan", "tender.txt", "cades", "HK"),
        ("mo-lei", "tender.pdf", "pades", "MO"),
        ("gd-li", "tender.txt", "asic-e", "GD"),
        ("gd-zhang", "tender.xml", "xades", "GD"),
        ("hk-lam", "tender.txt", "jades", "HK"),
        ("gd-company", "tender.txt", "cades", "GD"),
    ],
)
def test_signed_at_once_up_to_lta(demo: Demo, files: Path, name: str, file: str, kind: str, home_region: str) -> None:
    out = files / "signed"
    run(demo, "sign", files / file, "--as", name, "--format", kind, "--level", "LTA", "--out", out)
    said = report(demo, out)
    assert said["indication"] == "TOTAL_PASSED", said
    (signature,) = said["signatures"]
    assert signature["level"] == "B-LTA"
    assert signature["signer"]["region"] == home_region
    assert signature["recognition"][home_region]["answer"] == "recognised"
    assert {stamp["indication"] for stamp in said["timestamps"]} == {"PASSED"}


def test_augmented_step_by_step(demo: Demo, files: Path) -> None:
    authority = f"{demo.provider('GD')}/tsa/hk-tsa"
    path = files / "tender.txt.p7s"
    run(demo, "sign", files / "tender.txt", "--as", "hk-chan")
    for level in ("T", "LT", "LTA"):
        out = files / f"at-{level}"
        run(demo, "augment", path, "--level", level, "--tsa", authority, "--out", out)
        said = report(demo, out)
        assert (said["indication"], said["signatures"][0]["level"]) == ("TOTAL_PASSED", f"B-{level}")
        path = out


def test_revoked_signers_get_no_long_term_level(demo: Demo, files: Path) -> None:
    refused = run(demo, "sign", files / "tender.txt", "--as", "hk-ho-revoked", "--level", "LT", ok=False)
    assert "refused (making-evidence-missing)" in refused
    assert "REVOKED" in refused


def test_authorities_answer_openssl(demo: Demo, files: Path) -> None:
    query, reply = files / "query", files / "reply"
    openssl("ts", "-query", "-data", files / "tender.txt", "-sha256", "-cert", "-out", query, check=True)
    url = f"{demo.provider('GD')}/tsa/mo-tsa"
    headers = {"Content-Type": "application/timestamp-query"}
    answer = urllib3.request("POST", url, body=query.read_bytes(), headers=headers, timeout=30)
    assert answer.headers["Content-Type"] == "application/timestamp-reply"
    reply.write_bytes(answer.data)
    authorities = demo.home / "pki" / "authorities"
    roots = ("mo-root", "mo-qualified")
    root, above = (to_pem((authorities / one / "certificate.cer").read_bytes(), files) for one in roots)
    done = openssl("ts", "-verify", "-queryfile", query, "-in", reply, "-CAfile", root, "-untrusted", above)
    assert "Verification: OK" in done.stdout, done.stderr
