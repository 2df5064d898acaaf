"""``DiagnosticData`` of EU DSS: what stands in the document, signature by signature, and every certificate."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.signatures.evidence import Reference, Scope
from idbridge.signatures.report import DocumentReport, SignatureReport, TimestampReport, instant
from idbridge.web.compatible import names
from idbridge.web.compatible.dss_certificates import certificate_facts
from idbridge.web.compatible.names import certificate_token, token

Json = dict[str, Any]


def diagnostic_data(report: DocumentReport, readable: list[TimestampReport]) -> Json:
    """Return the data."""
    container = report.container.profile if report.container else None
    return {
        "DocumentName": report.name,
        "ValidationDate": instant(report.at),
        "ContainerInfo": {"ContainerType": container} if container in {"ASiC-S", "ASiC-E"} else None,
        "PDFAInfo": None,
        "Signature": [_diagnostic_signature(one, report.name or "") for one in report.signatures],
        "EvidenceRecord": None,
        "Certificate": [certificate_facts(*found) for found in _certificates(report)],
        "Revocation": None,
        "Timestamp": [_diagnostic_timestamp(one) for one in readable],
        "OrphanTokens": None,
        "SignerData": [data for one in report.signatures for data in _all_signer_data(one)],
        "TrustedList": None,
    }


def _diagnostic_signature(report: SignatureReport, document: str) -> Json:
    evidence, attributes = report.evidence, report.evidence.attributes
    fatal = [fault for fault in evidence.signed.faults if fault.fatal]
    return {
        "Id": token("S", evidence.id),
        "SignatureFilename": evidence.file or document,
        "ClaimedSigningTime": instant(attributes.signing_time),
        "SignatureFormat": names.signature_format(report),
        "StructuralValidation": {"valid": not fatal, "Message": [f"{one.code}: {one.detail}" for one in fatal]},
        "DigestMatcher": list(map(_digest, evidence.signed.references)),
        "BasicSignature": _basic_signature(report),
        **_signing_certificate(report),
        "ContentType": attributes.content_type,
        "MimeType": attributes.mime_type,
        "FoundCertificates": {"RelatedCertificate": [], "OrphanCertificate": []},
        "FoundRevocations": {"RelatedRevocation": [], "OrphanRevocation": []},
        "FoundTimestamp": [{"Timestamp": token("S", one.id)} for one in evidence.timestamps if one.time is not None],
        "SignatureScope": [_diagnostic_scope(scope, evidence.id, place) for place, scope in enumerate(evidence.scope)],
        # Of the signature's own value: what EU DSS digests, the element or structure around it, is not kept.
        "SignatureDigestReference": {"DigestMethod": "SHA256", "DigestValue": _sha256(evidence.signed.value.value)},
        "SignatureValue": _base64(evidence.signed.value.value),
        "CounterSignature": True if evidence.parent else None,
        "Parent": evidence.parent and token("S", evidence.parent),
    }


def _diagnostic_timestamp(report: TimestampReport) -> Json:
    evidence = report.evidence
    return {
        "Id": token("S", evidence.id),
        "ProductionTime": instant(evidence.time),
        "DigestMatcher": [_digest(evidence.imprint)],
        "BasicSignature": _basic_signature(report),
        **_signing_certificate(report),
        "FoundCertificates": {"RelatedCertificate": [], "OrphanCertificate": []},
        "FoundRevocations": {"RelatedRevocation": [], "OrphanRevocation": []},
        "TimestampedObject": [],
        "DigestAlgoAndValue": {"DigestMethod": "SHA256", "DigestValue": _sha256(evidence.signed.value.value)},
        "Type": names.TIMESTAMP_KINDS[evidence.kind],
    }


def _basic_signature(report: SignatureReport | TimestampReport) -> Json:
    scheme, known = names.scheme_used(report.evidence.signed), report.integrity != "unknown"
    intact = report.integrity == "intact" if known else None
    return {
        "EncryptionAlgoUsedToSignThisToken": scheme and names.ENCRYPTION[scheme.key],
        "DigestAlgoUsedToSignThisToken": scheme and names.digest_name(scheme.digest),
        "SignatureIntact": intact,
        "SignatureValid": intact,
    }


def _signing_certificate(report: SignatureReport | TimestampReport) -> Json:
    chain = names.chain(report)
    if report.signer is None:
        return {"SigningCertificate": None, "ChainItem": None}
    return {
        "SigningCertificate": {"Certificate": certificate_token(report.signer.certificate)},
        "ChainItem": [{"Certificate": certificate_token(one)} for one in chain],
    }


def _digest(reference: Reference) -> Json:
    return {
        "DataFound": reference.computed is not None,
        "DataIntact": reference.computed == reference.expected,
        "DigestMethod": names.digest_name(reference.algorithm),
        "DigestValue": _base64(reference.expected),
        "type": names.digest_kind(reference.kind),
        "documentName": reference.name or None,
    }


def _diagnostic_scope(scope: Scope, signature: str, place: int) -> Json:
    return {
        "Scope": names.scope_kind(scope.kind, whole=scope.whole_document),
        "Name": scope.name,
        "Description": scope.detail or ("Full document" if scope.whole_document else "Partial document"),
        "SignerData": names.signer_data_token(signature, place),
    }


def _all_signer_data(report: SignatureReport) -> Iterator[Json]:
    """Yield an entry for each thing signed, with its digest where the signature has one for it."""
    evidence = report.evidence
    for place, scope in enumerate(evidence.scope):
        found = next((one for one in evidence.signed.references if one.name == scope.name), None)
        digest: Json = {"DigestMethod": None, "DigestValue": None}
        if found is not None:
            digest = {"DigestMethod": names.digest_name(found.algorithm), "DigestValue": _base64(found.expected)}
        yield {"Id": names.signer_data_token(evidence.id, place), "ReferencedName": scope.name, "DigestAlgoAndValue": digest}


def _certificates(report: DocumentReport) -> Iterator[tuple[Certificate, str, bool]]:
    """Yield each certificate once, with where it is from in EU DSS's words, and whether a path ends at it."""
    reports: list[SignatureReport | TimestampReport] = [*report.signatures, *report.timestamps]
    chains = [(one, names.chain(one)) for one in reports]
    trusted = {top.sha256 for one, chain in chains for top in chain[-1:] if names.is_trusted(one, top)}
    found: dict[str, tuple[Certificate, str]] = {}
    for item in report.certificates:
        try:
            certificate = Certificate.from_der(item.der)
        except PkiError:
            continue  # what cannot be read signed nothing
        found.setdefault(certificate.sha256, (certificate, "OTHER" if item.where == "given" else "SIGNATURE"))
    for certificate in (one for _, chain in chains for one in chain):
        found.setdefault(certificate.sha256, (certificate, "TRUSTED_LIST" if certificate.sha256 in trusted else "OTHER"))
    return ((certificate, source, sha256 in trusted) for sha256, (certificate, source) in found.items())


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _sha256(data: bytes) -> str:
    return _base64(hashlib.sha256(data).digest())
