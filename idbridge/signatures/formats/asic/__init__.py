"""Associated signature containers (ETSI EN 319 162-1): ASiC-S and ASiC-E, and ODF and EPUB packages as far as they agree."""

from __future__ import annotations

from idbridge.signatures.formats.asic.reading import read

__all__ = ["read"]
