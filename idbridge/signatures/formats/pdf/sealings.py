"""Electronic seals in PDF: SubFilter GM.sm2seal, with a sealing of GM/T 0031 or GB/T 38540 as Contents.

No standard has them; mainland seal services write them so. What the sealing states as the digest of the document is that of
the byte range; its propertyInfo is free text.
"""

from __future__ import annotations

from dataclasses import replace

from idbridge.signatures.ber import SEQUENCE, BerError, read_value
from idbridge.signatures.contents import Content
from idbridge.signatures.evidence import EvidenceId, SignatureEvidence, SignatureForm, SignedAttributes
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.formats.ofd.seal import strict
from idbridge.signatures.formats.ofd.sealing import read_sealing, read_timestamps
from idbridge.signatures.formats.pdf.byte_range import padding_faults
from idbridge.signatures.formats.recognition import is_sealing


def carries_sealing(contents: bytes) -> bool:
    """Tell whether *contents* begin as a sealing does, whatever the SubFilter is called."""
    try:
        return is_sealing(read_value(contents, trailing=True).children(SEQUENCE))
    except BerError:
        return False


def read_sealed(contents: bytes, content: Content, identifier: EvidenceId, limits: Limits) -> SignatureEvidence:
    """Read the sealing in *contents* over *content*, the octets of the byte range.

    :raises ValueError: it is none, or not in DER.
    :raises FormatRefusal: it is beyond *limits*.
    """
    encoding = read_value(contents, trailing=True).encoding
    sealing = read_sealing(strict(encoding))
    reference = replace(sealing.data_reference(content), name="byte range")
    faults = (*sealing.signed.faults, *padding_faults(contents, len(encoding)))
    return SignatureEvidence(
        id=identifier,
        form=SignatureForm.PDF_SEAL,
        signed=replace(sealing.signed, references=(reference,), faults=faults),
        attributes=SignedAttributes(signing_time=sealing.time, seal=sealing.seal.seal),
        timestamps=read_timestamps(sealing, identifier, limits),
    )
