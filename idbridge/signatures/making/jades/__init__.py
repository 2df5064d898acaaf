"""Makes JAdES baseline signatures (ETSI TS 119 182-1 V1.2.1), alone, beside and over others, and augments from B to LTA.

All are makers (`making.steps`). What is signed stays as it is written, character by character, whatever is added.
"""

from __future__ import annotations

from idbridge.signatures.making.jades.augmenting import augment_jades
from idbridge.signatures.making.jades.header import Attached, Detached, Packaging
from idbridge.signatures.making.jades.serialization import Serialization
from idbridge.signatures.making.jades.signing import add_jades, counter_sign_jades, make_jades

__all__ = [
    "Attached",
    "Detached",
    "Packaging",
    "Serialization",
    "add_jades",
    "augment_jades",
    "counter_sign_jades",
    "make_jades",
]
