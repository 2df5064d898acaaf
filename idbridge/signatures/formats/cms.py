"""CMS and CAdES signatures, PKCS #7, and China's GB/T 35275: attached and detached, parallel and counter-signatures.

`read_signatures` serves the formats that carry CMS within: PDF, ASiC, OFD.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, TypeVar

from idbridge.signatures.ber import BerError, read_value
from idbridge.signatures.contents import DIGEST_SIZES, Content, KnownContent
from idbridge.signatures.evidence import (
    Document,
    DocumentFormat,
    EvidenceId,
    Fault,
    Reference,
    ReferenceKind,
    Scope,
    ScopeKind,
    SignatureEvidence,
    SignatureForm,
    SignedAttributes,
    SignedObject,
)
from idbridge.signatures.formats import cms_attributes as oids
from idbridge.signatures.formats.cms_evidence_records import with_evidence_records
from idbridge.signatures.formats.cms_material import digest_fits_kind, material_of
from idbridge.signatures.formats.cms_timestamps import SignatureParts, read_timestamps
from idbridge.signatures.formats.envelopes import blocks_in, unwrapped
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.formats.signed_data import (
    DATA_TYPES,
    Attribute,
    SignedData,
    SignerInfo,
    read_signed_data,
    read_signer_info,
)
from idbridge.signatures.formats.signer_objects import signed_object, stated_digests
from idbridge.signatures.material import Material
from idbridge.signatures.refusals import FormatRefusal, Refusal

Read = TypeVar("Read")

EMBEDDED: Final = "content"
DETACHED: Final = "detached content"
MORE: Final = "what follows the message in the file"
_FILLING: Final = b"\x00\t\n\r \x1a"
"""The names in scopes of content that has none: inside the signature, and given beside it."""


def read(data: bytes, *, detached: tuple[Content, ...] = (), name: str | None = None, limits: Limits = LIMITS) -> Document:
    """Read a CMS file in BER, PEM or base64, over its own content or *detached*.

    :raises NotADocument: it is no SignedData.
    :raises FormatRefusal: it is beyond *limits*.
    """
    der = unwrapped(data)
    signed_data = read_signed_data(der, limits, trailing=True)
    signatures = read_signatures(signed_data, detached, limits, name=name)
    beside = len(der[read_value(der, trailing=True).end :].strip(_FILLING)), blocks_in(data) - 1
    if max(beside) > 0:
        signatures = tuple(_with_more_beside(signature) for signature in signatures)
    return Document(DocumentFormat.CMS, signatures)


def _with_more_beside(signature: SignatureEvidence) -> SignatureEvidence:
    """Say that the file has more in it than the message: who opens it otherwise may see that."""
    fault = Fault("octets-beside-message", "the file goes on after the signed message")
    scope = tuple(replace(one, whole_document=False, not_covered=(*one.not_covered, MORE)) for one in signature.scope)
    return replace(signature, scope=scope, signed=replace(signature.signed, faults=(*signature.signed.faults, fault)))


def read_signatures(
    signed_data: SignedData,
    detached: tuple[Content, ...],
    limits: Limits,
    *,
    name: str | None = None,
    prefix: str = "S",
) -> tuple[SignatureEvidence, ...]:
    """Read every signer of *signed_data*; ids are *prefix* and a number. Counter-signatures are within their signature.

    :raises FormatRefusal: there are more signatures than *limits* allow.
    """
    reader = _Reader(signed_data, detached, limits, name)
    signatures = tuple(
        reader.signature(signer, EvidenceId(f"{prefix}{number}")) for number, signer in enumerate(signed_data.signers, 1)
    )
    return with_evidence_records(signed_data, signatures, detached, limits)


class _Reader:
    """Reads the signatures of one SignedData, and counts them, counter-signatures among them."""

    def __init__(self, signed_data: SignedData, detached: tuple[Content, ...], limits: Limits, name: str | None) -> None:
        self.signed_data = signed_data
        self.detached = detached
        self.limits = limits
        self.name = name
        self._left = limits.signatures

    def signature(self, signer: SignerInfo, identifier: EvidenceId) -> SignatureEvidence:
        """Read one signer's signature."""
        self._count()
        own = self.signed_data.content
        content = own if own is not None else _chosen(self.detached, signer)
        signed = signed_object(self.signed_data, signer, content, self.limits)
        digested = _digested_content(self.signed_data, signer, self.detached)
        if digested is not None:
            signed = replace(signed, references=(*signed.references, digested))
        faults = _unused(self.signed_data, self.detached, digested)
        signed = replace(signed, faults=(*signed.faults, *faults))
        return self._evidence(signer, identifier, signed, content, _scope(self, content, digested))

    def _counter_signature(self, counter: SignerInfo, over: SignerInfo, parent: EvidenceId, number: int) -> SignatureEvidence:
        """A counter-signature is over the value of the signature that it stands in (RFC 5652 clause 11.4)."""
        content = KnownContent.of(over.signature, name=parent)
        signed = signed_object(self.signed_data, counter, content, self.limits, counter=True)
        scope = (Scope(ScopeKind.SIGNATURE, parent, whole_document=False),)
        return self._evidence(counter, EvidenceId(f"{parent}.C{number}"), signed, content, scope, parent)

    def _evidence(
        self,
        signer: SignerInfo,
        identifier: EvidenceId,
        signed: SignedObject,
        content: Content | None,
        scope: tuple[Scope, ...],
        parent: EvidenceId | None = None,
    ) -> SignatureEvidence:
        counters, faults = self._counter_signatures(signer, identifier)
        attributes, attribute_faults = read_signed_attributes(signer)
        signed = replace(signed, faults=(*signed.faults, *faults, *attribute_faults))
        material = material_of(self.signed_data, signer, signed, counter=parent is not None)
        parts = SignatureParts(identifier, _ids(counters), self.signed_data, signer, content, self.limits)
        return SignatureEvidence(
            id=identifier,
            form=form_of(material, signed),
            signed=signed,
            attributes=attributes,
            material=material,
            scope=scope,
            timestamps=read_timestamps(parts),
            counter_signatures=counters,
            parent=parent,
        )

    def _counter_signatures(
        self, signer: SignerInfo, parent: EvidenceId
    ) -> tuple[tuple[SignatureEvidence, ...], tuple[Fault, ...]]:
        found: list[SignatureEvidence] = []
        faults: list[Fault] = []
        values = [v for attribute in signer.unsigned_attributes(oids.COUNTER_SIGNATURE) for v in attribute.values]
        if values and parent.count(".") >= self.limits.nesting:
            raise FormatRefusal(Refusal.TOO_DEEP, f"counter-signatures more than {self.limits.nesting} deep")
        for number, value in enumerate(values, 1):
            self._count()
            try:
                counter = read_signer_info(value, self.limits)
            except ValueError as error:
                faults.append(Fault("counter-signature-malformed", str(error)))
                continue
            found.append(self._counter_signature(counter, signer, parent, number))
        return tuple(found), tuple(faults)

    def _count(self) -> None:
        if self._left <= 0:
            limit = self.limits.signatures
            raise FormatRefusal(Refusal.TOO_MANY_SIGNATURES, f"more than {limit} signatures and counter-signatures")
        self._left -= 1


def form_of(material: frozenset[Material], signed: SignedObject) -> SignatureForm:
    """CAdES is CMS with one signing-certificate attribute beside the message digest (EN 319 122-1 clause 5.2.2)."""
    if {Material.SIGNING_CERTIFICATE, Material.MESSAGE_DIGEST} <= material and digest_fits_kind(signed):
        return SignatureForm.CADES
    return SignatureForm.CMS


def _chosen(detached: tuple[Content, ...], signer: SignerInfo) -> Content | None:
    """Of several detached files, the one whose digest is signed; else the first."""
    if len(detached) > 1:
        stated = stated_digests(signer)
        for content in detached:
            if content.digest(signer.digest) in stated:
                return content
    return detached[0] if detached else None


def _digested_content(signed_data: SignedData, signer: SignerInfo, detached: tuple[Content, ...]) -> Reference | None:
    """A dialect of GB/T 35275: the content that is signed is the digest of the document, which stands elsewhere.

    By SM3 alone: anywhere else it is a number, perhaps of somebody's choice, that was signed, and no document.
    """
    if signed_data.content is None or signed_data.content_type not in DATA_TYPES or signer.digest != "SM3" or not detached:
        return None
    stated = b"".join(signed_data.content.pieces)
    if len(stated) != DIGEST_SIZES.get(signer.digest):
        return None
    computed = detached[0].digest(signer.digest)
    name = detached[0].name or DETACHED
    missing = None if computed is not None else f"{signer.digest} of it is not known"
    return Reference(
        ReferenceKind.MESSAGE_DIGEST, name, signer.digest, stated, computed, missing, "its digest is the signed content"
    )


def _unused(signed_data: SignedData, detached: tuple[Content, ...], digested: Reference | None) -> tuple[Fault, ...]:
    """Content was given beside a signature that has its own: whether the two are the same is worth knowing."""
    if signed_data.content is None or not detached or digested is not None:
        return ()
    if any(_may_be_same(content, signed_data.content) for content in detached):
        return ()
    return (Fault("detached-content-differs", "the signature is over its own content, not over what was given", fatal=True),)


def _may_be_same(content: Content, own: Content) -> bool:
    """Compare by a digest that is known of both; without one, nothing contradicts it."""
    for algorithm in reversed(tuple(DIGEST_SIZES)):  # the strong ones stand last
        if (known := content.digest(algorithm)) is not None:
            return known == own.digest(algorithm)
    return True


def _scope(reader: _Reader, content: Content | None, digested: Reference | None) -> tuple[Scope, ...]:
    if digested is not None:
        return (Scope(ScopeKind.FILE, digested.name, whole_document=True, detail="by its digest"),)
    if content is not None and content is reader.signed_data.content:
        name = reader.name or EMBEDDED
        return (Scope(ScopeKind.FILE, name, whole_document=True, detail="the content within the signature"),)
    others = tuple(c.name or DETACHED for c in reader.detached if c is not content)
    shown = (content.name if content is not None else None) or DETACHED
    return (Scope(ScopeKind.FILE, shown, whole_document=content is not None and not others, not_covered=others),)


def _ids(signatures: Iterable[SignatureEvidence]) -> frozenset[EvidenceId]:
    found: set[EvidenceId] = set()
    for signature in signatures:
        found |= {signature.id} | _ids(signature.counter_signatures)
    return frozenset(found)


def read_signed_attributes(signer: SignerInfo) -> tuple[SignedAttributes, tuple[Fault, ...]]:
    """Read what the signer asserts. What is malformed is left out, with a fault: it changes nothing else."""
    faults: list[Fault] = []

    def first(oid: str, reading: Callable[[Attribute], Read]) -> Read | None:
        for attribute in signer.signed_attributes(oid):
            try:
                return reading(attribute)
            except (BerError, ValueError) as error:
                faults.append(Fault("attribute-malformed", f"{oid}: {error}"))
        return None

    store = next(iter(signer.unsigned_attributes(oids.POLICY_STORE)), None)
    roles = first(oids.SIGNER_ATTRIBUTES, oids.read_claimed_roles) or first(oids.SIGNER_ATTRIBUTES_V2, oids.read_claimed_roles)
    attributes = SignedAttributes(
        signing_time=first(oids.SIGNING_TIME, lambda attribute: attribute.first.time()),
        content_type=first(oids.CONTENT_TYPE, lambda attribute: attribute.first.identifier()),
        mime_type=first(oids.MIME_TYPE, lambda attribute: attribute.first.text()),
        commitments=first(oids.COMMITMENT, oids.read_commitments) or (),
        policy=first(oids.SIGNATURE_POLICY, lambda attribute: oids.read_policy(attribute, store)),
        claimed_roles=roles or (),
        location=first(oids.SIGNER_LOCATION, oids.read_location) or (),
        content_hints=first(oids.CONTENT_HINTS, oids.read_content_hints),
    )
    return attributes, tuple(faults)
