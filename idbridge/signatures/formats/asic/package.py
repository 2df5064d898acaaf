"""What kind of package it is, and which of its entries are signed content, signatures, timestamps and manifests.

EN 319 162-1 clauses 4.3 and 4.4, annex A; ODF 1.3 part 2 clauses 3.2 and 5; EPUB Open Container Format 3.3 clause 4.2.6.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from idbridge.signatures.evidence import Fault
from idbridge.signatures.formats.archive import Archive
from idbridge.signatures.formats.asic.manifests import Manifest, read_manifest
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.refusals import FormatRefusal, Refusal

MIMETYPE: Final = "mimetype"
MIMETYPE_SIZE: Final = 200
"""Octets. The longest registered media types of such packages have 80."""

META: Final = "META-INF/"
ASIC_S, ASIC_E, ODF, EPUB, ZIP = "ASiC-S", "ASiC-E", "ODF", "EPUB", "ZIP"
_PROFILES: Final = {
    "application/vnd.etsi.asic-s+zip": ASIC_S,
    "application/vnd.etsi.asic-e+zip": ASIC_E,
    "application/epub+zip": EPUB,
}
_ODF: Final = "application/vnd.oasis.opendocument."
_CADES: Final = re.compile(r"META-INF/[^/]*signature[^/]*\.p7[sm]", re.IGNORECASE)
_XADES: Final = re.compile(r"META-INF/[^/]*signatures[^/]*\.xml", re.IGNORECASE)
_TOKEN: Final = re.compile(r"META-INF/[^/]*timestamp[^/]*\.tst", re.IGNORECASE)
_RECORD: Final = re.compile(r"META-INF/[^/]*evidencerecord[^/]*\.(?:ers|xml)", re.IGNORECASE)
_MANIFEST: Final = re.compile(r"META-INF/[^/]*ASiC(?:Archive|EvidenceRecord)?Manifest[^/]*\.xml", re.IGNORECASE)
_NAMED: Final = re.compile(
    r"META-INF/(?:manifest|container|metadata|rights|encryption|documentsignatures|macrosignatures)\.xml"
)
"""Other entries that these packages have there (ODF 1.3 part 2 clause 3.2, Open Container Format 3.3 clause 4.2.6.3)."""

_COMMENT: Final = b"mimetype="
_MEDIA_TYPE: Final = re.compile(r"\w[\w.+-]*/\w[\w.+-]*")  # RFC 6838 clause 4.2


@dataclass(frozen=True, slots=True)
class Package:
    """An archive, its entries sorted by what they are for. `data` are the files that signatures are there to cover."""

    archive: Archive
    profile: str
    mime_type: str | None
    data: tuple[str, ...]
    manifests: tuple[Manifest, ...]
    faults: tuple[Fault, ...]

    def of_kind(self, pattern: re.Pattern[str]) -> tuple[str, ...]:
        """Return the entries whose names fit *pattern*, manifests apart."""
        names = {manifest.name for manifest in self.manifests}
        return tuple(name for name in self.archive.names if pattern.fullmatch(name) and name not in names)

    @property
    def unclaimed(self) -> tuple[str, ...]:
        """The entries in META-INF that are there for no purpose of a package: content, to who looks into it."""
        used = (manifest.name for manifest in self.manifests if self._is_used(manifest))
        known = {*self.data, *self.cades, *self.xades, *self.tokens, *self.records, *used}
        within = (name for name in self.archive.names if name.startswith(META))
        return tuple(name for name in within if name not in known and not _NAMED.fullmatch(name))

    def _is_used(self, manifest: Manifest) -> bool:
        """Whether it is the manifest of a signature that is there; a second one for it, or one for none, is not."""
        return manifest.signed_by in self.archive and self.manifest_of(manifest.signed_by) is manifest

    @property
    def cades(self) -> tuple[str, ...]:
        """The entries with CMS signatures."""
        return self.of_kind(_CADES)

    @property
    def xades(self) -> tuple[str, ...]:
        """The entries with XML signatures."""
        return self.of_kind(_XADES)

    @property
    def tokens(self) -> tuple[str, ...]:
        """The entries with RFC 3161 timestamps."""
        return self.of_kind(_TOKEN)

    @property
    def records(self) -> tuple[str, ...]:
        """The entries with evidence records."""
        return self.of_kind(_RECORD)

    def manifest_of(self, signed_by: str) -> Manifest | None:
        """Return the manifest that an entry signs; where none says so, the only one that cannot be read."""
        found = next((manifest for manifest in self.manifests if manifest.signed_by == signed_by), None)
        if found is not None:
            return found
        unreadable = [manifest for manifest in self.manifests if not manifest.signed_by]
        return unreadable[0] if len(unreadable) == 1 else None


def read_package(archive: Archive, limits: Limits) -> Package:
    """Sort the entries of *archive*.

    :raises FormatRefusal: there are more signatures or manifests than *limits* allow.
    """
    faults = list(archive.faults)
    mime_type = _mime_type(archive, faults)
    names = tuple(name for name in archive.names if _MANIFEST.fullmatch(name))
    signing = sum(bool(p.fullmatch(n)) for n in archive.names for p in (_CADES, _XADES, _TOKEN, _RECORD))
    if max(len(names), signing) > limits.signatures:
        detail = f"more than {limits.signatures} signatures or manifests in the container"
        raise FormatRefusal(Refusal.TOO_MANY_SIGNATURES, detail)
    profile = _profile(mime_type, archive, bool(names))
    return Package(
        archive=archive,
        profile=profile,
        mime_type=mime_type,
        data=tuple(_data(archive, profile, mime_type)),
        manifests=tuple(read_manifest(name, archive, limits) for name in names),
        faults=tuple(faults),
    )


def _mime_type(archive: Archive, faults: list[Fault]) -> str | None:
    """Clause A.1: in the entry of that name, or in the archive's comment."""
    stated = None
    if MIMETYPE in archive and archive.size(MIMETYPE) <= MIMETYPE_SIZE:
        stated = archive.read(MIMETYPE)
        if archive.names[0] != MIMETYPE:
            faults.append(Fault("mimetype-not-first", "the entry mimetype is not the archive's first"))
    elif archive.comment.startswith(_COMMENT):
        stated = archive.comment.removeprefix(_COMMENT)[:MIMETYPE_SIZE]
    if stated is None:
        return None
    text = stated.decode("ascii", "replace")
    if text != text.strip() or text.startswith("\ufeff"):
        faults.append(Fault("mimetype-form", "white space stands around the media type"))
    return text.strip() or None


def _profile(mime_type: str | None, archive: Archive, has_manifests: bool) -> str:
    if mime_type in _PROFILES:
        return _PROFILES[mime_type]
    if mime_type is not None and mime_type.startswith(_ODF):
        return ODF
    signing = [name for name in archive.names if any(p.fullmatch(name) for p in (_CADES, _XADES, _TOKEN, _RECORD))]
    if has_manifests or "META-INF/manifest.xml" in archive:
        return ASIC_E if signing else ZIP
    beside = [name for name in archive.names if not name.startswith(META) and name != MIMETYPE]
    return ASIC_S if signing and len(beside) == 1 else ASIC_E if signing else ZIP


def _data(archive: Archive, profile: str, mime_type: str | None) -> Iterator[str]:
    """ODF and EPUB sign what is in META-INF too, but for the signatures; ASiC leaves all of META-INF to manifests.

    What is called mimetype, and holds anything else than one, is a file like others.
    """
    named = MIMETYPE if mime_type is not None and _MEDIA_TYPE.fullmatch(mime_type) else None
    for name in archive.names:
        if profile in (ODF, EPUB):
            if not _XADES.fullmatch(name):
                yield name
        elif name != named and not name.startswith(META):
            yield name
