"""What signature levels are made of: the properties whose presence decides whether a signature is B, T, LT or LTA.

Formats say which are there; `levels` says what they amount to.
"""

from __future__ import annotations

from enum import StrEnum


class Material(StrEnum):
    """A property of a signature, by the name it has in EN 319 122-1, EN 319 132-1, EN 319 142-1, TS 119 182-1."""

    # signed
    CONTENT_TYPE = "content-type"
    MESSAGE_DIGEST = "message-digest"
    SIGNING_CERTIFICATE = "signing-certificate"
    SIGNING_TIME = "signing-time"
    MIME_TYPE = "mime-type"
    SIGNATURE_POLICY = "signature-policy-identifier"
    # carried
    SIGNER_CERTIFICATE = "signer-certificate"
    """The signing certificate itself is where baseline signatures have it (SignedData.certificates, KeyInfo, x5c)."""
    # unsigned
    SIGNATURE_TIMESTAMP = "signature-time-stamp"
    COMPLETE_CERTIFICATE_REFERENCES = "complete-certificate-references"
    COMPLETE_REVOCATION_REFERENCES = "complete-revocation-references"
    REFERENCES_TIMESTAMP = "references-time-stamp"
    SIGNATURE_AND_REFERENCES_TIMESTAMP = "signature-and-references-time-stamp"
    CERTIFICATE_VALUES = "certificate-values"
    REVOCATION_VALUES = "revocation-values"
    TIMESTAMP_VALIDATION_DATA = "time-stamp-validation-data"
    ARCHIVE_TIMESTAMP = "archive-time-stamp"
    EVIDENCE_RECORD = "evidence-record"
    DOCUMENT_TIMESTAMP = "document-time-stamp"
    DSS = "document-security-store"
    # what keeps an otherwise complete signature out of the baseline profile
    NOT_BASELINE = "not-baseline"
    """The format found something that the baseline profile of its form forbids; a Fault says what."""
