"""How much of a container a signature covers: the files by name, and those that it leaves out."""

from __future__ import annotations

from dataclasses import replace

from idbridge.signatures.evidence import (
    Fault,
    Reference,
    ReferenceKind,
    Scope,
    ScopeKind,
    SignatureEvidence,
)
from idbridge.signatures.formats.asic.manifests import Manifest
from idbridge.signatures.formats.asic.package import ASIC_S, Package
from idbridge.signatures.formats.xmldsig.scopes import PARTLY

_OF_FILES = (ReferenceKind.XML_REFERENCE, ReferenceKind.MANIFEST_ENTRY)


def file_scopes(package: Package, covered: frozenset[str], manifest: str | None = None) -> tuple[Scope, ...]:
    """Return the scope of what covers the files *covered*: the whole only if no file of the container is left out."""
    left_out = _left_out(package, covered)
    scopes = tuple(
        Scope(ScopeKind.FILE, name, whole_document=not left_out, not_covered=left_out)
        for name in package.archive.names
        if name in covered
    )
    if manifest is not None:
        scopes = (*scopes, Scope(ScopeKind.MANIFEST, manifest, whole_document=False, not_covered=left_out))
    return scopes


def _left_out(package: Package, covered: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name in (*package.data, *package.unclaimed) if name not in covered)


def profile_faults(package: Package) -> tuple[Fault, ...]:
    """ASiC-S has one data object (EN 319 162-1 clause 4.3.3.1): more or none, and nobody can say what was signed."""
    if package.profile == ASIC_S and len(package.data) != 1:
        detail = f"{len(package.data)} files where ASiC-S has one"
        return (Fault("asic-s-data-objects", detail, fatal=True),)
    return ()


def with_manifest(signature: SignatureEvidence, manifest: Manifest, package: Package, file: str) -> SignatureEvidence:
    """Return a signature over *manifest* with the digests that this lists, and what it covers by them."""
    signed = replace(
        signature.signed,
        references=(*signature.signed.references, *manifest.references),
        faults=(*signature.signed.faults, *manifest.faults, *profile_faults(package)),
    )
    scope = signature.scope if signature.parent else file_scopes(package, frozenset(manifest.files), manifest.name)
    return replace(signature, signed=signed, scope=scope, file=file)


def over_files(signature: SignatureEvidence, package: Package, file: str) -> SignatureEvidence:
    """Return an XML signature with its scope told in files: elements of signed files stay as they are."""
    signed = replace(signature.signed, faults=(*signature.signed.faults, *profile_faults(package)))
    in_part = frozenset(scope.name for scope in signature.scope if scope.detail == PARTLY)
    named = frozenset(map(_file, signature.signed.references))
    covered = frozenset(name for name in named - in_part if name in package.archive)
    left_out = _left_out(package, covered)
    others = tuple(
        replace(scope, whole_document=False, not_covered=(*scope.not_covered, *left_out))
        for scope in signature.scope
        if scope.kind is not ScopeKind.FILE or scope.name in in_part
    )
    scope = signature.scope if signature.parent else (*file_scopes(package, covered), *others)
    return replace(signature, signed=signed, scope=scope, file=file)


def _file(reference: Reference) -> str:
    """The file that a reference digests, all of it or a part."""
    return reference.name if reference.kind in _OF_FILES and not reference.name.startswith("#") else ""
