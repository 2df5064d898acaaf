"""Signs OFD documents: seals them (GB/T 38540), or signs them without a seal (GB/T 35275).

`signing` makes the signature, `parts` writes what a signature adds to a package.
"""

from __future__ import annotations

from idbridge.signatures.making.ofd.signing import OfdSigning, Sealing, make_ofd, seal_document

__all__ = ["OfdSigning", "Sealing", "make_ofd", "seal_document"]
