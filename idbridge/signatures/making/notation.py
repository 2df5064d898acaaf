"""How XML and JOSE name a signatory's algorithm, and how they write its value.

What a table lists is a name that the readers know (`signatures.algorithms`), so that nothing is written which is not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from idbridge.pki.algorithms import Scheme, UnknownAlgorithmError, scheme_of
from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.pki.keys import PublicKey, UnusableKeyError, import_key
from idbridge.signatures.algorithms import XML_DIGESTS, jose_algorithm, xml_algorithm
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import Signatory

_MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"
_MORE_2007: Final = "http://www.w3.org/2007/05/xmldsig-more#"
_CUSTOMS: Final = "http://www.chinaport.gov.cn/2022/04/xmldsig#"

XML_NAMES: Final = (
    # RFC 9231 clause 2.3
    *(f"{_MORE}rsa-sha{size}" for size in (256, 384, 512)),
    *(f"{_MORE_2007}sha{size}-rsa-MGF1" for size in (256, 384, 512)),
    *(f"{_MORE}ecdsa-sha{size}" for size in (256, 384, 512)),
    "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519",
    # SM2 has no registered name: we write the one that China's customs published, as on trust lists
    f"{_CUSTOMS}sm2-sm3",
)
"""Signature methods that are written."""

JOSE_NAMES: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "SM2")
"""Values of `alg` that are written. "SM2" is not registered; it is what is seen."""

JOSE_CURVES: Final[Mapping[str, str]] = {"ES256": "secp256r1", "ES384": "secp384r1", "ES512": "secp521r1"}
"""RFC 7518 clause 3.4 ties each name to a curve."""

DIGEST_NAMES: Final[Mapping[str, str]] = {"SHA-256": "S256", "SHA-384": "S384", "SHA-512": "S512"}
"""Digests by their JOSE name (TS 119 182-1 clause 5.1.7)."""

_DIGEST_URIS: Final[Mapping[str, str]] = {
    XML_DIGESTS[uri]: uri
    for uri in (
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2001/04/xmldsig-more#sha384",
        "http://www.w3.org/2001/04/xmlenc#sha512",
        f"{_CUSTOMS}sm3",
    )
}
_ED25519_DIGEST: Final = "SHA-512"
"""Ed25519 names no digest; inside it uses this one (RFC 8032 clause 5.1)."""


@dataclass(frozen=True, slots=True)
class Notation:
    """A signature algorithm as a format names it (`name`); `digest` is the one that goes with it, as reports name it.

    `half` is how many octets r and s have each, where the value is ``r ‖ s``; None where it is as in a certificate.
    """

    name: str
    digest: str
    half: int | None

    def value(self, signature: bytes) -> bytes:
        """Return the value *signature*, as it stands in a certificate, as the format writes it.

        RFC 9231 clause 2.3.6 and RFC 7518 clause 3.4 for ECDSA; SM2 likewise.

        :raises MakingRefused: it is none of the signatory's algorithm.
        """
        if self.half is None:
            return signature
        try:
            return b"".join(number.to_bytes(self.half) for number in decode_dss_signature(signature))
        except (ValueError, OverflowError) as error:
            raise MakingRefused(MakingRefusal.KEY, f"no signature value of {self.name}: {error}") from error


def certificate_of(signatory: Signatory) -> Certificate:
    """Return the signatory's certificate.

    :raises MakingRefused: it is none, or one above it is none.
    """
    try:
        certificate, *_ = (Certificate.from_der(der) for der in (signatory.certificate, *signatory.chain))
    except PkiError as error:
        raise MakingRefused(MakingRefusal.CERTIFICATE, f"no certificate: {error}") from error
    return certificate


def xml_notation(signatory: Signatory) -> Notation:
    """Return how XML writes what *signatory* signs.

    :raises MakingRefused: XML has no name for the algorithm, or the certificate is for another kind of key.
    """
    scheme, key = _scheme_and_key(signatory)
    name = _named(scheme, XML_NAMES, xml_algorithm)
    return Notation(name, scheme.digest or _ED25519_DIGEST, _half(key))


def jose_notation(signatory: Signatory) -> Notation:
    """Return how JOSE writes what *signatory* signs.

    :raises MakingRefused: JOSE has no name for the algorithm with this key, or the certificate is for another kind of key.
    """
    scheme, key = _scheme_and_key(signatory)
    name = _named(scheme, JOSE_NAMES, jose_algorithm)
    if key.kind == "ec" and key.curve != JOSE_CURVES.get(name):
        raise MakingRefused(MakingRefusal.ALGORITHM, f"JOSE has no name for {scheme.name} on {key.curve}")
    return Notation(name, scheme.digest or _ED25519_DIGEST, _half(key))


def digest_uri(digest: str) -> str:
    """Return the URI of a digest in XML.

    :raises MakingRefused: it has none that is written.
    """
    uri = _DIGEST_URIS.get(digest)
    if uri is None:
        raise MakingRefused(MakingRefusal.ALGORITHM, f"the digest {digest[:100]!r} is not written here")
    return uri


def _scheme_and_key(signatory: Signatory) -> tuple[Scheme, PublicKey]:
    certificate = certificate_of(signatory)
    try:
        scheme, key = scheme_of(signatory.algorithm), import_key(certificate.public_key_info)
    except (UnknownAlgorithmError, UnusableKeyError) as error:
        raise MakingRefused(MakingRefusal.ALGORITHM, str(error)) from error
    if scheme.key != key.kind:
        raise MakingRefused(MakingRefusal.KEY, f"{certificate} has a key of kind {key}, which does not sign by {scheme.name}")
    return scheme, key


def _named(scheme: Scheme, names: Iterable[str], read: Callable[[str], bytes | None]) -> str:
    for name in names:
        algorithm = read(name)
        if algorithm is not None and scheme_of(algorithm) == scheme:
            return name
    raise MakingRefused(MakingRefusal.ALGORITHM, f"the format has no name for {scheme.name} that is written here")


def _half(key: PublicKey) -> int | None:
    return (key.bits + 7) // 8 if key.kind in ("ec", "sm2") else None
