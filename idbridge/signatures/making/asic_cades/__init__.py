"""Makes containers with CAdES signatures (ETSI EN 319 162-1): ASiC-S and ASiC-E, co-signed, and augmented to B-LTA."""

from __future__ import annotations

from idbridge.signatures.making.asic_cades.augmenting import augment_asic_cades
from idbridge.signatures.making.asic_cades.signing import add_asic_cades, make_asic_cades

__all__ = ["add_asic_cades", "augment_asic_cades", "make_asic_cades"]
