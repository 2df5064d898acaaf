"""Evidence records in a XAdES signature's SealingEvidenceRecords (TS 119 132-3 clause 5): over it and what it is over.

The archived object is a group, of which a record has the one digest: all that is referred to, SignedInfo, SignatureValue,
KeyInfo, the unsigned properties before, and the objects, each digested alone in SignedInfo's canonical form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from idbridge.signatures.contents import Content, HashedContent, KnownContent
from idbridge.signatures.evidence import EvidenceId, EvidenceRecordEvidence, Fault
from idbridge.signatures.formats.evidence_record.asn1 import read_asn1
from idbridge.signatures.formats.evidence_record.chains import Record, combined
from idbridge.signatures.formats.evidence_record.reading import archives, over
from idbridge.signatures.formats.evidence_record.xml import ers, read_element
from idbridge.signatures.formats.xmldsig.canonical import Method, NotCanonicalizableError, canonical_element, read_method
from idbridge.signatures.formats.xmldsig.names import Element, binary, ds, properties, xades_name
from idbridge.signatures.formats.xmldsig.parts import Parts
from idbridge.signatures.formats.xmldsig.timestamps import coverage_before
from idbridge.signatures.refusals import FormatRefusal, NotADocument, Refusal

SEALED = "the signature and what it signs"


def read_evidence_records(
    parts: Parts, counters: dict[EvidenceId, Element]
) -> tuple[tuple[EvidenceRecordEvidence, ...], tuple[Fault, ...]]:
    """Read the records of one signature, and what is wrong with those that are none.

    *counters* are its counter-signatures and the properties they stand in.

    :raises FormatRefusal: a record is beyond the limits.
    """
    limits = parts.source.limits
    found: list[EvidenceRecordEvidence] = []
    faults: list[Fault] = []
    for holder in parts.unsigned:
        if xades_name(holder) != "SealingEvidenceRecords":
            continue
        covers = coverage_before(parts, counters, holder)
        forms = tuple(_archived(parts, holder))
        for element in holder.iterchildren("*"):
            identifier = EvidenceId(f"{parts.id}.E{len(found) + len(faults) + 1}")
            if len(found) + len(faults) >= limits.evidence_records:
                detail = f"more than {limits.evidence_records} evidence records in one signature"
                raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, detail)
            try:
                record = _record(parts, element)
            except NotADocument as error:
                faults.append(Fault("evidence-record-malformed", f"{identifier}: {error.detail}"))
                continue
            content = next((form for form in forms if archives(record, form, limits)), forms[0])
            found.append(over(record, (content,), limits, identifier, covers))
    return tuple(found), tuple(faults)


def _record(parts: Parts, element: Element) -> Record:
    if element.tag == ers("EvidenceRecord"):
        return read_element(parts.source.tree, element, parts.source.limits)
    der = binary(element) if xades_name(element) == "ASN1EvidenceRecord" else None
    return read_asn1(der or b"", parts.source.limits)


@dataclass(frozen=True, slots=True)
class Group:
    """A data object group as one object: its digest is that of its members' digests (RFC 4998 clause 4.2)."""

    members: tuple[Content, ...]
    name: str | None = SEALED

    @property
    def pieces(self) -> None:
        """There are none: what is digested is digests."""
        return

    def digest(self, algorithm: str) -> bytes | None:
        """Return the digest, None if a member's cannot be told."""
        digests = [member.digest(algorithm) for member in self.members]
        known = tuple(one for one in digests if one is not None)
        return combined(algorithm, known) if len(known) == len(digests) else None


def _archived(parts: Parts, holder: Element) -> Iterator[Content]:
    """Yield what may have been archived: of objects that a reference covers, some digest the whole too, and some do not."""
    signature = parts.element
    try:
        method = read_method(signature.find(f"{ds('SignedInfo')}/{ds('CanonicalizationMethod')}"))
        objects = [o for o in signature.iterchildren(ds("Object")) if next(properties(o, "QualifyingProperties"), None) is None]
        alone = [element for element in objects if not any(resolved.covers(element) for resolved in parts.references)]
        for chosen in (objects, alone):
            yield Group((*_referred(parts, method), *_own(parts, holder, chosen, method)))
    except NotCanonicalizableError:
        yield HashedContent({}, name=SEALED)


def _referred(parts: Parts, method: Method) -> Iterator[Content]:
    for resolved in parts.references:
        content = resolved.octets(method)
        yield content if content is not None else HashedContent({}, name=resolved.reference.name)


def _own(parts: Parts, holder: Element, objects: list[Element], method: Method) -> Iterator[Content]:
    own = [parts.element.find(ds(name)) for name in ("SignedInfo", "SignatureValue", "KeyInfo")]
    before = parts.unsigned[: parts.unsigned.index(holder)]
    for element in (*own, *before, *objects):
        if element is not None:
            yield KnownContent.of(canonical_element(parts.source.tree, element, method))
