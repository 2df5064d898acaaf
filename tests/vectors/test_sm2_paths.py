"""Paths of SM2 certificates that others made: Tongsuo's, with the key under either identifier."""

from __future__ import annotations

import base64
import re
from datetime import timedelta

import pytest

from idbridge import verify_certificate
from idbridge.pki.certificate import Certificate
from tests.requirements import vectors


def certificates(name: str) -> list[Certificate]:
    blocks = re.findall("-----BEGIN CERTIFICATE-----(.*?)-----END", vectors("sm2", name).read_text(), re.DOTALL)
    return [Certificate.from_der(base64.b64decode(block)) for block in blocks]


def judge(leaf: str, chain: str, **options):
    (target, *_), issuers = certificates(leaf), certificates(chain)
    arguments = {
        "anchors": [issuer for issuer in issuers if issuer.is_self_issued],
        "intermediates": issuers,
        "at": target.not_before + timedelta(days=1),
        "revocation": "off",
    }
    return verify_certificate(target.der, **(arguments | options))


@pytest.mark.parametrize(
    ("leaf", "chain", "length"),
    [
        ("sm2-leaf.crt", "sm2-chain-ca.crt", 3),
        ("server_sign.crt", "chain-ca.crt", 3),
        ("server_enc.crt", "chain-ca.crt", 3),
        ("client_sign.crt", "chain-ca.crt", 3),
        ("sm2-first-crt.pem", "sm2-root-cert.pem", 2),
    ],
)
def test_passes(leaf: str, chain: str, length: int) -> None:
    report = judge(leaf, chain)
    assert report.indication == "PASSED", report.to_dict()
    assert len(report.path.certificates) == length
    signatures = [check for check in report.path.checks if check.name == "signature"]
    assert {check.values["algorithm"] for check in signatures} == {"SM2-SM3"}


def test_expired() -> None:
    (target,) = certificates("server_sign_expire.crt")
    report = judge("server_sign_expire.crt", "chain-ca.crt", at=certificates("chain-ca.crt")[0].not_before)
    assert target.not_after < report.at
    assert (report.indication, report.sub_indication) == ("FAILED", "EXPIRED")


def test_a_signature_without_z_a_fails() -> None:
    """Signed over the bare digest: as an anchor it would be trusted; below another of its name it is not signed."""
    (root,), (below,) = certificates("sm2-noza-root-cert.pem"), certificates("sm2-noza-cert.pem")
    report = judge("sm2-noza-cert.pem", "sm2-noza-root-cert.pem")
    assert below != root
    assert (report.indication, report.sub_indication) == ("FAILED", "SIG_CRYPTO_FAILURE")
