"""What a PDF signature holds of what PAdES levels are made of (EN 319 142-1 clause 6.3, table 1; part 2 for the rest)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from idbridge.signatures.evidence import SignatureForm, SignedObject
from idbridge.signatures.formats import cms_attributes as oids
from idbridge.signatures.formats.cms_material import digest_fits_kind, material_of
from idbridge.signatures.formats.pdf.fields import SignedField
from idbridge.signatures.formats.signed_data import DATA_TYPES, SignedData, SignerInfo
from idbridge.signatures.material import Material

CADES: Final = "ETSI.CAdES.detached"
SHA1: Final = "adbe.pkcs7.sha1"
"""The digest of the byte range is the content that is signed, with attributes or without (ISO 32000-1 clause 12.8.3.3.1)."""
PKCS7: Final = frozenset({"adbe.pkcs7.detached", SHA1})

_NEITHER: Final = frozenset({Material.NOT_BASELINE, Material.SIGNING_TIME})


def pdf_material(field: SignedField, signed_data: SignedData, signer: SignerInfo, signed: SignedObject) -> frozenset[Material]:
    """Return what the signature holds by itself; timestamps and validation data of the document come to it later."""
    found = set(material_of(signed_data, signer, signed))
    stated_in_cms = Material.SIGNING_TIME in found
    found -= _NEITHER
    if field.text("/M") is not None:
        found.add(Material.SIGNING_TIME)
    if any(_not_baseline(field, signed_data, found, stated_in_cms=stated_in_cms)) or not digest_fits_kind(signed):
        found.add(Material.NOT_BASELINE)
    if field.text("/Reason") and Material.SIGNATURE_POLICY in found:
        # (m): under a policy there is no Reason; such a signature is not taken for one under a policy (EPES) either
        found = {*found, Material.NOT_BASELINE} - {Material.SIGNATURE_POLICY}
    return frozenset(found)


def form_of(field: SignedField, signer: SignerInfo, material: frozenset[Material], *, sound: bool) -> SignatureForm:
    """PAdES is CAdES in a PDF with its own SubFilter; what is older and whole is PKCS #7; the rest is only a PDF signature."""
    bound = Material.MESSAGE_DIGEST in material or (field.sub_filter == SHA1 and not signer.signed)
    if not sound or not bound:
        return SignatureForm.PDF
    if field.sub_filter in PKCS7:
        return SignatureForm.PKCS7
    if field.sub_filter != CADES or not {Material.SIGNING_CERTIFICATE, Material.MESSAGE_DIGEST} <= material:
        return SignatureForm.PDF
    committed = signer.signed_attributes(oids.COMMITMENT)
    return SignatureForm.PDF if committed and field.text("/Reason") else SignatureForm.PADES  # (d): one of the two


def _not_baseline(field: SignedField, signed_data: SignedData, found: set[Material], *, stated_in_cms: bool) -> Iterator[bool]:
    """Yield each requirement of the baseline profile, and whether it is broken."""
    yield field.sub_filter != CADES
    yield Material.SIGNING_TIME not in found  # (d) the entry M
    yield stated_in_cms  # (d) and not the attribute
    yield Material.CONTENT_TYPE not in found
    yield Material.SIGNER_CERTIFICATE not in found
    yield signed_data.content_type not in DATA_TYPES
    yield "/Cert" in field.dictionary
