"""A workshop for makers: one root, a signer for every type of key, a time-stamping authority, and its lists, all issued here.

Timestamps come from the product's own authority; tests in `tests/interop` ask OpenSSL's.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from idbridge import verify_document
from idbridge.pki.certificate import Certificate
from idbridge.pki.issuing.certificates import Issuer, Order, Validity, issue, issue_root, issuer_from_certificate
from idbridge.pki.issuing.crls import make_crl
from idbridge.pki.issuing.ocsp import Good, Responder, respond
from idbridge.pki.issuing.profiles import profiles_from_table
from idbridge.pki.issuing.signer import signer_for
from idbridge.pki.issuing.subjects import name_from_table
from idbridge.pki.revocation.ocsp import build_request
from idbridge.services.signing import SigningKey, drive
from idbridge.signatures.making.steps import LongTermMaterial, Making, Statement, TimestampWanted
from idbridge.signatures.making.timestamp_answers import TimestampPolicy, answer_request
from idbridge.signatures.making.timestamping import TimestampQuestion, token_of_answer
from idbridge.signatures.report import DocumentReport
from tests.unit.pki.issuing.simple import key

BORN = datetime(2024, 1, 1, tzinfo=UTC)
SIGNED_AT = datetime(2024, 6, 1, 12, tzinfo=UTC)
STAMPED_AT = SIGNED_AT + timedelta(minutes=1)
NOW = SIGNED_AT + timedelta(days=1)
KEY_TYPES = ("rsa-2048", "ec-p256", "ec-p384", "ed25519", "sm2")
DIGESTS = {"rsa-2048": "SHA-256", "ec-p256": "SHA-256", "ec-p384": "SHA-384", "ed25519": "SHA-512", "sm2": "SM3"}
STATEMENT = Statement(SIGNED_AT)
TSA_POLICY = "1.2.3.4.1"

PROFILES = profiles_from_table(
    {
        "root": {"ca": True, "key_usage": ["key_cert_sign", "crl_sign"], "max_days": 9000, "keys": ["*"]},
        "signer": {"key_usage": ["digital_signature", "content_commitment"], "max_days": 1100, "keys": ["*"]},
        "encryption": {"key_usage": ["key_encipherment"], "max_days": 1100, "keys": ["*"]},
        "stamper": {
            "key_usage": ["digital_signature"],
            "extended_key_usage": ["time-stamping"],
            "extended_key_usage_critical": True,
            "max_days": 1100,
            "keys": ["*"],
        },
    }
)
_VALIDITY = Validity(BORN, BORN + timedelta(days=1000))
_serials = itertools.count(100)


@cache
def root() -> tuple[bytes, Issuer]:
    signer = signer_for(key("ec-p256", 70))
    order = Order(name_from_table({"C": "HK", "CN": "Root"}), signer.public_key_info)
    der = issue_root(PROFILES["root"], order, signer, serial=1, validity=Validity(BORN, BORN + timedelta(days=8000)))
    return der, issuer_from_certificate(der, signer)


@cache
def holder(key_type: str = "ec-p256", profile: str = "signer", number: int = 71) -> SigningKey:
    der, issuer = root()
    signer = signer_for(key(key_type, number))
    subject = name_from_table({"C": "HK", "O": "Ferry Co", "CN": f"{profile} {key_type} {number}"})
    order = Order(subject, signer.public_key_info)
    return SigningKey(issue(PROFILES[profile], order, issuer, serial=next(_serials), validity=_VALIDITY), signer, (der,))


@cache
def crl() -> bytes:
    return make_crl(root()[1], (), number=1, this_update=SIGNED_AT, next_update=SIGNED_AT + timedelta(days=60))


def material() -> LongTermMaterial:
    return LongTermMaterial((root()[0],), (crl(),))


@dataclass
class Authority:
    """A `Stamper` without a network: the product's own authority, at a time of its own."""

    key_type: str = "ec-p256"
    digest: str = "SHA-256"
    at: datetime = STAMPED_AT
    asked: int = 0

    def stamp(self, wanted: TimestampWanted) -> bytes:
        self.asked += 1
        question = TimestampQuestion(wanted.message, wanted.digest or self.digest, self.asked)
        own = holder(self.key_type, "stamper", 72)
        making = answer_request(question.encoding(), own.signatory, TimestampPolicy((TSA_POLICY,)), self.at, self.asked)
        self.at += timedelta(seconds=1)
        return token_of_answer(drive(making, own.signer, None), question)


def made(making: Making, by: SigningKey | None = None, stamper: Authority | None = None) -> bytes:
    return drive(making, by.signer if by is not None else None, stamper or Authority())


def judged(document: bytes, *, at: datetime = NOW, **rest) -> DocumentReport:
    return verify_document(document, trust=[root()[0]], at=at, **rest)


@cache
def ocsp_response(of: bytes | None = None) -> bytes:
    der, issuer = root()
    request = build_request(Certificate.from_der(of or holder().certificate), Certificate.from_der(der))
    responder = Responder(der, issuer.signer, der)
    until = SIGNED_AT + timedelta(days=60)
    return respond(request, lambda _: Good(), responder, this_update=STAMPED_AT, next_update=until)
