"""The demonstration PKI, built once for the tests that look at it from outside."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from idbridge.services.demo_building import build_demo_pki
from idbridge.services.demo_pki import DemoPki, read_profiles
from tests.requirements import CHECKOUT, program

CERTS = CHECKOUT / "certs"
NOW = datetime.now(UTC).replace(microsecond=0)
"""`openssl` judges by the real clock, so the PKI is built today."""

PROFILES = read_profiles(CERTS / "profiles.toml")


@cache
def demo_pki(folder: Path) -> DemoPki:
    return build_demo_pki(folder / "pki", CERTS, now=NOW, base_url="http://pki.example")


def openssl(*arguments, check=False):
    return subprocess.run([program("openssl"), *map(str, arguments)], capture_output=True, text=True, check=check, timeout=60)


def to_pem(der: bytes, folder: Path, kind: str = "x509") -> Path:
    path = Path(mkdtemp(dir=folder)) / "object"
    path.with_suffix(".der").write_bytes(der)
    openssl(kind, "-inform", "DER", "-in", path.with_suffix(".der"), "-out", path.with_suffix(".pem"), check=True)
    return path.with_suffix(".pem")
