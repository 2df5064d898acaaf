"""Containers signed and co-signed with CAdES: in ASiC-S over the one file, in ASiC-E over a manifest of all files.

EN 319 162-1 clauses 4.3.3.2 and 4.4.3.2. In ASiC-S further signers join the signature file; in ASiC-E each has its own.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

from idbridge.signatures.contents import Buffer, KnownContent
from idbridge.signatures.formats.asic.package import META, Package
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.making.asic_cades.manifests import OF_CADES, free_name, written_manifest
from idbridge.signatures.making.cms.algorithms import cms_algorithm_of
from idbridge.signatures.making.cms.signing import add_cades, make_cades
from idbridge.signatures.making.containers import Profile, data_entries, kept_entries, packed, read_container
from idbridge.signatures.making.files import SignedFile, check_files, media_type_of
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import Making, Signatory, Statement, Wanted
from idbridge.signatures.making.translation import as_making_refusals

_SIMPLE_SIGNATURE: Final = f"{META}signature.p7s"
_SIGNATURES: Final = f"{META}signature{{}}.p7s"
_MANIFESTS: Final = f"{META}ASiCManifest{{}}.xml"


def make_asic_cades(
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
    check_files(files)
    entries = data_entries(files, limits)
    if profile is Profile.EXTENDED:
        entries |= yield from _extended(None, files, signatory, statement)
        return packed(profile, entries, limits)
    if len(files) != 1:
        raise MakingRefused(MakingRefusal.FORMAT, f"ASiC-S holds one file, not {len(files)}")
    signature = yield from make_cades(files[0].content, signatory, statement, attached=False)
    return packed(profile, {**entries, _SIMPLE_SIGNATURE: (signature,)}, limits)


def add_asic_cades(container: bytes, signatory: Signatory, statement: Statement, *, limits: Limits = LIMITS) -> Making:
    """Sign all files of *container* beside those who did: yields a wish for the value, returns the container.

    :raises MakingRefused: it is no container of ASiC, its signatures are no CAdES, or it holds nothing.
    """
    with as_making_refusals():
        package = read_container(container, limits)
        check_kind(package)
        profile = Profile(package.profile)
        files = data_files(package)
        check_files(files)
        if profile is Profile.EXTENDED:
            added = yield from _extended(package, files, signatory, statement)
        else:
            (name,) = package.cades[:1]
            there = package.archive.read(name)
            added = {name: ((yield from add_cades(there, signatory, statement, content=files[0].content)),)}
        return packed(profile, {**kept_entries(package.archive), **added}, limits)


def _extended(
    package: Package | None, files: tuple[SignedFile, ...], signatory: Signatory, statement: Statement
) -> Generator[Wanted, bytes, dict[str, tuple[Buffer, ...]]]:
    """Return the entries of a signature over a manifest of *files*."""
    signature_name, name = free_name(package, _SIGNATURES), free_name(package, _MANIFESTS)
    digest = cms_algorithm_of(signatory.algorithm).digest
    manifest = written_manifest(signature_name, OF_CADES, files, digest)
    signature = yield from make_cades(KnownContent.of(manifest), signatory, statement, attached=False)
    return {name: (manifest,), signature_name: (signature,)}


def check_kind(package: Package) -> None:
    """Refuse a container whose signatures are of the other kind.

    :raises MakingRefused: it is one, or has none.
    """
    if package.xades or not package.cades:
        raise MakingRefused(MakingRefusal.FORMAT, "the container's signatures are no CAdES")


def data_files(package: Package) -> tuple[SignedFile, ...]:
    """Return the files that signatures are there to cover."""
    return tuple(SignedFile(package.archive.content(name), media_type_of(name)) for name in package.data)
