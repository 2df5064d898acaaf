"""From OFD.xml to the signatures that a package lists: GB/T 33190 clauses 7.4 and 18.1.

``OFD.xml`` has a DocBody for each document; that names the document's root part and its ``Signatures.xml``, which lists
the ``Signature.xml`` of every signature in the order in which they were made.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from lxml import etree

from idbridge.signatures.evidence import Fault
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.formats.ofd.markup import MarkupError, child, children, locations, parse, text
from idbridge.signatures.formats.ofd.package import Package
from idbridge.signatures.formats.ofd.part_names import PartName
from idbridge.signatures.refusals import FormatRefusal, NotADocument, Refusal

ENTRY_PART: Final = "OFD.xml"
ENCRYPTIONS: Final = "encryptions.xml"
"""GM/T 0099 clause 7.3: a package with a part of this name, at its root or in a document's folder, has encrypted parts."""

BODIES_LIMIT: Final = 50
"""Documents of one package. Real ones hold one; the standard allows several."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A signature as its list has it: `part` is its Signature.xml, None if the package has none at `location`."""

    identifier: str
    location: str
    part: PartName | None
    kind: str


@dataclass(frozen=True, slots=True)
class Body:
    """One document of the package: its root part, its list of signatures and the list's entries in order."""

    root: PartName | None
    signature_list: PartName | None
    entries: tuple[Entry, ...]


def find(package: Package, location: str, base: PartName) -> PartName | None:
    """Return the part that *location* names, seen from *base*; None if the package has none."""
    return next(iter(find_all(package, location, base)), None)


def find_all(package: Package, location: str, base: PartName) -> tuple[PartName, ...]:
    """Return every part that *location* may name, seen from *base*: the likely one first."""
    found = (package.called(name) for name in locations(location, base))
    return tuple(dict.fromkeys(part for part in found if part is not None))


def read_bodies(package: Package, limits: Limits) -> tuple[Body, ...]:
    """Read the documents of *package*. What is broken below OFD.xml becomes a fault of the package.

    :raises NotADocument: OFD.xml is missing or no OFD's.
    :raises FormatRefusal: it is encrypted, or has more documents or signatures than *limits* allow.
    """
    if any(name.casefold().rpartition("/")[2] == ENCRYPTIONS for name in package.names):
        raise FormatRefusal(Refusal.ENCRYPTED, "the package has encrypted parts")
    entry_part = package.called(ENTRY_PART) or ""
    part = package.read(entry_part)
    if part is None:
        raise NotADocument(Refusal.MALFORMED, "the package has no OFD.xml that can be read")
    try:
        bodies = list(children(parse(part), "DocBody"))
    except MarkupError as error:
        raise NotADocument(Refusal.MALFORMED, f"OFD.xml: {error}") from error
    if len(bodies) > BODIES_LIMIT:
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"{len(bodies)} documents are more than {BODIES_LIMIT}")
    found = tuple(_body(body, package, entry_part, limits) for body in bodies)
    entries = [entry for body in found for entry in body.entries]
    if len(entries) > limits.signatures:
        raise FormatRefusal(Refusal.TOO_MANY_SIGNATURES, f"{len(entries)} signatures are more than {limits.signatures}")
    for name, count in Counter(entry.part for entry in entries if entry.part is not None).items():
        if count > 1:
            package.faults.append(Fault("signature-listed-twice", f"{name} is listed {count} times", fatal=True))
    return found


def _body(body: etree._Element, package: Package, base: PartName, limits: Limits) -> Body:
    root_location = text(child(body, "DocRoot"))
    root = find(package, root_location, base)
    if root is None:
        package.faults.append(Fault("document-root-missing", f"DocRoot {root_location!r} names no part", fatal=True))
    location = text(child(body, "Signatures"))
    if not location:
        return Body(root, None, ())
    signature_list = find(package, location, base)
    if signature_list is None:
        package.faults.append(Fault("signature-list-missing", f"Signatures {location!r} names no part", fatal=True))
        return Body(root, None, ())
    return Body(root, signature_list, _entries(package, signature_list, limits))


def _entries(package: Package, signature_list: PartName, limits: Limits) -> tuple[Entry, ...]:
    try:
        root = parse(package.read(signature_list) or b"")
    except MarkupError as error:
        package.faults.append(Fault("signature-list-malformed", f"{signature_list}: {error}", fatal=True))
        return ()
    listed = list(children(root, "Signature"))
    if len(listed) > limits.signatures:
        raise FormatRefusal(Refusal.TOO_MANY_SIGNATURES, f"{len(listed)} signatures are more than {limits.signatures}")
    entries = tuple(_entry(element, package, signature_list) for element in listed)
    if len({entry.identifier for entry in entries}) < len(entries):
        package.faults.append(Fault("signature-id-doubled", f"{signature_list} gives two signatures one ID"))
    return entries


def _entry(element: etree._Element, package: Package, base: PartName) -> Entry:
    location = (element.get("BaseLoc") or "").strip()
    return Entry(
        (element.get("ID") or "").strip(), location, find(package, location, base), (element.get("Type") or "Seal").strip()
    )
