"""XML signatures (XML-DSig 1.1) and XAdES 1.1.1 to 1.4.1 (EN 319 132-1): enveloped, enveloping, detached, manifests.

`read` serves the catalogue, `read_signatures` the containers that hold XML signatures.
"""

from __future__ import annotations

from idbridge.signatures.formats.xmldsig.reading import read, read_signatures

__all__ = ["read", "read_signatures"]
