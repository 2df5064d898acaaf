"""Namespaces and URIs of ETSI TS 119 102-2 V1.4.1, and how our codes become URIs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from idbridge.signatures.algorithms import XML_DIGESTS
from idbridge.signatures.indications import Indication, SubIndication

VR: Final = "http://uri.etsi.org/19102/v1.4.1#"
XADES: Final = "http://uri.etsi.org/01903/v1.3.2#"
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
NAMESPACES: Final = {None: VR, "XAdES": XADES, "ds": DS}

ETSI: Final = "urn:etsi:019102:"
OURS: Final = "urn:idbridge:"

CERTIFICATE: Final = f"{ETSI}validationObject:certificate"
CRL: Final = f"{ETSI}validationObject:CRL"
OCSP: Final = f"{ETSI}validationObject:OCSPResponse"
TIMESTAMP: Final = f"{ETSI}validationObject:timestamp"
EVIDENCE_RECORD: Final = f"{ETSI}validationObject:evidencerecord"
SIGNED_DATA: Final = f"{ETSI}validationObject:signedData"

APPLIED: Final = f"{ETSI}constraintStatus:applied"
DISABLED: Final = f"{ETSI}constraintStatus:disabled"
OVERRIDDEN: Final = f"{ETSI}constraintStatus:overridden"

PROVED_BY_VALIDATION: Final = f"{ETSI}poetype:validation"
LONG_TERM_AVAILABILITY: Final = f"{ETSI}validationprocess:LTA"
"""The process that every signature goes through: EN 319 102-1 clause 5.6."""

_MAIN: Final = {
    Indication.TOTAL_PASSED: "total-passed",
    Indication.TOTAL_FAILED: "total-failed",
    Indication.INDETERMINATE: "indeterminate",
    Indication.PASSED: "passed",
    Indication.FAILED: "failed",
}
_DIGESTS: Final[Mapping[str, str]] = {name: uri for uri, name in reversed(tuple(XML_DIGESTS.items()))}
_OID: Final = re.compile(r"[0-2](\.\d+)+")
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")


def main_indication(indication: Indication) -> str:
    """Return the URI of an indication."""
    return f"{ETSI}mainindication:{_MAIN[indication]}"


def sub_indication(code: SubIndication) -> str:
    """Return the URI of a sub-indication; one that the standard lacks is ours."""
    return f"{OURS if code is SubIndication.NO_SIGNATURE_FOUND else ETSI}subindication:{code}"


def revocation_reason(code: str) -> str:
    """Return the URI of a reason for revocation, by its name in RFC 5280 clause 5.3.1."""
    return f"{ETSI}revocationReason:{quote(code)}"


def digest_method(algorithm: str) -> str:
    """Return the URI of a digest algorithm, by its name in the report."""
    return _DIGESTS.get(algorithm) or identifier(algorithm, "digest")


def identifier(text: str, kind: str) -> str:
    """Return an identifier as a URI: of an OID its URN, a URI as it is, of a bare name one of ours for its *kind*."""
    if _OID.fullmatch(text):
        return f"urn:oid:{text}"
    return text if _URI.fullmatch(text) and "%" not in text else f"{OURS}{kind}:{quote(text, safe='')}"
