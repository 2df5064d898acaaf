"""A certificate in the shape of EU DSS's ``DiagnosticData``."""

from __future__ import annotations

import base64
import hashlib
from typing import Any, Final

from idbridge.pki.certificate import Certificate
from idbridge.pki.keys import UnusableKeyError, import_key
from idbridge.signatures.report import instant
from idbridge.web.compatible import names

_SUBJECT: Final = {
    "SubjectSerialNumber": "2.5.4.5",
    "CommonName": "2.5.4.3",
    "Locality": "2.5.4.7",
    "State": "2.5.4.8",
    "CountryName": "2.5.4.6",
    "OrganizationIdentifier": "2.5.4.97",
    "OrganizationName": "2.5.4.10",
    "OrganizationalUnit": "2.5.4.11",
    "Title": "2.5.4.12",
    "GivenName": "2.5.4.42",
    "Surname": "2.5.4.4",
    "Pseudonym": "2.5.4.65",
}
"""Members made of one attribute of the subject, by its type (X.520). A serial number may be that of an identity card: it is
as public as the certificate, which the caller has."""


def certificate_facts(certificate: Certificate, source: str, trusted: bool) -> dict[str, Any]:
    """Return the facts of *certificate*, where it is from, and whether it is an anchor."""
    bits, kind = _key(certificate)
    return {
        "Id": names.certificate_token(certificate),
        "SubjectDistinguishedName": [{"value": certificate.subject.rfc4514, "Format": "RFC2253"}],
        "IssuerDistinguishedName": [{"value": certificate.issuer.rfc4514, "Format": "RFC2253"}],
        "SerialNumber": certificate.serial_number,
        **{member: next(iter(certificate.subject.values(oid)), None) for member, oid in _SUBJECT.items()},
        "Source": [source],
        "NotAfter": instant(certificate.not_after),
        "NotBefore": instant(certificate.not_before),
        "PublicKeySize": bits,
        "PublicKeyEncryptionAlgo": kind,
        "EntityKey": f"EK-{hashlib.sha256(certificate.public_key_info).hexdigest().upper()}",
        "BasicSignature": {"SignatureIntact": None, "SignatureValid": None},
        "Trusted": {"value": trusted},
        "SelfSigned": certificate.is_self_issued,
        "certificateExtensions": [],
        "Base64Encoded": base64.b64encode(certificate.der).decode("ascii"),
    }


def _key(certificate: Certificate) -> tuple[int, str]:
    """Return the key's size and kind; 0 and RSA, the commonest, for a key that cannot be read: EU DSS asks for both."""
    try:
        key = import_key(certificate.public_key_info)
    except UnusableKeyError:
        return 0, "RSA"
    return key.bits, names.ENCRYPTION[key.kind]
