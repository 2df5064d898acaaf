"""ValidationReport: the document report of ETSI TS 119 102-2 V1.4.1, with one SignatureValidationReport a signature.

What the standard has no place for (scope in words, what each region recognises, the seal) is in the JSON report alone, but
for the regions that recognise a signature: they are its quality.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from lxml import etree

from idbridge.identity.signers import SignerIdentity
from idbridge.signatures.contents import digest as digest_of
from idbridge.signatures.etsi.attributes import add_attributes
from idbridge.signatures.etsi.constraints import add_constraints
from idbridge.signatures.etsi.elements import add, digest, instant, proof, refer, root, signature_value, status
from idbridge.signatures.etsi.objects import add_objects, certificate_id, file_ids
from idbridge.signatures.etsi.statuses import add_status
from idbridge.signatures.etsi.vocabulary import LONG_TERM_AVAILABILITY, identifier
from idbridge.signatures.evidence import MessageDigest, SignatureValue
from idbridge.signatures.indications import Indication, SubIndication
from idbridge.signatures.report import DocumentReport, SignatureReport, TimestampReport

BY_DIGEST: Final = "by its digest"
"""The detail of a scope whose content was given as a digest alone."""


def validation_report(report: DocumentReport, identities: Sequence[SignerIdentity] = ()) -> bytes:
    """Return *report* as an XML document in UTF-8. *identities*: what is told of each signer, in order; nothing if left out."""
    made = root("ValidationReport")
    known = identities or (SignerIdentity(),) * len(report.signatures)
    for signature, identity in zip(report.signatures, known, strict=True):
        _add_signature(made, signature, report, identity)
    if not report.signatures:
        _add_nothing_found(made)
    add_objects(made, report, lambda element, stamp: _add_stamp(element, stamp, report))
    return etree.tostring(made, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _add_nothing_found(parent: etree._Element) -> None:
    """The schema asks for one report at least: on a document without a signature, that there is none."""
    made = add(parent, "SignatureValidationReport")
    status(made, "SignatureValidationStatus", Indication.INDETERMINATE, SubIndication.NO_SIGNATURE_FOUND)


def _add_signature(
    parent: etree._Element, signature: SignatureReport, report: DocumentReport, identity: SignerIdentity
) -> None:
    made = add(parent, "SignatureValidationReport")
    _add_identifier(add(made, "SignatureIdentifier", id=signature.evidence.id), signature, report.name)
    add_constraints(made, signature.checks, report.policy)
    times = add(made, "ValidationTimeInfo")
    add(times, "ValidationTime", instant(report.at))
    proof(times, "BestSignatureTime", signature.existed.time, signature.existed.by)
    if files := file_ids(signature):
        refer(add(made, "SignersDocument"), "SignersDocumentRepresentation", files)
    add_attributes(made, signature.evidence)
    _add_signer(made, signature)
    quality = add(made, "SignatureQuality")
    for uri in _quality(signature):
        add(quality, "SignatureQualityInformation", uri)
    add(add(made, "SignatureValidationProcess"), "SignatureValidationProcessID", LONG_TERM_AVAILABILITY)
    add_status(made, signature, identity)


def _add_identifier(made: etree._Element, signature: SignatureReport, name: str | None) -> None:
    """Clause 4.3.3: the digest of what is signed over, and the value."""
    value = signature.evidence.signed.value
    if (over := _signed_over(value)) is not None:
        digest(made, over.algorithm, over.value)
    if value.value:
        signature_value(made, value.value)
    by_digest = any(scope.detail == BY_DIGEST for scope in signature.evidence.scope)
    add(made, "HashOnly", "false")
    add(made, "DocHashOnly", "true" if by_digest else "false")
    if name:
        add(made, "DAIdentifier", name)


def _signed_over(value: SignatureValue) -> MessageDigest | None:
    match value.messages:
        case MessageDigest() as known:
            return known
        case (first, *_):
            computed = digest_of("SHA-256", first)
            return None if computed is None else MessageDigest("SHA-256", computed)
        case _:
            return None


def _add_signer(parent: etree._Element, judged: SignatureReport | TimestampReport) -> None:
    if judged.signer is not None:
        made = add(parent, "SignerInformation")
        add(made, "SignerCertificate", VOReference=certificate_id(judged.signer.certificate))
        add(made, "Signer", judged.signer.name)


def _quality(signature: SignatureReport) -> Iterator[str]:
    """Form and level, and every region that recognises the signature, with what it counts as there."""
    yield identifier(f"{signature.evidence.form}-{signature.level}", "signature-level")
    for region, said in signature.recognition.items():
        if said.get("answer") == "recognised":
            yield identifier("-".join(filter(None, (region, str(said.get("level") or "")))), "recognised")


def _add_stamp(parent: etree._Element, stamp: TimestampReport, report: DocumentReport) -> None:
    made = add(parent, "ValidationReport")
    add_constraints(made, stamp.checks, report.policy)
    _add_signer(made, stamp)
    add_status(made, stamp)
