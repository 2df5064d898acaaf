"""Words that EU DSS and SiVa share for what our reports say: formats, algorithms, kinds of digests and timestamps."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Final

from idbridge.pki.algorithms import Scheme, UnknownAlgorithmError, scheme_of
from idbridge.pki.certificate import Certificate
from idbridge.signatures.evidence import ReferenceKind, ScopeKind, SignatureForm, SignedObject, TimestampKind
from idbridge.signatures.indications import SubIndication
from idbridge.signatures.judgement import Check, Outcome
from idbridge.signatures.levels import NOT_ETSI
from idbridge.signatures.report import SignatureReport, SignerReport, TimestampReport

SURNAME: Final = "2.5.4.4"
SERIAL_NUMBER: Final = "2.5.4.5"
COMMON_NAME: Final = "2.5.4.3"
GIVEN_NAME: Final = "2.5.4.42"

_NOT_ETSI: Final = {
    SignatureForm.XML: "XML-NOT-ETSI",
    SignatureForm.XADES: "XML-NOT-ETSI",
    SignatureForm.CMS: "CMS-NOT-ETSI",
    SignatureForm.CADES: "CMS-NOT-ETSI",
    SignatureForm.PDF: "PDF-NOT-ETSI",
    SignatureForm.PADES: "PDF-NOT-ETSI",
    SignatureForm.PDF_SEAL: "PDF-NOT-ETSI",
    SignatureForm.JSON: "JSON-NOT-ETSI",
    SignatureForm.JADES: "JSON-NOT-ETSI",
}

_KINDS_OF_DIGEST: Final = {
    ReferenceKind.MESSAGE_DIGEST: "MESSAGE_DIGEST",
    ReferenceKind.XML_REFERENCE: "REFERENCE",
    ReferenceKind.SIGNED_PROPERTIES: "SIGNED_PROPERTIES",
    ReferenceKind.MANIFEST_ENTRY: "MANIFEST_ENTRY",
    ReferenceKind.SIGNED_DETACHED: "SIG_D_ENTRY",
    ReferenceKind.TIMESTAMP_IMPRINT: "MESSAGE_IMPRINT",
    ReferenceKind.EVIDENCE_RECORD: "EVIDENCE_RECORD_ARCHIVE_OBJECT",
}

TIMESTAMP_KINDS: Final = {
    TimestampKind.CONTENT: "CONTENT_TIMESTAMP",
    TimestampKind.SIGNATURE: "SIGNATURE_TIMESTAMP",
    TimestampKind.REFERENCES: "VALIDATION_DATA_REFSONLY_TIMESTAMP",
    TimestampKind.SIGNATURE_AND_REFERENCES: "VALIDATION_DATA_TIMESTAMP",
    TimestampKind.ARCHIVE: "ARCHIVE_TIMESTAMP",
    TimestampKind.DOCUMENT: "DOCUMENT_TIMESTAMP",
    TimestampKind.CONTAINER: "CONTAINER_TIMESTAMP",
    TimestampKind.EVIDENCE_RECORD: "EVIDENCE_RECORD_TIMESTAMP",
    TimestampKind.STANDALONE: "CONTENT_TIMESTAMP",
}

ENCRYPTION: Final = {"rsa": "RSA", "ec": "ECDSA", "dsa": "DSA", "ed25519": "EdDSA", "ed448": "EdDSA", "sm2": "ECDSA"}
"""EU DSS's names for kinds of keys. It has none for SM2, whose keys it takes for any other on a curve."""

KNOWN_DIGESTS: Final = frozenset(
    {"SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "SHA3-224", "SHA3-256", "SHA3-384", "SHA3-512"}
)
"""Digests that both have a name for; SM3 is not among them."""

_METHODS: Final = {
    # XML-DSig 1.1 clause 6.4, RFC 9231 clauses 2.3.6, 2.3.10 and 2.3.12
    "RSA-SHA-1": "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
    "DSA-SHA-1": "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
    "Ed25519": "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519",
    "Ed448": "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed448",
    "SM2-SM3": "urn:oid:1.2.156.10197.1.501",
}

_NAME_CHARACTERS: Final = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*")


def signature_format(report: SignatureReport) -> str:
    """Return the format and level as EU DSS names them (``CAdES-BASELINE-T``); ``UNKNOWN`` where it has no word (OFD)."""
    form, level = report.evidence.form, report.level
    if level == NOT_ETSI:
        return _NOT_ETSI.get(form, "UNKNOWN")
    if level.startswith("B-"):
        return f"{form.value}-BASELINE-{level.removeprefix('B-')}"
    return f"{form.value}-{level}" if form in _NOT_ETSI or form is SignatureForm.PKCS7 else "UNKNOWN"


def digest_name(name: str | None) -> str | None:
    """Return a digest's name as both write it (``SHA256``); None for one that they do not know."""
    short = (name or "").replace("SHA-", "SHA")
    return short if short in KNOWN_DIGESTS else None


def digest_kind(kind: ReferenceKind) -> str:
    """Return what EU DSS calls that which a digest stands in."""
    return _KINDS_OF_DIGEST.get(kind, "REFERENCE")


def sub_indication(value: SubIndication | None) -> str | None:
    """Return the sub-indication in the standard's words, of which both lack one."""
    return "UNEXPECTED_ERROR" if value is SubIndication.GENERIC else value and value.value


def scheme_used(signed: SignedObject) -> Scheme | None:
    """Return the signature algorithm; None for one that is not known."""
    if signed.value.algorithm is None:
        return None
    try:
        return scheme_of(signed.value.algorithm)
    except UnknownAlgorithmError:
        return None


def method(signed: SignedObject) -> str:
    """Return the URI of the signature algorithm, as XML signatures name it; what is stated where there is none."""
    scheme = scheme_used(signed)
    if scheme is None:
        return signed.value.stated
    if scheme.name in _METHODS:
        return _METHODS[scheme.name]
    digest = (scheme.digest or "").replace("SHA-", "SHA").lower()
    if scheme.salt_length is not None:
        return f"http://www.w3.org/2007/05/xmldsig-more#{digest}-rsa-MGF1"
    family = {"ec": "ecdsa"}.get(scheme.key, scheme.key)
    return f"http://www.w3.org/2001/04/xmldsig-more#{family}-{digest}"


def failures(checks: Iterable[Check]) -> Iterator[tuple[str, str]]:
    """Yield the name and the words of each check that failed."""
    return ((check.name, _words(check)) for check in checks if check.outcome is Outcome.FAILED)


def warnings(checks: Iterable[Check]) -> Iterator[tuple[str, str]]:
    """Yield the name and the words of each check that warns."""
    return ((check.name, _words(check)) for check in checks if check.outcome is Outcome.WARNED)


def _words(check: Check) -> str:
    return f"{check.name}: {check.detail} ({check.clause})" if check.detail else f"{check.name} ({check.clause})"


def messages(found: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Return EU DSS's messages: words with a key."""
    return [{"value": words, "Key": name} for name, words in found]


def signed_by(signer: SignerReport | None) -> str:
    """Return the signer's name; empty where no certificate was identified."""
    return "" if signer is None else signer.name


def chain(report: SignatureReport | TimestampReport) -> tuple[Certificate, ...]:
    """Return the signer's path as it was judged, else the signer's certificate alone."""
    if report.path is not None and report.path.path is not None:
        return report.path.path.certificates
    return () if report.signer is None else (report.signer.certificate,)


def is_trusted(report: SignatureReport | TimestampReport, certificate: Certificate) -> bool:
    """Tell whether *certificate* is the anchor of the path."""
    path = report.path.path if report.path is not None else None
    return path is not None and path.certificates[-1] == certificate


def scope_kind(kind: ScopeKind, *, whole: bool) -> str:
    """Return how much of a thing is signed, in EU DSS's words."""
    if kind is ScopeKind.SIGNATURE:
        return "COUNTER_SIGNATURE"
    return "FULL" if whole else "PARTIAL"


def token(kind: str, name: str) -> str:
    """Return an identifier of the form that EU DSS's reports have (xs:ID): *name* itself where it may stand there."""
    return name if _NAME_CHARACTERS.fullmatch(name) else f"{kind}-{hashlib.sha256(name.encode()).hexdigest().upper()}"


def signer_data_token(signature: str, place: int) -> str:
    """Return the identifier of the thing that a signature has at *place* of its scope."""
    return token("D", f"D-{signature}-{place}")


def certificate_token(certificate: Certificate) -> str:
    """Return the identifier of a certificate: that of EU DSS itself, ``C-`` and its SHA-256."""
    return f"C-{certificate.sha256.upper()}"
