"""Integrity of values and digests, and whose they are."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from idbridge.pki.certificate import Certificate
from idbridge.signatures.evidence import (
    CertificateReference,
    FoundCertificate,
    MessageDigest,
    Reference,
    ReferenceKind,
    SignatureValue,
    SignedObject,
    SignerHint,
)
from idbridge.signatures.signer import identify, refers_to
from tests.unit.signatures.forge import ECDSA_SHA256, Authority, Holder, algorithm

MESSAGE = b"what is signed"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def signer(authority: Authority) -> Holder:
    return authority.issue("Signer")


@pytest.fixture(scope="module")
def other(authority: Authority) -> Holder:
    return authority.issue("Other")


def signed_by(
    holder: Holder, hint: SignerHint, *references: Reference, messages: tuple[bytes, ...] = (MESSAGE,)
) -> SignedObject:
    value = SignatureValue(algorithm(ECDSA_SHA256), "ES256", holder.sign(MESSAGE), messages)
    return SignedObject(references, value, hint, certificates=(FoundCertificate(holder.der, "x5c"),))


def reference(computed: bytes | None, *, optional: bool = False) -> Reference:
    return Reference(ReferenceKind.XML_REFERENCE, "#a", "SHA-256", bytes(32), computed, optional=optional)


@pytest.mark.parametrize(
    ("references", "integrity"),
    [
        ((), "intact"),
        ((reference(bytes(32)),), "intact"),
        ((reference(b"\1" * 32),), "broken"),
        ((reference(None),), "unknown"),
        ((reference(bytes(32)), reference(None), reference(b"")), "broken"),
        ((reference(None, optional=True),), "intact"),
        ((reference(b"\1" * 32, optional=True),), "broken"),
        ((Reference(ReferenceKind.XML_REFERENCE, "#a", "SHA-256", b"", b""),), "broken"),
    ],
)
def test_integrity_of_digests(signer: Holder, references: tuple[Reference, ...], integrity: str) -> None:
    assert identify(signed_by(signer, SignerHint(certificates=(signer.der,)), *references), ()).integrity == integrity


def facts(holder: Holder) -> Certificate:
    return Certificate.from_der(holder.der)


HINTS = {
    "certificate": lambda c: SignerHint(certificates=(c.der,)),
    "issuer-serial": lambda c: SignerHint(issuer=c.issuer.der, serial_number=c.serial_number),
    "key-identifier": lambda c: SignerHint(subject_key_identifier=c.subject_key_identifier),
    "key": lambda c: SignerHint(public_key_info=c.public_key_info),
    "digest": lambda c: SignerHint(digests=(MessageDigest("SHA-256", hashlib.sha256(c.der).digest()),)),
}


@pytest.mark.parametrize("hint", HINTS)
def test_every_hint_leads_to_the_certificate(signer: Holder, other: Holder, hint: str) -> None:
    found = identify(signed_by(signer, HINTS[hint](facts(signer))), [facts(other)])
    assert (found.certificate, found.named, found.integrity) == (facts(signer), True, "intact")
    wrong = identify(signed_by(signer, HINTS[hint](facts(other))), [facts(other)])
    assert (wrong.certificate, wrong.named, wrong.integrity) == (facts(other), True, "broken")


def test_key_without_certificate(signer: Holder, other: Holder) -> None:
    """A bare key in the document proves integrity, and nobody's identity."""
    bare = replace(signed_by(signer, SignerHint(public_key_info=facts(signer).public_key_info)), certificates=())
    found = identify(bare, [facts(other)])
    assert (found.certificate, found.integrity) == (None, "intact")


def test_nobody_named(signer: Holder, other: Holder) -> None:
    """The certificate whose key fits is found, but the document does not name it."""
    found = identify(signed_by(signer, SignerHint()), [facts(other)])
    assert (found.certificate, found.named, found.integrity) == (facts(signer), False, "intact")
    nothing = replace(signed_by(signer, SignerHint()), certificates=())
    assert identify(nothing, [facts(other)]).integrity == "unknown"


def test_what_was_signed_is_not_known(signer: Holder) -> None:
    assert identify(signed_by(signer, SignerHint(certificates=(signer.der,)), messages=()), ()).integrity == "unknown"


def test_unknown_algorithm(signer: Holder) -> None:
    signed = signed_by(signer, SignerHint(certificates=(signer.der,)))
    unknown = replace(signed, value=replace(signed.value, algorithm=None, stated="urn:homemade"))
    found = identify(unknown, ())
    assert found.integrity == "unknown"
    assert "urn:homemade" in found.verdict.detail


def test_any_encoding_of_the_message_will_do(signer: Holder) -> None:
    hint = SignerHint(certificates=(signer.der,))
    assert identify(signed_by(signer, hint, messages=(b"another", MESSAGE)), ()).integrity == "intact"
    assert identify(signed_by(signer, hint, messages=(b"another", b"yet another")), ()).integrity == "broken"


def test_references_to_certificates(signer: Holder, other: Holder) -> None:
    right = CertificateReference("x5t#S256", (MessageDigest("SHA-256", hashlib.sha256(signer.der).digest()),))
    assert refers_to(right, facts(signer))
    assert not refers_to(right, facts(other))
    assert not refers_to(replace(right, digests=()), facts(signer)), "without a digest nothing is bound"
    assert not refers_to(replace(right, serial_number=1), facts(signer))
    assert not refers_to(replace(right, issuer=facts(signer).subject.der), facts(signer))
    both = (*right.digests, MessageDigest("SHA-512", bytes(64)))
    assert not refers_to(replace(right, digests=both), facts(signer))
