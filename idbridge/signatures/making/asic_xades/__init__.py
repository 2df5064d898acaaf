"""Makes containers with XAdES signatures (ETSI EN 319 162-1): ASiC-S and ASiC-E, co-signed, and augmented to B-LTA."""

from __future__ import annotations

from idbridge.signatures.making.asic_xades.signing import add_asic_xades, augment_asic_xades, make_asic_xades
from idbridge.signatures.making.containers import Profile

__all__ = ["Profile", "add_asic_xades", "augment_asic_xades", "make_asic_xades"]
