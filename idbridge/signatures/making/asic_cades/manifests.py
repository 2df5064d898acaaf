"""Writes ASiCManifest and ASiCArchiveManifest (EN 319 162-1 annex A.4): what a signature or timestamp is over, by digest."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from lxml import etree

from idbridge.signatures.formats.asic.manifests import NAMESPACES
from idbridge.signatures.formats.asic.package import META, Package
from idbridge.signatures.formats.xmldsig.names import DS
from idbridge.signatures.making.files import SignedFile
from idbridge.signatures.making.notation import digest_uri

OF_CADES: Final = "application/pkcs7-signature"
OF_TIMESTAMP: Final = "application/vnd.etsi.timestamp-token"
LAST_ARCHIVE: Final = f"{META}ASiCArchiveManifest.xml"
"""The youngest archive manifest; those before it have numbers."""

_ASIC: Final = NAMESPACES[0]


def written_manifest(
    signed_by: str, media_type: str, files: Iterable[SignedFile], digest: str, root_file: str | None = None
) -> bytes:
    """Return a manifest of *files* that the entry *signed_by* signs; *root_file* is the one of them to begin with.

    :raises MakingRefused: the digest has no URI, or that of a file is not known.
    """
    uri = digest_uri(digest)
    root = etree.Element(_asic("ASiCManifest"), nsmap={"asic": _ASIC, "ds": DS})
    etree.SubElement(root, _asic("SigReference"), {"URI": quote(signed_by), "MimeType": media_type})
    for file in files:
        attributes = {"URI": quote(file.name), "MimeType": file.media_type}
        if file.name == root_file:
            attributes["Rootfile"] = "true"
        reference = etree.SubElement(root, _asic("DataObjectReference"), attributes)
        etree.SubElement(reference, f"{{{DS}}}DigestMethod", {"Algorithm": uri})
        value = etree.SubElement(reference, f"{{{DS}}}DigestValue")
        value.text = base64.b64encode(file.digest(digest)).decode("ascii")
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def free_name(package: Package | None, pattern: str) -> str:
    """Return the entry that *pattern* names with the next number: "META-INF/signature{}.p7s"."""
    before, _, after = pattern.partition("{}")
    numbered = re.compile(re.escape(before) + r"(\d{1,9})" + re.escape(after))
    names = package.archive.names if package is not None else ()
    numbers = (int(found[1]) for name in names if (found := numbered.fullmatch(name)))
    return pattern.format(f"{max(numbers, default=0) + 1:03}")


def _asic(local: str) -> str:
    return f"{{{_ASIC}}}{local}"
