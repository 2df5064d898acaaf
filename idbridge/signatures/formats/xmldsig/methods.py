"""ds:SignatureMethod and ds:SignatureValue, brought to the form in which signatures are verified."""

from __future__ import annotations

from typing import Final

from idbridge.signatures.algorithms import (
    DSA,
    ECDSA,
    SM2,
    XML_DIGESTS,
    XML_SCHEMES,
    from_concatenation,
    pss_algorithm,
    xml_algorithm,
)
from idbridge.signatures.contents import DIGEST_SIZES
from idbridge.signatures.evidence import SignatureValue
from idbridge.signatures.formats.xmldsig.names import Element, binary, ds, text

_PSS: Final = "http://www.w3.org/2007/05/xmldsig-more#rsa-pss"
_MGF1: Final = "http://www.w3.org/2007/05/xmldsig-more#MGF1"
_MORE_2007: Final = "http://www.w3.org/2007/05/xmldsig-more#"

_SM2_SIZE: Final = 64
_SALT: Final = 4  # digits of a salt length


def read_value(signature: Element, message: bytes | None) -> SignatureValue:
    """Return the value of *signature* over *message*, the canonical SignedInfo; None if there is no such form of it."""
    method = signature.find(f"{ds('SignedInfo')}/{ds('SignatureMethod')}")
    uri = method.get("Algorithm", "") if method is not None else ""
    algorithm = _pss(method) if uri == _PSS and method is not None else xml_algorithm(uri)
    raw = binary(signature.find(ds("SignatureValue"))) or b""
    messages = (message,) if message is not None else ()
    return SignatureValue(algorithm, uri[:200], _as_in_certificates(uri, raw), messages)


def _as_in_certificates(uri: str, raw: bytes) -> bytes:
    """DSA, ECDSA and SM2 stand as ``r ‖ s`` (RFC 9231 clause 2.3.6); Chinese software also writes SM2 in DER."""
    kind, _ = XML_SCHEMES.get(uri, ("", ""))
    if kind not in (DSA, ECDSA, SM2) or (kind == SM2 and len(raw) != _SM2_SIZE):
        return raw if kind not in (DSA, ECDSA) else from_concatenation(raw) or b""
    return from_concatenation(raw) or b""


def _pss(method: Element) -> bytes | None:
    """RSASSA-PSS with parameters (RFC 9231 clause 2.3.9)."""
    parameters = method.find(f"{{{_MORE_2007}}}RSAPSSParams")
    digest = _digest(parameters, "SHA-256")
    if digest is None or parameters is None:
        return pss_algorithm(digest) if digest else None
    mask = parameters.find(f"{{{_MORE_2007}}}MaskGenerationFunction")
    masking = digest if mask is None else _digest(mask, "SHA-256")
    if masking is None or (mask is not None and mask.get("Algorithm") != _MGF1):
        return None
    salt = text(parameters.find(f"{{{_MORE_2007}}}SaltLength")) or str(DIGEST_SIZES[digest])
    trailer = text(parameters.find(f"{{{_MORE_2007}}}TrailerField")) or "1"
    usable = salt.isascii() and salt.isdigit() and len(salt) <= _SALT and trailer == "1"
    return pss_algorithm(digest, int(salt), masking) if usable else None


def _digest(parameters: Element | None, default: str) -> str | None:
    method = parameters.find(ds("DigestMethod")) if parameters is not None else None
    return default if method is None else XML_DIGESTS.get(method.get("Algorithm", ""))
