"""Levels by what is there: one row of the standards' tables a line."""

from __future__ import annotations

import pytest

from idbridge.signatures.evidence import SignatureForm
from idbridge.signatures.levels import NOT_ETSI, level
from idbridge.signatures.material import Material as Has

VALUES = {Has.CERTIFICATE_VALUES, Has.REVOCATION_VALUES}
REFERENCES = {Has.COMPLETE_CERTIFICATE_REFERENCES, Has.COMPLETE_REVOCATION_REFERENCES}
EXTENDED = {Has.NOT_BASELINE}
TIMED = {Has.SIGNATURE_TIMESTAMP}


@pytest.mark.parametrize(
    ("form", "material", "expected"),
    [
        (SignatureForm.CADES, set(), "B-B"),
        (SignatureForm.CADES, TIMED, "B-T"),
        (SignatureForm.CADES, VALUES, "B-B"),  # nothing without the timestamp
        (SignatureForm.CADES, TIMED | VALUES, "B-LT"),
        (SignatureForm.CADES, TIMED | {Has.ARCHIVE_TIMESTAMP}, "B-T"),  # nor without the values
        (SignatureForm.CADES, TIMED | VALUES | {Has.ARCHIVE_TIMESTAMP}, "B-LTA"),
        (SignatureForm.PADES, TIMED | VALUES | {Has.DOCUMENT_TIMESTAMP}, "B-LTA"),
        (SignatureForm.CADES, TIMED | VALUES | {Has.EVIDENCE_RECORD}, "ERS"),
        (SignatureForm.CADES, EXTENDED, "BES"),
        (SignatureForm.CADES, EXTENDED | {Has.SIGNATURE_POLICY}, "EPES"),
        (SignatureForm.XADES, EXTENDED | TIMED, "T"),
        (SignatureForm.CADES, EXTENDED | TIMED | VALUES, "LT"),
        (SignatureForm.CADES, EXTENDED | TIMED | REFERENCES, "C"),
        (SignatureForm.CADES, EXTENDED | TIMED | REFERENCES | {Has.REFERENCES_TIMESTAMP}, "X"),
        (SignatureForm.CADES, EXTENDED | TIMED | REFERENCES | VALUES | {Has.REFERENCES_TIMESTAMP}, "XL"),
        (SignatureForm.CADES, EXTENDED | TIMED | {Has.ARCHIVE_TIMESTAMP}, "A"),
        (SignatureForm.PADES, EXTENDED | {Has.DOCUMENT_TIMESTAMP}, "LTV"),
        (SignatureForm.PADES, EXTENDED | TIMED | VALUES, "BES"),
        (SignatureForm.PADES, EXTENDED | TIMED | {Has.SIGNATURE_POLICY}, "EPES"),
        (SignatureForm.CADES, EXTENDED | {Has.EVIDENCE_RECORD}, "ERS"),
        (SignatureForm.CMS, TIMED | VALUES, NOT_ETSI),
        (SignatureForm.PDF, set(), NOT_ETSI),
        (SignatureForm.PKCS7, set(), "B"),
        (SignatureForm.PKCS7, TIMED, "T"),
        (SignatureForm.PKCS7, TIMED | VALUES, "LT"),
    ],
)
def test_level(form: SignatureForm, material: set[Has], expected: str) -> None:
    assert level(form, frozenset(material)) == expected
