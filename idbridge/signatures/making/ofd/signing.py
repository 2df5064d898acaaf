"""Makes signatures of OFD documents (GB/T 33190 clause 18, GM/T 0099) over every part of the package.

With a seal the value is a sealing of GB/T 38540, without one it is a message of GB/T 35275. The list of signatures itself
is left out of what is protected, so that others can sign after; everything else is in, earlier signatures too. Parts that
are there keep their bytes.
"""

from __future__ import annotations

import posixpath
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime

from idbridge.pki import sm2
from idbridge.signatures.contents import KnownContent
from idbridge.signatures.evidence import StampPlace
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.formats.ofd.package import Package
from idbridge.signatures.formats.ofd.part_names import PartName
from idbridge.signatures.formats.ofd.structure import Body, read_bodies
from idbridge.signatures.making.cms.gbt35275 import make_gbt35275
from idbridge.signatures.making.ofd.parts import (
    Entered,
    entered,
    entered_in_ofd_xml,
    free_folder,
    next_identifier,
    packed,
    signature_part,
)
from idbridge.signatures.making.seals import KeyHolder, check_holder, sealing_value
from idbridge.signatures.making.steps import Making, Signatory, Statement, Wanted, signed_by
from idbridge.signatures.refusals import BadRequest


@dataclass(frozen=True, slots=True)
class Sealing:
    """How a document is to be sealed: with which seal (DER), by whom, when, and where it shows."""

    seal: bytes = field(repr=False)
    holder: KeyHolder
    at: datetime
    stamps: tuple[StampPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class OfdSigning:
    """When a document is signed, with which seal (DER; None for a signature without one), and where the seal shows."""

    at: datetime
    seal: bytes | None = field(default=None, repr=False)
    stamps: tuple[StampPlace, ...] = ()


def seal_document(data: bytes, sealing: Sealing, *, limits: Limits = LIMITS) -> bytes:
    """Return the OFD package *data* with one sealing more.

    :raises NotADocument: *data* is no OFD package.
    :raises FormatRefusal: it is beyond *limits*, or encrypted.
    :raises BadRequest: it has faults that a verifier would not pass; the seal cannot be used so.
    """
    check_holder(sealing.holder)
    signing = OfdSigning(sealing.at, sealing.seal, sealing.stamps)
    return signed_by(make_ofd(data, sealing.holder.signatory, signing, limits=limits), sealing.holder.signer.sign)


def make_ofd(data: bytes, signatory: Signatory, signing: OfdSigning, *, limits: Limits = LIMITS) -> Making:
    """Make *data*, an OFD package, with one signature more, that of *signatory*.

    :raises NotADocument: *data* is no OFD package.
    :raises FormatRefusal: it is beyond *limits*, or encrypted.
    :raises BadRequest: it has faults that a verifier would not pass; the seal cannot be used so, or is to show and is missing.
    :raises MakingRefused: there is no seal, and the key is not an SM2 key.
    """
    if signing.stamps and signing.seal is None:
        raise BadRequest("what shows on a page is a seal, and there is none")
    package = Package(data, limits)
    body = read_bodies(package, limits)[:1]
    parts = {name: part for name in package.names if (part := package.read(name)) is not None}
    fatal = [fault.detail for fault in package.faults if fault.fatal]
    if fatal or not body or body[0].root is None:
        raise BadRequest(f"the package cannot be signed: {'; '.join(fatal) or 'it has no document'}")
    added = yield from _signed(parts, body[0], signatory, signing)
    return packed({**parts, **added}, signing.at)


def _signed(
    parts: dict[PartName, bytes], body: Body, signatory: Signatory, signing: OfdSigning
) -> Generator[Wanted, bytes, dict[PartName, bytes]]:
    """Return the parts that a signature adds or changes."""
    folder = free_folder(parts, body)
    location = f"{folder}/Signature.xml"
    added: dict[PartName, bytes] = {} if signing.seal is None else {f"{folder}/Seal.esl": signing.seal}
    seal = next(iter(added), None)
    signature_list = body.signature_list or f"{posixpath.dirname(folder)}/Signatures.xml"
    if body.signature_list is None:
        added |= entered_in_ofd_xml(parts, signature_list)
    entry = Entered(next_identifier(body, parts.get(signature_list, b"")), location, seal, signing.stamps)
    protected = {**parts, **added}
    protected.pop(signature_list, None)
    part = signature_part(protected, entry, signing.at)
    added[location] = part
    added[entry.value] = yield from _value(part, entry, signatory, signing)
    added[signature_list] = entered(parts.get(signature_list), entry)
    return added


def _value(part: bytes, entry: Entered, signatory: Signatory, signing: OfdSigning) -> Making:
    """Make a SignedValue.dat as GM/T 0099 clause 7.2.2 has it: what is signed without a seal is the digest of the part."""
    if signing.seal is not None:
        return (yield from sealing_value(signing.seal, part, f"/{entry.location}", signing.at, signatory))
    digest = KnownContent.of(sm2.sm3(part))
    return (yield from make_gbt35275(digest, signatory, Statement(signing.at), attached=True, attributes=False))
