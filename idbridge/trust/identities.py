"""Whether a certificate is of the authority that a list names.

A service is its name and its key (TS 119 612 clause 5.5.3), not one certificate: a renewed or a cross-certificate of the
same authority matches. A listed certificate that cannot be read matches nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import MalformedCertificateError


def is_same_authority(one: Certificate, other: Certificate) -> bool:
    """Tell whether two certificates are about the same name with the same key."""
    return one.public_key_info == other.public_key_info and one.subject == other.subject


def is_listed(certificate: Certificate, listed: Iterable[bytes]) -> bool:
    """Tell whether *certificate* is of the authority of one of the DER certificates *listed*."""
    return any(is_same_authority(certificate, found) for found in _candidates(certificate, listed))


def _candidates(certificate: Certificate, listed: Iterable[bytes]) -> Iterator[Certificate]:
    """Read those that have the key somewhere in their bytes: a list of thousands is not parsed for one question."""
    for der in listed:
        if certificate.public_key_info in der:
            try:
                yield Certificate.from_der(der)
            except MalformedCertificateError:
                continue
