"""How CMS names a signatory's algorithm: the digest apart from the signature (RFC 5652 clause 5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from idbridge.pki.algorithms import UnknownAlgorithmError, scheme_of
from idbridge.signatures.algorithms import encode_oid
from idbridge.signatures.ber import NULL, SEQUENCE, encode
from idbridge.signatures.making.der import digest_algorithm
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused

_RSA_ENCRYPTION: Final = "1.2.840.113549.1.1.1"
_SM2_SIGNATURE: Final = "1.2.156.10197.1.301.1"


@dataclass(frozen=True, slots=True)
class CmsAlgorithm:
    """The name of the digest, and the AlgorithmIdentifiers (DER) of digest and signature in a SignerInfo."""

    digest: str
    digest_algorithm: bytes
    signature_algorithm: bytes


def cms_algorithm_of(algorithm: bytes) -> CmsAlgorithm:
    """Return how CMS names a signature *algorithm* (DER, as in a certificate).

    RSA PKCS #1 v1.5 is rsaEncryption, which every verifier must know (RFC 5754 clause 3.2); Ed25519 goes with SHA-512
    (RFC 8419 clause 3); RSASSA-PSS, ECDSA and SM2 keep the name they have.

    :raises MakingRefused: CMS has no name for it.
    """
    try:
        scheme = scheme_of(algorithm)
    except UnknownAlgorithmError as error:
        raise MakingRefused(MakingRefusal.ALGORITHM, str(error)) from error
    if scheme.digest is None and scheme.key != "ed25519":
        raise MakingRefused(MakingRefusal.ALGORITHM, f"nothing is signed with {scheme.name} in CMS")
    digest = scheme.digest or "SHA-512"
    if scheme.key == "rsa" and scheme.salt_length is None:
        algorithm = encode(SEQUENCE, encode_oid(_RSA_ENCRYPTION), encode(NULL))
    return CmsAlgorithm(digest, digest_algorithm(digest), algorithm)


def gbt35275_algorithm_of(algorithm: bytes) -> CmsAlgorithm:
    """Return how GB/T 35275 names SM2 with SM3: digestEncryptionAlgorithm is the SM2 signature (GM/T 0006, GM/T 0010 clause 8).

    :raises MakingRefused: it is another algorithm.
    """
    named = cms_algorithm_of(algorithm)
    if named.digest != "SM3" or scheme_of(algorithm).key != "sm2":
        raise MakingRefused(MakingRefusal.ALGORITHM, "GB/T 35275 is signed with SM2 and SM3")
    return CmsAlgorithm("SM3", named.digest_algorithm, encode(SEQUENCE, encode_oid(_SM2_SIGNATURE)))
