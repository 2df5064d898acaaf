"""Refusals to issue. Each has a stable ``code``."""

from __future__ import annotations


class IssuingError(Exception):
    """The base of all refusals to issue."""

    code = "issuing-refused"


class ProfileViolationError(IssuingError):
    """The order, the key or the period does not fit the certificate profile."""

    code = "profile-violation"


class RequestError(IssuingError):
    """A certificate request (PKCS#10) is malformed, or its sender does not have the private key."""

    code = "bad-certificate-request"


class KeyTypeError(IssuingError):
    """A key is of a type or strength that nothing is issued with or for."""

    code = "unsupported-key"


class DataError(IssuingError):
    """A table of profiles, subjects or extractors does not have the documented form."""

    code = "bad-pki-data"
