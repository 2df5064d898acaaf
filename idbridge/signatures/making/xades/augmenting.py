"""Signatures brought to a higher level, by unsigned properties alone (EN 319 132-1 clause 6.3).

Nothing that is there is changed or moved: a property that an archive timestamp covers keeps its place before it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Final

from idbridge.signatures.contents import Content
from idbridge.signatures.evidence import EvidenceId
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.formats.xmldsig.canonical import canonical_element
from idbridge.signatures.formats.xmldsig.key_info import certificates_in as certificates_of_signer
from idbridge.signatures.formats.xmldsig.names import Element, ds, properties, xades_name
from idbridge.signatures.formats.xmldsig.parsing import Tree
from idbridge.signatures.formats.xmldsig.parts import Parts, take_apart
from idbridge.signatures.formats.xmldsig.references import Source
from idbridge.signatures.formats.xmldsig.timestamps import KINDS
from idbridge.signatures.formats.xmldsig.unsigned_properties import certificates_in, revocations_in
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import BaselineLevel, LongTermMaterial, Making, TimestampWanted, Wanted
from idbridge.signatures.making.translation import as_making_refusals
from idbridge.signatures.making.validation_data import divided, is_empty, joined, refuse_idle
from idbridge.signatures.making.xades.bystanders import Bystanders
from idbridge.signatures.making.xades.markup import CANONICAL, read_tree, written, xades, xades_141
from idbridge.signatures.making.xades.unsigned import (
    add_timestamp,
    add_timestamp_data,
    add_values,
    outer_signatures,
    unsigned_properties,
)

NOTHING: Final = LongTermMaterial()


def augment_xades(
    document: bytes,
    level: BaselineLevel,
    material: LongTermMaterial = NOTHING,
    *,
    detached: tuple[Content, ...] = (),
    of: str | None = None,
    limits: Limits = LIMITS,
) -> Making:
    """Bring the signature with the Id *of*, or all that are no counter-signatures, to *level*: returns the document.

    What a signature has already of a level stays and is not repeated, but for archive timestamps: asked for B-LTA, one is
    added each time. *detached* is what detached signatures are over, which archive timestamps cover.

    :raises MakingRefused: there is no such signature, it cannot be brought there, or does not hold.
    """
    with as_making_refusals():
        tree = read_tree(document, limits)
        added = yield from augment_tree(Source(tree, detached, limits), level, material, of=of)
        refuse_idle(level, added=added)
        return written(tree)


def augment_tree(
    source: Source, level: BaselineLevel, material: LongTermMaterial = NOTHING, *, of: str | None = None
) -> Generator[Wanted, bytes, bool]:
    """Do so in the tree of *source*, as a container has it; return whether anything was added.

    :raises MakingRefused: as `augment_xades` does, but for nothing to add.
    """
    if level is BaselineLevel.B:
        raise MakingRefused(MakingRefusal.LEVEL, "a signature is made at level B, not augmented to it")
    found = [element for element in outer_signatures(source.tree.root) if of is None or element.get("Id") == of]
    if not found:
        raise MakingRefused(MakingRefusal.FORMAT, "there is no such signature")
    before, bystanders = _properties_in(found), Bystanders.of(source.tree, source.detached, source.limits)
    for signature in found:
        augmentation = _Augmentation(take_apart(EvidenceId("S"), signature, source))
        yield from augmentation.time()
        if level in (BaselineLevel.LT, BaselineLevel.LTA):
            augmentation.keep(material)
        if level is BaselineLevel.LTA:
            yield from augmentation.archive()
    bystanders.check(source.tree)
    return _properties_in(found) != before


def _properties_in(signatures: list[Element]) -> list[int]:
    return [len(unsigned_properties(signature)) for signature in signatures]


@dataclass(frozen=True, slots=True)
class _Augmentation:
    """One signature at work. `parts` are of the signature as it came: its references and its value, which do not change."""

    parts: Parts

    @property
    def tree(self) -> Tree:
        return self.parts.source.tree

    def unsigned(self) -> Element:
        """Return what is added to; it is made where there is none."""
        return unsigned_properties(self.parts.element)

    def time(self) -> Generator[Wanted, bytes, None]:
        """Add a SignatureTimeStamp (clause 5.3), over SignatureValue, where there is none."""
        if any(xades_name(element) == "SignatureTimeStamp" for element in self.unsigned()):
            return
        value = self.parts.value_element
        if value is None:
            raise MakingRefused(MakingRefusal.FORMAT, "the signature has no value")
        token = yield TimestampWanted(canonical_element(self.tree, value, CANONICAL))
        add_timestamp(self.unsigned(), xades("SignatureTimeStamp"), token)

    def keep(self, material: LongTermMaterial) -> None:
        """Add what the signature has not yet of *material*: for its signer (clause 5.4), for its timestamps (5.5.1)."""
        signer = next(iter(certificates_of_signer(self.parts.element)), None)
        if signer is None:
            raise MakingRefused(MakingRefusal.CERTIFICATE, "the signature does not carry its signer's certificate")
        new = divided(material, signer, frozenset(self._held()))
        stamps = [element for element in properties(self.unsigned()) if xades_name(element) in KINDS]
        has_values = any(xades_name(element) in ("CertificateValues", "RevocationValues") for element in self.unsigned())
        of_timestamps = joined(new.signer, new.timestamps) if has_values else new.timestamps
        if not is_empty(of_timestamps):
            add_timestamp_data(stamps[-1], of_timestamps)
        if not has_values:
            add_values(self.unsigned(), new.signer)
        if not {"CertificateValues", "RevocationValues"} <= {xades_name(element) for element in self.unsigned()}:
            raise MakingRefused(
                MakingRefusal.EVIDENCE_MISSING, "without certificates and revocation data of its signer no signature lasts"
            )

    def archive(self) -> Generator[Wanted, bytes, None]:
        """Add an ArchiveTimeStamp (clause 5.5.2.2, not distributed)."""
        token = yield TimestampWanted(b"".join(self._archived()))
        add_timestamp(self.unsigned(), xades_141("ArchiveTimeStamp"), token)

    def _archived(self) -> Iterator[bytes | memoryview]:
        """Clause 5.5.2.2: all that references lead to, the signature, the unsigned properties, and the other objects.

        Whether an object that a reference leads to counts once more is read both ways; TS 101 903 V1.4.2 clause 8.2.1,
        which brought this property, takes it again, and so does what is in use.
        """
        for resolved in self.parts.references:
            content = resolved.octets(CANONICAL)
            if content is None or content.pieces is None:
                raise MakingRefused(
                    MakingRefusal.CONTENT_MISSING, f"{resolved.reference.name[:200] or 'what is signed'} is not at hand"
                )
            if not resolved.reference.intact:
                raise MakingRefused(
                    MakingRefusal.BROKEN, f"{resolved.reference.name[:200] or 'what is signed'} was changed since"
                )
            yield from content.pieces
        for name in ("SignedInfo", "SignatureValue", "KeyInfo"):
            found = self.parts.element.find(ds(name))
            if found is not None:
                yield self._octets(found)
        for element in self.unsigned().iterchildren("*"):
            yield self._octets(element)
        for held in self.parts.element.iterchildren(ds("Object")):
            if held.find(xades("QualifyingProperties")) is None:
                yield self._octets(held)

    def _octets(self, element: Element) -> bytes:
        return canonical_element(self.tree, element, CANONICAL)

    def _held(self) -> Iterator[bytes]:
        for element in self.unsigned():
            yield from (found.der for found in certificates_in(element))
            yield from (found.der for found in revocations_in(element))
