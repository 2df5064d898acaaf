"""Why a trust list is refused: one exception with a stable code.

A refusal is about the file: it is no list, or not one that a pinned signer signed. What a good list *says* is never refused
here.
"""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """The stable codes of :class:`TrustListRefused`, from the outermost shell of the file to its signature."""

    EMPTY = "list-empty"
    TOO_LARGE = "list-too-large"
    HTML_PAGE = "list-is-html"
    DOCTYPE = "list-has-doctype"
    NOT_WELL_FORMED = "list-not-well-formed"
    PROCESSING_INSTRUCTION = "list-has-processing-instruction"
    TOO_DEEP = "list-too-deep"
    NOT_A_LIST = "not-a-trust-list"
    STRUCTURE = "list-structure"
    VERSION = "list-version"
    SIGNATURE_MISSING = "signature-missing"
    SIGNATURE_SEVERAL = "signature-several"
    SIGNATURE_PROFILE = "signature-profile"
    DUPLICATE_ID = "signature-duplicate-id"
    SIGNATURE_SCOPE = "signature-scope"
    DIGEST_MISMATCH = "signature-digest-mismatch"
    SIGNER_NOT_PINNED = "signer-not-pinned"
    SIGNING_CERTIFICATE = "signing-certificate-mismatch"
    SIGNATURE_WRONG = "signature-wrong"


class TrustListRefused(ValueError):
    """The bytes are not a trust list that may be relied upon; ``code`` says why, the message gives the evidence."""

    def __init__(self, code: Refusal, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
