"""The ASN.1 shapes of OCSP requests and responses (RFC 6960 §4), declared like those of `pki.structures`."""

from __future__ import annotations

from typing import Annotated

from cryptography.hazmat import asn1
from cryptography.hazmat.asn1 import TLV, BitString, Explicit, GeneralizedTime, Implicit
from cryptography.x509 import ObjectIdentifier

from idbridge.pki.structures import Extension


@asn1.sequence
class ResponseBytes:
    """RFC 6960 §4.2.1."""

    type: ObjectIdentifier
    response: bytes


@asn1.sequence
class OcspResponse:
    """RFC 6960 §4.2.1; the status is an ENUMERATED."""

    status: TLV
    body: Annotated[ResponseBytes | None, Explicit(0)]


@asn1.sequence
class BasicOcspResponse:
    """RFC 6960 §4.2.1."""

    body: TLV
    algorithm: TLV
    signature: BitString
    certificates: Annotated[list[TLV] | None, Explicit(0)]


@asn1.sequence
class CertId:
    """RFC 6960 §4.1.1."""

    algorithm: list[TLV]
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial_number: int


@asn1.sequence
class RevokedInfo:
    """RFC 6960 §4.2.1; the reason is an ENUMERATED."""

    time: GeneralizedTime
    reason: Annotated[list[TLV] | None, Implicit(0)]


@asn1.sequence
class SingleResponse:
    """RFC 6960 §4.2.1; the status is a CHOICE by tag."""

    certificate: CertId
    status: TLV
    this_update: GeneralizedTime
    next_update: Annotated[GeneralizedTime | None, Explicit(0)]
    extensions: Annotated[list[Extension] | None, Explicit(1)]


@asn1.sequence
class ResponseData:
    """RFC 6960 §4.2.1; the responder is a CHOICE by tag."""

    version: Annotated[int | None, Explicit(0)]
    responder: TLV
    produced_at: GeneralizedTime
    responses: list[SingleResponse]
    extensions: Annotated[list[Extension] | None, Explicit(1)]


@asn1.sequence
class Request:
    """RFC 6960 §4.1.1."""

    certificate: CertId
    extensions: Annotated[list[Extension] | None, Explicit(0)]


@asn1.sequence
class TbsRequest:
    """RFC 6960 §4.1.1, as far as an unsigned request goes."""

    requests: list[Request]
    extensions: Annotated[list[Extension] | None, Explicit(2)]


@asn1.sequence
class OcspRequest:
    """RFC 6960 §4.1.1."""

    body: TbsRequest
