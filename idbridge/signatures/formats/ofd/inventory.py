"""The list of all files of a package, signed by who put it together: OFDEntries.xml (GM/T 0099-2020 clause 7.4).

It names files and says nothing of what is in them: who adds one or takes one away is caught; who changes one, by the
signatures that protect it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from lxml import etree

from idbridge.signatures.contents import KnownContent
from idbridge.signatures.evidence import EvidenceId, Fault, Scope, ScopeKind, SignatureEvidence, SignatureForm
from idbridge.signatures.formats.cms import read_signatures
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.formats.ofd.markup import MarkupError, child, children, parse, text
from idbridge.signatures.formats.ofd.package import Package
from idbridge.signatures.formats.ofd.part_names import PartName
from idbridge.signatures.formats.ofd.structure import find
from idbridge.signatures.formats.ofd.values import over_digest_too, unreadable
from idbridge.signatures.formats.signed_data import read_signed_data
from idbridge.signatures.refusals import FormatRefusal

INVENTORY: Final = "OFDEntries.xml"

DIFFERENCES_SHOWN: Final = 20
"""Files that are too many, or missing, and named one by one."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """The list's part, that of its signature value, and the signatures on it: several where the value has several signers."""

    own_parts: frozenset[PartName]
    signatures: tuple[SignatureEvidence, ...]


def read_inventory(package: Package, identifier: EvidenceId, limits: Limits) -> Inventory | None:
    """Read the list of the package's files; None where there is none. One that cannot be read is a signature that fails.

    :raises FormatRefusal: its signature is beyond *limits*.
    """
    part = package.called(INVENTORY)
    content = package.held(part) if part is not None else None
    if part is None or content is None:
        return None
    try:
        root = parse(content.whole())
    except MarkupError as error:
        fault = Fault("signature-part-malformed", f"{part}: {error}", fatal=True)
        return Inventory(frozenset({part}), (unreadable(identifier, fault),))
    location = text(child(root, "SignedValueLoc"))
    value = find(package, location, part) if location else None
    if value is None:
        fault = Fault("signature-value-missing", f"SignedValueLoc {location!r} names no part", fatal=True)
        return Inventory(frozenset({part}), (unreadable(identifier, fault),))
    own = frozenset({part, value})
    faults = tuple(_differences(package, root, part, own))
    try:
        found = tuple(_signatures(package.read(value) or b"", content, identifier, limits))
    except FormatRefusal:
        raise
    except ValueError as error:
        found = (unreadable(identifier, Fault("signature-value-malformed", f"{value}: {error}", fatal=True)),)
    scope = Scope(ScopeKind.OFD_PART, part, whole_document=False, detail="the names of all parts, and not what is in them")
    return Inventory(own, tuple(_of(signature, part, scope, faults) for signature in found))


def _signatures(value: bytes, content: KnownContent, identifier: EvidenceId, limits: Limits) -> Iterator[SignatureEvidence]:
    signed_data = read_signed_data(value, limits)
    for signature in read_signatures(signed_data, (content,), limits, prefix=f"{identifier}."):
        yield replace(
            signature, signed=replace(signature.signed, value=over_digest_too(signed_data, signature.signed, content))
        )


def _of(signature: SignatureEvidence, part: PartName, scope: Scope, faults: tuple[Fault, ...]) -> SignatureEvidence:
    signed = replace(signature.signed, faults=(*signature.signed.faults, *faults))
    return replace(signature, form=SignatureForm.OFD, signed=signed, scope=(scope,), file=part)


def _differences(package: Package, root: etree._Element, part: PartName, own: frozenset[PartName]) -> Iterator[Fault]:
    files = child(root, "FileList")
    stated = [text(file) for file in children(files, "File")] if files is not None else []
    listed = {find(package, location, part) for location in stated}
    added = [name for name in package.names if name not in listed and name not in own]
    gone = [location for location in stated if find(package, location, part) is None]
    for name in added[:DIFFERENCES_SHOWN]:
        yield Fault("archive-hidden-entry", f"{name} is not in {part}, which lists all: it was put in afterwards", fatal=True)
    for location in gone[:DIFFERENCES_SHOWN]:
        yield Fault("part-missing", f"{location} is listed in {part}, and gone", fatal=True)
