"""What one signature consists of, found once for all who ask: its elements, where its references lead, its properties."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from idbridge.signatures.evidence import EvidenceId, Fault, ReferenceKind
from idbridge.signatures.formats.xmldsig.names import (
    COUNTERSIGNED_TYPE,
    SIGNED_PROPERTIES_TYPES,
    Element,
    ds,
    first_property,
    properties,
)
from idbridge.signatures.formats.xmldsig.references import Resolved, Source, is_external, manifests_in, resolve
from idbridge.signatures.formats.xmldsig.unsigned_properties import unsigned_signature_properties
from idbridge.signatures.refusals import FormatRefusal, Refusal

PROPERTY_SETS: Final = 8
"""QualifyingProperties that are looked at: there is one, and to know of a second is enough."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A ds:Signature taken apart. `signed_properties` is None unless a digest covers them: unsigned ones assert nothing."""

    id: EvidenceId
    element: Element
    source: Source
    references: tuple[Resolved, ...]
    manifest_entries: tuple[Resolved, ...]
    qualifying: Element | None
    signed_properties: Element | None
    unsigned: tuple[Element, ...]
    faults: tuple[Fault, ...]
    _by_apex: dict[Element, list[Resolved]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for resolved in (*self.references, *self.manifest_entries):
            for apex in resolved.selection.apexes if resolved.selection is not None else ():
                self._by_apex.setdefault(apex, []).append(resolved)

    def cover(self, element: Element) -> bool:
        """Tell whether any reference covers *element*; whatever a signed manifest lists is signed as well."""
        around = (element, *element.iterancestors())
        return any(resolved.covers(element) for place in around for resolved in self._by_apex.get(place, ()))

    @property
    def value_element(self) -> Element | None:
        """The ds:SignatureValue."""
        return self.element.find(ds("SignatureValue"))

    @property
    def data_references(self) -> tuple[Resolved, ...]:
        """The references to what is signed, without that to the properties."""
        return tuple(r for r in self.references if not self.is_properties(r))

    def is_properties(self, resolved: Resolved) -> bool:
        """Tell whether a reference is to the signed properties, by what it says or by what it leads to."""
        selection = resolved.selection
        leads_there = selection is not None and any(apex is self.signed_properties for apex in selection.apexes)
        return resolved.type in SIGNED_PROPERTIES_TYPES or leads_there


def take_apart(identifier: EvidenceId, element: Element, source: Source) -> Parts:
    """Find the parts of the ds:Signature *element*.

    :raises FormatRefusal: it is beyond the limits.
    """
    faults = list(_form_faults(element))
    references = _resolved(list(element.iterfind(f"{ds('SignedInfo')}/{ds('Reference')}")), source, ReferenceKind.XML_REFERENCE)
    entries = _manifest_entries(references, source)
    sets = (q for holder in element.iterchildren(ds("Object")) for q in properties(holder, "QualifyingProperties"))
    holders = list(islice(sets, PROPERTY_SETS))
    signed = [found for holder in holders if (found := first_property(holder, "SignedProperties")) is not None]
    covered = [found for found in signed if any(resolved.covers(found) for resolved in references)]
    faults += _properties_faults(element, holders, signed, covered, references)
    qualifying = covered[0].getparent() if covered else holders[0] if holders else None
    return Parts(
        id=identifier,
        element=element,
        source=source,
        references=references,
        manifest_entries=entries,
        qualifying=qualifying,
        signed_properties=covered[0] if covered else None,
        unsigned=unsigned_signature_properties(qualifying),
        faults=tuple(faults),
    )


def _resolved(elements: list[Element], source: Source, kind: ReferenceKind) -> tuple[Resolved, ...]:
    if len(elements) > source.limits.references:
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"{len(elements)} references of one signature")
    externals = sum(map(is_external, elements))
    return tuple(
        resolve(
            element,
            source,
            ReferenceKind.SIGNED_PROPERTIES if element.get("Type") in SIGNED_PROPERTIES_TYPES else kind,
            externals,
        )
        for element in elements
    )


def _manifest_entries(references: tuple[Resolved, ...], source: Source) -> tuple[Resolved, ...]:
    """Every reference of a signed manifest is judged as one of the signature itself (XML-DSig clause 5.1 leaves it open).

    Files that are elsewhere say nothing against the signature, which is over the manifest: they are missed, no more.
    """
    manifests = [manifest for resolved in references for manifest in manifests_in(resolved)]
    elements = [element for manifest in dict.fromkeys(manifests) for element in manifest.iterchildren(ds("Reference"))]
    entries = _resolved(elements, source, ReferenceKind.MANIFEST_ENTRY)
    return tuple(replace(one, reference=replace(one.reference, optional=is_external(one.element))) for one in entries)


def _form_faults(signature: Element) -> Iterator[Fault]:
    """The schema's own order (XML-DSig clauses 4.2 and 4.4): a second SignedInfo or value would be another signature."""
    expected = [ds("SignedInfo"), ds("SignatureValue"), ds("KeyInfo")]
    tags = [child.tag for child in signature if isinstance(child.tag, str)]
    head = [tag for tag in tags if tag != ds("Object")]
    if head not in (expected, expected[:2]) or tags[: len(head)] != head:
        yield Fault("signature-malformed", f"a Signature of {_listed(tags)}", fatal=True)
    info = signature.find(ds("SignedInfo"))
    inner = [child.tag for child in info if isinstance(child.tag, str)] if info is not None else []
    methods = [ds("CanonicalizationMethod"), ds("SignatureMethod")]
    if inner[:2] != methods or set(inner[2:]) != {ds("Reference")}:
        yield Fault("signed-info-malformed", f"a SignedInfo of {_listed(inner)}", fatal=True)


def _listed(tags: list[str]) -> str:
    names = [str(tag).rpartition("}")[2][:40] for tag in tags[:12]]
    return ", ".join(names) + (" …" if len(tags) > len(names) else "") if names else "nothing"


def _properties_faults(
    signature: Element,
    holders: list[Element],
    signed: list[Element],
    covered: list[Element],
    references: tuple[Resolved, ...],
) -> Iterator[Fault]:
    """EN 319 132-1 clauses 4.3 and 4.4.2: one set of properties, in the signature, and under it."""
    if len(signed) > 1:
        yield Fault("signed-properties-several", f"{len(signed)} sets of signed properties", fatal=True)
    elif signed and not covered:
        yield Fault("signed-properties-unsigned", "the signature does not cover its own signed properties", fatal=True)
    for resolved in references:
        selection = resolved.selection
        if resolved.type in SIGNED_PROPERTIES_TYPES and selection is not None:
            if not any(apex is own for apex in selection.apexes for own in signed):
                yield Fault("signed-properties-elsewhere", "it refers to properties that are not its own", fatal=True)
        elif covered and selection is not None and any(apex is covered[0] for apex in selection.apexes):
            yield Fault("signed-properties-type", "the reference to the signed properties does not say so by its Type")
    for holder in holders:
        target, own = holder.get("Target", ""), signature.get("Id")
        if own is not None and target.removeprefix("#") != own:
            yield Fault("qualifying-properties-target", f"the properties are stated of {target[:200]!r}, not of {own[:200]!r}")


def countersigns(parts: Parts, value: Element | None) -> bool:
    """Tell whether the signature covers the ds:SignatureValue *value* (EN 319 132-1 clause 5.2.7)."""
    return value is not None and any(resolved.covers(value) for resolved in parts.references)


def is_countersigning(resolved: Resolved) -> bool:
    """Tell whether a reference is, by what it leads to or says, to the value of another signature."""
    selection = resolved.selection
    leads_there = selection is not None and any(apex.tag == ds("SignatureValue") for apex in selection.apexes)
    return leads_there or resolved.type == COUNTERSIGNED_TYPE
