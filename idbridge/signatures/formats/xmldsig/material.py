"""What an XML signature holds of what XAdES levels are made of (EN 319 132-1 clause 6.3, table 2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from idbridge.signatures.contents import digest
from idbridge.signatures.evidence import CertificateReference, SignatureForm, SignedAttributes
from idbridge.signatures.formats.xmldsig.key_info import certificates_in
from idbridge.signatures.formats.xmldsig.names import ds, first_property, properties, text, xades_name
from idbridge.signatures.formats.xmldsig.parts import Parts, is_countersigning
from idbridge.signatures.formats.xmldsig.references import Resolved
from idbridge.signatures.formats.xmldsig.signed_properties import count
from idbridge.signatures.formats.xmldsig.unsigned_properties import certificates_in as certificates_of
from idbridge.signatures.formats.xmldsig.unsigned_properties import revocations_in
from idbridge.signatures.material import Material

_UNSIGNED: Final = {
    "SignatureTimeStamp": Material.SIGNATURE_TIMESTAMP,
    "CompleteCertificateRefs": Material.COMPLETE_CERTIFICATE_REFERENCES,
    "CompleteCertificateRefsV2": Material.COMPLETE_CERTIFICATE_REFERENCES,
    "CompleteRevocationRefs": Material.COMPLETE_REVOCATION_REFERENCES,
    "RefsOnlyTimeStamp": Material.REFERENCES_TIMESTAMP,
    "RefsOnlyTimeStampV2": Material.REFERENCES_TIMESTAMP,
    "SigAndRefsTimeStamp": Material.SIGNATURE_AND_REFERENCES_TIMESTAMP,
    "SigAndRefsTimeStampV2": Material.SIGNATURE_AND_REFERENCES_TIMESTAMP,
    "TimeStampValidationData": Material.TIMESTAMP_VALIDATION_DATA,
    "ArchiveTimeStamp": Material.ARCHIVE_TIMESTAMP,
    "SealingEvidenceRecords": Material.EVIDENCE_RECORD,
}
_FORBIDDEN: Final = frozenset(
    {
        "CompleteCertificateRefs",
        "CompleteCertificateRefsV2",
        "CompleteRevocationRefs",
        "AttributeCertificateRefs",
        "AttributeCertificateRefsV2",
        "AttributeRevocationRefs",
        "RefsOnlyTimeStamp",
        "RefsOnlyTimeStampV2",
        "SigAndRefsTimeStamp",
        "SigAndRefsTimeStampV2",
    }
)
"""Unsigned properties that no baseline level has."""


def material_of(
    parts: Parts, references: tuple[CertificateReference, ...], attributes: SignedAttributes
) -> frozenset[Material]:
    """Return what the signature holds; *references* and *attributes* are what was read of its signed properties."""
    names = {xades_name(element) for element in parts.unsigned}
    held = {
        Material.MESSAGE_DIGEST: parts.signed_properties is not None and _formats_fit(parts),
        Material.SIGNING_CERTIFICATE: bool(references),
        Material.SIGNING_TIME: attributes.signing_time is not None,
        Material.MIME_TYPE: attributes.mime_type is not None,
        Material.SIGNATURE_POLICY: attributes.policy is not None,
        Material.SIGNER_CERTIFICATE: _carries_signer(parts, references),
        Material.CERTIFICATE_VALUES: any(True for element in parts.unsigned for _ in certificates_of(element)),
        Material.REVOCATION_VALUES: any(True for element in parts.unsigned for _ in revocations_in(element)),
    }
    found = {material for material, holds in held.items() if holds} | {_UNSIGNED[name] for name in names if name in _UNSIGNED}
    if Material.SIGNATURE_TIMESTAMP not in found:
        found.discard(Material.EVIDENCE_RECORD)  # which makes a level of a timestamped signature only
    if any(_not_baseline(parts, names, found)):
        found.add(Material.NOT_BASELINE)
    return frozenset(found)


def form_of(material: frozenset[Material]) -> SignatureForm:
    """XAdES is XML-DSig with signed properties that name the signing certificate (EN 319 132-1 clause 4.2)."""
    if {Material.SIGNING_CERTIFICATE, Material.MESSAGE_DIGEST} <= material:
        return SignatureForm.XADES
    return SignatureForm.XML


def _formats_fit(parts: Parts) -> bool:
    """Clause 5.2.4: every DataObjectFormat describes one of the signature's own references."""
    references = (*parts.references, *parts.manifest_entries)
    own = {f"#{resolved.element.get('Id')}" for resolved in references if resolved.element.get("Id")}
    return all(element in own for element in _described(parts))


def _described(parts: Parts, *, with_mime_type: bool = False) -> Iterator[str]:
    objects = first_property(parts.signed_properties, "SignedDataObjectProperties")
    for description in properties(objects, "DataObjectFormat"):
        if not with_mime_type or text(first_property(description, "MimeType")):
            yield description.get("ObjectReference", "")


def _carries_signer(parts: Parts, references: tuple[CertificateReference, ...]) -> bool:
    """Requirement (a): the certificate that the property refers to is in ds:KeyInfo."""
    if not references or not references[0].digests:
        return False
    stated = references[0].digests[0]
    return any(digest(stated.algorithm, der) == stated.value for der in certificates_in(parts.element))


def _not_baseline(parts: Parts, unsigned: set[str], found: set[Material]) -> Iterator[bool]:
    """Yield each requirement of the baseline profile, and whether it is broken."""
    signed = parts.signed_properties
    yield Material.SIGNING_TIME not in found
    yield Material.SIGNER_CERTIFICATE not in found
    yield signed is not None and count(signed, "SigningCertificate", "SigningCertificateV2") != 1
    yield bool(_FORBIDDEN & unsigned)
    described = set(_described(parts, with_mime_type=True))
    data = [resolved.element for resolved in parts.data_references if not _describes_itself(resolved)]
    yield any(f"#{element.get('Id')}" not in described for element in data if element.get("Id"))
    stamps = [element for element in parts.unsigned if xades_name(element) == "SignatureTimeStamp"]
    yield any(len(list(properties(element, "EncapsulatedTimeStamp"))) != 1 for element in stamps)


def _describes_itself(resolved: Resolved) -> bool:
    """Tell whether a reference is to something whose format needs no telling: parts of a signature."""
    selection = resolved.selection
    apexes = selection.apexes if selection is not None else ()
    return is_countersigning(resolved) or any(str(apex.tag) in _SELF_DESCRIBING for apex in apexes)


_SELF_DESCRIBING: Final = frozenset({ds("KeyInfo"), ds("Manifest"), ds("SignatureProperties")})
