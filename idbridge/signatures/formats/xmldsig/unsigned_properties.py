"""XAdES unsigned properties (EN 319 132-1 clauses 5.3 to 5.5): certificates and revocation data that the signature carries."""

from __future__ import annotations

from collections.abc import Iterator

from idbridge.signatures.ber import BerError, read_value
from idbridge.signatures.evidence import FoundCertificate, FoundRevocation, RevocationKind
from idbridge.signatures.formats.revocations import read_response
from idbridge.signatures.formats.xmldsig.names import Element, binary, first_property, properties, xades_name

CERTIFICATE_HOLDERS = {
    "CertificateValues": "certificate-values",
    "AttrAuthoritiesCertValues": "attribute-certificate-values",
}
REVOCATION_HOLDERS = {
    "RevocationValues": "revocation-values",
    "AttributeRevocationValues": "attribute-revocation-values",
}
VALIDATION_DATA = ("TimeStampValidationData", "AnyValidationData")


def unsigned_signature_properties(qualifying: Element | None) -> tuple[Element, ...]:
    """Return the children of UnsignedSignatureProperties, in their order."""
    return tuple(properties(first_property(qualifying, "UnsignedProperties", "UnsignedSignatureProperties")))


def certificates_in(element: Element) -> Iterator[FoundCertificate]:
    """Walk through the certificates in one unsigned property."""
    name = xades_name(element)
    if name in VALIDATION_DATA:
        for child in properties(element):
            yield from (FoundCertificate(found.der, "time-stamp-validation-data") for found in certificates_in(child))
    for encapsulated in properties(element, "EncapsulatedX509Certificate") if name in CERTIFICATE_HOLDERS else ():
        if der := binary(encapsulated):
            yield FoundCertificate(der, CERTIFICATE_HOLDERS[name])


def revocations_in(element: Element) -> Iterator[FoundRevocation]:
    """Walk through the CRLs and OCSP responses in one unsigned property; what is neither is left out."""
    name = xades_name(element)
    if name in VALIDATION_DATA:
        for child in properties(element):
            yield from revocations_in(child)
    if name not in REVOCATION_HOLDERS:
        return
    where = REVOCATION_HOLDERS[name]
    for encapsulated in properties(first_property(element, "CRLValues"), "EncapsulatedCRLValue"):
        if der := binary(encapsulated):
            yield FoundRevocation(RevocationKind.CRL, der, where)
    for encapsulated in properties(first_property(element, "OCSPValues"), "EncapsulatedOCSPValue"):
        try:
            found = read_response(read_value(binary(encapsulated) or b"", trailing=True), where)
        except BerError:
            continue
        if found is not None:
            yield found
