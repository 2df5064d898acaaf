"""Containers with CAdES taken from B to LTA (EN 319 162-1 clauses 4.4.3.2 and 5.3.3.3).

An ASiC-S holds one CAdES file, which is augmented as any other. In an ASiC-E long-term archiving is the container's own: an
archive manifest lists everything by digest, and a timestamp is over the manifest. What it lists never changes again; what is
learnt later about the last timestamp goes into the token, before the next manifest lists that too.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Final

from idbridge.signatures.contents import Buffer, KnownContent
from idbridge.signatures.formats.asic.package import META, Package
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.making.asic_cades.manifests import (
    LAST_ARCHIVE,
    OF_CADES,
    OF_TIMESTAMP,
    free_name,
    written_manifest,
)
from idbridge.signatures.making.asic_cades.signing import check_kind
from idbridge.signatures.making.cms.augmenting import NO_MATERIAL, augment_cades, refuse_unstamped, with_material
from idbridge.signatures.making.cms.envelope import read_envelope
from idbridge.signatures.making.containers import Profile, kept_entries, packed, read_container
from idbridge.signatures.making.files import SignedFile, media_type_of
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import BaselineLevel, LongTermMaterial, Making, TimestampWanted, Wanted
from idbridge.signatures.making.translation import as_making_refusals

_TOKENS: Final = f"{META}timestamp{{}}.tst"
_OLDER_ARCHIVES: Final = f"{META}ASiCArchiveManifest{{}}.xml"
_MEDIA_TYPES: Final = {"p7s": OF_CADES, "tst": OF_TIMESTAMP}

Entries = dict[str, Iterable[Buffer]]
Changing = Generator[Wanted, bytes, Entries]
"""Yields wishes, returns the entries that change or come anew."""


def augment_asic_cades(
    container: bytes,
    level: BaselineLevel,
    material: LongTermMaterial = NO_MATERIAL,
    *,
    digest_name: str = "SHA-256",
    limits: Limits = LIMITS,
) -> Making:
    """Take all CAdES signatures of *container* one level up, as `augment_cades` does: returns the container.

    :raises MakingRefused: it is no container of ASiC with CAdES, there is nothing to add, or what is archived would change.
    """
    with as_making_refusals():
        package = read_container(container, limits)
        check_kind(package)
        profile = Profile(package.profile)
        if level is BaselineLevel.LTA and profile is Profile.EXTENDED:
            return (yield from _archived(package, material, digest_name, limits))
        changed = yield from _augmented(package, level, material, digest_name)
        if not changed:
            raise MakingRefused(MakingRefusal.NOTHING_TO_AUGMENT, f"every signature has what {level} asks for")
        return packed(profile, {**kept_entries(package.archive), **changed}, limits)


def _augmented(package: Package, level: BaselineLevel, material: LongTermMaterial, digest_name: str) -> Changing:
    """Augment the signature files; those that an archive manifest lists stay, and the last token takes the material."""
    archived = _archived_names(package)
    changed: Entries = {}
    for name in package.cades:
        if name not in archived:
            before = package.archive.read(name)
            content = package.archive.content(package.data[0]) if package.data else None
            try:
                after = yield from augment_cades(before, level, material, content=content, digest_name=digest_name)
            except MakingRefused as refused:
                if refused.code is not MakingRefusal.NOTHING_TO_AUGMENT:
                    raise
            else:
                changed[name] = (after,)
    if archived and level is BaselineLevel.LT:
        changed |= _into_last_token(package, material)
    return changed


def _archived_names(package: Package) -> frozenset[str]:
    """Return the entries that manifests with timestamps list: their octets are fixed."""
    tokens = set(package.tokens)
    return frozenset(name for manifest in package.manifests if manifest.signed_by in tokens for name in manifest.files)


def _into_last_token(package: Package, material: LongTermMaterial) -> Entries:
    """Put what no entry has yet into the one token that nothing covers: certificates and lists are no signed part of it."""
    archived = _archived_names(package)
    last = [name for name in package.tokens if name not in archived][-1:]
    envelopes = [read_envelope(package.archive.read(name)) for name in (*package.cades, *package.tokens)]
    known = {encoding for envelope in envelopes for encoding in (*envelope.certificates, *envelope.revocations)}
    changed: Entries = {}
    for name in last:
        before = read_envelope(package.archive.read(name))
        added = with_material(before, material, known)
        if added != before:
            changed[name] = (added.encoding(),)
    return changed


def _archived(package: Package, material: LongTermMaterial, digest_name: str, limits: Limits) -> Making:
    """Add an archive manifest over every entry, and its timestamp; the former manifest makes room for the name."""
    entries = kept_entries(package.archive)
    if material != NO_MATERIAL:
        entries |= yield from _augmented(package, BaselineLevel.LT, material, digest_name)
    pieces = {name: tuple(entry) for name, entry in entries.items()}
    for name in package.cades:
        refuse_unstamped(b"".join(pieces[name]))
    former = None
    if LAST_ARCHIVE in pieces:
        former = free_name(package, _OLDER_ARCHIVES)
        pieces = {former if name == LAST_ARCHIVE else name: entry for name, entry in pieces.items()}
    files = [SignedFile(KnownContent(entry, name), _media_type(name)) for name, entry in pieces.items()]
    token_name = free_name(package, _TOKENS)
    manifest = written_manifest(token_name, OF_TIMESTAMP, files, digest_name, former)
    token = yield TimestampWanted(manifest)
    return packed(Profile.EXTENDED, {**pieces, LAST_ARCHIVE: (manifest,), token_name: (token,)}, limits)


def _media_type(name: str) -> str:
    return _MEDIA_TYPES.get(name.rpartition(".")[2], "") or media_type_of(name)
