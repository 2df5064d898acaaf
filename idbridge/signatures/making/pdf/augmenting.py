"""Takes signed PDFs to T, LT and LTA (EN 319 142-1 clauses 5.4 and 6), again and again as time goes by.

Nothing that is there is touched: validation data and document timestamps stand in revisions of their own. A document timestamp
proves all signatures before it, whatever made them.
"""

from __future__ import annotations

from typing import Final

from pikepdf import Dictionary, Name

from idbridge.signatures.evidence import SignatureEvidence
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.formats.pdf import read
from idbridge.signatures.making.pdf.extensions import declare_pades
from idbridge.signatures.making.pdf.gap import Gap, OpenRevision
from idbridge.signatures.making.pdf.permitted import require_timestamp_permitted
from idbridge.signatures.making.pdf.revision import Update, refusing_damage
from idbridge.signatures.making.pdf.security_store import add_material
from idbridge.signatures.making.pdf.signature_field import place_value, timestamp_field
from idbridge.signatures.making.pdf.signing import TOKEN_ROOM
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import BaselineLevel, LongTermMaterial, Making, TimestampWanted
from idbridge.signatures.material import Material

NO_MATERIAL: Final = LongTermMaterial()


def augment_pdf(
    data: bytes,
    level: BaselineLevel,
    material: LongTermMaterial = NO_MATERIAL,
    *,
    room: int = TOKEN_ROOM,
    limits: Limits = LIMITS,
) -> Making:
    """Take all signatures of *data* one level up.

    T: a document timestamp, unless every signature has a timestamp. LT: *material* into the security store. LTA: *material*
    too, if there is any, and a document timestamp over it; again for a document that has one, with what validates the last.
    *room* is for the token, in octets.

    :raises NotADocument: it is no PDF.
    :raises FormatRefusal: it is encrypted, or beyond *limits*.
    :raises MakingRefused: there is no signature, or nothing to add; the token is larger than its room.
    """
    match level:
        case BaselineLevel.T:
            if all(Material.SIGNATURE_TIMESTAMP in signature.material for signature in _signatures(data, limits)):
                raise MakingRefused(MakingRefusal.NOTHING_TO_AUGMENT, "every signature has a timestamp")
            return (yield from add_document_timestamp(data, room=room, limits=limits))
        case BaselineLevel.LT:
            return add_validation_data(data, material, limits=limits)
        case BaselineLevel.LTA:
            if material != NO_MATERIAL:
                data = _with_material(data, material, limits) or data
            _signatures(data, limits)
            return (yield from add_document_timestamp(data, room=room, limits=limits))
        case _:
            raise MakingRefused(MakingRefusal.LEVEL, f"nothing is taken to {level}")


def add_validation_data(data: bytes, material: LongTermMaterial, *, limits: Limits = LIMITS) -> bytes:
    """Return *data* with *material* in its security store.

    :raises NotADocument: it is no PDF.
    :raises FormatRefusal: it is encrypted, or beyond *limits*.
    :raises MakingRefused: there is no signature, or nothing that is not there already.
    """
    _signatures(data, limits)
    added = _with_material(data, material, limits)
    if added is None:
        raise MakingRefused(MakingRefusal.NOTHING_TO_AUGMENT, "the security store has all of it")
    return added


def add_document_timestamp(data: bytes, *, room: int = TOKEN_ROOM, limits: Limits = LIMITS) -> Making:
    """Add a document timestamp (clause 5.4.3, ISO 32000-2 clause 12.8.5): also to a document that nobody signed.

    :raises NotADocument: it is no PDF.
    :raises FormatRefusal: it is encrypted, or beyond *limits*.
    :raises MakingRefused: an earlier signature does not permit it; the token is larger than its *room*.
    """
    opened = _open_timestamp(data, Gap(room), limits)
    token = yield TimestampWanted(b"".join(opened.content.pieces))
    return opened.completed(token)


@refusing_damage()
def _open_timestamp(data: bytes, gap: Gap, limits: Limits) -> OpenRevision:
    """Return *data* with a document timestamp whose token is yet to come."""
    update = Update(data, limits)
    require_timestamp_permitted(update)
    dictionary = Dictionary(Type=Name.DocTimeStamp, Filter=Name("/Adobe.PPKLite"), SubFilter=Name("/ETSI.RFC3161"))
    value = update.add(dictionary)
    place_value(update, timestamp_field(update), value)
    declare_pades(update)
    return update.opened(value, gap)


def _signatures(data: bytes, limits: Limits) -> tuple[SignatureEvidence, ...]:
    """Return the signatures of *data*, as verifying finds them.

    :raises MakingRefused: there are none.
    """
    found = read(data, limits=limits).signatures
    if not found:
        raise MakingRefused(MakingRefusal.NOTHING_TO_AUGMENT, "the PDF has no signature")
    return found


@refusing_damage()
def _with_material(data: bytes, material: LongTermMaterial, limits: Limits) -> bytes | None:
    """Return *data* with *material* added, None if it has all of it."""
    update = Update(data, limits)
    if not add_material(update, material):
        return None
    declare_pades(update)
    return update.written()
