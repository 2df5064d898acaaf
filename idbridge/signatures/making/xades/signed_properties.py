"""The signed properties of a baseline signature, in the schema's order (EN 319 132-1 clauses 5.2 and 6.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC

from idbridge.signatures.contents import digest
from idbridge.signatures.evidence import MessageDigest
from idbridge.signatures.formats.xmldsig.names import Element
from idbridge.signatures.making.commitments import commitment_uri, is_urn, oid_urn
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import Signatory, Statement
from idbridge.signatures.making.xades.markup import add, add_digest, xades


def write_signed_properties(
    qualifying: Element,
    identifier: str,
    signatory: Signatory,
    statement: Statement,
    algorithm: str,
    media_types: Mapping[str, str],
) -> None:
    """Append SignedProperties; digests are by *algorithm*, *media_types* are by the references' identifiers.

    :raises MakingRefused: the signing time has no zone, or the digest of the policy's document is missing.
    """
    properties = add(qualifying, xades("SignedProperties"), Id=f"xades-{identifier}")
    about = add(properties, xades("SignedSignatureProperties"))
    _write_signature_properties(about, signatory, statement, algorithm)
    if not media_types and not statement.commitments:
        return
    objects = add(properties, xades("SignedDataObjectProperties"))
    for reference, media_type in media_types.items():
        described = add(objects, xades("DataObjectFormat"), ObjectReference=f"#{reference}")  # clause 5.2.4
        add(described, xades("MimeType"), media_type)
    for commitment in statement.commitments:
        indication = add(objects, xades("CommitmentTypeIndication"))  # clause 5.2.3
        _write_identifier(add(indication, xades("CommitmentTypeId")), commitment_uri(commitment))
        add(indication, xades("AllSignedDataObjects"))


def _write_signature_properties(about: Element, signatory: Signatory, statement: Statement, algorithm: str) -> None:
    if statement.signing_time.tzinfo is None:
        raise MakingRefused(MakingRefusal.STATEMENT, "a moment needs a time zone")
    add(about, xades("SigningTime"), f"{statement.signing_time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")  # clause 5.2.1
    certificate = add(add(about, xades("SigningCertificateV2")), xades("Cert"))  # clause 5.2.2
    add_digest(add(certificate, xades("CertDigest")), algorithm, _digest(algorithm, signatory.certificate))
    if statement.policy is not None:
        _write_policy(about, statement.policy, statement.policy_digest)
    if statement.place is not None:
        add(add(about, xades("SignatureProductionPlaceV2")), xades("City"), statement.place)  # clause 5.2.5
    if statement.claimed_roles:
        roles = add(add(about, xades("SignerRoleV2")), xades("ClaimedRoles"))  # clause 5.2.6
        for role in statement.claimed_roles:
            add(roles, xades("ClaimedRole"), role)


def _write_policy(about: Element, policy: str, stated: MessageDigest | None) -> None:
    """Clause 5.2.9: an explicit policy is stated with the digest of its document, which the schema asks for."""
    if stated is None:
        raise MakingRefused(MakingRefusal.STATEMENT, "XAdES states the digest of a signature policy's document: it is needed")
    identifier = add(add(about, xades("SignaturePolicyIdentifier")), xades("SignaturePolicyId"))
    _write_identifier(add(identifier, xades("SigPolicyId")), oid_urn(policy))
    add_digest(add(identifier, xades("SigPolicyHash")), stated.algorithm, stated.value)


def _write_identifier(parent: Element, uri: str) -> None:
    """Clause 5.1.2: an OID as a URN is said to be one."""
    qualifier = {"Qualifier": "OIDAsURN"} if is_urn(uri) else {}
    add(parent, xades("Identifier"), uri, **qualifier)


def _digest(algorithm: str, octets: bytes) -> bytes:
    value = digest(algorithm, octets)
    if value is None:
        raise MakingRefused(MakingRefusal.ALGORITHM, f"{algorithm} is not computed here")
    return value
