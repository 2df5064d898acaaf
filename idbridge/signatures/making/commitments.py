"""Commitment types by URI, as XAdES and JAdES state them (EN 319 132-1 clause 5.2.3, TS 119 182-1 clause 5.2.3)."""

from __future__ import annotations

from typing import Final

COMMITMENTS: Final = (
    "ProofOfOrigin",
    "ProofOfReceipt",
    "ProofOfDelivery",
    "ProofOfSender",
    "ProofOfApproval",
    "ProofOfCreation",
)
"""ETSI's commitment types, by the last arc of their OIDs (EN 319 122-1 clause 5.2.3)."""

_ARC: Final = "1.2.840.113549.1.9.16.6"
_URIS: Final = {f"{_ARC}.{number}": f"http://uri.etsi.org/01903/v1.2.2#{name}" for number, name in enumerate(COMMITMENTS, 1)}


def commitment_oid(name: str) -> str:
    """Return the OID of the commitment type that ETSI calls *name*; anything else, an OID above all, as it is."""
    return f"{_ARC}.{COMMITMENTS.index(name) + 1}" if name in COMMITMENTS else name


def commitment_uri(oid: str) -> str:
    """Return the URI of the commitment type *oid*: ETSI's where there is one, else the OID as a URN (RFC 3061)."""
    return _URIS.get(oid) or oid_urn(oid)


def is_urn(uri: str) -> bool:
    """Tell whether *uri* is an OID as a URN, which XAdES says beside it."""
    return uri.startswith("urn:oid:")


def oid_urn(oid: str) -> str:
    """Return *oid* as a URN."""
    return f"urn:oid:{oid}"
