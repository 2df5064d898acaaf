"""A small CA of each key type, for the tests of issuing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from idbridge.pki.issuing.certificates import Issuer, Order, Validity, issue_root, issuer_from_certificate
from idbridge.pki.issuing.key_types import generate_key
from idbridge.pki.issuing.profiles import Profile, profiles_from_table
from idbridge.pki.issuing.signer import KeySigner, PrivateKey, signer_for
from idbridge.pki.issuing.subjects import name_from_table

NOW = datetime(2026, 3, 1, tzinfo=UTC)
KEY_TYPES = ("rsa-2048", "ec-p256", "ec-p384", "ed25519", "sm2")
VALIDITY = Validity(NOW - timedelta(days=1), NOW + timedelta(days=700))

PROFILES = profiles_from_table(
    {
        "root": {"ca": True, "key_usage": ["key_cert_sign", "crl_sign"], "max_days": 9000, "keys": ["*"]},
        "person": {
            "key_usage": ["digital_signature", "content_commitment"],
            "max_days": 1100,
            "keys": ["rsa-*", "ec-*", "ed25519", "sm2"],
            "subject": ["C", "CN"],
        },
        "ocsp-responder": {
            "key_usage": ["digital_signature"],
            "extended_key_usage": ["ocsp-signing"],
            "ocsp_no_check": True,
            "max_days": 800,
            "keys": ["*"],
        },
    }
)


@dataclass(frozen=True)
class Authority:
    certificate: bytes
    signer: KeySigner
    issuer: Issuer


@cache
def key(key_type: str, number: int = 0) -> PrivateKey:
    """One key for each type and number: making RSA keys is what takes the time."""
    return generate_key(key_type)


def profile(name: str) -> Profile:
    return PROFILES[name]


def order(key_type: str, number: int = 1, **rest) -> Order:
    subject = name_from_table({"C": "HK", "CN": "CHAN Tai Man"})
    return Order(subject, signer_for(key(key_type, number)).public_key_info, **rest)


@cache
def authority(key_type: str, number: int = 0, name: str = "Root") -> Authority:
    signer = signer_for(key(key_type, number))
    subject = name_from_table({"C": "HK", "O": "Test", "CN": f"{name} {key_type} {number}"})
    certificate = issue_root(profile("root"), Order(subject, signer.public_key_info), signer, serial=1, validity=VALIDITY)
    return Authority(certificate, signer, issuer_from_certificate(certificate, signer))
