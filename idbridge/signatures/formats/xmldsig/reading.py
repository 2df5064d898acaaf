"""The signatures of one XML document, read into evidence: every ds:Signature, counter-signatures within theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from idbridge.signatures.contents import Content, digest
from idbridge.signatures.evidence import (
    CertificateReference,
    Document,
    DocumentFormat,
    EvidenceId,
    Fault,
    FoundCertificate,
    Reference,
    Scope,
    ScopeKind,
    SignatureEvidence,
    SignedAttributes,
    SignedObject,
)
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.formats.xmldsig.canonical import DEFAULT, NotCanonicalizableError, canonical_element, read_method
from idbridge.signatures.formats.xmldsig.evidence_records import read_evidence_records
from idbridge.signatures.formats.xmldsig.key_info import certificates_in, read_key_info
from idbridge.signatures.formats.xmldsig.material import form_of, material_of
from idbridge.signatures.formats.xmldsig.methods import read_value
from idbridge.signatures.formats.xmldsig.names import COUNTERSIGNED_TYPE, SIGNATURE, Element, ds, path_of, xades_name
from idbridge.signatures.formats.xmldsig.parsing import parse
from idbridge.signatures.formats.xmldsig.parts import Parts, countersigns, take_apart
from idbridge.signatures.formats.xmldsig.references import Source
from idbridge.signatures.formats.xmldsig.scopes import scopes_of
from idbridge.signatures.formats.xmldsig.signed_properties import read_attributes, read_certificate_references
from idbridge.signatures.formats.xmldsig.timestamps import read_timestamps
from idbridge.signatures.formats.xmldsig.unsigned_properties import certificates_in as certificates_of
from idbridge.signatures.formats.xmldsig.unsigned_properties import revocations_in
from idbridge.signatures.refusals import FormatRefusal, Refusal


def read(data: bytes, *, detached: tuple[Content, ...] = (), name: str | None = None, limits: Limits = LIMITS) -> Document:
    """Read an XML file with its signatures over itself, over what they envelop, or over *detached*.

    :raises NotADocument: it is not well-formed XML.
    :raises FormatRefusal: it has a document type declaration, or is beyond *limits*.
    """
    del name  # scopes are named by path; the file's own name says nothing of what is signed
    return Document(DocumentFormat.XML, read_signatures(data, detached, limits))


def read_signatures(
    data: bytes,
    detached: tuple[Content, ...],
    limits: Limits,
    *,
    prefix: str = "S",
    file: str | None = None,
    strict_names: bool = False,
) -> tuple[SignatureEvidence, ...]:
    """Read all signatures of an XML file; ids are *prefix* and a number.

    Containers give their files as *detached*, with *strict_names*, and the entry's name as *file*.

    :raises NotADocument: it is not well-formed XML.
    :raises FormatRefusal: it has a document type declaration, or is beyond *limits*.
    """
    source = Source(parse(data, limits), detached, limits, strict_names)
    elements = list(islice(source.tree.root.iter(SIGNATURE), limits.signatures + 1))
    if len(elements) > limits.signatures:
        raise FormatRefusal(Refusal.TOO_MANY_SIGNATURES, f"more than {limits.signatures} signatures and counter-signatures")
    reader = _Reader(source, file)
    found: list[SignatureEvidence] = []
    for element in elements:
        if element not in reader.read_before:
            found.append(reader.signature(element, EvidenceId(f"{prefix}{len(found) + 1}")))
    return tuple(found)


class _Reader:
    """Reads the signatures of one document. `read_before` are those met as counter-signatures of an outer one."""

    def __init__(self, source: Source, file: str | None) -> None:
        self.source = source
        self.file = file
        self.read_before: set[Element] = set()

    def signature(
        self, element: Element, identifier: EvidenceId, parent: EvidenceId | None = None, over: Element | None = None
    ) -> SignatureEvidence:
        """Read one signature; a counter-signature is one of *parent*, over its ds:SignatureValue *over*."""
        self.read_before.add(element)
        parts = take_apart(identifier, element, self.source)
        counters, placed = self._counter_signatures(parts)
        attributes, references, faults = _asserted(parts)
        misled: tuple[Reference, ...] = ()
        if parent is not None and not countersigns(parts, over):
            detail = f"it does not sign the value of {parent}, in which it stands"
            faults = (*faults, Fault("counter-signature-of-another", detail, fatal=True))
            misled = tuple(_misled(parts, over, parent))
        material = material_of(parts, references, attributes)
        message, message_faults = _message(parts)
        records, record_faults = read_evidence_records(parts, placed)
        resolved = (*parts.references, *parts.manifest_entries)
        signed = SignedObject(
            references=(*(one.reference for one in resolved), *misled),
            value=read_value(element, message),
            signer=read_key_info(element),
            certificate_references=references,
            certificates=tuple(_certificates(parts)),
            revocations=tuple(found for holder in parts.unsigned for found in revocations_in(holder)),
            faults=(
                *parts.faults,
                *(fault for one in resolved for fault in one.faults),
                *faults,
                *message_faults,
                *record_faults,
            ),
        )
        _within_limits(signed, self.source.limits)
        return SignatureEvidence(
            id=identifier,
            form=form_of(material),
            signed=signed,
            attributes=attributes,
            material=material,
            scope=(Scope(ScopeKind.SIGNATURE, parent, whole_document=False),) if parent else scopes_of(parts),
            timestamps=read_timestamps(parts, placed),
            evidence_records=records,
            counter_signatures=counters,
            parent=parent,
            file=self.file,
        )

    def _counter_signatures(self, parts: Parts) -> tuple[tuple[SignatureEvidence, ...], dict[EvidenceId, Element]]:
        """Read those in CounterSignature properties (EN 319 132-1 clause 5.2.7.2), and say which property each is in."""
        placed: dict[EvidenceId, Element] = {}
        found: list[SignatureEvidence] = []
        for holder in parts.unsigned:
            if xades_name(holder) != "CounterSignature":
                continue
            for element in holder.iterchildren(SIGNATURE):
                if parts.id.count(".") >= self.source.limits.nesting:
                    raise FormatRefusal(Refusal.TOO_DEEP, f"counter-signatures more than {self.source.limits.nesting} deep")
                identifier = EvidenceId(f"{parts.id}.C{len(found) + 1}")
                found.append(self.signature(element, identifier, parts.id, parts.value_element))
                placed[identifier] = holder
        return tuple(found), placed


def _asserted(parts: Parts) -> tuple[SignedAttributes, tuple[CertificateReference, ...], tuple[Fault, ...]]:
    if parts.signed_properties is None:
        return SignedAttributes(), (), ()
    unsigned = next((holder.getparent() for holder in parts.unsigned), None)
    references, faults = read_certificate_references(parts.signed_properties)
    attributes, more = read_attributes(parts.signed_properties, unsigned)
    return attributes, references, (*faults, *more)


def _misled(parts: Parts, over: Element | None, parent: EvidenceId) -> Iterator[Reference]:
    """References that say by their Type to be of the value *over*, and are of something else: held against that value."""
    if over is None:
        return
    try:
        octets = canonical_element(parts.source.tree, over, DEFAULT)
    except NotCanonicalizableError:
        return  # the fault is told in any case
    for resolved in parts.references:
        if resolved.type == COUNTERSIGNED_TYPE:
            computed = digest(resolved.reference.algorithm, octets)
            yield replace(resolved.reference, name=f"signature value of {parent}", computed=computed, how="")


def _message(parts: Parts) -> tuple[bytes | None, tuple[Fault, ...]]:
    """Return SignedInfo in the canonical form that it names: what the value is over (XML-DSig clause 3.2.2)."""
    info = parts.element.find(ds("SignedInfo"))
    if info is None:
        return None, ()
    try:
        return canonical_element(parts.source.tree, info, read_method(info.find(ds("CanonicalizationMethod")))), ()
    except NotCanonicalizableError as error:
        return None, (Fault("canonicalization-unknown", f"{path_of(info)}: {error}"),)


def _certificates(parts: Parts) -> Iterator[FoundCertificate]:
    yield from (FoundCertificate(der, "key-info") for der in certificates_in(parts.element))
    for holder in parts.unsigned:
        yield from certificates_of(holder)


def _within_limits(signed: SignedObject, limits: Limits) -> None:
    if len(signed.certificates) > limits.certificates or len(signed.revocations) > limits.revocations:
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, "more certificates or revocation data than any signature has")
