"""Makes XAdES baseline signatures (ETSI EN 319 132-1 V1.2.1), counter-signatures, and augments from B to T, LT and LTA.

All are makers (`making.steps`). Canonical forms are exclusive throughout, so that a signature means the same wherever its
document is put.
"""

from __future__ import annotations

from idbridge.signatures.making.xades.augmenting import augment_xades
from idbridge.signatures.making.xades.countersigning import counter_sign_xades
from idbridge.signatures.making.xades.packaging import Detached, Enveloped, Enveloping, Packaging
from idbridge.signatures.making.xades.signing import make_xades

__all__ = ["Detached", "Enveloped", "Enveloping", "Packaging", "augment_xades", "counter_sign_xades", "make_xades"]
