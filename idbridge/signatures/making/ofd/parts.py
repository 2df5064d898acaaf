"""What a signature adds to an OFD package: its Signature.xml, its entries in Signatures.xml and OFD.xml (GB/T 33190 clause 18).

Lists that are there are edited where they stand, byte by byte: earlier signatures may be over them.
"""

from __future__ import annotations

import base64
import io
import posixpath
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from idbridge.pki import sm2
from idbridge.signatures.evidence import StampPlace
from idbridge.signatures.formats.ofd.part_names import PartName
from idbridge.signatures.formats.ofd.signature_list import MAXIMUM
from idbridge.signatures.formats.ofd.structure import Body
from idbridge.signatures.refusals import BadRequest

NAMESPACE: Final = "http://www.ofdspec.org/2016"
SM3: Final = "1.2.156.10197.1.401"
SM2_SM3: Final = "1.2.156.10197.1.501"

_DOC_ROOT_END: Final = re.compile(rb"</([A-Za-z_][\w.-]*:)?DocRoot\s*>")
_LIST_END: Final = re.compile(rb"</([A-Za-z_][\w.-]*:)?Signatures\s*>\s*\Z")
_EARLIEST: Final = datetime(1980, 1, 1, tzinfo=UTC)  # ZIP has no time before it (APPNOTE 4.4.6)


@dataclass(frozen=True, slots=True)
class Entered:
    """A signature as the list has it: its ID, its Signature.xml, and its seal's part, if it has one, with where it shows."""

    identifier: int
    location: PartName
    seal: PartName | None
    stamps: tuple[StampPlace, ...]

    @property
    def kind(self) -> str:
        """Type in the list (GB/T 33190 clause 18.1)."""
        return "Sign" if self.seal is None else "Seal"

    @property
    def value(self) -> PartName:
        """The part of the signature value."""
        return f"{posixpath.dirname(self.location)}/SignedValue.dat"

    @property
    def highest(self) -> int:
        """The highest ID in use: stamps are numbered after the signature."""
        return self.identifier + len(self.stamps)


def free_folder(parts: Mapping[PartName, bytes], body: Body) -> str:
    """Return the folder of a further signature."""
    base = posixpath.join(posixpath.dirname(body.root or ""), "Signs")
    taken = {name.casefold().rpartition("/")[0] for name in parts}
    number = next(n for n in range(len(parts) + 1) if f"{base}/Sign_{n}".casefold() not in taken)
    return f"{base}/Sign_{number}"


def next_identifier(body: Body, signature_list: bytes) -> int:
    """Return a number above every ID in use (GB/T 33190 clause 18.1: MaxSignId); IDs may have letters before it."""
    stated = [entry.identifier for entry in body.entries]
    stated += [found[2].decode("utf-8", "replace") for found in MAXIMUM.finditer(signature_list)]
    numbers = [int(digits[0]) for text in stated if (digits := re.search(r"\d{1,15}\Z", text.strip()))]
    return 1 + max(numbers, default=0)


def entered_in_ofd_xml(parts: Mapping[PartName, bytes], signature_list: PartName) -> dict[PartName, bytes]:
    """Return OFD.xml with the list of signatures after the first document's root.

    :raises BadRequest: it is in an encoding that is not ASCII's superset.
    """
    name = next(name for name in parts if name.casefold() == "ofd.xml")
    found = _DOC_ROOT_END.search(parts[name])
    if found is None:
        raise BadRequest("OFD.xml is in an encoding that is not written here")
    prefix = found[1] or b""
    entry = b"<%bSignatures>/%b</%bSignatures>" % (prefix, signature_list.encode(), prefix)
    return {name: parts[name][: found.end()] + entry + parts[name][found.end() :]}


def entered(signature_list: bytes | None, entry: Entered) -> bytes:
    """Return the list with *entry* at its end, or a new one; what is there stays as it is, but for MaxSignId.

    :raises BadRequest: it is in an encoding that is not ASCII's superset.
    """
    if signature_list is None:
        root = etree.Element(_name("Signatures"), nsmap={"ofd": NAMESPACE})
        _child(root, "MaxSignId", str(entry.highest))
        _child(root, "Signature", ID=str(entry.identifier), Type=entry.kind, BaseLoc=f"/{entry.location}")
        return _written(root)
    found = _LIST_END.search(signature_list)
    if found is None:
        raise BadRequest("the list of signatures is in an encoding that is not written here")
    stated = (found[1] or b"", entry.identifier, entry.kind.encode(), entry.location.encode())
    line = b'<%bSignature ID="%d" Type="%b" BaseLoc="/%b"/>' % stated
    longer = signature_list[: found.start()] + line + signature_list[found.start() :]
    for last in list(MAXIMUM.finditer(longer))[-1:]:  # of several the last counts, the rest is what earlier signers saw
        longer = longer[: last.start(2)] + str(entry.highest).encode() + longer[last.end(2) :]
    return longer


def signature_part(protected: Mapping[PartName, bytes], entry: Entered, at: datetime) -> bytes:
    """Return the Signature.xml of *entry*, with the SM3 digests of the parts that it protects."""
    root = etree.Element(_name("Signature"), nsmap={"ofd": NAMESPACE})
    info = _child(root, "SignedInfo")
    _child(info, "Provider", ProviderName="idbridge", Company="idbridge", Version="1")
    _child(info, "SignatureMethod", SM2_SM3)
    _child(info, "SignatureDateTime", at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ"))
    references = _child(info, "References", CheckMethod=SM3)
    for name, part in protected.items():
        reference = _child(references, "Reference", FileRef=f"/{name}")
        _child(reference, "CheckValue", base64.b64encode(sm2.sm3(part)).decode("ascii"))
    for number, stamp in enumerate(entry.stamps, entry.identifier + 1):
        _child(info, "StampAnnot", ID=str(number), PageRef=stamp.page, Boundary=stamp.boundary)
    if entry.seal is not None:
        _child(_child(info, "Seal"), "BaseLoc", f"/{entry.seal}")
    _child(root, "SignedValue", f"/{entry.value}")
    return _written(root)


def packed(parts: Mapping[PartName, bytes], at: datetime) -> bytes:
    """Return a package of *parts* in their order, each dated *at*."""
    archive = io.BytesIO()
    moment = max(at.astimezone(UTC), _EARLIEST).timetuple()[:6]
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(zipfile.ZipInfo(name, moment), part, zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def _name(local: str) -> str:
    return f"{{{NAMESPACE}}}{local}"


def _child(parent: etree._Element, local: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, _name(local), attributes)
    element.text = text
    return element


def _written(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
