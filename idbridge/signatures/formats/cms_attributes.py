"""The attributes of CMS and CAdES signatures: their identifiers, and readers for what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from idbridge.signatures.algorithms import DIGEST_NAMES
from idbridge.signatures.ber import (
    INTEGER,
    NULL,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    BerError,
    Value,
    to_der,
)
from idbridge.signatures.contents import digest
from idbridge.signatures.evidence import (
    CertificateReference,
    MessageDigest,
    Reference,
    ReferenceKind,
    SignaturePolicy,
)
from idbridge.signatures.formats.signed_data import Attribute, SignerInfo, digest_name

# RFC 5652 clause 11
CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
SIGNING_TIME: Final = "1.2.840.113549.1.9.5"
COUNTER_SIGNATURE: Final = "1.2.840.113549.1.9.6"
# RFC 5035
SIGNING_CERTIFICATE: Final = "1.2.840.113549.1.9.16.2.12"
SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"
# EN 319 122-1 clause 5.2 (signed)
OTHER_SIGNING_CERTIFICATE: Final = "1.2.840.113549.1.9.16.2.19"
SIGNATURE_POLICY: Final = "1.2.840.113549.1.9.16.2.15"
COMMITMENT: Final = "1.2.840.113549.1.9.16.2.16"
SIGNER_LOCATION: Final = "1.2.840.113549.1.9.16.2.17"
SIGNER_ATTRIBUTES: Final = "1.2.840.113549.1.9.16.2.18"
SIGNER_ATTRIBUTES_V2: Final = "0.4.0.19122.1.1"
CONTENT_TIMESTAMP: Final = "1.2.840.113549.1.9.16.2.20"
CONTENT_HINTS: Final = "1.2.840.113549.1.9.16.2.4"
MIME_TYPE: Final = "0.4.0.1733.2.1"
# EN 319 122-1 clauses 5.3 to 5.5 and annex A (unsigned)
SIGNATURE_TIMESTAMP: Final = "1.2.840.113549.1.9.16.2.14"
CERTIFICATE_REFERENCES: Final = "1.2.840.113549.1.9.16.2.21"
REVOCATION_REFERENCES: Final = "1.2.840.113549.1.9.16.2.22"
CERTIFICATE_VALUES: Final = "1.2.840.113549.1.9.16.2.23"
REVOCATION_VALUES: Final = "1.2.840.113549.1.9.16.2.24"
SIGNATURE_AND_REFERENCES_TIMESTAMP: Final = "1.2.840.113549.1.9.16.2.25"
REFERENCES_TIMESTAMP: Final = "1.2.840.113549.1.9.16.2.26"
ARCHIVE_TIMESTAMP_V1: Final = "1.2.840.113549.1.9.16.2.27"
ARCHIVE_TIMESTAMP_V2: Final = "1.2.840.113549.1.9.16.2.48"
ARCHIVE_TIMESTAMP_V3: Final = "0.4.0.1733.2.4"
LONG_TERM_VALIDATION: Final = "0.4.0.1733.2.2"
HASH_INDEX: Final = "0.4.0.1733.2.5"
HASH_INDEX_V2: Final = "0.4.0.19122.1.4"
HASH_INDEX_V3: Final = "0.4.0.19122.1.5"
POLICY_STORE: Final = "0.4.0.19122.1.3"
EVIDENCE_RECORD_INTERNAL: Final = "1.2.840.113549.1.9.16.2.49"  # RFC 4998 appendix A: the content is in the message …
EVIDENCE_RECORD_EXTERNAL: Final = "1.2.840.113549.1.9.16.2.50"  # … or it is not
EVIDENCE_RECORDS: Final = (EVIDENCE_RECORD_INTERNAL, EVIDENCE_RECORD_EXTERNAL)
# ISO 32000-1 clause 12.8.3.3.2
ADOBE_REVOCATION: Final = "1.2.840.113583.1.1.8"
# Microsoft's own unsigned timestamp, which is an RFC 3161 token all the same
MICROSOFT_TIMESTAMP: Final = "1.3.6.1.4.1.311.3.3.1"

ALGORITHM_PROTECTION: Final = "1.2.840.113549.1.9.52"  # RFC 6211

ONCE: Final = frozenset({CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME, ALGORITHM_PROTECTION})
"""Signed attributes of which there must not be two, nor one with two values (RFC 5652 clauses 11.1 to 11.3, RFC 6211)."""

REFERENCE_V2: Final = "signing-certificate-v2"
"""The kind of a `CertificateReference` out of that attribute."""

_DEFAULT_DIGEST: Final = "SHA-256"  # RFC 5035 clause 4: ESSCertIDv2.hashAlgorithm DEFAULT
_DIRECTORY_NAME: Final = 0xA4
_PROTECTED_SIGNATURE: Final = 0xA1


def read_certificate_references(signer: SignerInfo) -> Iterator[CertificateReference]:
    """Read all signing-certificate attributes (RFC 5035 clauses 3 and 5; EN 319 122-1 clause 5.2.2).

    Of each kind there should be one attribute with one value; each further one counts as a kind of its own.

    :raises BerError: one is malformed.
    """
    for oid, reading in _REFERRING.items():
        attributes = signer.signed_attributes(oid)
        for number, value in enumerate((v for attribute in attributes for v in attribute.values or (attribute.first,)), 1):
            for entry in _entries(value):
                reference = reading(entry)
                yield reference if number == 1 else replace(reference, kind=f"{reference.kind} no. {number}")


def read_protected_algorithms(attribute: Attribute) -> tuple[str, bytes]:
    """Read CMSAlgorithmProtection (RFC 6211 clause 2): the digest's name, and the signature algorithm in DER.

    :raises BerError: it is malformed, or of a MAC.
    """
    digest_algorithm, signature_algorithm, *_ = attribute.first.children(SEQUENCE)
    return digest_name(digest_algorithm), b"\x30" + to_der(signature_algorithm.expect(_PROTECTED_SIGNATURE))[1:]


def _entries(value: Value) -> tuple[Value, ...]:
    certificates = value.children(SEQUENCE)
    if not certificates:
        raise BerError("a signing-certificate attribute refers to none")
    return certificates[0].children(SEQUENCE)


def _certificate_reference(entry: Value) -> CertificateReference:
    value, *rest = entry.children(SEQUENCE)
    stated = MessageDigest("SHA-1", value.expect(OCTET_STRING).content)
    return CertificateReference("signing-certificate", (stated,), *_issuer_serial(rest))


def _certificate_reference_v2(entry: Value) -> CertificateReference:
    members = list(entry.children(SEQUENCE))
    name = _DEFAULT_DIGEST
    if members and members[0].tag == SEQUENCE:
        oid = members.pop(0).member(0).identifier()
        name = DIGEST_NAMES.get(oid, oid)
    value, *rest = members
    stated = MessageDigest(name, value.expect(OCTET_STRING).content)
    return CertificateReference(REFERENCE_V2, (stated,), *_issuer_serial(rest))


def _other_certificate_reference(entry: Value) -> CertificateReference:
    """OtherCertID: OtherHash is a SHA-1 value, or algorithm and value (EN 319 122-1 clause A.1.1.1)."""
    other, *rest = entry.children(SEQUENCE)
    return CertificateReference("other-signing-certificate", (read_other_hash(other),), *_issuer_serial(rest))


_REFERRING: Final = {
    SIGNING_CERTIFICATE_V2: _certificate_reference_v2,
    SIGNING_CERTIFICATE: _certificate_reference,
    OTHER_SIGNING_CERTIFICATE: _other_certificate_reference,
}


def read_other_hash(value: Value) -> MessageDigest:
    """Read OtherHash (EN 319 122-1 clause A.1.1.1)."""
    if value.tag == OCTET_STRING:
        return MessageDigest("SHA-1", value.content)
    algorithm, octets = value.children(SEQUENCE)
    oid = algorithm.member(0, SEQUENCE).identifier()
    return MessageDigest(DIGEST_NAMES.get(oid, oid), octets.expect(OCTET_STRING).content)


def _issuer_serial(rest: list[Value]) -> tuple[bytes | None, str | None, int | None]:
    """Read IssuerSerial: GeneralNames, of which one is a directory name, and the serial number."""
    if not rest:
        return None, None, None
    names, serial_number, *_ = rest[0].children(SEQUENCE)
    issuer = next((to_der(name.member(0)) for name in names.children() if name.tag == _DIRECTORY_NAME), None)
    return issuer, None, serial_number.expect(INTEGER).integer()


def read_policy(attribute: Attribute, store: Attribute | None) -> SignaturePolicy:
    """Read SignaturePolicyIdentifier (EN 319 122-1 clause 5.2.9.1); *store* may hold the policy document (5.2.10).

    :raises BerError: it is malformed.
    """
    if attribute.first.tag == NULL:
        return SignaturePolicy("")  # SignaturePolicyImplied
    identifier, *rest = attribute.first.children(SEQUENCE)
    reference = uri = None
    for member in rest:
        inner = member.children(SEQUENCE)
        if len(inner) == 2 and inner[1].tag == OCTET_STRING and inner[0].tag == SEQUENCE:
            reference = _policy_hash(inner[0], inner[1], store)
        else:
            uri = next(_policy_uris(inner), None)
    return SignaturePolicy(identifier.expect(OBJECT_IDENTIFIER).identifier(), reference, uri)


def _policy_hash(algorithm: Value, stated: Value, store: Attribute | None) -> Reference:
    oid = algorithm.member(0).identifier()
    name = DIGEST_NAMES.get(oid, oid)
    document = _stored_policy(store)
    computed = digest(name, document) if document is not None else None
    missing = None if computed is not None else "the policy document is not in the signature"
    return Reference(ReferenceKind.MESSAGE_DIGEST, "signature policy", name, stated.content, computed, missing)


def _stored_policy(store: Attribute | None) -> bytes | None:
    """SignaturePolicyStore: SPDocSpecification, and the document in an OCTET STRING, or a URI for a local one."""
    if store is None:
        return None
    members = store.first.children(SEQUENCE)
    return members[1].octets() if len(members) == 2 and members[1].tag == OCTET_STRING else None


def _policy_uris(qualifiers: tuple[Value, ...]) -> Iterator[str]:
    for qualifier in qualifiers:
        members = qualifier.children(SEQUENCE)
        # id-spq-ets-uri
        if len(members) == 2 and members[0].identifier() == "1.2.840.113549.1.9.16.5.1":
            yield members[1].text()


def read_commitments(attribute: Attribute) -> tuple[str, ...]:
    """Return the OIDs of the CommitmentTypeIndications, one a value (EN 319 122-1 clause 5.2.3)."""
    return tuple(value.member(0, SEQUENCE).identifier() for value in attribute.values)


def read_location(attribute: Attribute) -> tuple[str, ...]:
    """Return the parts of a SignerLocation: country, locality, postal address (EN 319 122-1 clause 5.2.5)."""
    parts: list[str] = []
    for member in attribute.first.children(SEQUENCE):
        for text in member.children():
            parts.extend(line.text() for line in text.children()) if text.tag == SEQUENCE else parts.append(text.text())
    return tuple(parts)


def read_claimed_roles(attribute: Attribute) -> tuple[str, ...]:
    """Return the claimed attributes of SignerAttributes(V2) as text, or the type of those that are no text (5.2.6)."""
    roles: list[str] = []
    for member in attribute.first.children(SEQUENCE):
        if member.tag != 0xA0:
            continue
        for claimed in (c for sequence in member.children() for c in (sequence,)):
            kind, values = _attribute(claimed)
            roles.extend(value.text() for value in values if not value.tag & 0x20)
            if kind and not values:
                roles.append(kind)
    return tuple(roles)


def _attribute(value: Value) -> tuple[str, tuple[Value, ...]]:
    members = value.children()
    if members and members[0].tag == SEQUENCE:  # a SEQUENCE OF Attribute, as the first edition had it
        return _attribute(members[0])
    if len(members) != 2:
        return "", ()
    return members[0].identifier(), members[1].children()


def read_content_hints(attribute: Attribute) -> str:
    """Return the description, or the type, of ContentHints (RFC 2634 clause 2.9)."""
    *description, kind = attribute.first.children(SEQUENCE)
    return description[0].text() if description else kind.identifier()
