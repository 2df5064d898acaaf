"""Refusals of this room: input that is no certificate, list or response at all. Each has a stable `code`.

Whether a well-formed certificate is good is never an exception; that is a report.
"""

from __future__ import annotations

from typing import ClassVar


class PkiError(ValueError):
    """The base of this room's refusals; `code` is stable and may be shown to callers."""

    code: ClassVar[str] = "pki-refusal"


class MalformedDerError(PkiError):
    """Bytes that are not the DER of what they were taken for."""

    code = "malformed-der"


class MalformedCertificateError(PkiError):
    """Bytes that are no X.509 certificate."""

    code = "malformed-certificate"


class MalformedCrlError(PkiError):
    """Bytes that are no X.509 certificate revocation list."""

    code = "malformed-crl"


class MalformedOcspResponseError(PkiError):
    """Bytes that are no OCSP response."""

    code = "malformed-ocsp-response"


class BadRequestError(PkiError):
    """Arguments that no path validation can be run with: a naive time, an unknown option, a policy that is no OID."""

    code = "bad-request"
