"""ASiC manifests (EN 319 162-1 annex A.4): which signature, timestamp or evidence record is over which files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from lxml import etree

from idbridge.signatures.algorithms import XML_DIGESTS
from idbridge.signatures.evidence import Fault, Reference, ReferenceKind
from idbridge.signatures.formats.archive import Archive
from idbridge.signatures.formats.limits import MIB, Limits
from idbridge.signatures.formats.xmldsig.names import Element, binary, ds
from idbridge.signatures.formats.xmldsig.parsing import parse
from idbridge.signatures.refusals import FormatRefusal, NotADocument, Refusal

NAMESPACES: Final = ("http://uri.etsi.org/02918/v1.2.1#", "http://uri.etsi.org/02918/v1.1.1#")


SIZE: Final = 4 * MIB
"""Octets of a manifest: one that lists as many files as are allowed, by the longest names, takes half as many."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One manifest: its entry's name, the entry that signs it, and the files it lists, with their digests computed."""

    name: str
    signed_by: str
    references: tuple[Reference, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files it lists."""
        return tuple(reference.name for reference in self.references)

    @property
    def intact(self) -> frozenset[str]:
        """The names of those whose digests are as stated."""
        return frozenset(reference.name for reference in self.references if reference.intact)


def read_manifest(name: str, archive: Archive, limits: Limits) -> Manifest:
    """Read a manifest; one that is none lists nothing, with a fault.

    :raises FormatRefusal: it is beyond *limits*, or a listed file cannot be unpacked.
    """
    if archive.size(name) > SIZE:
        raise FormatRefusal(Refusal.TOO_LARGE, f"{name} unpacks to more than {SIZE} octets")
    try:
        root = parse(archive.read(name), limits).root
    except NotADocument as error:
        return Manifest(name, "", (), (Fault("asic-manifest-malformed", f"{name}: {error.detail}", fatal=True),))
    qualified = etree.QName(root)
    if qualified.localname != "ASiCManifest" or qualified.namespace not in NAMESPACES:
        return Manifest(name, "", (), (Fault("asic-manifest-malformed", f"{name} is no ASiCManifest", fatal=True),))
    listed = list(_within(root, "DataObjectReference"))
    if len(listed) > limits.references:
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"{name} lists more than {limits.references} files")
    references = tuple(_reference(element, archive) for element in listed)
    faults: tuple[Fault, ...] = ()
    if any(element.getparent() is not root for element in listed):
        faults = (Fault("asic-manifest-form", f"{name}: references stand where the schema has none"),)
    if not references:
        faults = (*faults, Fault("asic-manifest-empty", f"{name} lists no file", fatal=True))
    doubled = len({reference.name for reference in references}) != len(references)
    if doubled:
        faults = (*faults, Fault("asic-manifest-doubled", f"{name} lists a file twice", fatal=True))
    signed_by = next((entry_name(element) for element in _within(root, "SigReference")), "")
    return Manifest(name, signed_by, references, faults)


def _within(root: Element, local: str) -> Iterator[Element]:
    for namespace in NAMESPACES:
        yield from root.iter(f"{{{namespace}}}{local}")


def entry_name(element: Element) -> str:
    """Return the entry that an element's URI names, from the container's root (annex A.4, `URI`)."""
    return unquote(element.get("URI", "")).lstrip("/")


def _reference(element: Element, archive: Archive) -> Reference:
    method = element.find(ds("DigestMethod"))
    uri = method.get("Algorithm", "") if method is not None else ""
    algorithm = XML_DIGESTS.get(uri, uri[:200])
    expected = binary(element.find(ds("DigestValue"))) or b""
    stated = element.get("URI", "").lstrip("/")
    name = stated if stated in archive else entry_name(element)
    if name not in archive:
        missing = "there is no such file in the container"
        return Reference(ReferenceKind.MANIFEST_ENTRY, name[:1_000], algorithm, expected, None, missing)
    computed = archive.content(name).digest(algorithm)
    missing_algorithm = None if computed is not None else f"the digest algorithm {algorithm or '(none)'} is not known"
    return Reference(ReferenceKind.MANIFEST_ENTRY, name, algorithm, expected, computed, missing_algorithm)
