"""XAdES signed properties (EN 319 132-1 clause 5.2): what the signer asserts, read from the element that is signed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from idbridge.signatures.algorithms import XML_DIGESTS
from idbridge.signatures.ber import INTEGER, SEQUENCE, BerError, read_value, to_der
from idbridge.signatures.contents import digest
from idbridge.signatures.evidence import (
    CertificateReference,
    Fault,
    MessageDigest,
    Reference,
    ReferenceKind,
    SignaturePolicy,
    SignedAttributes,
)
from idbridge.signatures.formats.xmldsig.names import (
    Element,
    binary,
    decoded,
    first_property,
    properties,
    text,
    xades_name,
)

TEXTS = 64
"""Roles, commitments and lines of a place that are shown."""

_DIRECTORY_NAME = 0xA4


def read_certificate_references(signed: Element) -> tuple[tuple[CertificateReference, ...], tuple[Fault, ...]]:
    """Read SigningCertificateV2 and SigningCertificate (clause 5.2.2), in this order; what is malformed becomes a fault."""
    found: list[CertificateReference] = []
    faults: list[Fault] = []
    holder = first_property(signed, "SignedSignatureProperties")
    for name, kind in (("SigningCertificateV2", "signing-certificate-v2"), ("SigningCertificate", "signing-certificate")):
        for attribute in properties(holder, name):
            for entry in properties(attribute, "Cert"):
                try:
                    found.append(_certificate_reference(entry, kind))
                except (BerError, ValueError) as error:
                    faults.append(Fault("signing-certificate-malformed", f"{name}: {error}", fatal=True))
    return tuple(found), tuple(faults)


def _certificate_reference(entry: Element, kind: str) -> CertificateReference:
    stated = read_digest(first_property(entry, "CertDigest"))
    issuer, serial = _issuer_serial(first_property(entry, "IssuerSerialV2"))
    text_serial = text(first_property(entry, "IssuerSerial", "X509SerialNumber"))
    if text_serial:
        serial = int(text_serial) if len(text_serial) <= 60 and text_serial.lstrip("-").isdigit() else None
    return CertificateReference(
        kind,
        (stated,),
        issuer=issuer,
        issuer_text=text(first_property(entry, "IssuerSerial", "X509IssuerName"))[:1_000] or None,
        serial_number=serial,
    )


def read_digest(holder: Element | None) -> MessageDigest:
    """Read a DigestAlgAndValueType; what is missing is empty, and fits nothing."""
    method, value = first_property(holder, "DigestMethod"), first_property(holder, "DigestValue")
    uri = method.get("Algorithm", "") if method is not None else ""
    return MessageDigest(XML_DIGESTS.get(uri, uri[:200]), binary(value) or b"")


def _issuer_serial(element: Element | None) -> tuple[bytes | None, int | None]:
    """IssuerSerialV2: DER of IssuerSerial in base64 (RFC 5035 clause 5)."""
    der = binary(element)
    if not der:
        return None, None
    names, serial_number, *_ = read_value(der).children(SEQUENCE)
    issuer = next((to_der(name.member(0)) for name in names.children() if name.tag == _DIRECTORY_NAME), None)
    return issuer, serial_number.expect(INTEGER).integer()


def read_attributes(signed: Element, unsigned: Element | None) -> tuple[SignedAttributes, tuple[Fault, ...]]:
    """Read the other signed properties; *unsigned* may hold the policy document (clause 5.2.10)."""
    signature = first_property(signed, "SignedSignatureProperties")
    objects = first_property(signed, "SignedDataObjectProperties")
    time_text = text(first_property(signature, "SigningTime"))
    time = _time(time_text)
    faults = (Fault("signing-time-malformed", time_text[:100]),) if time_text and time is None else ()
    attributes = SignedAttributes(
        signing_time=time,
        mime_type=next(_mime_types(objects), None),
        commitments=tuple(_commitments(objects))[:TEXTS],
        policy=_policy(first_property(signature, "SignaturePolicyIdentifier"), unsigned),
        claimed_roles=tuple(_roles(signature))[:TEXTS],
        location=tuple(_location(signature))[:TEXTS],
    )
    return attributes, faults


def _time(written: str) -> datetime | None:
    """xsd:dateTime; one without zone is taken for UTC, as most who leave it out mean."""
    try:
        time = datetime.fromisoformat(written)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _mime_types(objects: Element | None) -> Iterator[str]:
    for description in properties(objects, "DataObjectFormat"):
        if stated := text(first_property(description, "MimeType")):
            yield stated[:200]


def _commitments(objects: Element | None) -> Iterator[str]:
    for indication in properties(objects, "CommitmentTypeIndication"):
        if stated := text(first_property(indication, "CommitmentTypeId", "Identifier")):
            yield stated[:1_000]


def _roles(signature: Element | None) -> Iterator[str]:
    for role in properties(signature, "SignerRole", "SignerRoleV2"):
        for claimed in properties(first_property(role, "ClaimedRoles"), "ClaimedRole"):
            yield text(claimed)[:1_000]


def _location(signature: Element | None) -> Iterator[str]:
    for place in properties(signature, "SignatureProductionPlace", "SignatureProductionPlaceV2"):
        yield from (text(part)[:1_000] for part in properties(place) if text(part))


def _policy(identifier: Element | None, unsigned: Element | None) -> SignaturePolicy | None:
    """SignaturePolicyIdentifier (clause 5.2.9): implied, or an identifier with the digest of the policy document."""
    if identifier is None:
        return None
    stated = first_property(identifier, "SignaturePolicyId")
    if stated is None:
        return SignaturePolicy("")
    name = text(first_property(stated, "SigPolicyId", "Identifier"))[:1_000]
    uri = text(first_property(stated, "SigPolicyQualifiers", "SigPolicyQualifier", "SPURI"))[:2_000] or None
    expected = read_digest(first_property(stated, "SigPolicyHash"))
    document = decoded(text(first_property(unsigned, "SignaturePolicyStore", "SignaturePolicyDocument"))) or None
    computed, missing = None, "the policy document is not in the signature"
    if document is not None and first_property(stated, "Transforms") is not None:
        missing = "the policy document is to be transformed, which is not done"
    elif document is not None:
        computed = digest(expected.algorithm, document)
        missing = f"the digest algorithm {expected.algorithm or '(none)'} is not known"
    reference = Reference(
        ReferenceKind.MESSAGE_DIGEST,
        "signature policy",
        expected.algorithm,
        expected.value,
        computed,
        missing if computed is None else None,
    )
    return SignaturePolicy(name, reference, uri)


def count(signed: Element, *names: str) -> int:
    """Return how many of *names* the signed signature properties have."""
    return sum(xades_name(element) in names for element in properties(first_property(signed, "SignedSignatureProperties")))
