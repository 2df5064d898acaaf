"""Commitment types by URI, as XAdES and JAdES state them (EN 319 132-1 clause 5.2.3, TS 119 182-1 clause 5.2.3)."""

from __future__ import annotations

from typing import Final

_TYPES: Final = (
    "ProofOfOrigin",
    "ProofOfReceipt",
    "ProofOfDelivery",
    "ProofOfSender",
    "ProofOfApproval",
    "ProofOfCreation",
)
_URIS: Final = {
    f"1.2.840.113549.1.9.16.6.{number}": f"http://uri.etsi.org/01903/v1.2.2#{name}" for number, name in enumerate(_TYPES, 1)
}


def commitment_uri(oid: str) -> str:
    """Return the URI of the commitment type *oid*: ETSI's where there is one, else the OID as a URN (RFC 3061)."""
    return _URIS.get(oid) or oid_urn(oid)


def is_urn(uri: str) -> bool:
    """Tell whether *uri* is an OID as a URN, which XAdES says beside it."""
    return uri.startswith("urn:oid:")


def oid_urn(oid: str) -> str:
    """Return *oid* as a URN."""
    return f"urn:oid:{oid}"
