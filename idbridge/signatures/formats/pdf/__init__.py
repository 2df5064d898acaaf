"""PDF and PAdES: every signature and document timestamp, and what was changed after each (ISO 32000-2, EN 319 142)."""

from idbridge.signatures.formats.pdf.reading import read, signed_revisions

__all__ = ["read", "signed_revisions"]
