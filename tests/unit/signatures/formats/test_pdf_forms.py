"""What makes a PDF signature PAdES, PKCS #7 or neither, and of the baseline: requirement by requirement of EN 319 142-1."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from idbridge import verify_document
from idbridge.signatures.ber import NULL, OCTET_STRING, SEQUENCE, encode
from idbridge.signatures.formats import cms_attributes as oids
from tests.unit.signatures.forge import (
    SHA256,
    SIGNING_TIME,
    Authority,
    algorithm,
    attribute,
    baseline_attributes,
    cms,
    signer_info,
)
from tests.unit.signatures.forge import oid as encoded_oid
from tests.unit.signatures.formats import pdf_forge

ALICE = Authority().issue("Alice")
COMMITMENT = attribute(oids.COMMITMENT, encode(SEQUENCE, encoded_oid("1.2.840.113549.1.9.16.6.1")))
POLICY = attribute(
    oids.SIGNATURE_POLICY,
    encode(SEQUENCE, encoded_oid("1.2.3"), encode(SEQUENCE, algorithm(SHA256), encode(OCTET_STRING, bytes(32)))),
)
IMPLIED_POLICY = attribute(oids.SIGNATURE_POLICY, encode(NULL))
PADES = b"/Type /Sig /SubFilter /ETSI.CAdES.detached"
REASON = b"/Reason (because)"


def form_and_level(value: bytes, more: Sequence[bytes] = (), extra: bytes = b"", drop: Sequence[str] = ()) -> tuple[str, str]:
    """Sign the base document by an own CMS, with the time in the dictionary alone; return what it is taken for."""

    def made(content: bytes) -> bytes:
        dropped = [encoded_oid(name) for name in (SIGNING_TIME, *drop)]
        attributes = [one for one in baseline_attributes(ALICE, content) if not any(name in one[:20] for name in dropped)]
        return cms([signer_info(ALICE, [*attributes, *more])], [ALICE.der])

    objects = {**pdf_forge.base(), **pdf_forge.signature_objects()}
    data = pdf_forge.sign(b"", ALICE, objects=objects, value=value, extra=extra, make=made, first=True)
    (signature,) = verify_document(data, trust=None, at=datetime(2024, 7, 1, tzinfo=UTC)).signatures
    assert signature.integrity == "intact"
    return signature.evidence.form.value, signature.level


def test_baseline() -> None:
    assert form_and_level(PADES) == ("PAdES", "B-B")
    assert form_and_level(PADES, extra=REASON) == ("PAdES", "B-B")
    assert form_and_level(PADES, [COMMITMENT]) == ("PAdES", "B-B")
    assert form_and_level(PADES, [POLICY]) == ("PAdES", "B-B")


@pytest.mark.parametrize("policy", [POLICY, IMPLIED_POLICY], ids=["policy", "implied"])
def test_a_reason_beside_a_policy_is_neither_baseline_nor_epes(policy: bytes) -> None:
    assert form_and_level(PADES, [policy], REASON) == ("PAdES", "BES")


def test_a_reason_beside_a_commitment_is_no_pades() -> None:
    assert form_and_level(PADES, [COMMITMENT], REASON) == ("PDF", "NOT_ETSI")


def test_pkcs7_binds_the_content_by_a_message_digest() -> None:
    value = b"/Type /Sig /SubFilter /adbe.pkcs7.detached"
    assert form_and_level(value) == ("PKCS7", "B")
    assert form_and_level(value, drop=(oids.SIGNING_CERTIFICATE_V2,)) == ("PKCS7", "B")
