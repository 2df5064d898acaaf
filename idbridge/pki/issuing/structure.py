"""From what `cryptography` encodes to what any signer signs.

Its builders encode certificates, CRLs, requests and OCSP responses well, but sign with their own key types only: no
SM2, no hardware. So they build with a placeholder key, and here the key, the algorithm and the signature are
exchanged; every other byte stays. Structures: RFC 5280 clauses 4.1 and 5.1, RFC 2986 clause 4, RFC 6960 clause 4.2.1.
"""

from __future__ import annotations

import hashlib
from typing import Annotated

from cryptography.hazmat import asn1
from cryptography.hazmat.asn1 import TLV, BitString, Explicit, GeneralizedTime, Implicit, UTCTime
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509 import ObjectIdentifier

from idbridge.pki.issuing.signer import Signer
from idbridge.pki.structures import Signed, SubjectPublicKeyInfo, decode, encode, encoded

PLACEHOLDER = Ed25519PrivateKey.from_private_bytes(bytes(32))
"""Not a secret: no signature by it leaves this package."""


@asn1.sequence
class _TbsCertificate:
    version: Annotated[int | None, Explicit(0)]
    serial: int
    algorithm: TLV
    issuer: TLV
    validity: TLV
    subject: TLV
    public_key_info: TLV
    issuer_unique_id: Annotated[BitString | None, Implicit(1)]
    subject_unique_id: Annotated[BitString | None, Implicit(2)]
    extensions: Annotated[list[TLV] | None, Explicit(3)]


@asn1.sequence
class _TbsCertList:
    version: int
    algorithm: TLV
    issuer: TLV
    this_update: UTCTime | GeneralizedTime
    next_update: UTCTime | GeneralizedTime | None
    revoked: list[TLV] | None
    extensions: Annotated[list[TLV] | None, Explicit(0)]


@asn1.sequence
class _RequestInfo:
    version: int
    subject: TLV
    public_key_info: TLV
    attributes: Annotated[asn1.SetOf[TLV], Implicit(0)]


@asn1.sequence
class _BasicOcspResponse:
    body: TLV
    algorithm: TLV
    signature: BitString
    certificates: Annotated[list[TLV] | None, Explicit(0)]


@asn1.sequence
class _ResponseBytes:
    type: ObjectIdentifier
    response: bytes


@asn1.sequence
class _OcspResponse:
    status: TLV
    bytes: Annotated[_ResponseBytes, Explicit(0)]


def sign_certificate(template: bytes, public_key_info: bytes, signer: Signer) -> bytes:
    """Return the certificate *template* (DER), now for *public_key_info* (DER) and signed by *signer*."""
    body = decode(_TbsCertificate, encoded(decode(Signed, template).body))
    body.algorithm = _tlv(signer.algorithm)
    body.public_key_info = _tlv(public_key_info)
    return _signed(encode(body), signer)


def sign_crl(template: bytes, signer: Signer) -> bytes:
    """Return the CRL *template* (DER), signed by *signer*."""
    body = decode(_TbsCertList, encoded(decode(Signed, template).body))
    body.algorithm = _tlv(signer.algorithm)
    return _signed(encode(body), signer)


def sign_request(template: bytes, signer: Signer) -> bytes:
    """Return the certificate request *template* (DER), for the key of *signer* and signed by it."""
    body = decode(_RequestInfo, encoded(decode(Signed, template).body))
    body.public_key_info = _tlv(signer.public_key_info)
    return _signed(encode(body), signer)


def sign_ocsp_response(template: bytes, signer: Signer, certificates: tuple[bytes, ...] = ()) -> bytes:
    """Return the successful OCSP response *template* (DER), signed by *signer*, with *certificates* (DER) to check it by."""
    outer = decode(_OcspResponse, template)
    basic = decode(_BasicOcspResponse, outer.bytes.response)
    basic.algorithm = _tlv(signer.algorithm)
    basic.certificates = [_tlv(certificate) for certificate in certificates] or None
    basic.signature = BitString(signer.sign(encoded(basic.body)), 0)
    outer.bytes.response = encode(basic)
    return encode(outer)


def public_key_info(certificate: bytes) -> bytes:
    """Return the SubjectPublicKeyInfo of *certificate*, both DER."""
    body = decode(_TbsCertificate, encoded(decode(Signed, certificate).body))
    return encoded(body.public_key_info)


def request_public_key_info(request: bytes) -> bytes:
    """Return the SubjectPublicKeyInfo of a certificate *request*, both DER."""
    body = decode(_RequestInfo, encoded(decode(Signed, request).body))
    return encoded(body.public_key_info)


def key_bits(certificate: bytes) -> bytes:
    """Return the octets of the public key's BIT STRING in *certificate* (DER): what key hashes are made over."""
    return decode(SubjectPublicKeyInfo, public_key_info(certificate)).key.as_bytes()


def key_identifier(public_key_info: bytes) -> bytes:
    """Return the SHA-1 of the public key's bits, the usual key identifier (RFC 5280 clause 4.2.1.2, method 1)."""
    key = decode(SubjectPublicKeyInfo, public_key_info).key
    return hashlib.sha1(key.as_bytes(), usedforsecurity=False).digest()


def _signed(body: bytes, signer: Signer) -> bytes:
    signature = BitString(signer.sign(body), 0)
    return encode(Signed(body=_tlv(body), algorithm=_tlv(signer.algorithm), signature=signature))


def _tlv(der: bytes) -> TLV:
    return decode(TLV, der)
