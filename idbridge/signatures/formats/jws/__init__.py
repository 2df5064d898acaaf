"""JSON Web Signatures (RFC 7515, RFC 7797) and JAdES (ETSI TS 119 182-1): compact, flattened and general."""

from __future__ import annotations

from idbridge.signatures.formats.jws.reading import read

__all__ = ["read"]
