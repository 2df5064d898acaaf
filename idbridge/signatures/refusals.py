"""Why bytes are refused before there is anything to judge: exceptions with a stable code.

A document that is one but is broken inside is not refused; it is read as far as it goes, and its faults are facts.
"""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """The stable codes of `DocumentRefused`."""

    EMPTY = "document-empty"
    TWO_FORMATS = "document-of-two-formats"
    UNKNOWN_FORMAT = "document-format-unknown"
    TOO_LARGE = "document-too-large"
    TOO_MANY_ENTRIES = "document-too-many-entries"
    TOO_DEEP = "document-too-deep"
    TOO_MANY_SIGNATURES = "document-too-many-signatures"
    ARCHIVE_RATIO = "archive-ratio"
    ARCHIVE_NAMES = "archive-names"
    AMBIGUOUS = "archive-ambiguous"
    ENCRYPTED = "document-encrypted"
    DOCTYPE = "xml-has-doctype"
    MALFORMED = "document-malformed"
    NOT_SUPPORTED = "document-not-supported"
    BAD_REQUEST = "bad-request"
    POLICY = "validation-policy"


class DocumentRefused(ValueError):
    """The base: `code` is stable and may be shown to callers; `detail` gives the evidence."""

    def __init__(self, code: Refusal, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class NotADocument(DocumentRefused):
    """The bytes are of no known kind, or are not what they began as."""


class FormatRefusal(DocumentRefused):
    """The kind is known, but the file is beyond a limit, encrypted, or made to harm its reader."""


class PolicyRefused(DocumentRefused):
    """A validation policy that cannot be applied as it is written."""

    def __init__(self, detail: str) -> None:
        super().__init__(Refusal.POLICY, detail)


class BadRequest(DocumentRefused):
    """Arguments with which nothing can be verified: a naive time, detached content of no known kind."""

    def __init__(self, detail: str) -> None:
        super().__init__(Refusal.BAD_REQUEST, detail)
