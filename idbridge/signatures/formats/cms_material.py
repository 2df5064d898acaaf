"""What a CMS signature holds of what CAdES levels are made of (EN 319 122-1 clause 6.3, table 1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from idbridge.signatures.contents import digest
from idbridge.signatures.evidence import SignedObject
from idbridge.signatures.formats import cms_attributes as oids
from idbridge.signatures.formats.cms_attributes import REFERENCE_V2
from idbridge.signatures.formats.signed_data import DATA_TYPES, SignedData, SignerInfo
from idbridge.signatures.material import Material

_SIGNED: Final = {
    oids.CONTENT_TYPE: Material.CONTENT_TYPE,
    oids.SIGNING_TIME: Material.SIGNING_TIME,
    oids.MIME_TYPE: Material.MIME_TYPE,
    oids.SIGNATURE_POLICY: Material.SIGNATURE_POLICY,
}
_UNSIGNED: Final = {
    oids.SIGNATURE_TIMESTAMP: Material.SIGNATURE_TIMESTAMP,
    oids.CERTIFICATE_REFERENCES: Material.COMPLETE_CERTIFICATE_REFERENCES,
    oids.REVOCATION_REFERENCES: Material.COMPLETE_REVOCATION_REFERENCES,
    oids.REFERENCES_TIMESTAMP: Material.REFERENCES_TIMESTAMP,
    oids.SIGNATURE_AND_REFERENCES_TIMESTAMP: Material.SIGNATURE_AND_REFERENCES_TIMESTAMP,
    oids.CERTIFICATE_VALUES: Material.CERTIFICATE_VALUES,
    oids.REVOCATION_VALUES: Material.REVOCATION_VALUES,
    oids.ARCHIVE_TIMESTAMP_V1: Material.ARCHIVE_TIMESTAMP,
    oids.ARCHIVE_TIMESTAMP_V2: Material.ARCHIVE_TIMESTAMP,
    oids.ARCHIVE_TIMESTAMP_V3: Material.ARCHIVE_TIMESTAMP,
    **dict.fromkeys(oids.EVIDENCE_RECORDS, Material.EVIDENCE_RECORD),
}
_FORBIDDEN: Final = frozenset(
    {
        oids.CERTIFICATE_REFERENCES,
        oids.REVOCATION_REFERENCES,
        oids.CERTIFICATE_VALUES,
        oids.REVOCATION_VALUES,
        oids.REFERENCES_TIMESTAMP,
        oids.ARCHIVE_TIMESTAMP_V1,
        oids.ARCHIVE_TIMESTAMP_V2,
    }
)
"""Unsigned attributes that no baseline level has (table 1)."""


def material_of(
    signed_data: SignedData, signer: SignerInfo, signed: SignedObject, *, counter: bool = False
) -> frozenset[Material]:
    """Return what the signature of *signer* holds; *signed* are its facts."""
    found = {_SIGNED[attribute.oid] for attribute in signer.signed if attribute.oid in _SIGNED}
    found |= {_UNSIGNED[attribute.oid] for attribute in signer.unsigned if attribute.oid in _UNSIGNED}
    if len(signer.signed_attributes(oids.MESSAGE_DIGEST)) == 1:
        found.add(Material.MESSAGE_DIGEST)
    if _one_signing_certificate(signer, signed):
        found.add(Material.SIGNING_CERTIFICATE)
    if _carries_signer(signed_data, signed):
        found.add(Material.SIGNER_CERTIFICATE)
    if signed_data.certificates_set is not None:
        found.add(Material.CERTIFICATE_VALUES)
    if signed_data.revocations:
        found.add(Material.REVOCATION_VALUES)
    if any(_not_baseline(signed_data, signer, found, counter=counter)) or not digest_fits_kind(signed):
        found.add(Material.NOT_BASELINE)
    return frozenset(found)


def _one_signing_certificate(signer: SignerInfo, signed: SignedObject) -> bool:
    """Of the two kinds together there is one (clause 5.2.2.1)."""
    kinds = (oids.SIGNING_CERTIFICATE, oids.SIGNING_CERTIFICATE_V2)
    attributes = [attribute for kind in kinds for attribute in signer.signed_attributes(kind)]
    return len(attributes) == 1 and bool(signed.certificate_references)


def digest_fits_kind(signed: SignedObject) -> bool:
    """Requirements (h) and (i): SHA-1 stands in signing-certificate, and any other digest in signing-certificate-v2."""
    first = signed.certificate_references[:1]
    return all(digest.algorithm != "SHA-1" or one.kind != REFERENCE_V2 for one in first for digest in one.digests)


def _carries_signer(signed_data: SignedData, signed: SignedObject) -> bool:
    """Requirement (a): the certificate that the attribute refers to is in SignedData.certificates."""
    if not signed.certificate_references or not signed.certificate_references[0].digests:
        return False
    stated = signed.certificate_references[0].digests[0]
    return any(digest(stated.algorithm, found.der) == stated.value for found in signed_data.certificates)


def _not_baseline(signed_data: SignedData, signer: SignerInfo, found: set[Material], *, counter: bool) -> Iterator[bool]:
    """Yield each requirement of the baseline profile, and whether it is broken."""
    yield not counter and Material.CONTENT_TYPE not in found
    yield not counter and signed_data.content_type not in DATA_TYPES  # (f)
    yield Material.SIGNING_TIME not in found
    yield Material.SIGNER_CERTIFICATE not in found  # (a)
    yield bool(_FORBIDDEN & {attribute.oid for attribute in signer.unsigned})
