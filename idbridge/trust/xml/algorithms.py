"""The algorithm URIs of XML signatures, and the one place of this room where signatures are computed upon.

RFC 9231 registers the RSA and ECDSA names. SM2 and SM3 have no registered ones; we write the pair that China's customs published in
2022 and read the older name too. ECDSA and SM2 values are ``r ‖ s`` (RFC 9231 §2.3.6), which X.509 writes in DER.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

EXCLUSIVE_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE_C14N: Final = frozenset(
    {"http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2006/12/xml-c14n11"},
)
"""Versions 1.0 and 1.1 differ only in how ``xml:`` attributes of ancestors are inherited; `signature` refuses lists that have such."""

ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"

_ENC: Final = "http://www.w3.org/2001/04/xmlenc#"
_MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"
_CUSTOMS: Final = "http://www.chinaport.gov.cn/2022/04/xmldsig#"

HashFunction = type[hashes.HashAlgorithm]

SHA1: Final = "http://www.w3.org/2000/09/xmldsig#sha1"
SHA256: Final = _ENC + "sha256"
SHA512: Final = _ENC + "sha512"
SM3: Final = _CUSTOMS + "sm3"

DIGESTS: Final[dict[str, HashFunction]] = {
    SHA256: hashes.SHA256,
    _MORE + "sha384": hashes.SHA384,
    SHA512: hashes.SHA512,
    SM3: hashes.SM3,
}
"""What a list may be digested with."""

CERTIFICATE_DIGESTS: Final[dict[str, HashFunction]] = {SHA1: hashes.SHA1, **DIGESTS}
"""What a certificate may be named with. SHA-1 occurs and is harmless here: the certificate named is one of the few pinned ones."""


@dataclass(frozen=True, slots=True)
class SignatureMethod:
    """A signature algorithm: its X.509 OID, its hash, and whether XML writes its value as ``r ‖ s``."""

    oid: str
    hash: HashFunction
    concatenated: bool = False


_SM2_WITH_SM3: Final = SignatureMethod("1.2.156.10197.1.501", hashes.SM3, concatenated=True)

SIGNATURES: Final = {
    _MORE + "rsa-sha256": SignatureMethod("1.2.840.113549.1.1.11", hashes.SHA256),
    _MORE + "rsa-sha384": SignatureMethod("1.2.840.113549.1.1.12", hashes.SHA384),
    _MORE + "rsa-sha512": SignatureMethod("1.2.840.113549.1.1.13", hashes.SHA512),
    _MORE + "ecdsa-sha256": SignatureMethod("1.2.840.10045.4.3.2", hashes.SHA256, concatenated=True),
    _MORE + "ecdsa-sha384": SignatureMethod("1.2.840.10045.4.3.3", hashes.SHA384, concatenated=True),
    _MORE + "ecdsa-sha512": SignatureMethod("1.2.840.10045.4.3.4", hashes.SHA512, concatenated=True),
    _CUSTOMS + "sm2-sm3": _SM2_WITH_SM3,
    "http://www.w3.org/2000/09/xmldsig#sm2-sm3": _SM2_WITH_SM3,
}
"""What a list may be signed with. The first name of an OID is the one we write."""


def digest(algorithm: HashFunction, data: bytes) -> bytes:
    """Return the digest of *data*."""
    state = hashes.Hash(algorithm())
    state.update(data)
    return state.finalize()


def verify(method: SignatureMethod, certificate: bytes, message: bytes, value: bytes) -> bool:
    """Tell whether *value*, as XML writes it, is the signature of *certificate*'s key over *message*."""
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
        if isinstance(key, rsa.RSAPublicKey) and not method.concatenated:
            key.verify(value, message, padding.PKCS1v15(), method.hash())
            return True
        if isinstance(key, ec.EllipticCurvePublicKey) and method.concatenated:
            half = len(value) // 2
            numbers = int.from_bytes(value[:half]), int.from_bytes(value[half:])
            key.verify(encode_dss_signature(*numbers), message, ec.ECDSA(method.hash()))
            return True
    except (ValueError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return False
