"""The signatures, timestamps and evidence records of one container, each over the files that it says it is over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from idbridge.signatures.contents import Content
from idbridge.signatures.evidence import (
    Container,
    Coverage,
    Document,
    DocumentFormat,
    EvidenceId,
    EvidenceRecordEvidence,
    Fault,
    SignatureEvidence,
    TimestampEvidence,
    TimestampKind,
)
from idbridge.signatures.formats.archive import open_archive
from idbridge.signatures.formats.asic.covering import file_scopes, over_files, profile_faults, with_manifest
from idbridge.signatures.formats.asic.manifests import Manifest
from idbridge.signatures.formats.asic.package import ASIC_E, ASIC_S, Package, read_package
from idbridge.signatures.formats.cms import read_signatures as read_cms_signatures
from idbridge.signatures.formats.coverage import everything_in
from idbridge.signatures.formats.envelopes import unwrapped
from idbridge.signatures.formats.evidence_record.reading import over, parse_record
from idbridge.signatures.formats.limits import LIMITS, MIB, Limits
from idbridge.signatures.formats.signed_data import read_signed_data
from idbridge.signatures.formats.timestamp import TokenPlace, read_token
from idbridge.signatures.formats.xmldsig.reading import read_signatures as read_xml_signatures
from idbridge.signatures.material import Material
from idbridge.signatures.refusals import FormatRefusal, NotADocument, Refusal

XADES_SIZE: Final = 64 * MIB
"""Octets of all XML signatures of a container: with certificates and lists for an archive, one takes up to a mebibyte."""

_AFTER_SIGNATURES = 100
"""The rank of a container's timestamps where times are equal: they were made after those within its signatures."""


def read(data: bytes, *, detached: tuple[Content, ...] = (), name: str | None = None, limits: Limits = LIMITS) -> Document:
    """Read a container with its signatures over its own files; *detached* content has no part in it.

    :raises NotADocument: it is no ZIP archive.
    :raises FormatRefusal: it is beyond *limits*, encrypted, or made to harm its reader.
    """
    del name, detached
    package = read_package(open_archive(data, limits), limits)
    faults = list(package.faults)
    signatures = tuple(_signatures(package, limits, faults))
    if sum(1 + _counters(signature) for signature in signatures) > limits.signatures:
        raise FormatRefusal(Refusal.TOO_MANY_SIGNATURES, f"more than {limits.signatures} signatures in the container")
    timestamps = tuple(_timestamps(package, signatures, limits))
    records = tuple(_records(package, signatures, limits, faults))
    signatures = tuple(_archived(signature, package) for signature in signatures)
    container = Container(package.profile, package.mime_type, package.archive.names, tuple(m.name for m in package.manifests))
    return Document(DocumentFormat.ASIC, signatures, timestamps, records, container, tuple(faults))


def _counters(signature: SignatureEvidence) -> int:
    return sum(1 + _counters(counter) for counter in signature.counter_signatures)


def _signatures(package: Package, limits: Limits, faults: list[Fault]) -> Iterator[SignatureEvidence]:
    """Read every signature file; one that cannot be read is a fault, which keeps every other from passing."""
    limits = _shared(package, limits)
    files = [*((file, _cades) for file in package.cades), *((file, _xades) for file in package.xades)]
    for number, (file, read_file) in enumerate(files, 1):
        try:
            yield from read_file(file, package, limits, f"S{number}-")
        except NotADocument as error:
            faults.append(Fault("asic-signature-malformed", f"{file}: {error.detail}", fatal=True))


def _shared(package: Package, limits: Limits) -> Limits:
    """Signature files share what one of them may cost.

    :raises FormatRefusal: they are larger than any.
    """
    if sum(map(package.archive.size, package.xades)) > XADES_SIZE:
        raise FormatRefusal(Refusal.TOO_LARGE, f"the XML signatures unpack to more than {XADES_SIZE} octets")
    return replace(limits, xml_work=limits.xml_work // max(1, len(package.xades)))


def _cades(file: str, package: Package, limits: Limits, prefix: str) -> Iterable[SignatureEvidence]:
    """A CAdES signature is over the manifest that names it, or over the one file of an ASiC-S (clauses 4.3.3.2, 4.4.3.2)."""
    signed_data = read_signed_data(unwrapped(package.archive.read(file)), limits, trailing=True)
    manifest = package.manifest_of(file) if package.profile != ASIC_S else None
    if manifest is not None:
        contents: tuple[Content, ...] = (package.archive.content(manifest.name),)
        signatures = read_cms_signatures(signed_data, contents, limits, prefix=prefix)
        return tuple(with_manifest(signature, manifest, package, file) for signature in signatures)
    single = package.data if len(package.data) == 1 and package.profile == ASIC_S else ()
    contents = tuple(package.archive.content(name) for name in (single or package.data if package.profile == ASIC_S else ()))
    signatures = read_cms_signatures(signed_data, contents, limits, prefix=prefix)
    return tuple(_over_content(signature, package, file) for signature in signatures)


def _over_content(signature: SignatureEvidence, package: Package, file: str) -> SignatureEvidence:
    faults = profile_faults(package)
    if package.profile == ASIC_E:
        faults = (*faults, Fault("asic-manifest-missing", f"no manifest names {file}", fatal=True))
    signed = replace(signature.signed, faults=(*signature.signed.faults, *faults))
    named = frozenset(reference.name for reference in signed.references)
    scope = signature.scope if signature.parent else file_scopes(package, named)
    return replace(signature, signed=signed, scope=scope, file=file)


def _xades(file: str, package: Package, limits: Limits, prefix: str) -> Iterable[SignatureEvidence]:
    contents = tuple(package.archive.content(name) for name in package.archive.names if name != file)
    data = package.archive.read(file)
    signatures = read_xml_signatures(data, contents, limits, prefix=prefix, file=file, strict_names=True)
    return tuple(over_files(signature, package, file) for signature in signatures)


def _timestamps(package: Package, signatures: tuple[SignatureEvidence, ...], limits: Limits) -> Iterator[TimestampEvidence]:
    """Timestamps over a manifest (of data, or of signatures too), or over the one file of an ASiC-S."""
    for number, file in enumerate(package.tokens, 1):
        manifest = package.manifest_of(file) if package.profile != ASIC_S or package.manifests else None
        names = (manifest.name,) if manifest is not None else package.data if package.profile == ASIC_S else ()
        contents = tuple(package.archive.content(name) for name in names)
        covers = _coverage(manifest, signatures) if manifest is not None else Coverage(content=True)
        kind = TimestampKind.ARCHIVE if covers.signatures else TimestampKind.CONTAINER
        place = TokenPlace(EvidenceId(f"T{number}"), kind, covers, _AFTER_SIGNATURES + number, name=file)
        missing = None if contents else "no manifest names the timestamp"
        token = read_token(unwrapped(package.archive.read(file)), place, contents, limits=limits, missing=missing)
        faults = profile_faults(package)
        if manifest is not None:
            faults = (*faults, *manifest.faults)
        listed = manifest.references if manifest is not None else ()
        signed = replace(token.signed, references=(*token.signed.references, *listed), faults=(*token.signed.faults, *faults))
        yield replace(token, signed=signed)


def _records(
    package: Package, signatures: tuple[SignatureEvidence, ...], limits: Limits, faults: list[Fault]
) -> Iterator[EvidenceRecordEvidence]:
    """Evidence records are over the files that their manifest lists, or over the one file of an ASiC-S (clause 4.3.3.4)."""
    for number, file in enumerate(package.records, 1):
        manifest = package.manifest_of(file)
        names = tuple(name for name in manifest.files if name in package.archive) if manifest is not None else ()
        if manifest is None and package.profile == ASIC_S and len(package.data) == 1:
            names = package.data
        covers = _coverage(manifest, signatures) if manifest is not None else Coverage(content=True)
        contents = tuple(package.archive.content(name) for name in names)
        try:
            parsed = parse_record(package.archive.read(file), limits)
        except NotADocument as error:
            faults.append(Fault("asic-evidence-record-malformed", f"{file}: {error.detail}"))
            continue
        record = over(parsed, contents, limits, EvidenceId(f"E{number}"), covers)
        scope = file_scopes(package, frozenset(names), manifest.name if manifest is not None else None)
        listed = manifest.references if manifest is not None else ()
        yield replace(record, references=(*record.references, *listed), scope=scope)


def _coverage(manifest: Manifest, signatures: tuple[SignatureEvidence, ...]) -> Coverage:
    """What a manifest's digests bind: the signature files that it lists, with all that is in them, and the data."""
    return everything_in(signature for signature in signatures if signature.file in manifest.intact)


def _archived(signature: SignatureEvidence, package: Package) -> SignatureEvidence:
    """An archive manifest with its timestamp makes a baseline signature LTA (EN 319 162-1 clause 5.3.3.3)."""
    archived = any(m.signed_by in package.tokens and signature.file in m.intact for m in package.manifests)
    if not archived or Material.NOT_BASELINE in signature.material:
        return signature
    return replace(signature, material=signature.material | {Material.ARCHIVE_TIMESTAMP})
