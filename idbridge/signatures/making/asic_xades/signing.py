"""Containers signed, co-signed and augmented. Files keep their octets; signatures stand in META-INF, apart from them.

Each signature file has one root, asic:XAdESSignatures, with detached signatures that refer to files by name (EN 319 162-1
clauses 4.3.3.2 and 4.4.3.2).
"""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Final

from idbridge.signatures.formats.asic.manifests import NAMESPACES
from idbridge.signatures.formats.asic.package import META, Package
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.formats.xmldsig.parsing import Tree
from idbridge.signatures.formats.xmldsig.references import Source
from idbridge.signatures.making.containers import (
    MANIFEST,
    Profile,
    data_entries,
    kept_entries,
    manifest,
    packed,
    read_container,
)
from idbridge.signatures.making.files import SignedFile, media_type_of
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import BaselineLevel, LongTermMaterial, Making, Signatory, Statement, Wanted
from idbridge.signatures.making.translation import as_making_refusals
from idbridge.signatures.making.validation_data import refuse_idle
from idbridge.signatures.making.xades.augmenting import NOTHING, augment_tree
from idbridge.signatures.making.xades.bystanders import Bystanders
from idbridge.signatures.making.xades.markup import read_tree, written
from idbridge.signatures.making.xades.packaging import beside
from idbridge.signatures.making.xades.signing import write_signature

_EMPTY: Final = f'<asic:XAdESSignatures xmlns:asic="{NAMESPACES[0]}"/>'.encode()
_NAMES: Final = {Profile.SIMPLE: f"{META}signatures.xml", Profile.EXTENDED: f"{META}signatures001.xml"}
_NUMBER: Final = re.compile(r"META-INF/signatures(\d{1,9})\.xml")


def make_asic_xades(
    files: tuple[SignedFile, ...],
    signatory: Signatory,
    statement: Statement,
    *,
    profile: Profile = Profile.EXTENDED,
    limits: Limits = LIMITS,
) -> Making:
    """Pack *files* and sign all of them: yields a wish for the value, returns the container, at B-B.

    :raises MakingRefused: there is none, several for ASiC-S, or one that cannot be packed or found again.
    """
    if profile is Profile.SIMPLE and len(files) != 1:
        raise MakingRefused(MakingRefusal.FORMAT, f"ASiC-S holds one file, not {len(files)}")
    entries = data_entries(files, limits)
    with as_making_refusals():
        tree = read_tree(_EMPTY, limits)
        yield from _signed(tree, files, signatory, statement, limits)
    if profile is Profile.EXTENDED:
        entries[MANIFEST] = (manifest(profile, files),)
    entries[_NAMES[profile]] = (written(tree),)
    return packed(profile, entries, limits)


def add_asic_xades(
    container: bytes,
    signatory: Signatory,
    statement: Statement,
    *,
    limits: Limits = LIMITS,
) -> Making:
    """Sign all files of *container* beside those who did: yields a wish for the value, returns the container.

    In ASiC-S the signature joins the others in their file, in ASiC-E it has its own.

    :raises MakingRefused: it is no container of ASiC, its signatures are no XAdES, or it holds nothing.
    """
    with as_making_refusals():
        package = read_container(container, limits)
        _check_kind(package)
        return (yield from _joined(package, signatory, statement, limits))


def _joined(package: Package, signatory: Signatory, statement: Statement, limits: Limits) -> Making:
    files = tuple(SignedFile(package.archive.content(name), media_type_of(name)) for name in package.data)
    profile = Profile(package.profile)
    name = package.xades[0] if profile is Profile.SIMPLE else _next_name(package)
    tree = read_tree(package.archive.read(name) if name in package.archive else _EMPTY, limits)
    yield from _signed(tree, files, signatory, statement, limits)
    return packed(profile, {**kept_entries(package.archive), name: (written(tree),)}, limits)


def augment_asic_xades(
    container: bytes, level: BaselineLevel, material: LongTermMaterial = NOTHING, *, limits: Limits = LIMITS
) -> Making:
    """Bring all XAdES signatures of *container* to *level*, as `augment_xades` does: returns the container.

    :raises MakingRefused: it is no container of ASiC, has none, or they cannot be brought there.
    """
    changed: dict[str, tuple[bytes]] = {}
    with as_making_refusals():
        package = read_container(container, limits)
        _check_kind(package)
        for file in package.xades:
            contents = tuple(package.archive.content(name) for name in package.archive.names if name != file)
            source = Source(read_tree(package.archive.read(file), limits), contents, limits, strict_names=True)
            if (yield from augment_tree(source, level, material)):
                changed[file] = (written(source.tree),)
    refuse_idle(level, added=bool(changed))
    return packed(Profile(package.profile), {**kept_entries(package.archive), **changed}, limits)


def _signed(
    tree: Tree, files: tuple[SignedFile, ...], signatory: Signatory, statement: Statement, limits: Limits
) -> Generator[Wanted, bytes, None]:
    place = beside(tree, tree.root, files)
    bystanders = Bystanders.of(tree, place.detached, limits)
    yield from write_signature(place, signatory, statement, limits)
    bystanders.check(tree)


def _check_kind(package: Package) -> None:
    if package.cades or not package.xades:
        raise MakingRefused(MakingRefusal.FORMAT, "the container's signatures are no XAdES")


def _next_name(package: Package) -> str:
    numbers = (int(found[1]) for name in package.archive.names if (found := _NUMBER.fullmatch(name)))
    return f"{META}signatures{max(numbers, default=0) + 1:03}.xml"
