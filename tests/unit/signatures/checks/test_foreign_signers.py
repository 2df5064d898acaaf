"""OFD signed with the algorithms of the rest of the world: RSA and ECDSA in messages, and in seals, with SHA-256."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from idbridge import verify_document
from idbridge.signatures.algorithms import encode_oid
from idbridge.signatures.ber import OCTET_STRING, SEQUENCE, SET, encode
from idbridge.signatures.gathering import ValidationData
from idbridge.signatures.report import DocumentReport
from tests.unit.signatures import forge
from tests.unit.signatures.checks.test_seal import LIST, PAGE, SEAL, SIGNATURE, VALUE, failed
from tests.unit.signatures.seals import (
    AT,
    PARTS,
    Dialect,
    SealPlan,
    bits,
    generalized,
    ia5,
    integer,
    make_seal,
    pack,
    signature_list,
    signature_xml,
)

RSA_SHA256, ECDSA_SHA256 = "1.2.840.113549.1.1.11", "1.2.840.10045.4.3.2"


@dataclass(frozen=True)
class Foreigner:
    """A certificate with an RSA or ECDSA key, which signs with SHA-256."""

    holder: forge.Holder
    oid: str

    @property
    def der(self) -> bytes:
        return self.holder.der

    def sign(self, message: bytes) -> bytes:
        key = self.holder.key
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return self.holder.sign(message)


@cache
def authority() -> forge.Authority:
    return forge.Authority()


@cache
def foreigner(kind: str) -> Foreigner:
    of_rsa = kind == "RSA"
    return Foreigner(authority().issue("Chan Siu Ming", of_rsa=of_rsa), RSA_SHA256 if of_rsa else ECDSA_SHA256)


def sha256(part: bytes) -> bytes:
    return hashlib.sha256(part).digest()


def message(signer: Foreigner, content: bytes) -> bytes:
    """A SignedData of PKCS #7 beside the Signature.xml."""
    attributes = sorted(forge.baseline_attributes(signer.holder, content))
    info = encode(
        SEQUENCE,
        integer(1),
        forge.issuer_and_serial(signer.holder),
        forge.algorithm(forge.SHA256),
        encode(0xA0, *attributes),
        encode(SEQUENCE, encode_oid(signer.oid)),
        encode(OCTET_STRING, signer.sign(encode(SET, *attributes))),
    )
    return forge.cms([info], [signer.der])


def sealing(signer: Foreigner, seal: bytes, signature: bytes) -> bytes:
    """A sealing of GB/T 38540, whose digest is that of the signature's algorithm (clause 7)."""
    location, digest = ia5("/Doc_0/Signs/Sign_0/Signature.xml"), bits(sha256(signature))
    to_sign = encode(SEQUENCE, integer(4), seal, generalized(AT - timedelta(days=1)), digest, location)
    return encode(SEQUENCE, to_sign, encode(OCTET_STRING, signer.der), encode_oid(signer.oid), bits(signer.sign(to_sign)))


def sealed(signer: Foreigner) -> dict[str, bytes]:
    seal = make_seal(SealPlan(signer, [signer.der], dialect=Dialect(oid=signer.oid)))  # type: ignore[arg-type] # another key
    signature = signature_xml({**PARTS, SEAL: seal}, method="SHA256", digest=sha256)
    own = {SIGNATURE: signature, SEAL: seal, VALUE: sealing(signer, seal, signature)}
    return {**PARTS, LIST: signature_list("1"), **own}


def signed(signer: Foreigner) -> dict[str, bytes]:
    signature = signature_xml(PARTS, method="SHA256", digest=sha256)
    signature = signature[: signature.index(b"<ofd:Seal>")] + signature[signature.index(b"</ofd:Seal>") + 11 :]
    return {**PARTS, LIST: signature_list("1", kind="Sign"), SIGNATURE: signature, VALUE: message(signer, signature)}


def verify(parts: dict[str, bytes]) -> DocumentReport:
    evidence = ValidationData(crls=(authority().crl(AT - timedelta(days=1)),))
    return verify_document(pack(parts), trust=[authority().root.der], at=AT, evidence=evidence)


@pytest.mark.parametrize("make", [sealed, signed], ids=["seal", "message"])
@pytest.mark.parametrize("kind", ["RSA", "ECDSA"])
def test_foreign_algorithms(kind: str, make) -> None:
    parts = make(foreigner(kind))
    report = verify(parts)
    assert (report.indication, failed(report)) == ("TOTAL_PASSED", {})
    changed = verify({**parts, PAGE: b"<Page/>"})
    assert (changed.indication, changed.sub_indication) == ("TOTAL_FAILED", "HASH_FAILURE")
    edited = verify({**parts, SIGNATURE: parts[SIGNATURE].replace(b"50 50", b"60 60")})
    assert (edited.indication, edited.sub_indication) == ("TOTAL_FAILED", "HASH_FAILURE")
