"""Which level a signature has: what it amounts to by the material that is really there, whatever it calls itself.

Baseline levels (B-B to B-LTA) by EN 319 122-1, 319 132-1, 319 142-1 and TS 119 182-1 clause 6; the extended ones (BES to
ERS) by the same standards' parts 2. A level says nothing about validity.
"""

from __future__ import annotations

from typing import Final

from idbridge.signatures.evidence import SignatureForm
from idbridge.signatures.material import Material

NOT_ETSI: Final = "NOT_ETSI"
"""Shown for a signature without the signed properties that ETSI asks of its form."""

_ARCHIVED: Final = frozenset({Material.ARCHIVE_TIMESTAMP, Material.DOCUMENT_TIMESTAMP})
_REFERENCES: Final = frozenset({Material.COMPLETE_CERTIFICATE_REFERENCES, Material.COMPLETE_REVOCATION_REFERENCES})
_REFERENCES_TIMED: Final = frozenset({Material.REFERENCES_TIMESTAMP, Material.SIGNATURE_AND_REFERENCES_TIMESTAMP})
_VALUES: Final = frozenset({Material.CERTIFICATE_VALUES, Material.REVOCATION_VALUES})
"""Certificate and revocation values where the baseline of the form keeps them; a format sets both for a DSS or SignedData."""

PLAIN: Final = frozenset(
    {
        SignatureForm.CMS,
        SignatureForm.PDF,
        SignatureForm.PKCS7,
        SignatureForm.XML,
        SignatureForm.JSON,
        SignatureForm.OFD,
        SignatureForm.OFD_SEAL,
        SignatureForm.PDF_SEAL,
    }
)


def level(form: SignatureForm, material: frozenset[Material]) -> str:
    """Return the level of a signature of *form* with *material*."""
    if form is SignatureForm.PKCS7:
        return _pkcs7(material)
    if form in PLAIN:
        return NOT_ETSI
    if Material.NOT_BASELINE not in material:
        return _baseline(material)
    return _extended_pdf(material) if form is SignatureForm.PADES else _extended(material)


def without_values(material: frozenset[Material]) -> frozenset[Material]:
    """Return *material* of a signature none of whose revocation data is about its own certificate: it makes no level.

    Baseline LT has revocation data for the signing certificate (EN 319 122-1 clause 6.3, EN 319 142-1 clause 6.3); what a
    document keeps for other signatures in it does not count.
    """
    return material - {Material.REVOCATION_VALUES}


TIMED_WHILE_VALID: Final = frozenset({SignatureForm.CADES, SignatureForm.XADES, SignatureForm.JADES})
"""Forms whose signature timestamps are to be made before the signing certificate expires (EN 319 122-1 clause 6.3 (m), EN
319 132-1 clause 6.3 (o), TS 119 182-1 clause 6.3 (d)); EN 319 142-1 does not ask for it."""


def without_timestamp(material: frozenset[Material]) -> frozenset[Material]:
    """Return *material* of a signature that was timestamped after its certificate had expired: that makes no level."""
    return material - {Material.SIGNATURE_TIMESTAMP}


def _baseline(material: frozenset[Material]) -> str:
    if Material.SIGNATURE_TIMESTAMP not in material:
        return "ERS" if Material.EVIDENCE_RECORD in material else "B-B"
    if not material >= _VALUES:
        return "ERS" if Material.EVIDENCE_RECORD in material else "B-T"
    if material & _ARCHIVED:
        return "B-LTA"
    return "ERS" if Material.EVIDENCE_RECORD in material else "B-LT"


def _extended(material: frozenset[Material]) -> str:
    if Material.EVIDENCE_RECORD in material:
        return "ERS"
    if material & _ARCHIVED:
        return "A"
    if Material.SIGNATURE_TIMESTAMP not in material:
        return "EPES" if Material.SIGNATURE_POLICY in material else "BES"
    if material >= _REFERENCES:
        timed = bool(material & _REFERENCES_TIMED)
        if material >= _VALUES:
            return "XL" if timed else "LT"
        return "X" if timed else "C"
    return "LT" if material >= _VALUES else "T"


def _extended_pdf(material: frozenset[Material]) -> str:
    """EN 319 142-2 clause 5 has three, and none for a timestamp alone."""
    if Material.DOCUMENT_TIMESTAMP in material:
        return "LTV"
    return "EPES" if Material.SIGNATURE_POLICY in material else "BES"


def _pkcs7(material: frozenset[Material]) -> str:
    if Material.SIGNATURE_TIMESTAMP not in material:
        return "B"
    if not material >= _VALUES:
        return "T"
    return "LTA" if material & _ARCHIVED else "LT"
