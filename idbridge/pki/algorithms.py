"""Signature algorithms: the registry from AlgorithmIdentifier to a verification, for all that is signed.

Whether an algorithm is still good enough is for `algorithm_policy`, which a caller may hand in; without one only the
arithmetic is judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.exceptions import UnsupportedAlgorithm as CannotVerify
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.x509 import ObjectIdentifier

from idbridge.pki import sm2
from idbridge.pki.errors import MalformedDerError
from idbridge.pki.keys import KeyKind, PublicKey, UnusableKeyError, import_key
from idbridge.pki.pkcs1 import OLD_DIGESTS, check_old, check_without_null, computable
from idbridge.pki.structures import PssParameters, TlvHolder, decode, enclosed, encoded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from cryptography.hazmat.asn1 import TLV

    from idbridge.pki.algorithm_policy import AlgorithmPolicy

DIGESTS: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "SHA-1": hashes.SHA1(),  # noqa: S303 - whether it still counts is for the policy; archives are full of it
    "SHA-224": hashes.SHA224(),
    "SHA-256": hashes.SHA256(),
    "SHA-384": hashes.SHA384(),
    "SHA-512": hashes.SHA512(),
    "SHA3-256": hashes.SHA3_256(),
    "SHA3-384": hashes.SHA3_384(),
    "SHA3-512": hashes.SHA3_512(),
    "SM3": hashes.SM3(),
}

DIGEST_OIDS: Final[Mapping[str, str]] = {
    "1.3.14.3.2.26": "SHA-1",
    "2.16.840.1.101.3.4.2.4": "SHA-224",
    "2.16.840.1.101.3.4.2.1": "SHA-256",
    "2.16.840.1.101.3.4.2.2": "SHA-384",
    "2.16.840.1.101.3.4.2.3": "SHA-512",
    "2.16.840.1.101.3.4.2.8": "SHA3-256",
    "2.16.840.1.101.3.4.2.9": "SHA3-384",
    "2.16.840.1.101.3.4.2.10": "SHA3-512",
    "1.2.156.10197.1.401": "SM3",
}
"""Message digests by OID (RFC 5754, NIST CSOR, GB/T 33560)."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """A signature scheme: the kind of key it takes and its digest; `salt_length` makes RSA the RSASSA-PSS.

    `mask` is the digest of its mask where that is another than of the message.
    """

    name: str
    key: KeyKind
    digest: str | None
    salt_length: int | None = None
    mask: str | None = None


RSASSA_PSS: Final = "1.2.840.113549.1.1.10"
RSASSA_PSS_ALONE: Final = bytes.fromhex("300b06092a864886f70d01010a")  # without parameters: any will do
MGF1: Final = "1.2.840.113549.1.1.8"

SCHEMES: Final[Mapping[str, Scheme]] = {
    # RSASSA-PKCS1-v1_5: RFC 8017 §A.2.4, NIST CSOR for SHA-3, GB/T 33560 for SM3; 1.3.14.3.2.29 is the OIW's old name
    "1.3.14.3.2.29": Scheme("RSA-SHA-1", "rsa", "SHA-1"),
    "1.2.840.113549.1.1.5": Scheme("RSA-SHA-1", "rsa", "SHA-1"),
    "1.2.840.113549.1.1.14": Scheme("RSA-SHA-224", "rsa", "SHA-224"),
    "1.2.840.113549.1.1.11": Scheme("RSA-SHA-256", "rsa", "SHA-256"),
    "1.2.840.113549.1.1.12": Scheme("RSA-SHA-384", "rsa", "SHA-384"),
    "1.2.840.113549.1.1.13": Scheme("RSA-SHA-512", "rsa", "SHA-512"),
    "2.16.840.1.101.3.4.3.14": Scheme("RSA-SHA3-256", "rsa", "SHA3-256"),
    "2.16.840.1.101.3.4.3.15": Scheme("RSA-SHA3-384", "rsa", "SHA3-384"),
    "2.16.840.1.101.3.4.3.16": Scheme("RSA-SHA3-512", "rsa", "SHA3-512"),
    "1.2.156.10197.1.504": Scheme("RSA-SM3", "rsa", "SM3"),
    # … and what archives hold: RFC 8017 §A.2.4, TeleTrusT; no policy accepts them
    "1.2.840.113549.1.1.4": Scheme("RSA-MD5", "rsa", "MD5"),
    "1.3.36.3.3.1.2": Scheme("RSA-RIPEMD-160", "rsa", "RIPEMD-160"),
    # ECDSA: RFC 3279 §2.2.3, RFC 5758 §3.2, NIST CSOR
    "1.2.840.10045.4.1": Scheme("ECDSA-SHA-1", "ec", "SHA-1"),
    "1.2.840.10045.4.3.1": Scheme("ECDSA-SHA-224", "ec", "SHA-224"),
    "1.2.840.10045.4.3.2": Scheme("ECDSA-SHA-256", "ec", "SHA-256"),
    "1.2.840.10045.4.3.3": Scheme("ECDSA-SHA-384", "ec", "SHA-384"),
    "1.2.840.10045.4.3.4": Scheme("ECDSA-SHA-512", "ec", "SHA-512"),
    "2.16.840.1.101.3.4.3.10": Scheme("ECDSA-SHA3-256", "ec", "SHA3-256"),
    "2.16.840.1.101.3.4.3.11": Scheme("ECDSA-SHA3-384", "ec", "SHA3-384"),
    "2.16.840.1.101.3.4.3.12": Scheme("ECDSA-SHA3-512", "ec", "SHA3-512"),
    # DSA: RFC 3279 §2.2.2, RFC 5758 §3.1, NIST CSOR
    "1.2.840.10040.4.3": Scheme("DSA-SHA-1", "dsa", "SHA-1"),
    "2.16.840.1.101.3.4.3.1": Scheme("DSA-SHA-224", "dsa", "SHA-224"),
    "2.16.840.1.101.3.4.3.2": Scheme("DSA-SHA-256", "dsa", "SHA-256"),
    "2.16.840.1.101.3.4.3.3": Scheme("DSA-SHA-384", "dsa", "SHA-384"),
    "2.16.840.1.101.3.4.3.4": Scheme("DSA-SHA-512", "dsa", "SHA-512"),
    # EdDSA: RFC 8410 §3. It hashes by itself
    "1.3.101.112": Scheme("Ed25519", "ed25519", None),
    "1.3.101.113": Scheme("Ed448", "ed448", None),
    # SM2 with SM3: GB/T 33560
    "1.2.156.10197.1.501": Scheme("SM2-SM3", "sm2", "SM3"),
}
"""Signature algorithms by OID; RSASSA-PSS, whose parameters decide, is read by `_pss`."""

NULL: Final = b"\x05\x00"

ALGORITHMS_REMEMBERED: Final = 256  # a few dozen values occur in the world; PSS parameters multiply them


class UnknownAlgorithmError(ValueError):
    """An AlgorithmIdentifier that is not in the registry, or not well formed."""


@lru_cache(ALGORITHMS_REMEMBERED)
def scheme_of(algorithm_identifier: bytes) -> Scheme:
    """Return the scheme that a DER AlgorithmIdentifier names.

    :raises UnknownAlgorithmError: none that is known, or with parameters that it does not have.
    """
    try:
        members = decode(TlvHolder, enclosed(algorithm_identifier)).items
        identifier = decode(ObjectIdentifier, encoded(members[0])).dotted_string if members else "none"
        if identifier == RSASSA_PSS:
            return _pss(members)
    except MalformedDerError as error:
        raise UnknownAlgorithmError(str(error)) from error
    scheme = SCHEMES.get(identifier)
    # Parameters are NULL for RSA and absent for the others (RFC 4055 §5, RFC 5758 §3, RFC 8410 §3); both stand in the
    # field for both, SM2 above all, and neither changes what is verified.
    if scheme is None or [encoded(member) for member in members[1:]] not in ([], [NULL]):
        raise UnknownAlgorithmError(f"signature algorithm {identifier} is not known, or has odd parameters")
    if scheme.digest is not None and scheme.digest in OLD_DIGESTS and not computable(scheme.digest):
        raise UnknownAlgorithmError(f"{scheme.digest} cannot be computed on this platform")
    return scheme


def _pss(members: list[TLV]) -> Scheme:
    """Read RSASSA-PSS-params (RFC 4055 §3.1), which recommends one digest for message and mask; smart cards have two."""
    parameters = decode(PssParameters, encoded(members[1]) if len(members) == 2 else b"")
    digest = "SHA-1" if parameters.digest is None else DIGEST_OIDS.get(_oid(parameters.digest))
    mask_digest = "SHA-1" if parameters.mask is None else _mgf1_digest(parameters.mask)
    salt_length = 20 if parameters.salt_length is None else parameters.salt_length
    if digest is None or mask_digest is None or salt_length < 0 or parameters.trailer not in (None, 1):
        raise UnknownAlgorithmError("RSASSA-PSS parameters are unknown")
    if digest == mask_digest:
        return Scheme(f"RSA-PSS-{digest}", "rsa", digest, salt_length)
    return Scheme(f"RSA-PSS-{digest}-MGF1-{mask_digest}", "rsa", digest, salt_length, mask_digest)


def _oid(members: list[TLV]) -> str:
    return decode(ObjectIdentifier, encoded(members[0])).dotted_string if members else ""


def _mgf1_digest(members: list[TLV]) -> str | None:
    if _oid(members) != MGF1 or len(members) != 2:
        return None
    return DIGEST_OIDS.get(_oid(decode(TlvHolder, enclosed(encoded(members[1]))).items))


def holds(key: PublicKey, scheme: Scheme, message: bytes, signature: bytes, signer_id: bytes) -> bool:
    """Tell whether *signature* over *message* is *key*'s, by *scheme*; a key of another kind or use never fits.

    :raises Sm2Error: this platform cannot compute SM2.
    """
    if key.kind != scheme.key or not _is_for(key, scheme):
        return False
    if isinstance(key.material, bytes):
        return sm2.verify(key.material, message, signature, signer_id=signer_id)
    try:
        ARITHMETIC[key.kind](key.material, scheme, message, signature)
    except (InvalidSignature, ValueError, CannotVerify):  # ValueError: a signature that is no DER, a digest too long
        return False
    return True


def _is_for(key: PublicKey, scheme: Scheme) -> bool:
    """Whether a key that is limited to RSASSA-PSS, and perhaps to parameters, may have signed so (RFC 4055 §3.3)."""
    if key.only_for is None:
        return True
    if scheme.salt_length is None:
        return False
    if key.only_for == RSASSA_PSS_ALONE:
        return True
    try:
        limit = scheme_of(key.only_for)
    except UnknownAlgorithmError:
        return False
    one = (scheme.digest, scheme.mask) == (limit.digest, limit.mask)
    return one and scheme.salt_length >= (limit.salt_length or 0)


def _rsa(key: rsa.RSAPublicKey, scheme: Scheme, message: bytes, signature: bytes) -> None:
    if scheme.digest is not None and scheme.digest in OLD_DIGESTS:
        check_old(key, scheme.digest, message, signature)
        return
    digest = DIGESTS[scheme.digest or ""]
    if scheme.salt_length is not None:
        key.verify(signature, message, pss_padding(scheme, scheme.salt_length), digest)
        return
    try:
        key.verify(signature, message, padding.PKCS1v15(), digest)
    except InvalidSignature:
        state = hashes.Hash(digest)
        state.update(message)
        check_pkcs1_digest(key, scheme, state.finalize(), signature)


def pss_padding(scheme: Scheme, salt_length: int) -> padding.PSS:
    """Return the padding of an RSASSA-PSS *scheme*."""
    return padding.PSS(padding.MGF1(DIGESTS[scheme.mask or scheme.digest or ""]), salt_length)


def check_pkcs1_digest(key: rsa.RSAPublicKey, scheme: Scheme, digest: bytes, signature: bytes) -> None:
    """Accept *signature* over a *digest* whose DigestInfo is written without NULL (`pkcs1`).

    :raises InvalidSignature: it is anything else.
    """
    oid = next(oid for oid, name in DIGEST_OIDS.items() if name == scheme.digest)
    check_without_null(key, oid, digest, signature)


def _ecdsa(key: ec.EllipticCurvePublicKey, scheme: Scheme, message: bytes, signature: bytes) -> None:
    key.verify(signature, message, ec.ECDSA(DIGESTS[scheme.digest or ""]))


def _dsa(key: dsa.DSAPublicKey, scheme: Scheme, message: bytes, signature: bytes) -> None:
    key.verify(signature, message, DIGESTS[scheme.digest or ""])


def _eddsa(key: ed25519.Ed25519PublicKey | ed448.Ed448PublicKey, _scheme: Scheme, message: bytes, signature: bytes) -> None:
    key.verify(signature, message)


ARITHMETIC: Final[Mapping[KeyKind, Callable[[Any, Scheme, bytes, bytes], None]]] = {
    "rsa": _rsa,
    "ec": _ecdsa,
    "dsa": _dsa,
    "ed25519": _eddsa,
    "ed448": _eddsa,
}
"""How each kind of imported key verifies; raises InvalidSignature. Looked up by kind, which costs less than classes."""


Verdict = Literal["valid", "invalid", "unsupported", "forbidden"]


@dataclass(frozen=True, slots=True)
class SignatureVerdict:
    """What became of a signature. `unsupported`: not computable here; `forbidden`: right but too weak by policy."""

    verdict: Verdict
    algorithm: str
    key: str
    detail: str = ""

    def __bool__(self) -> NoReturn:
        raise TypeError("a signature verdict is no truth value: ask for .verdict")


def verify_signature(
    public_key_info: bytes,
    algorithm_identifier: bytes,
    message: bytes,
    signature: bytes,
    *,
    policy: AlgorithmPolicy | None = None,
    at: datetime | None = None,
    signer_id: bytes | None = None,
) -> SignatureVerdict:
    """Verify one signature, and judge its algorithm and key by *policy* as of *at*.

    *public_key_info* and *algorithm_identifier* are DER; the *signature* is as the algorithm's X.509 profile has it
    (DER for DSA, ECDSA and SM2). The SM2 *signer_id* comes from the policy's table by key unless given. Nothing raises.
    """
    try:
        scheme = scheme_of(algorithm_identifier)
        key = import_key(public_key_info)
    except (UnknownAlgorithmError, UnusableKeyError) as error:
        return SignatureVerdict("unsupported", algorithm_identifier.hex(), "unknown", str(error))
    if signer_id is None:
        signer_id = sm2.DEFAULT_SIGNER_ID if policy is None else policy.signer_id(public_key_info)
    try:
        fits = holds(key, scheme, message, signature, signer_id)
    except sm2.Sm2Error as error:
        return SignatureVerdict("unsupported", scheme.name, str(key), str(error))
    if not fits:
        return SignatureVerdict("invalid", scheme.name, str(key), "the signature value does not fit")
    objection = None if policy is None else policy.objection(scheme, key, at)
    return SignatureVerdict("forbidden" if objection else "valid", scheme.name, str(key), objection or "")
