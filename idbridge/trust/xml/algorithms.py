"""The algorithm URIs of XML signatures, and how a signature's value is written in XML.

RFC 9231 registers the names for RSA and ECDSA. SM2 and SM3 have no registered ones; we write the pair that China's customs
published in 2022 and read the older name too. What is computed is the registry's in `idbridge.pki.algorithms`.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from idbridge.pki import sm2
from idbridge.pki.algorithms import DIGESTS as FUNCTIONS
from idbridge.pki.algorithms import SCHEMES, Scheme, UnknownAlgorithmError, holds, scheme_of
from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import MalformedCertificateError
from idbridge.pki.keys import PublicKey, UnusableKeyError, import_key

EXCLUSIVE_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE_C14N: Final = frozenset(
    {"http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2006/12/xml-c14n11"},
)
"""Versions 1.0 and 1.1 differ only in what ``xml:`` attributes are inherited; `signature` refuses lists that have such."""

ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"

_ENC: Final = "http://www.w3.org/2001/04/xmlenc#"
_MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"
_PSS: Final = "http://www.w3.org/2007/05/xmldsig-more#"
_CUSTOMS: Final = "http://www.chinaport.gov.cn/2022/04/xmldsig#"

SHA1: Final = "http://www.w3.org/2000/09/xmldsig#sha1"
SHA256: Final = _ENC + "sha256"

DIGESTS: Final = {
    SHA256: "SHA-256",
    _MORE + "sha384": "SHA-384",
    _ENC + "sha512": "SHA-512",
    _CUSTOMS + "sm3": "SM3",
}
"""What a list may be digested with."""

CERTIFICATE_DIGESTS: Final = {SHA1: "SHA-1", **DIGESTS}
"""What a certificate may be named with. SHA-1 occurs and does no harm: the one named is among the few pinned."""

SIGNATURES: Final[dict[str, Scheme]] = {
    _MORE + "rsa-sha256": SCHEMES["1.2.840.113549.1.1.11"],
    _MORE + "rsa-sha384": SCHEMES["1.2.840.113549.1.1.12"],
    _MORE + "rsa-sha512": SCHEMES["1.2.840.113549.1.1.13"],
    # RFC 9231 §2.3.10: the salt is as long as the digest.
    _PSS + "sha256-rsa-MGF1": Scheme("RSA-PSS-SHA-256", "rsa", "SHA-256", 32),
    _PSS + "sha384-rsa-MGF1": Scheme("RSA-PSS-SHA-384", "rsa", "SHA-384", 48),
    _PSS + "sha512-rsa-MGF1": Scheme("RSA-PSS-SHA-512", "rsa", "SHA-512", 64),
    _MORE + "ecdsa-sha256": SCHEMES["1.2.840.10045.4.3.2"],
    _MORE + "ecdsa-sha384": SCHEMES["1.2.840.10045.4.3.3"],
    _MORE + "ecdsa-sha512": SCHEMES["1.2.840.10045.4.3.4"],
    _CUSTOMS + "sm2-sm3": SCHEMES["1.2.156.10197.1.501"],
    "http://www.w3.org/2000/09/xmldsig#sm2-sm3": SCHEMES["1.2.156.10197.1.501"],
}
"""What a list may be signed with. The first name of a scheme is the one we write."""


def digest(function: str, data: bytes) -> bytes:
    """Return the digest of *data* by the *function* that a table above names."""
    state = hashes.Hash(FUNCTIONS[function])
    state.update(data)
    return state.finalize()


def named(algorithm_identifier: bytes) -> tuple[str, Scheme]:
    """Return the URI and the scheme of a signer's DER AlgorithmIdentifier.

    :raises ValueError: XML has no name for it.
    """
    try:
        scheme = scheme_of(algorithm_identifier)
    except UnknownAlgorithmError as error:
        raise ValueError(str(error)) from error
    for uri, known in SIGNATURES.items():
        if known == scheme:
            return uri, scheme
    raise ValueError(f"XML has no name for signatures by {scheme.name}")


def digest_for(scheme: Scheme) -> str:
    """Return the URI of the digest that goes with a signature: one hash function throughout."""
    return next(uri for uri, function in DIGESTS.items() if function == scheme.digest)


def verify(scheme: Scheme, certificate: bytes, message: bytes, value: bytes) -> bool:
    """Tell whether *value*, as XML writes it, is the signature of *certificate*'s key over *message*."""
    try:
        key = import_key(Certificate.from_der(certificate).public_key_info)
    except (MalformedCertificateError, UnusableKeyError):
        return False
    signature = _from_xml(key, value)
    try:
        return signature is not None and holds(key, scheme, message, signature, sm2.DEFAULT_SIGNER_ID)
    except sm2.Sm2Error:  # what cannot be computed here is not verified
        return False


def to_xml(scheme: Scheme, bits: int, signature: bytes) -> bytes:
    """Return a signature in X.509's form as XML writes it; *bits* is the size of the signer's key."""
    if not _concatenated(scheme.key):
        return signature
    size = (bits + 7) // 8
    return b"".join(number.to_bytes(size) for number in decode_dss_signature(signature))


def _from_xml(key: PublicKey, value: bytes) -> bytes | None:
    """Return a signature as X.509 writes it, None if it has not the length that XML asks for (RFC 9231 §2.3.6: ``r ‖ s``)."""
    if not _concatenated(key.kind):
        return value
    size = (key.bits + 7) // 8
    if len(value) != 2 * size:
        return None
    return encode_dss_signature(int.from_bytes(value[:size]), int.from_bytes(value[size:]))


def _concatenated(kind: str) -> bool:
    return kind in ("ec", "sm2")
