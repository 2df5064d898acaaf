"""Seals OFD documents (GB/T 33190 clause 18, GM/T 0099): a sealing of GB/T 38540 over every part of the package.

The list of signatures itself is left out of what is protected, so that others can sign after; everything else is in,
earlier signatures too. Parts that are there keep their bytes.
"""

from __future__ import annotations

import base64
import io
import posixpath
import re
import zipfile
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from idbridge.pki import sm2
from idbridge.signatures.evidence import StampPlace
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.formats.ofd.package import Package, PartName
from idbridge.signatures.formats.ofd.signature_list import MAXIMUM
from idbridge.signatures.formats.ofd.structure import Body, read_bodies
from idbridge.signatures.making.seals import KeyHolder, check_holder, sealing_value
from idbridge.signatures.making.steps import Making, Signatory, Wanted, signed_by
from idbridge.signatures.refusals import BadRequest

NAMESPACE: Final = "http://www.ofdspec.org/2016"
SM3: Final = "1.2.156.10197.1.401"
SM2_SM3: Final = "1.2.156.10197.1.501"

_DOC_ROOT_END: Final = re.compile(rb"</([A-Za-z_][\w.-]*:)?DocRoot\s*>")
_LIST_END: Final = re.compile(rb"</([A-Za-z_][\w.-]*:)?Signatures\s*>\s*\Z")
_EARLIEST: Final = datetime(1980, 1, 1, tzinfo=UTC)  # ZIP has no time before it (APPNOTE 4.4.6)


@dataclass(frozen=True, slots=True)
class Sealing:
    """How a document is to be sealed: with which seal (DER), by whom, when, and where it shows."""

    seal: bytes = field(repr=False)
    holder: KeyHolder
    at: datetime
    stamps: tuple[StampPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class SealUse:
    """The seal (DER), when it is used, and where it shows."""

    seal: bytes = field(repr=False)
    at: datetime
    stamps: tuple[StampPlace, ...] = ()


def seal_document(data: bytes, sealing: Sealing, *, limits: Limits = LIMITS) -> bytes:
    """Return the OFD package *data* with one signature more.

    :raises NotADocument: *data* is no OFD package.
    :raises FormatRefusal: it is beyond *limits*, or encrypted.
    :raises BadRequest: it has faults that a verifier would not pass; the seal cannot be used so.
    """
    check_holder(sealing.holder)
    use = SealUse(sealing.seal, sealing.at, sealing.stamps)
    return signed_by(make_ofd(data, sealing.holder.signatory, use, limits=limits), sealing.holder.signer.sign)


def make_ofd(data: bytes, signatory: Signatory, use: SealUse, *, limits: Limits = LIMITS) -> Making:
    """Make *data*, an OFD package, with one signature more: the sealing of *signatory*.

    :raises NotADocument: *data* is no OFD package.
    :raises FormatRefusal: it is beyond *limits*, or encrypted.
    :raises BadRequest: it has faults that a verifier would not pass; the seal cannot be used so.
    """
    package = Package(data, limits)
    body = read_bodies(package, limits)[:1]
    parts = {name: part for name in package.names if (part := package.read(name)) is not None}
    fatal = [fault.detail for fault in package.faults if fault.fatal]
    if fatal or not body or body[0].root is None:
        raise BadRequest(f"the package cannot be sealed: {'; '.join(fatal) or 'it has no document'}")
    added = yield from _sealed(parts, body[0], signatory, use)
    return _packed({**parts, **added}, use.at)


def _sealed(
    parts: dict[PartName, bytes], body: Body, signatory: Signatory, use: SealUse
) -> Generator[Wanted, bytes, dict[PartName, bytes]]:
    """Return the parts that sealing adds or changes."""
    folder = _free_folder(parts, body)
    location = f"{folder}/Signature.xml"
    added: dict[PartName, bytes] = {f"{folder}/Seal.esl": use.seal}
    signature_list = body.signature_list or f"{posixpath.dirname(folder)}/Signatures.xml"
    if body.signature_list is None:
        added |= _entered_in_ofd_xml(parts, signature_list)
    identifier = _next_identifier(body, parts.get(signature_list, b""))
    protected = {**parts, **added}
    protected.pop(signature_list, None)
    signature = _signature_part(protected, folder, identifier, use)
    added[location] = signature
    added[f"{folder}/SignedValue.dat"] = yield from sealing_value(use.seal, signature, f"/{location}", use.at, signatory)
    added[signature_list] = _entered(parts.get(signature_list), identifier, location, 1 + len(use.stamps))
    return added


def _free_folder(parts: dict[PartName, bytes], body: Body) -> str:
    base = posixpath.join(posixpath.dirname(body.root or ""), "Signs")
    taken = {name.casefold().rpartition("/")[0] for name in parts}
    number = next(n for n in range(len(parts) + 1) if f"{base}/Sign_{n}".casefold() not in taken)
    return f"{base}/Sign_{number}"


def _next_identifier(body: Body, signature_list: bytes) -> int:
    """Return a number above every ID in use (GB/T 33190 clause 18.1: MaxSignId); IDs may have letters before it."""
    stated = [entry.identifier for entry in body.entries]
    stated += [found[2].decode("utf-8", "replace") for found in MAXIMUM.finditer(signature_list)]
    numbers = [int(digits[0]) for text in stated if (digits := re.search(r"\d{1,15}\Z", text.strip()))]
    return 1 + max(numbers, default=0)


def _entered_in_ofd_xml(parts: dict[PartName, bytes], signature_list: PartName) -> dict[PartName, bytes]:
    name = next(name for name in parts if name.casefold() == "ofd.xml")
    found = _DOC_ROOT_END.search(parts[name])
    if found is None:
        raise BadRequest("OFD.xml is in an encoding that is not written here")
    prefix = found[1] or b""
    entry = b"<%bSignatures>/%b</%bSignatures>" % (prefix, signature_list.encode(), prefix)
    return {name: parts[name][: found.end()] + entry + parts[name][found.end() :]}


def _entered(signature_list: bytes | None, identifier: int, location: PartName, used: int) -> bytes:
    """Return the list with an entry at its end; what is there stays as it is, but for MaxSignId."""
    maximum = identifier + used - 1
    if signature_list is None:
        root = etree.Element(_name("Signatures"), nsmap={"ofd": NAMESPACE})
        _child(root, "MaxSignId", str(maximum))
        _child(root, "Signature", ID=str(identifier), Type="Seal", BaseLoc=f"/{location}")
        return _written(root)
    found = _LIST_END.search(signature_list)
    if found is None:
        raise BadRequest("the list of signatures is in an encoding that is not written here")
    prefix = found[1] or b""
    entry = b'<%bSignature ID="%d" Type="Seal" BaseLoc="/%b"/>' % (prefix, identifier, location.encode())
    longer = signature_list[: found.start()] + entry + signature_list[found.start() :]
    stated = list(MAXIMUM.finditer(longer))[-1:]  # of several the last counts, the rest is what earlier signers saw
    for last in stated:
        longer = longer[: last.start(2)] + str(maximum).encode() + longer[last.end(2) :]
    return longer


def _signature_part(protected: dict[PartName, bytes], folder: str, identifier: int, use: SealUse) -> bytes:
    root = etree.Element(_name("Signature"), nsmap={"ofd": NAMESPACE})
    info = _child(root, "SignedInfo")
    _child(info, "Provider", ProviderName="idbridge", Company="idbridge", Version="1")
    _child(info, "SignatureMethod", SM2_SM3)
    _child(info, "SignatureDateTime", use.at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ"))
    references = _child(info, "References", CheckMethod=SM3)
    for name, part in protected.items():
        reference = _child(references, "Reference", FileRef=f"/{name}")
        _child(reference, "CheckValue", base64.b64encode(sm2.sm3(part)).decode("ascii"))
    for number, stamp in enumerate(use.stamps, identifier + 1):
        _child(info, "StampAnnot", ID=str(number), PageRef=stamp.page, Boundary=stamp.boundary)
    _child(_child(info, "Seal"), "BaseLoc", f"/{folder}/Seal.esl")
    _child(root, "SignedValue", f"/{folder}/SignedValue.dat")
    return _written(root)


def _name(local: str) -> str:
    return f"{{{NAMESPACE}}}{local}"


def _child(parent: etree._Element, local: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, _name(local), attributes)
    element.text = text
    return element


def _written(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _packed(parts: dict[PartName, bytes], at: datetime) -> bytes:
    archive = io.BytesIO()
    moment = max(at.astimezone(UTC), _EARLIEST).timetuple()[:6]
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(zipfile.ZipInfo(name, moment), part, zipfile.ZIP_DEFLATED)
    return archive.getvalue()
