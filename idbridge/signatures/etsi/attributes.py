"""SignatureAttributes (annex A): what the signer asserted, and what was attached to the signature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lxml import etree

from idbridge.signatures.etsi.elements import add, base64_text, digest_parts, instant
from idbridge.signatures.etsi.vocabulary import VR, identifier
from idbridge.signatures.evidence import ReferenceKind, SignatureEvidence, SignedAttributes, TimestampKind

STAMPS: Final[Mapping[TimestampKind, str]] = {
    TimestampKind.CONTENT: "AllDataObjectsTimeStamp",
    TimestampKind.SIGNATURE: "SignatureTimeStamp",
    TimestampKind.REFERENCES: "RefsOnlyTimeStamp",
    TimestampKind.SIGNATURE_AND_REFERENCES: "SigAndRefsTimeStamp",
    TimestampKind.ARCHIVE: "ArchiveTimeStamp",
    TimestampKind.DOCUMENT: "DocTimeStamp",
}
"""Attributes by the kind of their time stamp; the others are no attributes of a signature."""

SIGNED: Final = {"Signed": "true"}
UNSIGNED: Final = {"Signed": "false"}


def add_attributes(parent: etree._Element, signature: SignatureEvidence) -> None:
    """Add the attributes of *signature*, if it has any."""
    made = etree.Element(f"{{{VR}}}SignatureAttributes")
    attributes = signature.attributes
    if attributes.signing_time is not None:
        add(add(made, "SigningTime", **SIGNED), "Time", instant(attributes.signing_time))
    _add_certificates(made, signature)
    _add_formats(made, attributes)
    _add_claims(made, attributes)
    _add_digests(made, signature)
    _add_stamps(made, signature)
    for counter in signature.counter_signatures:
        # The element refers by a digest or a pointer that our evidence has not kept: the identifier says which it is.
        other = add(add(add(made, "CounterSignature", **UNSIGNED), "CounterSignature"), "OtherInformation")
        add(other, "SignatureId", counter.id)
    if len(made):
        parent.append(made)


def _add_certificates(made: etree._Element, signature: SignatureEvidence) -> None:
    digests = [digest for reference in signature.signed.certificate_references for digest in reference.digests]
    if not digests:
        return
    attribute = add(made, "SigningCertificate", **SIGNED)
    for digest in digests:
        digest_parts(add(attribute, "CertID"), digest.algorithm, digest.value)


def _add_formats(made: etree._Element, attributes: SignedAttributes) -> None:
    if attributes.content_type or attributes.mime_type:
        attribute = add(made, "DataObjectFormat", **SIGNED)
        if attributes.content_type:
            add(attribute, "ContentType", identifier(attributes.content_type, "content-type"))
        if attributes.mime_type:
            add(attribute, "MimeType", attributes.mime_type)


def _add_claims(made: etree._Element, attributes: SignedAttributes) -> None:
    for commitment in attributes.commitments:
        attribute = add(made, "CommitmentTypeIndication", **SIGNED)
        add(attribute, "CommitmentTypeIdentifier", identifier(commitment, "commitment"))
    if attributes.policy is not None:
        attribute = add(made, "SigPolicyIdentifier", **SIGNED)
        add(attribute, "SigPolicyId", identifier(attributes.policy.identifier or "implied", "signature-policy"))
    if attributes.location:
        place = add(made, "SignatureProductionPlace", **SIGNED)
        for line in attributes.location:
            add(place, "AddressString", line)
    if attributes.claimed_roles:
        roles = add(made, "SignerRole", **SIGNED)
        for role in attributes.claimed_roles:
            details = add(roles, "RoleDetails")
            add(details, "Role", role)
            add(details, "EndorsementType", "claimed")
    if attributes.reason:
        add(add(made, "Reason", **SIGNED), "ReasonElement", attributes.reason)


def _add_digests(made: etree._Element, signature: SignatureEvidence) -> None:
    for reference in signature.signed.references:
        if reference.kind is ReferenceKind.MESSAGE_DIGEST:
            add(add(made, "MessageDigest", **SIGNED), "Digest", base64_text(reference.expected))


def _add_stamps(made: etree._Element, signature: SignatureEvidence) -> None:
    for stamp in signature.timestamps:
        name = STAMPS.get(stamp.kind)
        if name is None or stamp.time is None:
            continue
        attribute = add(made, name, **(SIGNED if stamp.kind is TimestampKind.CONTENT else UNSIGNED))
        add(attribute, "AttributeObject", VOReference=stamp.id)
        add(attribute, "TimeStampValue", instant(stamp.time))
