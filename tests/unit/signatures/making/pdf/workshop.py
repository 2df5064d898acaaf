"""Signers of three kinds of key, an authority for times, and what runs a making with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from idbridge import verify_document
from idbridge.pki.issuing.certificates import Order, Validity, issue, issue_root, issuer_from_certificate
from idbridge.pki.issuing.crls import make_crl
from idbridge.pki.issuing.key_types import generate_key
from idbridge.pki.issuing.signer import KeySigner, signer_for
from idbridge.pki.issuing.subjects import name_from_table
from idbridge.signatures.making.pdf.signing import PdfSigning, sign_pdf
from idbridge.signatures.making.steps import (
    BaselineLevel,
    LongTermMaterial,
    Making,
    Signatory,
    SignatureWanted,
    Statement,
)
from idbridge.signatures.report import DocumentReport
from tests.unit.signatures import forge
from tests.unit.signatures.seals import PROFILES

BORN = datetime(2024, 1, 1, tzinfo=UTC)
AT = datetime(2024, 7, 1, 9, tzinfo=UTC)
VERIFIED_AT = AT + timedelta(days=1)
VALIDITY = Validity(BORN, BORN + timedelta(days=1000))
STATEMENT = Statement(AT)


@dataclass(frozen=True)
class Signer:
    """A certificate with its key, and the root that issued it with its CRL."""

    certificate: bytes
    key: KeySigner
    root: bytes
    crl: bytes

    @property
    def signatory(self) -> Signatory:
        return Signatory(self.certificate, self.key.algorithm, (self.root,))


@cache
def signer(kind: str = "ec-p256") -> Signer:
    root_key, key = signer_for(generate_key(kind)), signer_for(generate_key(kind))
    root_order = Order(name_from_table({"C": "HK", "CN": f"Root {kind}"}), root_key.public_key_info)
    root = issue_root(PROFILES["root"], root_order, root_key, serial=1, validity=VALIDITY)
    issuer = issuer_from_certificate(root, root_key)
    order = Order(name_from_table({"C": "HK", "O": "灣區", "CN": "陳大文"}), key.public_key_info)
    certificate = issue(PROFILES["signature"], order, issuer, serial=7, validity=VALIDITY)
    crl = make_crl(issuer, (), number=1, this_update=AT - timedelta(hours=1), next_update=AT + timedelta(days=900))
    return Signer(certificate, key, root, crl)


STAMPS = forge.Authority("Stamps")
STAMPER = STAMPS.issue("TSA", timestamping=True)
MATERIAL = LongTermMaterial((STAMPER.der, STAMPS.root.der), (STAMPS.crl(AT),))


def material(kind: str = "ec-p256") -> LongTermMaterial:
    """All that a signature of `signer(kind)` and a token need."""
    own = signer(kind)
    return LongTermMaterial((own.certificate, own.root, *MATERIAL.certificates), (own.crl, *MATERIAL.crls))


def run(making: Making, by: Signer | None = None, at: datetime = AT) -> bytes:
    try:
        wanted = next(making)
        while True:
            if isinstance(wanted, SignatureWanted):
                wanted = making.send((by or signer()).key.sign(wanted.message))
            else:
                wanted = making.send(forge.token(STAMPER, wanted.message, at))
    except StopIteration as done:
        return done.value


def signed(data: bytes, kind: str = "ec-p256", level: BaselineLevel = BaselineLevel.B, **signing: object) -> bytes:
    by = signer(kind)
    return run(sign_pdf(data, by.signatory, STATEMENT, PdfSigning(**signing), level=level), by)


def report(data: bytes, kind: str = "ec-p256", at: datetime = VERIFIED_AT) -> DocumentReport:
    return verify_document(data, trust=[signer(kind).root, STAMPS.root.der], at=at)
