"""ZIP archives of ASiC (EN 319 162-1 annex A): what is in one, and writing one, the media type first."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from lxml import etree

from idbridge.signatures.contents import Buffer
from idbridge.signatures.formats.archive import Archive, open_archive
from idbridge.signatures.formats.asic.package import ASIC_E, ASIC_S, META, MIMETYPE, Package, read_package
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.making.files import SignedFile
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.translation import as_making_refusals
from idbridge.signatures.refusals import DocumentRefused

MANIFEST: Final = META + "manifest.xml"
_OPEN_DOCUMENT: Final = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
"""Of every entry: ZIP asks for one (APPNOTE 4.4.6), and nothing here knows when a file was made."""


class Profile(StrEnum):
    """ASiC-S holds one file, ASiC-E any number."""

    SIMPLE = ASIC_S
    EXTENDED = ASIC_E

    @property
    def media_type(self) -> str:
        """The media type of the container (clauses 4.3.3.1 and 4.4.3.1)."""
        return f"application/vnd.etsi.asic-{'s' if self is Profile.SIMPLE else 'e'}+zip"


def read_container(data: bytes, limits: Limits) -> Package:
    """Open a container to add to it.

    :raises MakingRefused: it is none, or has faults that adding would carry along.
    """
    try:
        package = read_package(open_archive(data, limits), limits)
    except DocumentRefused as refused:
        raise MakingRefused(MakingRefusal.FORMAT, f"no container: {refused.detail}") from refused
    if package.profile not in (ASIC_S, ASIC_E) or package.faults:
        faults = "; ".join(fault.detail for fault in package.faults)
        raise MakingRefused(MakingRefusal.FORMAT, f"to {package.profile} nothing is added{f': {faults}' if faults else ''}")
    return package


def packed(profile: Profile, entries: Mapping[str, Iterable[Buffer]], limits: Limits) -> bytes:
    """Return a container of *entries*, each in pieces, and read it back as who receives it will.

    :raises MakingRefused: a reader would refuse it: names that lead elsewhere, too many files, too much of them.
    """
    data = io.BytesIO()
    with as_making_refusals():
        with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
            # annex A.1: first, neither compressed nor with an extra field, so that its octets stand at a known place
            archive.writestr(zipfile.ZipInfo(MIMETYPE, _MOMENT), profile.media_type, zipfile.ZIP_STORED)
            for name, pieces in entries.items():
                _write(archive, name, pieces)
        read_package(open_archive(data.getvalue(), limits), limits)
    return data.getvalue()


def _write(archive: zipfile.ZipFile, name: str, pieces: Iterable[Buffer]) -> None:
    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(entry, "w", force_zip64=False) as file:
        for piece in pieces:
            file.write(piece)


def data_entries(files: tuple[SignedFile, ...], limits: Limits) -> dict[str, tuple[Buffer, ...]]:
    """Return the entries of *files*.

    :raises MakingRefused: a digest alone cannot be packed, there is too much, or a name belongs to the container itself.
    """
    found: dict[str, tuple[Buffer, ...]] = {}
    for file in files:
        if file.name == MIMETYPE or file.name.startswith(META):
            raise MakingRefused(MakingRefusal.FORMAT, f"{file.name!r} is a name of the container's own")
        if file.content.pieces is None:
            raise MakingRefused(MakingRefusal.CONTENT_MISSING, f"of {file.name!r} only digests are known")
        found[file.name] = file.content.pieces
    if sum(len(piece) for pieces in found.values() for piece in pieces) > limits.archive_size:
        raise MakingRefused(MakingRefusal.FORMAT, f"more than {limits.archive_size} octets of files")
    return found


def kept_entries(archive: Archive) -> dict[str, Iterable[Buffer]]:
    """Return the entries that *archive* has, to be packed again."""
    return {name: archive.chunks(name) for name in archive.names if name != MIMETYPE}


def manifest(profile: Profile, files: tuple[SignedFile, ...]) -> bytes:
    """Return META-INF/manifest.xml, which lists files and their media types (clause 4.4.3.2; ODF 1.2 part 3 clause 4)."""

    def name(local: str) -> str:
        return f"{{{_OPEN_DOCUMENT}}}{local}"

    root = etree.Element(name("manifest"), {name("version"): "1.2"}, nsmap={"manifest": _OPEN_DOCUMENT})
    for path, media_type in (("/", profile.media_type), *((file.name, file.media_type) for file in files)):
        etree.SubElement(root, name("file-entry"), {name("full-path"): path, name("media-type"): media_type})
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
