"""Whether a certificate is of the authority that a list names.

A service is its name and its key (TS 119 612 clause 5.5.3), not one certificate: a renewed or a cross-certificate of the
same authority matches. A listed certificate that cannot be read matches nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from idbridge.pki.algorithms import verify_signature
from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import MalformedCertificateError


def is_same_authority(one: Certificate, other: Certificate) -> bool:
    """Tell whether two certificates are about the same name with the same key."""
    return one.public_key_info == other.public_key_info and one.subject == other.subject


def is_listed(certificate: Certificate, listed: Iterable[bytes]) -> bool:
    """Tell whether *certificate* is of the authority of one of the DER certificates *listed*."""
    return any(is_same_authority(certificate, found) for found in _candidates(certificate, listed))


def is_issued_by(certificate: Certificate, listed: Iterable[bytes]) -> bool:
    """Tell whether one of the authorities *listed* (DER certificates) issued *certificate*, by name and signature."""
    return not certificate.is_self_issued and any(_issued(certificate, issuer) for issuer in _readable(listed))


def _issued(certificate: Certificate, issuer: Certificate) -> bool:
    if issuer.subject != certificate.issuer:
        return False
    verdict = verify_signature(issuer.public_key_info, certificate.signature_algorithm, certificate.tbs, certificate.signature)
    return verdict.verdict == "valid"


def _readable(listed: Iterable[bytes]) -> Iterator[Certificate]:
    for der in listed:
        try:
            yield Certificate.from_der(der)
        except MalformedCertificateError:
            continue


def _candidates(certificate: Certificate, listed: Iterable[bytes]) -> Iterator[Certificate]:
    """Read those that have the key somewhere in their bytes: a list of thousands is not parsed for one question."""
    yield from _readable(der for der in listed if certificate.public_key_info in der)
