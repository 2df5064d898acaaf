"""A document's report in the shape of SiVa 3: the ``validationConclusion`` of its Simple report."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any, Final

from idbridge.pki.certificate import Certificate
from idbridge.signatures.contents import Content
from idbridge.signatures.evidence import ScopeKind, SignatureForm
from idbridge.signatures.indications import Indication
from idbridge.signatures.report import DocumentReport, SignatureReport, TimestampReport, instant
from idbridge.web.compatible import names

Json = dict[str, Any]

POLICY_DESCRIPTION: Final = "Signatures of every level are accepted, trusted by the lists of the Greater Bay Area's regions"


def conclusion(report: DocumentReport, *, filename: str | None, policy_url: str) -> Json:
    """Return the ``validationConclusion``. Members without a value are left out, as SiVa does."""
    form = report.container.profile if report.container else None
    stamps = [] if report.signatures else [one for one in report.timestamps if one.evidence.time is not None]
    return _without_nothing(
        {
            "policy": {"policyName": report.policy, "policyDescription": POLICY_DESCRIPTION, "policyUrl": policy_url},
            "validationTime": instant(report.at),
            "validatedDocument": None if filename is None else {"filename": filename},
            "signatureForm": form if form in {"ASiC-S", "ASiC-E"} else None,
            "validationWarnings": [{"content": f"{one.code}: {one.detail}"} for one in (*report.faults, *report.limits)],
            "signaturesCount": len(report.signatures),
            "validSignaturesCount": sum(one.indication is Indication.TOTAL_PASSED for one in report.signatures),
            "validationLevel": "ARCHIVAL_DATA",
            "signatures": [_signature(one, report) for one in report.signatures],
            "timeStampTokens": list(map(_stamp, stamps)),
        }
    )


def _signature(report: SignatureReport, document: DocumentReport) -> Json:
    evidence, signer = report.evidence, report.signer
    own = [one for one in document.timestamps if one.evidence.id in {stamp.id for stamp in evidence.timestamps}]
    return _without_nothing(
        {
            "id": evidence.id,
            "signatureFormat": _format(report),
            "signatureMethod": names.method(evidence.signed),
            "signatureLevel": "NA",
            "signedBy": _signed_by(signer.certificate) if signer else "",
            "subjectDistinguishedName": _subject(signer.certificate) if signer else None,
            "indication": _indication(report.indication),
            "subIndication": names.sub_indication(report.sub_indication),
            "errors": [{"content": words} for _, words in names.failures(report.checks)],
            "warnings": [{"content": words} for _, words in names.warnings(report.checks)],
            "claimedSigningTime": instant(evidence.attributes.signing_time),
            "signatureScopes": [
                {
                    "name": scope.name,
                    "scope": names.scope_kind(scope.kind, whole=scope.whole_document),
                    "content": scope.detail or ("Full document" if scope.whole_document else "Partial document"),
                }
                for scope in evidence.scope
                if scope.kind is not ScopeKind.SIGNATURE
            ],
            "info": _info(report, own),
            "certificates": [*_certificates(report, "SIGNING"), *(made for one in own for made in _of_stamp(one))],
        }
    )


def _format(report: SignatureReport) -> str:
    """SiVa writes ``CAdES_BASELINE_T``; an OFD signature, for which it has no word, goes by its own."""
    name = names.signature_format(report)
    if name == "UNKNOWN":
        return "OFD_SEAL" if report.evidence.form is SignatureForm.OFD_SEAL else report.evidence.form.value
    return name.replace("-", "_")


def _indication(indication: Indication) -> str:
    return indication.value.replace("TOTAL_", "TOTAL-")


def _signed_by(certificate: Certificate) -> str:
    """SiVa: "surname, givenName, serialNumber" if the subject has all three, else the common name."""
    found = [next(iter(certificate.subject.values(oid)), "") for oid in (names.SURNAME, names.GIVEN_NAME, names.SERIAL_NUMBER)]
    return ",".join(found) if all(found) else _common_name(certificate)


def _subject(certificate: Certificate) -> Json:
    members = {
        "commonName": names.COMMON_NAME,
        "givenName": names.GIVEN_NAME,
        "surname": names.SURNAME,
        "serialNumber": names.SERIAL_NUMBER,
    }
    return _without_nothing({member: next(iter(certificate.subject.values(oid)), None) for member, oid in members.items()})


def _info(report: SignatureReport, own: list[TimestampReport]) -> Json:
    attributes = report.evidence.attributes
    proved = report.existed.by is not None
    stamps = [(one.evidence.time, one.evidence.imprint.expected) for one in own if one.evidence.time is not None]
    first, imprint = min(stamps, default=(None, b""))
    return _without_nothing(
        {
            "bestSignatureTime": instant(report.existed.time) if proved else None,
            "timestampCreationTime": instant(first),
            "timeAssertionMessageImprint": base64.b64encode(imprint).decode("ascii") or None,
            "signerRole": [{"claimedRole": role} for role in attributes.claimed_roles],
            "signingReason": attributes.reason,
        }
    )


def _stamp(report: TimestampReport) -> Json:
    passed = report.indication is Indication.PASSED
    return _without_nothing(
        {
            "indication": "TOTAL-PASSED" if passed else "TOTAL-FAILED",
            "subIndication": names.sub_indication(report.sub_indication),
            "signedBy": names.signed_by(report.signer),
            "signedTime": instant(report.evidence.time),
            "error": [{"content": words} for _, words in names.failures(report.checks)],
            "warning": [{"content": words} for _, words in names.warnings(report.checks)],
            "certificates": list(_of_stamp(report, "CONTENT_TIMESTAMP")),
        }
    )


def _of_stamp(report: TimestampReport, kind: str | None = None) -> Iterator[Json]:
    usual = "ARCHIVE_TIMESTAMP" if "ARCHIVE" in names.TIMESTAMP_KINDS[report.evidence.kind] else "SIGNATURE_TIMESTAMP"
    return _certificates(report, kind or usual)


def _certificates(report: SignatureReport | TimestampReport, kind: str) -> Iterator[Json]:
    """Yield the signer's certificate, with that of its issuer in it, up to the anchor."""
    told: Json | None = None
    for certificate in reversed(names.chain(report)):
        content = base64.b64encode(certificate.der).decode("ascii")
        above = {"issuer": told} if told is not None else {}
        told = {"commonName": _common_name(certificate), "content": content, **above}
    if told is not None:
        yield {**told, "type": kind}


def _common_name(certificate: Certificate) -> str:
    return next(iter(certificate.subject.values(names.COMMON_NAME)), None) or str(certificate.subject)


def _without_nothing(members: Json) -> Json:
    """Return what has a value: SiVa leaves the rest out. Numbers and what is mandatory stay."""
    kept = {"signedBy", "signatures", "info"}
    return {name: value for name, value in members.items() if name in kept or value not in (None, [], {})}


def hashed_scopes(told: Json, contents: tuple[Content, ...]) -> Json:
    """Add to each scope of a hashcode validation the digest that was given for its file."""
    by_name = {content.name: content for content in contents}
    for scope in (scope for signature in told["signatures"] for scope in signature.get("signatureScopes", [])):
        given = getattr(by_name.get(scope["name"]), "digests", {})
        for algorithm, value in given.items():
            scope["hashAlgo"], scope["hash"] = algorithm.replace("SHA-", "SHA"), base64.b64encode(value).decode("ascii")
    return told
