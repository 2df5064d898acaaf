"""Signatories of every kind of key, a time-stamping authority, and a driver that answers what makers wish for.

Certificates come from the project's own issuing; timestamp tokens from the forge, which is apart from what the product makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from idbridge.pki.issuing.certificates import Order, Validity, issue, issue_root, issuer_from_certificate
from idbridge.pki.issuing.crls import make_crl
from idbridge.pki.issuing.key_types import generate_key
from idbridge.pki.issuing.signer import KeySigner, signer_for
from idbridge.pki.issuing.subjects import name_from_table
from idbridge.signatures.gathering import NO_DATA, ValidationData
from idbridge.signatures.making.steps import LongTermMaterial, Making, Signatory, SignatureWanted, Statement, TimestampWanted
from idbridge.signatures.report import DocumentReport
from idbridge.signatures.verification import verify_document
from tests.unit.signatures import forge
from tests.unit.signatures.seals import PROFILES

BORN = datetime(2024, 1, 1, tzinfo=UTC)
SIGNED_AT = datetime(2024, 6, 1, 12, tzinfo=UTC)
LISTED_AT = datetime(2024, 6, 2, tzinfo=UTC)
AT = datetime(2024, 6, 3, tzinfo=UTC)
VALIDITY = Validity(BORN, BORN + timedelta(days=1000))
KEYS = ("rsa-2048", "ec-p256", "ec-p384", "ed25519", "sm2")
STATEMENT = Statement(SIGNED_AT)
FULL = Statement(
    SIGNED_AT,
    commitments=("1.2.840.113549.1.9.16.6.5", "1.2.3.4"),
    claimed_roles=("Director <& co>", "董事"),
    place="Macao",
)


@dataclass(frozen=True)
class Person:
    """Somebody with a key, a certificate, and an authority above."""

    signatory: Signatory
    signer: KeySigner
    root: bytes
    crl: bytes


@cache
def person(key: str = "ec-p256", name: str = "Chan Tai Man") -> Person:
    """Return the holder of a key of that type, the same one in a run."""
    root_signer = signer_for(generate_key("sm2" if key == "sm2" else "ec-p256"))
    named = Order(name_from_table({"C": "MO", "CN": f"Root of {name}, {key}"}), root_signer.public_key_info)
    root = issue_root(PROFILES["root"], named, root_signer, serial=1, validity=VALIDITY)
    issuer = issuer_from_certificate(root, root_signer)
    signer = signer_for(generate_key(key))
    order = Order(name_from_table({"C": "MO", "CN": name}), signer.public_key_info)
    certificate = issue(PROFILES["signature"], order, issuer, serial=2, validity=VALIDITY)
    crl = make_crl(issuer, (), number=1, this_update=LISTED_AT, next_update=LISTED_AT + timedelta(days=30))
    return Person(Signatory(certificate, signer.algorithm, (root,)), signer, root, crl)


@cache
def stampers() -> forge.Authority:
    """Return the authority above the time-stamping authority."""
    return forge.Authority("Stampers")


@cache
def stamper() -> forge.Holder:
    """Return the time-stamping authority."""
    return stampers().issue("TSA", timestamping=True)


@cache
def stampers_crl() -> bytes:
    """Return the CRL about it."""
    return stampers().crl(LISTED_AT)


def material(*people: Person) -> LongTermMaterial:
    """Return all that proves these signers' certificates and the stamper's good."""
    own = tuple(der for one in people for der in (one.signatory.certificate, one.root))
    lists = tuple(one.crl for one in people)
    return LongTermMaterial((*own, stamper().der, stampers().root.der), (*lists, stampers_crl()))


def driven(making: Making, signer: Person | None = None, at: datetime = SIGNED_AT) -> bytes:
    """Answer every wish of *making*, with *signer*'s key and tokens of *at*, and return what it made."""
    answer: bytes | None = None
    while True:
        try:
            wish = making.send(answer) if answer is not None else next(making)
        except StopIteration as made:
            document: bytes = made.value
            return document
        match wish:
            case SignatureWanted(message):
                assert signer is not None
                answer = signer.signer.sign(message)
            case TimestampWanted(message):
                answer = forge.token(stamper(), message, at)


def judged(document: bytes, *people: Person, detached: Mapping[str, bytes] | None = None, at: datetime = AT) -> DocumentReport:
    """Return the verdict on *document*, trusting the roots, with what it brings along and the stamper's list of today."""
    roots = [*(one.root for one in people), stampers().root.der]
    evidence = ValidationData(crls=(stampers().crl(at),)) if at > AT else NO_DATA
    return verify_document(document, trust=roots, at=at, detached=detached, evidence=evidence)
