"""Reads OFD: a package with all its signatures; or a seal, or a sealing, in a file of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from idbridge.signatures.ber import SEQUENCE, Value
from idbridge.signatures.contents import Content
from idbridge.signatures.evidence import (
    Container,
    Document,
    DocumentFormat,
    EvidenceId,
    Fault,
    Scope,
    ScopeKind,
    SignatureEvidence,
    SignatureForm,
    SignedAttributes,
)
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.formats.ofd.inventory import read_inventory
from idbridge.signatures.formats.ofd.markup import MarkupError
from idbridge.signatures.formats.ofd.package import Package
from idbridge.signatures.formats.ofd.part_names import PartName
from idbridge.signatures.formats.ofd.protection import (
    Listed,
    package_faults,
    read_references,
    restore_lists,
    scope_of,
    signature_parts,
)
from idbridge.signatures.formats.ofd.seal import read_seal, strict
from idbridge.signatures.formats.ofd.sealing import read_seal_timestamps, read_sealing, read_timestamps
from idbridge.signatures.formats.ofd.signature_part import read_signature_part
from idbridge.signatures.formats.ofd.structure import Body, Entry, find, read_bodies
from idbridge.signatures.formats.ofd.values import Place, read_value_part, unreadable
from idbridge.signatures.formats.recognition import is_seal
from idbridge.signatures.refusals import NotADocument, Refusal

MIME_TYPE = "application/ofd"
FIRST = EvidenceId("S1")


def read(data: bytes, *, detached: tuple[Content, ...] = (), name: str | None = None, limits: Limits = LIMITS) -> Document:
    """Read an OFD package; or a bare seal (``.esl``); or a bare sealing (``.dat``) over a *detached* Signature.xml.

    :raises NotADocument: it is none of these.
    :raises FormatRefusal: it is beyond *limits*, or encrypted.
    """
    if data[:1] == b"\x30":
        return _read_bare(data, detached, name, limits)
    package = Package(data, limits)
    bodies = read_bodies(package, limits)
    listed = tuple(_listed(package, body, entry, limits) for body in bodies for entry in body.entries)
    listed = tuple(restore_lists(package, listed))
    inventory = read_inventory(package, EvidenceId(f"S{len(listed) + 1}"), limits)
    apart = signature_parts(package, listed) | (inventory.own_parts if inventory is not None else frozenset())
    signatures = (*_signatures(package, listed, apart, limits), *(inventory.signatures if inventory is not None else ()))
    # reads every part, so that the package's own come after
    faults = tuple(package_faults(package, listed, apart, signed=bool(signatures)))
    return Document(
        DocumentFormat.OFD,
        signatures,
        container=Container("OFD", MIME_TYPE, package.names, tuple(b.signature_list for b in bodies if b.signature_list)),
        faults=(*package.faults, *faults),
    )


def _listed(package: Package, body: Body, entry: Entry, limits: Limits) -> Listed:
    if entry.part is None:
        fault = Fault("signature-part-missing", f"{entry.location!r} of signature {entry.identifier} is no part", fatal=True)
        return Listed(entry, body, None, problem=fault)
    try:
        part = read_signature_part(package.read(entry.part) or b"", limits)
    except MarkupError as error:
        fault = Fault("signature-part-malformed", f"{entry.part}: {error}", fatal=True)
        return Listed(entry, body, None, problem=fault)
    references = read_references(package, part, entry.part)
    empty = Fault("references-missing", f"{entry.part} protects nothing", fatal=True) if not references else None
    return Listed(entry, body, part, references, empty)


def _signatures(
    package: Package, signatures: tuple[Listed, ...], apart: frozenset[PartName], limits: Limits
) -> Iterator[SignatureEvidence]:
    for number, listed in enumerate(signatures, 1):
        identifier = EvidenceId(f"S{number}")
        content = package.held(listed.entry.part) if listed.entry.part is not None else None
        if listed.part is None or listed.entry.part is None or content is None or listed.problem is not None:
            fault = listed.problem or Fault("signature-part-unreadable", f"{listed.entry.part} is unreadable", fatal=True)
            yield replace(unreadable(identifier, fault), file=listed.entry.part)
            continue
        seal = find(package, listed.part.seal, listed.entry.part) if listed.part.seal else None
        place = Place(
            identifier,
            listed,
            listed.part,
            content,
            scope_of(listed, package, apart),
            package.held(seal) if seal is not None else None,
        )
        location = find(package, listed.part.value, listed.entry.part) if listed.part.value else None
        value = package.read(location) if location is not None else None
        if value is None:
            fault = Fault("signature-value-missing", f"SignedValue {listed.part.value!r} names no part", fatal=True)
            yield unreadable(identifier, fault, place)
        else:
            yield from read_value_part(value, place, limits)


def _read_bare(data: bytes, detached: tuple[Content, ...], name: str | None, limits: Limits) -> Document:
    try:
        value = strict(data)
        if is_seal(value.children(SEQUENCE)):
            return Document(DocumentFormat.OFD, (_bare_seal(value, name, limits),))
        sealing = read_sealing(value)
    except ValueError as error:
        raise NotADocument(Refusal.MALFORMED, f"no electronic seal: {error}") from error
    reference = sealing.data_reference(detached[0] if detached else None)
    signature = SignatureEvidence(
        id=FIRST,
        form=SignatureForm.OFD_SEAL,
        signed=replace(sealing.signed, references=(reference,)),
        attributes=SignedAttributes(signing_time=sealing.time, seal=sealing.seal.seal),
        scope=(Scope(ScopeKind.FILE, sealing.location, whole_document=bool(detached), detail="a Signature.xml"),),
        timestamps=read_timestamps(sealing, FIRST, limits),
    )
    return Document(DocumentFormat.OFD, (signature,))


def _bare_seal(value: Value, name: str | None, limits: Limits) -> SignatureEvidence:
    """A seal alone is signed by its maker, and that is the signature that is judged."""
    read = read_seal(value)
    return SignatureEvidence(
        id=FIRST,
        form=SignatureForm.OFD_SEAL,
        signed=replace(read.seal.maker, faults=read.faults),
        attributes=SignedAttributes(signing_time=read.seal.created, seal=read.seal),
        scope=(Scope(ScopeKind.BYTES, name or read.seal.name, whole_document=True, detail="an electronic seal"),),
        timestamps=read_seal_timestamps(read, FIRST, limits),
    )
