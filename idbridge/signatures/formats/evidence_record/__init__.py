"""Evidence records, in ASN.1 (RFC 4998) and in XML (RFC 6283)."""

from __future__ import annotations

from idbridge.signatures.formats.evidence_record.reading import read

__all__ = ["read"]
