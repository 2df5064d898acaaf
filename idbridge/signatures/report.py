"""The report on a document: verdict, signatures, timestamps, certificates, and every check. Values; and as plain data.

The members that `to_dict` always has are documented in the project's README; `SCHEMA` names their version.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, NoReturn

from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.pki.report import MissingEvidence, PathReport, plain
from idbridge.signatures.evidence import (
    CertificateReference,
    Container,
    DocumentFormat,
    EvidenceRecordEvidence,
    Fault,
    FoundCertificate,
    FoundRevocation,
    Reference,
    Scope,
    Seal,
    SignatureEvidence,
    TimestampEvidence,
    sha256,
)
from idbridge.signatures.indications import Indication, SubIndication
from idbridge.signatures.judgement import Check
from idbridge.signatures.poe import Proof
from idbridge.signatures.signer import Integrity

SCHEMA: Final = "idbridge/document-report/1"

COMMON_NAME: Final = "2.5.4.3"
ORGANISATION: Final = "2.5.4.10"

OWNERS_LIMIT: Final = 20
"""Users of a seal that a report names; reports of more help nobody."""


def instant(time: datetime | None) -> str | None:
    """Return *time* as reports write it: UTC, whole seconds."""
    return None if time is None else f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True, slots=True)
class SignerReport:
    """Who signed, as the certificate says; `region` is that of the list that vouches for it, None if none does."""

    certificate: Certificate
    region: str | None

    @property
    def name(self) -> str:
        """The common name, or failing that the whole name."""
        subject = self.certificate.subject
        return next(iter(subject.values(COMMON_NAME)), None) or str(subject)

    @property
    def organisation(self) -> str | None:
        """The organisation's name."""
        return next(iter(self.certificate.subject.values(ORGANISATION)), None)

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data."""
        return {
            "name": self.name,
            "organisation": self.organisation,
            "region": self.region,
            "certificate_sha256": self.certificate.sha256,
        }


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """The verdict on one signature or counter-signature (`evidence.parent` names the signature that it is over)."""

    evidence: SignatureEvidence
    level: str
    indication: Indication
    sub_indication: SubIndication | None
    integrity: Integrity
    existed: Proof
    signer: SignerReport | None
    checks: tuple[Check, ...]
    path: PathReport | None
    recognition: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    def __bool__(self) -> NoReturn:
        raise TypeError("a report is no truth value: ask for .indication")

    def to_dict(self) -> dict[str, object]:
        """Return the report as plain data, ready for JSON."""
        evidence, attributes = self.evidence, self.evidence.attributes
        return {
            "id": evidence.id,
            "format": evidence.form.value,
            "level": self.level,
            "indication": self.indication.value,
            "sub_indication": self.sub_indication and self.sub_indication.value,
            "integrity": self.integrity,
            "claimed_signing_time": instant(attributes.signing_time),
            "best_signature_time": instant(self.existed.time),
            "proof_of_existence": self.existed.by,
            "signer": self.signer and self.signer.to_dict(),
            "scope": [_scope(scope) for scope in evidence.scope],
            "recognition": {region: dict(answer) for region, answer in self.recognition.items()},
            "checks": [check.to_dict() for check in self.checks],
            "parent": evidence.parent,
            "file": evidence.file,
            "timestamps": [timestamp.id for timestamp in evidence.timestamps],
            "references": [_reference(reference) for reference in evidence.signed.references],
            "signing_certificate": [_certificate_reference(r) for r in evidence.signed.certificate_references],
            "content_type": attributes.content_type,
            "mime_type": attributes.mime_type,
            "commitments": list(attributes.commitments),
            "policy": attributes.policy and attributes.policy.identifier,
            "claimed_roles": list(attributes.claimed_roles),
            "location": list(attributes.location),
            "reason": attributes.reason,
            "seal": attributes.seal and _seal(attributes.seal),
            "faults": [_fault(fault) for fault in evidence.signed.faults],
            "path": None if self.path is None else self.path.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class TimestampReport:
    """The verdict on one timestamp (PASSED, FAILED or INDETERMINATE)."""

    evidence: TimestampEvidence
    indication: Indication
    sub_indication: SubIndication | None
    integrity: Integrity
    signer: SignerReport | None
    checks: tuple[Check, ...]
    path: PathReport | None

    def __bool__(self) -> NoReturn:
        raise TypeError("a report is no truth value: ask for .indication")

    def to_dict(self) -> dict[str, object]:
        """Return the report as plain data, ready for JSON."""
        evidence = self.evidence
        return {
            "id": evidence.id,
            "kind": evidence.kind.value,
            "time": instant(evidence.time),
            "indication": self.indication.value,
            "sub_indication": self.sub_indication and self.sub_indication.value,
            "integrity": self.integrity,
            "signer": self.signer and self.signer.to_dict(),
            "imprint": _reference(evidence.imprint),
            "policy": evidence.policy,
            "serial_number": None if evidence.serial_number is None else f"{evidence.serial_number:x}",
            "covers": {
                "signatures": sorted(evidence.covers.signatures),
                "timestamps": sorted(evidence.covers.timestamps),
                "content": evidence.covers.content,
            },
            "checks": [check.to_dict() for check in self.checks],
        }


@dataclass(frozen=True, slots=True)
class EvidenceRecordReport:
    """The verdict on one evidence record: that of its digests, and of its timestamps, which are reported as such."""

    evidence: EvidenceRecordEvidence
    indication: Indication
    sub_indication: SubIndication | None

    def to_dict(self) -> dict[str, object]:
        """Return the report as plain data, ready for JSON."""
        return {
            "id": self.evidence.id,
            "form": self.evidence.form,
            "indication": self.indication.value,
            "sub_indication": self.sub_indication and self.sub_indication.value,
            "references": [_reference(reference) for reference in self.evidence.references],
            "timestamps": [timestamp.id for timestamp in self.evidence.timestamps],
            "scope": [_scope(scope) for scope in self.evidence.scope],
            "faults": [_fault(fault) for fault in self.evidence.faults],
        }


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """The report on a document, as of `at`. `missing` names evidence not at hand that might change it, and its URLs."""

    indication: Indication
    sub_indication: SubIndication | None
    at: datetime
    format: DocumentFormat
    policy: str
    signatures: tuple[SignatureReport, ...]
    timestamps: tuple[TimestampReport, ...] = ()
    evidence_records: tuple[EvidenceRecordReport, ...] = ()
    certificates: tuple[FoundCertificate, ...] = ()
    revocations: tuple[FoundRevocation, ...] = ()
    trust_lists: tuple[Mapping[str, object], ...] = ()
    missing: tuple[MissingEvidence, ...] = ()
    container: Container | None = None
    faults: tuple[Fault, ...] = ()
    limits: tuple[Fault, ...] = ()
    name: str | None = None

    def __bool__(self) -> NoReturn:
        raise TypeError("a report is no truth value: ask for .indication")

    def to_dict(self) -> dict[str, object]:
        """Return the report as plain data, ready for JSON."""
        return {
            "schema": SCHEMA,
            "indication": self.indication.value,
            "sub_indication": self.sub_indication and self.sub_indication.value,
            "at": instant(self.at),
            "name": self.name,
            "format": self.container.profile if self.container else self.format.value,
            "policy": self.policy,
            "signatures": [signature.to_dict() for signature in self.signatures],
            "timestamps": [timestamp.to_dict() for timestamp in self.timestamps],
            "evidence_records": [record.to_dict() for record in self.evidence_records],
            "certificates": [_certificate(found) for found in self.certificates],
            "revocations": [
                {"kind": found.kind.value, "sha256": sha256(found.der), "where": found.where} for found in self.revocations
            ],
            "trust_lists": [{key: plain(value) for key, value in cited.items()} for cited in self.trust_lists],
            "missing": [item.to_dict() for item in self.missing],
            "container": self.container and _container(self.container),
            "faults": [_fault(fault) for fault in self.faults],
            "limits": [_fault(fault) for fault in self.limits],
        }


def _scope(scope: Scope) -> dict[str, object]:
    return {
        "kind": scope.kind.value,
        "name": scope.name,
        "whole_document": scope.whole_document,
        "not_covered": list(scope.not_covered),
        "detail": scope.detail,
        "changes": [{"kind": change.kind, "page": change.page, "field": change.field} for change in scope.changes],
    }


def _reference(reference: Reference) -> dict[str, object]:
    return {
        "kind": reference.kind.value,
        "name": reference.name,
        "algorithm": reference.algorithm,
        "stated": reference.expected.hex(),
        "computed": reference.computed.hex() if reference.computed is not None else None,
        "missing": reference.missing,
        "how": reference.how,
        "optional": reference.optional,
    }


def _certificate_reference(reference: CertificateReference) -> dict[str, object]:
    return {
        "kind": reference.kind,
        "digests": [{"algorithm": digest.algorithm, "value": digest.value.hex()} for digest in reference.digests],
        "serial_number": None if reference.serial_number is None else f"{reference.serial_number:x}",
    }


def _seal(seal: Seal) -> dict[str, object]:
    """The seal in words, and its picture: base64, for pages show it with the verdict."""
    return {
        "version": seal.version,
        "identifier": seal.identifier,
        "name": seal.name,
        "kind": seal.kind,
        "owners": _owners(seal),
        "vendor": seal.vendor,
        "created": instant(seal.created),
        "not_before": instant(seal.not_before),
        "not_after": instant(seal.not_after),
        "picture": {
            "kind": seal.picture_kind,
            "width_mm": seal.picture_size[0],
            "height_mm": seal.picture_size[1],
            "sha256": sha256(seal.picture),
            "base64": base64.b64encode(seal.picture).decode("ascii"),
        },
        "stamps": [{"page": stamp.page, "boundary": stamp.boundary} for stamp in seal.stamps],
    }


def _owners(seal: Seal) -> list[str]:
    """The subjects of the certificates that may use the seal; a list of digests names nobody."""
    names: list[str] = []
    for der in seal.signers[:OWNERS_LIMIT]:
        try:
            names.append(str(Certificate.from_der(der).subject))
        except PkiError:
            continue
    return names


def _fault(fault: Fault) -> dict[str, object]:
    return {"code": fault.code, "detail": fault.detail, "fatal": fault.fatal}


def _container(container: Container) -> dict[str, object]:
    return {
        "profile": container.profile,
        "mime_type": container.mime_type,
        "files": list(container.files),
        "manifests": list(container.manifests),
    }


def _certificate(found: FoundCertificate) -> dict[str, object]:
    certificate = Certificate.from_der(found.der)
    return {
        "sha256": certificate.sha256,
        "subject": str(certificate.subject),
        "issuer": str(certificate.issuer),
        "serial_number": f"{certificate.serial_number:x}",
        "not_before": instant(certificate.not_before),
        "not_after": instant(certificate.not_after),
        "where": found.where,
    }
