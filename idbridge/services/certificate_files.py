"""Certificates in a file that somebody hands over: DER, or one or more in PEM."""

from __future__ import annotations

from typing import Final

from asn1crypto import pem

from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import MalformedCertificateError, PkiError

MAX_FILE: Final = 256 << 10
"""Bytes of one file: a bundle of fifty certificates; a single one, with logos in it, stays below 64 KB."""


def are_certificates(data: bytes) -> bool:
    """Whether *data* is to be read as certificates and not as a document: PEM of certificates, or a certificate's DER."""
    if len(data) > MAX_FILE:
        return False
    if b"-----BEGIN CERTIFICATE-----" in data:
        return True
    try:
        Certificate.from_der(data)
    except PkiError:
        return False
    return True


def read_certificates(data: bytes) -> tuple[bytes, ...]:
    """Return the certificates in *data* as DER, in their order; at least one. Whether DER is a certificate is not looked at.

    :raises MalformedCertificateError: it is empty, too large, or PEM without certificates.
    """
    if not data or len(data) > MAX_FILE:
        raise MalformedCertificateError(f"the file is empty, or beyond {MAX_FILE} bytes")
    if not pem.detect(data):
        return (data,)
    try:
        found = tuple(der for kind, _, der in pem.unarmor(data, multiple=True) if kind == "CERTIFICATE")
    except ValueError as error:
        raise MalformedCertificateError(f"broken PEM: {error}") from error
    if not found:
        raise MalformedCertificateError("there is no CERTIFICATE in the PEM")
    return found
