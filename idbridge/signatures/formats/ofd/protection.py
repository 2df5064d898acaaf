"""What signatures of a package protect, and what they leave out (GB/T 33190 clause 18.2.3).

The parts that make up the signatures themselves are set apart: a list that later signatures enter themselves in, each
Signature.xml with its value and seal. Of everything else a signature either has the digest or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from idbridge.signatures.contents import digest
from idbridge.signatures.evidence import Fault, Reference, ReferenceKind, Scope, ScopeKind
from idbridge.signatures.formats.ofd.markup import STRUCTURE_LIMIT
from idbridge.signatures.formats.ofd.package import Package, PackedPart
from idbridge.signatures.formats.ofd.part_names import PartName
from idbridge.signatures.formats.ofd.signature_list import earlier_states
from idbridge.signatures.formats.ofd.signature_part import UTF_16, PartReference, SignaturePart, is_signature_part
from idbridge.signatures.formats.ofd.structure import ENTRY_PART, Body, Entry, find, find_all

NO_PART: Final = "the package has no such part"

_ENCODINGS: Final = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
"""Those in which parts name others: two without a byte order mark, two with."""

_ENCODED: Final = (b"\x30", b"MI", b"-----BEGIN")
"""How seals and values begin: in DER, in base64, in PEM. Nothing that is shown begins so."""

UNPROTECTED_SHOWN: Final = 20
"""Parts without protection that are named one by one: every other part is searched for the name of each."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A signature of the list with its Signature.xml, None where that cannot be read, `problem` says why.

    `references` has the protected parts by name (None: the package lacks it) with their digests, in order.
    """

    entry: Entry
    body: Body
    part: SignaturePart | None
    references: tuple[tuple[PartName | None, Reference], ...] = ()
    problem: Fault | None = None

    @property
    def protects(self) -> frozenset[PartName]:
        """The parts whose digests are as stated."""
        return frozenset(name for name, reference in self.references if name is not None and reference.intact)

    def own_parts(self, package: Package) -> Iterator[PartName]:
        """Walk through the parts that the signature itself is made of.

        Whatever is no seal or value stays what it is: else a signer could have a page taken for his seal, and nobody miss it.
        """
        if self.entry.part is None:
            return
        yield self.entry.part
        for location in (self.part.value, self.part.seal) if self.part is not None else ():
            name = find(package, location, self.entry.part) if location else None
            if name is not None and (package.read(name) or b"").startswith(_ENCODED):
                yield name


def read_references(package: Package, part: SignaturePart, base: PartName) -> tuple[tuple[PartName | None, Reference], ...]:
    """Digest every part that a Signature.xml at *base* protects.

    A location that names two parts, one from its folder and one from the root, protects both: another reader may take either.
    """
    return tuple(
        (name, _reference(package, reference, part.digest, name))
        for reference in part.references
        for name in find_all(package, reference.location, base) or (None,)
    )


def _reference(package: Package, stated: PartReference, algorithm: str, name: PartName | None) -> Reference:
    content = package.content(name) if name is not None else None
    if name is None or content is None:  # a part that was signed and is gone is a change, not a lack of data
        return Reference(ReferenceKind.OFD_REFERENCE, stated.location, algorithm, stated.value, b"", how=NO_PART)
    computed = content.digest(algorithm)
    missing = None if computed is not None else f"no digest is called {algorithm}"
    return Reference(ReferenceKind.OFD_REFERENCE, name, algorithm, stated.value, computed, missing)


def restore_lists(package: Package, signatures: tuple[Listed, ...]) -> Iterator[Listed]:
    """Judge the digest of a rewritten Signatures.xml anew, where later signatures entered themselves in it."""
    for number, listed in enumerate(signatures):
        later = [other for other in signatures[number + 1 :] if other.body is listed.body]
        kept = sum(other.body is listed.body for other in signatures[: number + 1])
        references = tuple(
            (name, _restored(package, listed, reference, kept, later))
            if later and name is not None and name == listed.body.signature_list and reference.intact is False
            else (name, reference)
            for name, reference in listed.references
        )
        yield Listed(listed.entry, listed.body, listed.part, references, listed.problem)


def _restored(package: Package, listed: Listed, reference: Reference, kept: int, later: list[Listed]) -> Reference:
    """Take later entries out of the list. If that does not give the digest, a later signature may still vouch for this one.

    The list has then been written anew by somebody who signed for what he found; that it was not tampered with before is
    not proved, and the digest cannot be told.
    """
    own = (listed.entry.identifier, *(listed.part.identifiers if listed.part is not None else ()))
    signature_list = package.read(reference.name) or b""
    for state in earlier_states(signature_list, kept, dict.fromkeys(filter(None, (*reversed(own), str(kept))))):
        if digest(reference.algorithm, state) == reference.expected:
            how = f"as it was before {len(later)} later signature(s) entered themselves"
            return _with(reference, reference.expected, None, how)
    vouched = [other.entry.identifier for other in later if listed.entry.part in other.protects]
    if vouched:
        missing = f"rewritten when signature {', '.join(vouched)} was made; what it was before cannot be restored"
        return _with(reference, None, missing, "")
    return reference


def _with(reference: Reference, computed: bytes | None, missing: str | None, how: str) -> Reference:
    return Reference(reference.kind, reference.name, reference.algorithm, reference.expected, computed, missing, how)


def signature_parts(package: Package, signatures: Iterable[Listed]) -> frozenset[PartName]:
    """Return the parts that the signatures themselves are made of, their lists among them."""
    found: set[PartName] = set()
    for listed in signatures:
        found.update(listed.own_parts(package))
        if listed.body.signature_list is not None:
            found.add(listed.body.signature_list)
    return frozenset(found)


def scope_of(listed: Listed, package: Package, apart: frozenset[PartName]) -> Scope:
    """Return what a signature covers of the package, without the parts *apart* that signatures are made of."""
    protected = dict.fromkeys(name for name, _ in listed.references if name is not None)
    left_out = tuple(name for name in package.names if name not in apart and name not in protected)
    return Scope(
        ScopeKind.OFD_PART,
        listed.body.root or "",
        whole_document=bool(protected) and not left_out and listed.body.root in protected,
        not_covered=left_out,
        detail=f"{len(protected)} parts: {', '.join(protected)}",
    )


def package_faults(
    package: Package, signatures: tuple[Listed, ...], apart: frozenset[PartName], *, signed: bool
) -> Iterator[Fault]:
    """Find what no signature protects in a package that is *signed*, and signatures that are in it but in no list."""
    listed = {other.entry.part for other in signatures}
    for name in package.names:
        if name not in listed and _may_be_signature(package, name) and is_signature_part(package.read(name) or b""):
            yield Fault("signature-unlisted", f"{name} is a signature that no list has: its entry was removed", fatal=True)
    if not signed:
        return
    protected = {name for other in signatures for name, _ in other.references} | apart
    bare = [name for name in package.names if name not in protected and name.casefold() != ENTRY_PART.casefold()]
    referred = _referred_to(package, bare[:UNPROTECTED_SHOWN])
    for name in bare[:UNPROTECTED_SHOWN]:
        unseen = "" if name in referred else ", and nothing refers to it"
        yield Fault("part-unprotected", f"{name} is protected by no signature{unseen}")
    if len(bare) > UNPROTECTED_SHOWN:
        yield Fault("part-unprotected", f"{len(bare) - UNPROTECTED_SHOWN} more parts are protected by no signature")


def _may_be_signature(package: Package, name: PartName) -> bool:
    return name.lower().endswith(".xml") and package.size(name) <= STRUCTURE_LIMIT


def _referred_to(package: Package, names: Iterable[PartName]) -> frozenset[PartName]:
    """Return those of *names* that anything in the package names: what nothing names is not shown.

    All of them, where the package is too large to be looked through.
    """
    sought = {name: [name.rpartition("/")[2].encode(encoding) for encoding in _ENCODINGS] for name in names}
    found: set[PartName] = set()
    for other in package.names if sought else ():
        part = package.content(other) if other.lower().endswith(".xml") else None
        if isinstance(part, PackedPart):
            return frozenset(sought)
        markup = part.whole() if part is not None else b""
        wide = markup.startswith(UTF_16)
        for name in sought.keys() - found - {other}:
            written = sought[name][2:] if wide else dict.fromkeys(sought[name][:2])
            if any(octets in markup for octets in written):
                found.add(name)
    return frozenset(found)
