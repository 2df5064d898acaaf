"""Names of signature algorithms and digests in CMS, XML and JOSE, brought to the one form that `pki.algorithms` verifies.

That form is a DER AlgorithmIdentifier that names key and digest together, with the value as X.509 writes it. A name that
is not in the tables has no such form: the signature can then not be verified, and is never taken for verified.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from idbridge.pki.algorithms import DIGEST_OIDS
from idbridge.signatures.ber import INTEGER, NULL, OBJECT_IDENTIFIER, SEQUENCE, encode
from idbridge.signatures.contents import DIGEST_SIZES

DIGEST_NAMES: Final[Mapping[str, str]] = {
    **DIGEST_OIDS,
    "1.2.840.113549.2.5": "MD5",  # RFC 1321; seen in archives
    "1.3.36.3.2.1": "RIPEMD-160",  # TeleTrusT
    "2.16.840.1.101.3.4.2.7": "SHA3-224",
    "1.2.156.10197.1.401.1": "SM3",  # GM/T 0006: SM3 without a key, and with one; both stand for the digest in the field
    "1.2.156.10197.1.401.2": "SM3",
}
"""Digest names by OID."""

XML_DIGESTS: Final[Mapping[str, str]] = {
    # XML-DSig 1.1 clause 6.2, RFC 9231 clause 2.1
    "http://www.w3.org/2001/04/xmldsig-more#md5": "MD5",
    "http://www.w3.org/2000/09/xmldsig#sha1": "SHA-1",
    "http://www.w3.org/2001/04/xmldsig-more#sha224": "SHA-224",
    "http://www.w3.org/2001/04/xmlenc#sha256": "SHA-256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "SHA-384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "SHA-512",
    "http://www.w3.org/2001/04/xmlenc#ripemd160": "RIPEMD-160",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-224": "SHA3-224",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-256": "SHA3-256",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-384": "SHA3-384",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-512": "SHA3-512",
    # No URI is registered for SM3: what is seen in the field
    "http://www.w3.org/2001/04/xmldsig-more#sm3": "SM3",
    "http://www.w3.org/2000/09/xmldsig#sm3": "SM3",
    "http://www.chinaport.gov.cn/2022/04/xmldsig#sm3": "SM3",
    "urn:oid:1.2.156.10197.1.401": "SM3",
}
"""Digest names by XML algorithm URI."""

JOSE_DIGESTS: Final[Mapping[str, str]] = {"S256": "SHA-256", "S384": "SHA-384", "S512": "SHA-512"}
"""Digest names by TS 119 182-1 identifiers (clause 5.1.7 `digAlg`, after RFC 8812's style); URIs are read by `XML_DIGESTS`."""

RSA, RSA_PSS, ECDSA, DSA, SM2 = "rsa", "rsa-pss", "ecdsa", "dsa", "sm2"

KEY_ALGORITHMS: Final[Mapping[str, str]] = {
    "1.2.840.113549.1.1.1": RSA,  # RFC 8017 rsaEncryption: CMS names the digest apart (RFC 3370 clause 3.2)
    "1.2.840.10045.2.1": ECDSA,  # id-ecPublicKey in this place is a mistake that is made
    "1.2.840.10040.4.1": DSA,
    "1.2.156.10197.1.301": SM2,  # GM/T 0010 clause 8: sm2 or sm2-1 as digestEncryptionAlgorithm
    "1.2.156.10197.1.301.1": SM2,
}
"""OIDs that name a key alone, so that a digest named elsewhere completes the scheme."""

SCHEME_OIDS: Final[Mapping[tuple[str, str], str]] = {
    (RSA, "SHA-1"): "1.2.840.113549.1.1.5",
    (RSA, "SHA-224"): "1.2.840.113549.1.1.14",
    (RSA, "SHA-256"): "1.2.840.113549.1.1.11",
    (RSA, "SHA-384"): "1.2.840.113549.1.1.12",
    (RSA, "SHA-512"): "1.2.840.113549.1.1.13",
    (RSA, "SHA3-256"): "2.16.840.1.101.3.4.3.14",
    (RSA, "SHA3-384"): "2.16.840.1.101.3.4.3.15",
    (RSA, "SHA3-512"): "2.16.840.1.101.3.4.3.16",
    (RSA, "SM3"): "1.2.156.10197.1.504",
    (RSA, "MD5"): "1.2.840.113549.1.1.4",
    (RSA, "RIPEMD-160"): "1.3.36.3.3.1.2",
    (ECDSA, "SHA-1"): "1.2.840.10045.4.1",
    (ECDSA, "SHA-224"): "1.2.840.10045.4.3.1",
    (ECDSA, "SHA-256"): "1.2.840.10045.4.3.2",
    (ECDSA, "SHA-384"): "1.2.840.10045.4.3.3",
    (ECDSA, "SHA-512"): "1.2.840.10045.4.3.4",
    (ECDSA, "SHA3-256"): "2.16.840.1.101.3.4.3.10",
    (ECDSA, "SHA3-384"): "2.16.840.1.101.3.4.3.11",
    (ECDSA, "SHA3-512"): "2.16.840.1.101.3.4.3.12",
    (DSA, "SHA-1"): "1.2.840.10040.4.3",
    (DSA, "SHA-224"): "2.16.840.1.101.3.4.3.1",
    (DSA, "SHA-256"): "2.16.840.1.101.3.4.3.2",
    (DSA, "SHA-384"): "2.16.840.1.101.3.4.3.3",
    (DSA, "SHA-512"): "2.16.840.1.101.3.4.3.4",
    (SM2, "SM3"): "1.2.156.10197.1.501",
}
"""Schemes by key and digest; `pki.algorithms` knows the same OIDs."""

PLAIN_ECDSA: Final[Mapping[str, str]] = {
    "0.4.0.127.0.7.1.1.4.1.1": "SHA-1",
    "0.4.0.127.0.7.1.1.4.1.2": "SHA-224",
    "0.4.0.127.0.7.1.1.4.1.3": "SHA-256",
    "0.4.0.127.0.7.1.1.4.1.4": "SHA-384",
    "0.4.0.127.0.7.1.1.4.1.5": "SHA-512",
}
"""ECDSA whose value is ``r ‖ s``, by digest (BSI TR-03111 clause 5.2.1.1): German cards in CMS."""

ED25519: Final = "1.3.101.112"
ED448: Final = "1.3.101.113"
RSASSA_PSS: Final = "1.2.840.113549.1.1.10"
MGF1: Final = "1.2.840.113549.1.1.8"

_MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"
_MORE_2007: Final = "http://www.w3.org/2007/05/xmldsig-more#"
_MORE_2021: Final = "http://www.w3.org/2021/04/xmldsig-more#"
_DSIG: Final = "http://www.w3.org/2000/09/xmldsig#"
_DSIG11: Final = "http://www.w3.org/2009/xmldsig11#"

XML_SCHEMES: Final[Mapping[str, tuple[str, str]]] = {
    # RFC 9231 clause 2.3; XML-DSig 1.1 clause 6.4
    _DSIG + "rsa-sha1": (RSA, "SHA-1"),
    _MORE + "rsa-md5": (RSA, "MD5"),
    _MORE + "rsa-ripemd160": (RSA, "RIPEMD-160"),
    _MORE + "rsa-sha224": (RSA, "SHA-224"),
    _MORE + "rsa-sha256": (RSA, "SHA-256"),
    _MORE + "rsa-sha384": (RSA, "SHA-384"),
    _MORE + "rsa-sha512": (RSA, "SHA-512"),
    _MORE_2007 + "sha1-rsa-MGF1": (RSA_PSS, "SHA-1"),
    _MORE_2007 + "sha224-rsa-MGF1": (RSA_PSS, "SHA-224"),
    _MORE_2007 + "sha256-rsa-MGF1": (RSA_PSS, "SHA-256"),
    _MORE_2007 + "sha384-rsa-MGF1": (RSA_PSS, "SHA-384"),
    _MORE_2007 + "sha512-rsa-MGF1": (RSA_PSS, "SHA-512"),
    _MORE_2007 + "sha3-256-rsa-MGF1": (RSA_PSS, "SHA3-256"),
    _MORE_2007 + "sha3-384-rsa-MGF1": (RSA_PSS, "SHA3-384"),
    _MORE_2007 + "sha3-512-rsa-MGF1": (RSA_PSS, "SHA3-512"),
    _MORE + "ecdsa-sha1": (ECDSA, "SHA-1"),
    _MORE + "ecdsa-sha224": (ECDSA, "SHA-224"),
    _MORE + "ecdsa-sha256": (ECDSA, "SHA-256"),
    _MORE + "ecdsa-sha384": (ECDSA, "SHA-384"),
    _MORE + "ecdsa-sha512": (ECDSA, "SHA-512"),
    _MORE_2021 + "ecdsa-sha3-256": (ECDSA, "SHA3-256"),
    _MORE_2021 + "ecdsa-sha3-384": (ECDSA, "SHA3-384"),
    _MORE_2021 + "ecdsa-sha3-512": (ECDSA, "SHA3-512"),
    _DSIG + "dsa-sha1": (DSA, "SHA-1"),
    _DSIG11 + "dsa-sha256": (DSA, "SHA-256"),
    # No URI is registered for SM2 with SM3: what is seen in the field
    _MORE + "sm2-sm3": (SM2, "SM3"),
    _DSIG + "sm2-sm3": (SM2, "SM3"),
    "http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3": (SM2, "SM3"),
    "urn:oid:1.2.156.10197.1.501": (SM2, "SM3"),
}
"""Key and digest by XML signature URI. EdDSA is apart (`xml_algorithm`); a MAC proves nobody's signature and is not here."""

XML_EDWARDS: Final[Mapping[str, str]] = {_MORE_2021 + "eddsa-ed25519": ED25519, _MORE_2021 + "eddsa-ed448": ED448}

JOSE_SCHEMES: Final[Mapping[str, tuple[str, str]]] = {
    # RFC 7518 clause 3.1; "none" and the HMACs sign nothing
    "RS256": (RSA, "SHA-256"),
    "RS384": (RSA, "SHA-384"),
    "RS512": (RSA, "SHA-512"),
    "PS256": (RSA_PSS, "SHA-256"),
    "PS384": (RSA_PSS, "SHA-384"),
    "PS512": (RSA_PSS, "SHA-512"),
    "ES256": (ECDSA, "SHA-256"),
    "ES384": (ECDSA, "SHA-384"),
    "ES512": (ECDSA, "SHA-512"),
    "SM2": (SM2, "SM3"),  # not registered with IANA; these two are seen
    "SM2SM3": (SM2, "SM3"),
}
"""Key and digest by JOSE `alg`. "EdDSA" (RFC 8037) takes its curve from the key; "Ed25519" and "Ed448" name it."""

JOSE_EDWARDS: Final[Mapping[str, str]] = {"EdDSA": ED25519, "Ed25519": ED25519, "Ed448": ED448}

_ELEMENTS_LIMIT: Final = 132  # octets of r ‖ s for P-521, the longest curve in the tables


def cms_algorithm(signature_algorithm: bytes, oid: str, digest: str) -> bytes | None:
    """Return the algorithm of a SignerInfo from its two algorithm fields (RFC 5652 clause 5.3).

    *signature_algorithm* is the DER of that field, *oid* what it names, *digest* the name of the digestAlgorithm. A field
    that names key and digest counts as it stands; where it names a key alone, *digest* completes it.
    """
    if oid in PLAIN_ECDSA:
        return scheme(ECDSA, PLAIN_ECDSA[oid])
    kind = KEY_ALGORITHMS.get(oid)
    return signature_algorithm if kind is None else scheme(kind, digest)


def xml_algorithm(uri: str) -> bytes | None:
    """Return the algorithm that a ds:SignatureMethod URI names; None for an unknown one.

    RSASSA-PSS with parameters of its own (RFC 9231 clause 2.3.9) is for `pss_algorithm`.
    """
    if uri in XML_EDWARDS:
        return _identifier(XML_EDWARDS[uri])
    found = XML_SCHEMES.get(uri)
    return None if found is None else scheme(*found)


def jose_algorithm(name: str) -> bytes | None:
    """Return the algorithm that a JOSE `alg` names; None for an unknown one, "none" and the HMACs."""
    if name in JOSE_EDWARDS:
        return _identifier(JOSE_EDWARDS[name])
    found = JOSE_SCHEMES.get(name)
    return None if found is None else scheme(*found)


def scheme(kind: str, digest: str) -> bytes | None:
    """Return the DER AlgorithmIdentifier of a key kind with a digest; None if nothing in the tables combines them."""
    if kind == RSA_PSS:
        return pss_algorithm(digest)
    oid = SCHEME_OIDS.get((kind, digest))
    if oid is None:
        return None
    return _identifier(oid, encode(NULL) if kind == RSA else b"")  # RFC 4055 clause 5: NULL for RSA, absent for others


def pss_algorithm(digest: str, salt_length: int | None = None, mask: str | None = None) -> bytes | None:
    """Return RSASSA-PSS with *digest* for message and, unless *mask* is given, for the mask (RFC 4055).

    The salt is as long as the digest unless given.
    """
    oids = {name: oid for oid, name in DIGEST_OIDS.items()}
    masking = mask or digest
    if digest not in oids or masking not in oids:
        return None
    size = DIGEST_SIZES[digest] if salt_length is None else salt_length
    parameters = (
        encode(0xA0, _identifier(oids[digest], encode(NULL))),
        encode(0xA1, _identifier(MGF1, _identifier(oids[masking], encode(NULL)))),
        encode(0xA2, encode(INTEGER, size.to_bytes(size.bit_length() // 8 + 1))),
    )
    return _identifier(RSASSA_PSS, encode(SEQUENCE, *parameters))


def from_concatenation(value: bytes) -> bytes | None:
    """Return the DER form of ``r ‖ s``, as XML (RFC 9231 clause 2.3.6) and JOSE (RFC 7518 clause 3.4) write ECDSA and SM2.

    None if it is not two halves of a plausible length.
    """
    if not value or len(value) % 2 or len(value) > _ELEMENTS_LIMIT:
        return None
    half = len(value) // 2
    return encode_dss_signature(int.from_bytes(value[:half]), int.from_bytes(value[half:]))


def _identifier(oid: str, parameters: bytes = b"") -> bytes:
    return encode(SEQUENCE, encode_oid(oid), parameters)


def encode_oid(oid: str) -> bytes:
    """Return the DER OBJECT IDENTIFIER of a dotted *oid* (X.690 clause 8.19)."""
    first, second, *rest = map(int, oid.split("."))
    return encode(OBJECT_IDENTIFIER, b"".join(map(_base128, (40 * first + second, *rest))))


def _base128(arc: int) -> bytes:
    octets = [arc & 0x7F]
    while arc := arc >> 7:
        octets.append(0x80 | arc & 0x7F)
    return bytes(reversed(octets))
