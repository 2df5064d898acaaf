"""Why no signature is made, or none is augmented: exceptions with a stable code."""

from __future__ import annotations

from enum import StrEnum


class MakingRefusal(StrEnum):
    """The stable codes of `MakingRefused`."""

    FORMAT = "making-format"
    """The document is not of the format that is asked for, or the format does not take so many documents."""
    FORMAT_UNKNOWN = "making-format-unknown"
    ALGORITHM = "making-algorithm"
    """The format has no name for the key's algorithm."""
    CERTIFICATE = "making-certificate"
    """The certificate is none, is not for signatures, or is not valid now."""
    KEY = "making-key"
    """The key is not the certificate's."""
    STATEMENT = "making-statement"
    """What is to be said beside the content cannot be said in this format."""
    CONTENT_MISSING = "making-content-missing"
    CONTENT_DIFFERS = "making-content-differs"
    """What is given is not what the signatures that are there are over."""
    LEVEL = "making-level"
    """The format has no such level, or the document has not reached the one below it."""
    NOTHING_TO_AUGMENT = "making-nothing-to-augment"
    ARCHIVED = "making-archived"
    """An earlier archive timestamp is over what would have to change."""
    BROKEN = "making-signature-broken"
    """What is there is not intact: more evidence would not mend it."""
    EVIDENCE_MISSING = "making-evidence-missing"
    """Certificates or revocation information that the level asks for are not at hand."""
    DAMAGED = "making-document-damaged"
    """The PDF must be repaired before anything can be appended to it."""
    FIELD = "making-signature-field"
    """The field is signed already, is none for signatures, or cannot have that name."""
    NOT_PERMITTED = "making-not-permitted"
    """An earlier signature, or a requirement of the field, does not permit it."""
    APPEARANCE = "making-appearance"
    """What the signature is to show cannot be drawn."""
    ROOM = "making-room"
    """The signature is longer than the space that was kept for it."""
    NO_AUTHORITY = "making-no-timestamp-authority"
    TIMESTAMP_UNAVAILABLE = "timestamp-unavailable"
    TIMESTAMP_REFUSED = "timestamp-refused"
    """The authority said no; the detail has its status and reason."""
    TIMESTAMP_INVALID = "timestamp-invalid"
    """The authority's answer is not to the question, or not signed as it must be."""


class MakingRefused(Exception):
    """The base: `code` is stable and may be shown to callers; `detail` gives the evidence."""

    def __init__(self, code: MakingRefusal, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
