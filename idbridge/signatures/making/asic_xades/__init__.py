"""Makes containers with XAdES signatures (ETSI EN 319 162-1): ASiC-S and ASiC-E, co-signed, and augmented to B-LTA."""

from __future__ import annotations

from idbridge.signatures.making.asic_xades.packing import Profile
from idbridge.signatures.making.asic_xades.signing import augment, cosign, sign

__all__ = ["Profile", "augment", "cosign", "sign"]
