"""The timestamps within a XAdES signature: which property holds which kind, what each is over and what it covers.

EN 319 132-1 clauses 5.2.8, 5.3 to 5.5 and annex A; TS 101 903 V1.4.2 clause 8.2.1 for the older properties.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from idbridge.signatures.contents import Buffer, KnownContent
from idbridge.signatures.evidence import Coverage, EvidenceId, Fault, Sha256, TimestampEvidence, TimestampKind, sha256
from idbridge.signatures.formats.timestamp import NESTING, TokenPlace, read_token
from idbridge.signatures.formats.xmldsig.canonical import (
    Method,
    NotCanonicalizableError,
    Selection,
    canonical_element,
    read_method,
)
from idbridge.signatures.formats.xmldsig.key_info import certificates_in as certificates_of_signer
from idbridge.signatures.formats.xmldsig.names import (
    XADES_VERSIONS,
    Element,
    binary,
    ds,
    first_property,
    properties,
    xades_name,
)
from idbridge.signatures.formats.xmldsig.parts import Parts
from idbridge.signatures.formats.xmldsig.references import Resolved
from idbridge.signatures.formats.xmldsig.transforms import NotTransformableError, transform, transforms_of
from idbridge.signatures.formats.xmldsig.unsigned_properties import certificates_in, revocations_in

KINDS: Final = {
    "AllDataObjectsTimeStamp": TimestampKind.CONTENT,
    "IndividualDataObjectsTimeStamp": TimestampKind.CONTENT,
    "SignatureTimeStamp": TimestampKind.SIGNATURE,
    "RefsOnlyTimeStamp": TimestampKind.REFERENCES,
    "RefsOnlyTimeStampV2": TimestampKind.REFERENCES,
    "SigAndRefsTimeStamp": TimestampKind.SIGNATURE_AND_REFERENCES,
    "SigAndRefsTimeStampV2": TimestampKind.SIGNATURE_AND_REFERENCES,
    "ArchiveTimeStamp": TimestampKind.ARCHIVE,
    "ArchiveTimeStampV2": TimestampKind.ARCHIVE,
}
"""Properties that hold timestamp tokens."""

REFERENCE_PROPERTIES: Final = (
    "CompleteCertificateRefs",
    "CompleteCertificateRefsV2",
    "CompleteRevocationRefs",
    "AttributeCertificateRefs",
    "AttributeCertificateRefsV2",
    "AttributeRevocationRefs",
)
"""Properties that hold references to validation data (clause A.1)."""


@dataclass(frozen=True, slots=True)
class _Stamp:
    """A token in its property, before it is read."""

    id: EvidenceId
    property: Element
    der: bytes
    position: int


class _MissingError(ValueError):
    """What a timestamp is over cannot be had."""


def read_timestamps(parts: Parts, counters: dict[EvidenceId, Element]) -> tuple[TimestampEvidence, ...]:
    """Read all timestamps of one signature; *counters* are its counter-signatures and the properties they stand in."""
    stamps = tuple(_stamps(parts, _holders(parts)))
    reader = _Reader(parts, stamps, counters)
    return tuple(reader.read(stamp) for stamp in stamps[: parts.source.limits.timestamps])


def coverage_before(parts: Parts, counters: dict[EvidenceId, Element], holder: Element) -> Coverage:
    """Return what the unsigned property *holder* covers if it archives the signature with all that stands before it."""
    reader = _Reader(parts, tuple(_stamps(parts, _holders(parts))), counters)
    return reader.archive_coverage(_Stamp(EvidenceId(""), holder, b"", 0))


def _holders(parts: Parts) -> list[Element]:
    objects = first_property(parts.signed_properties, "SignedDataObjectProperties")
    return [*properties(objects, *KINDS), *(element for element in parts.unsigned if xades_name(element) in KINDS)]


def _stamps(parts: Parts, holders: list[Element]) -> Iterator[_Stamp]:
    number = 0
    for position, holder in enumerate(holders):
        for token in properties(holder, "EncapsulatedTimeStamp", "XMLTimeStamp"):
            number += 1
            der = binary(token) if xades_name(token) == "EncapsulatedTimeStamp" else None
            yield _Stamp(EvidenceId(f"{parts.id}.T{number}"), holder, der or b"", position)


class _Reader:
    """Reads the timestamps of one signature, each over what its property says."""

    def __init__(self, parts: Parts, stamps: tuple[_Stamp, ...], counters: dict[EvidenceId, Element]) -> None:
        self.parts = parts
        self.stamps = stamps
        self.counters = counters

    def read(self, stamp: _Stamp) -> TimestampEvidence:
        """Read one token, over all readings of what it may be taken of."""
        name = xades_name(stamp.property)
        kind = KINDS[name]
        order = NESTING[kind] + (stamp.position if kind is TimestampKind.ARCHIVE else 0)
        version = XADES_VERSIONS[str(stamp.property.tag)[1:].partition("}")[0]] if kind is TimestampKind.ARCHIVE else ""
        place = TokenPlace(stamp.id, kind, self._coverage(stamp, kind), order, version, name)
        missing: str | None = None
        contents: tuple[KnownContent, ...] = ()
        try:
            contents = tuple(KnownContent.of(*pieces) for pieces in self._readings(stamp, kind))
        except (_MissingError, NotCanonicalizableError, NotTransformableError) as error:
            missing = str(error)
        evidence = read_token(stamp.der, place, contents, limits=self.parts.source.limits, missing=missing)
        if not stamp.der and missing is None:
            fault = Fault("timestamp-not-rfc3161", "only RFC 3161 tokens in base64 are read", fatal=True)
            evidence = replace(evidence, signed=replace(evidence.signed, faults=(*evidence.signed.faults, fault)))
        return evidence

    def _readings(self, stamp: _Stamp, kind: TimestampKind) -> Iterator[tuple[Buffer, ...]]:
        """Yield what the timestamp may be over. Of objects that references lead to, editions say yes and no (clause 5.5.2)."""
        pieces = self._octets(stamp, kind)
        method = read_method(stamp.property.find(ds("CanonicalizationMethod")))
        yield pieces
        if kind is TimestampKind.ARCHIVE and self._targets(stamp) is None and len(objects := self._objects()) > 0:
            before = pieces[: len(pieces) - len(self._objects(unreferenced=True))]
            yield (*before, *self._elements(objects, method))

    def _objects(self, *, unreferenced: bool = False) -> list[Element]:
        """The objects but for the properties' own; *unreferenced*: without those that a reference covers."""
        objects = self.parts.element.iterchildren(ds("Object"))
        found = [holder for holder in objects if not any(True for _ in properties(holder, "QualifyingProperties"))]
        if not unreferenced:
            return found
        return [holder for holder in found if not any(resolved.covers(holder) for resolved in self.parts.references)]

    def _octets(self, stamp: _Stamp, kind: TimestampKind) -> tuple[Buffer, ...]:
        """Return what the timestamp is over (clause 4.4 for how it is put together)."""
        method = read_method(stamp.property.find(ds("CanonicalizationMethod")))
        if explicit := [*properties(stamp.property, "Include", "HashDataInfo")]:
            return tuple(piece for element in explicit for piece in self._included(element, method))
        match kind:
            case TimestampKind.CONTENT:
                return tuple(self._data(self.parts.data_references, method))
            case TimestampKind.SIGNATURE:
                return (self._element(self.parts.value_element, method),)
            case TimestampKind.REFERENCES:
                return tuple(self._elements(self._before(stamp, *REFERENCE_PROPERTIES), method))
            case TimestampKind.SIGNATURE_AND_REFERENCES:
                before = self._before(stamp, "SignatureTimeStamp", *REFERENCE_PROPERTIES)
                return (self._element(self.parts.value_element, method), *self._elements(before, method))
            case _:
                return tuple(self._archived(stamp, method))

    def _archived(self, stamp: _Stamp, method: Method) -> Iterator[Buffer]:
        """Clause 5.5.2.3: all references, the signature, the unsigned properties before, and objects not referred to."""
        signature = self.parts.element
        yield from self._data(self.parts.references, method)
        for name in ("SignedInfo", "SignatureValue", "KeyInfo"):
            found = signature.find(ds(name))
            if found is not None:
                yield self._element(found, method)
        yield from self._elements(self._before(stamp), method)
        yield from self._elements(self._objects(unreferenced=True), method)

    def _before(self, stamp: _Stamp, *names: str) -> list[Element]:
        """The unsigned properties that stand before the timestamp's own (of *names*, if any are given)."""
        found = []
        for element in self.parts.unsigned:
            if element is stamp.property:
                break
            if not names or xades_name(element) in names:
                found.append(element)
        return found

    def _data(self, references: tuple[Resolved, ...], method: Method) -> Iterator[Buffer]:
        for resolved in references:
            content = resolved.octets(method)
            if content is None or content.pieces is None:
                raise _MissingError(f"{resolved.reference.name or resolved.reference.kind} is not at hand")
            yield from content.pieces

    def _element(self, element: Element | None, method: Method) -> bytes:
        if element is None:
            raise _MissingError("the signature lacks what the timestamp is over")
        return canonical_element(self.parts.source.tree, element, method)

    def _elements(self, elements: list[Element], method: Method) -> Iterator[bytes]:
        return (self._element(element, method) for element in elements)

    def _included(self, include: Element, method: Method) -> Iterator[Buffer]:
        """What an Include or, before version 1.3.2, a HashDataInfo names (TS 101 903 V1.4.2 clause 7.1.4.3)."""
        uri = include.get("URI") or include.get("uri") or ""
        found = self.parts.source.tree.identifiers.get(uri.removeprefix("#"), ())
        if len(found) != 1:
            raise _MissingError(f"{uri[:200]!r} leads to {len(found)} elements")
        resolved = next((r for r in self.parts.references if r.element is found[0]), None)
        if resolved is not None and include.get("referencedData") != "false":
            yield from self._data((resolved,), method)
        else:
            yield self._transformed(include, found[0], method)

    def _transformed(self, include: Element, element: Element, method: Method) -> bytes:
        steps = transforms_of(include, self.parts.source.limits)
        if not steps:
            return self._element(element, method)
        return transform(Selection(self.parts.source.tree, (element,)), steps, self.parts.source.limits).canonical(method)

    def _coverage(self, stamp: _Stamp, kind: TimestampKind) -> Coverage:
        """What the digested octets hold. With Include it is what they name, which only the signature's value is taken for."""
        signature = frozenset({self.parts.id})
        match kind:
            case TimestampKind.CONTENT:
                return Coverage(content=True)
            case TimestampKind.REFERENCES:
                return Coverage()
            case TimestampKind.SIGNATURE:
                return Coverage(signatures=signature) if self._names_value(stamp) else Coverage()
            case TimestampKind.SIGNATURE_AND_REFERENCES:
                covered = self._stamped(self._before(stamp, "SignatureTimeStamp"))
                return Coverage(signature, covered) if self._names_value(stamp) else Coverage()
            case _:
                return self.archive_coverage(stamp)

    def archive_coverage(self, stamp: _Stamp) -> Coverage:
        """Return what an archive timestamp in that property holds."""
        before = self._before(stamp) if not any(properties(stamp.property, "Include", "HashDataInfo")) else self._chosen(stamp)
        if not self._names_value(stamp):
            return Coverage()
        held = frozenset(before)
        counters = {identifier for identifier, holder in self.counters.items() if holder in held}
        in_signature = [element for element in self.stamps if xades_name(element.property).endswith("DataObjectsTimeStamp")]
        certificates = {sha256(found.der) for element in before for found in certificates_in(element)}
        certificates |= {sha256(der) for der in certificates_of_signer(self.parts.element)} if self._names_key(stamp) else set()
        return Coverage(
            signatures=frozenset({self.parts.id} | counters),
            timestamps=self._stamped(before) | {element.id for element in in_signature},
            certificates=frozenset(certificates),
            revocations=frozenset[Sha256](sha256(found.der) for element in before for found in revocations_in(element)),
            content=True,
        )

    def _stamped(self, holders: list[Element]) -> frozenset[EvidenceId]:
        held = frozenset(holders)
        return frozenset(stamp.id for stamp in self.stamps if stamp.property in held)

    def _targets(self, stamp: _Stamp) -> list[Element] | None:
        """The elements that Include names; None where there is none, and the property's own rule decides."""
        explicit = [*properties(stamp.property, "Include", "HashDataInfo")]
        if not explicit:
            return None
        uris = ((element.get("URI") or element.get("uri") or "").removeprefix("#") for element in explicit)
        return [element for uri in uris for element in self.parts.source.tree.identifiers.get(uri, ())]

    def _names_value(self, stamp: _Stamp) -> bool:
        targets = self._targets(stamp)
        return targets is None or any(target is self.parts.value_element for target in targets)

    def _names_key(self, stamp: _Stamp) -> bool:
        targets, key_info = self._targets(stamp), self.parts.element.find(ds("KeyInfo"))
        return targets is None or any(target is key_info for target in targets)

    def _chosen(self, stamp: _Stamp) -> list[Element]:
        targets = frozenset(self._targets(stamp) or ())
        return [element for element in self.parts.unsigned if element in targets]
