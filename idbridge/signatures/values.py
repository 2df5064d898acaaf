"""Signature values: whether one fits a key, over a message at hand or over the digest of one that is elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from idbridge.pki.algorithms import (
    DIGESTS,
    Scheme,
    SignatureVerdict,
    UnknownAlgorithmError,
    check_pkcs1_digest,
    pss_padding,
    scheme_of,
    verify_signature,
)
from idbridge.pki.keys import PublicKey, UnusableKeyError, import_key
from idbridge.pki.sm2 import DEFAULT_SIGNER_ID
from idbridge.signatures.evidence import MessageDigest, SignatureValue

SignerIds = Callable[[bytes], bytes]
"""From a SubjectPublicKeyInfo to the SM2 signer ID that its holder signs with."""

NOT_KNOWN = SignatureVerdict("unsupported", "unknown", "unknown", "what was signed is not known")


def standard_signer_id(public_key_info: bytes) -> bytes:  # noqa: ARG001 - the same for every key
    """Return the SM2 signer ID where nothing else was agreed."""
    return DEFAULT_SIGNER_ID


def verify_value(
    public_key_info: bytes, value: SignatureValue, signer_id_of: SignerIds = standard_signer_id
) -> SignatureVerdict:
    """Return whether *value* is that of the key in *public_key_info*: the arithmetic alone, whatever policy thinks of it.

    *signer_id_of* gives the SM2 signer ID of a key where the document states none. Nothing raises.
    """
    if value.algorithm is None:
        return replace(NOT_KNOWN, algorithm=value.stated, detail=f"the algorithm {value.stated or '(none)'} is not known")
    if isinstance(value.messages, MessageDigest):
        return _verify_digest(public_key_info, value.algorithm, value.messages, value.value)
    signer_id = value.signer_id if value.signer_id is not None else signer_id_of(public_key_info)
    verdicts = (
        verify_signature(public_key_info, value.algorithm, message, value.value, signer_id=signer_id)
        for message in value.messages
    )
    return _best(verdicts)


def _best(verdicts: Iterable[SignatureVerdict]) -> SignatureVerdict:
    found = NOT_KNOWN
    for found in verdicts:
        if found.verdict == "valid":
            break
    return found


def _verify_digest(public_key_info: bytes, algorithm: bytes, digest: MessageDigest, signature: bytes) -> SignatureVerdict:
    try:
        scheme, key = scheme_of(algorithm), import_key(public_key_info)
    except (UnknownAlgorithmError, UnusableKeyError) as error:
        return replace(NOT_KNOWN, detail=str(error))
    if key.kind != scheme.key:
        return SignatureVerdict("invalid", scheme.name, str(key), "the key is of another kind")
    if scheme.digest != digest.algorithm or scheme.digest not in DIGESTS:
        return SignatureVerdict("unsupported", scheme.name, str(key), f"of the content only the {digest.algorithm} is known")
    try:
        supported = _check_digest(key, scheme, digest.value, signature)
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return SignatureVerdict("invalid", scheme.name, str(key), "the signature value does not fit")
    if not supported:  # SM2 and EdDSA digest more than the content
        return SignatureVerdict("unsupported", scheme.name, str(key), f"{scheme.name} needs the content, not its digest")
    return SignatureVerdict("valid", scheme.name, str(key))


def _check_digest(key: PublicKey, scheme: Scheme, digest: bytes, signature: bytes) -> bool:
    algorithm = DIGESTS[scheme.digest or ""]
    hashed = Prehashed(algorithm)
    match key.material:
        case rsa.RSAPublicKey() as rsa_key if scheme.salt_length is None:
            try:
                rsa_key.verify(signature, digest, padding.PKCS1v15(), hashed)
            except InvalidSignature:
                check_pkcs1_digest(rsa_key, scheme, digest, signature)
        case rsa.RSAPublicKey() as rsa_key:
            rsa_key.verify(signature, digest, pss_padding(scheme, scheme.salt_length or 0), hashed)
        case ec.EllipticCurvePublicKey() as ec_key:
            ec_key.verify(signature, digest, ec.ECDSA(hashed))
        case dsa.DSAPublicKey() as dsa_key:
            dsa_key.verify(signature, digest, hashed)
        case _:
            return False
    return True
