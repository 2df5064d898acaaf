"""Signs PDFs: PAdES baseline B and T (EN 319 142-1 clause 6), the plain CMS of ISO 32000, and China's SM2 in both.

`prepare` makes the revision with room for a value; who gets a whole CMS message from elsewhere completes that. `sign_pdf`
makes the message too. Later levels are `augmenting`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from typing import Final

from pikepdf import Array, Dictionary, Name, String

from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.making.cms.attributes import PADES, PLAIN
from idbridge.signatures.making.cms.augmenting import augment_cades
from idbridge.signatures.making.cms.gbt35275 import make_gbt35275
from idbridge.signatures.making.cms.signing import make_cades
from idbridge.signatures.making.pdf.appearance import Appearance
from idbridge.signatures.making.pdf.extensions import declare_pades
from idbridge.signatures.making.pdf.gap import Gap, OpenRevision
from idbridge.signatures.making.pdf.permitted import certifying, locking, require_first, require_seed_values
from idbridge.signatures.making.pdf.revision import Update, refusing_damage
from idbridge.signatures.making.pdf.signature_field import draw, place_value, signature_field
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import BaselineLevel, Making, Signatory, Statement

_OVERHEAD: Final = 3_072
"""Octets of a CMS message beside its certificates: an RSA-8192 signature, attributes, framing."""
TOKEN_ROOM: Final = 16_384
"""Octets for a time-stamp token: those seen, with the authority's chain within, have 3,000 to 9,000."""


class Certification(IntEnum):
    """What a certifying signature permits to be changed afterwards (ISO 32000-2 table 257)."""

    NO_CHANGES = 1
    FILL_IN_AND_SIGN = 2
    ANNOTATE = 3


class PdfForm(StrEnum):
    """Which signature a PDF gets: its SubFilter, and what the CMS within is."""

    PADES = "pades"
    """ETSI.CAdES.detached with CAdES."""
    PKCS7 = "pkcs7"
    """adbe.pkcs7.detached with plain CMS (ISO 32000-2 clause 12.8.3.3)."""
    GBT35275 = "gbt35275"
    """adbe.pkcs7.detached with the message of GB/T 35275, as mainland signing services write it; SM2 keys alone."""

    @property
    def sub_filter(self) -> str:
        """The SubFilter."""
        return "ETSI.CAdES.detached" if self is PdfForm.PADES else "adbe.pkcs7.detached"


@dataclass(frozen=True, slots=True)
class PdfSigning:
    """How a signature stands in its PDF: in which field, what its dictionary says, what it shows and permits.

    `room` is for the CMS message, in octets; None lets it follow from the certificates.
    """

    form: PdfForm = PdfForm.PADES
    field: str | None = None
    name: str | None = None
    reason: str | None = None
    contact: str | None = None
    appearance: Appearance | None = None
    certification: Certification | None = None
    room: int | None = None


DEFAULT: Final = PdfSigning()


def sign_pdf(
    data: bytes,
    signatory: Signatory,
    statement: Statement,
    signing: PdfSigning = DEFAULT,
    *,
    level: BaselineLevel = BaselineLevel.B,
    limits: Limits = LIMITS,
) -> Making:
    """Sign *data* at level B or T.

    :raises NotADocument: it is no PDF.
    :raises FormatRefusal: it is encrypted, or beyond *limits*.
    :raises MakingRefused: an earlier signature forbids it; the field, the appearance or the statement cannot be; the level is
        of those that need more than the signature.
    """
    if level not in (BaselineLevel.B, BaselineLevel.T):
        raise MakingRefused(MakingRefusal.LEVEL, f"a PDF is signed at B or T, and then taken to {level}")
    if level is BaselineLevel.T and signing.form is PdfForm.GBT35275:
        raise MakingRefused(MakingRefusal.LEVEL, "GB/T 35275 has no levels; add a document timestamp")
    if signing.room is None:
        signing = replace(signing, room=_room(signatory, level))
    opened = prepare(data, statement, signing, limits=limits)
    message = yield from _message(opened, signatory, statement, signing.form)
    if level is BaselineLevel.T:
        message = yield from augment_cades(message, level)
    return opened.completed(message)


@refusing_damage()
def prepare(data: bytes, statement: Statement, signing: PdfSigning, *, limits: Limits = LIMITS) -> OpenRevision:
    """Return *data* with a signature whose value is yet to come. `signing.room` must be given.

    Of *statement* a PDF has the time and the place; the rest is said in the CMS.

    :raises NotADocument: it is no PDF.
    :raises FormatRefusal: it is encrypted, or beyond *limits*.
    :raises MakingRefused: see `sign_pdf`.
    """
    gap = Gap(signing.room or 0)
    if signing.reason is not None and statement.commitments:
        raise MakingRefused(MakingRefusal.STATEMENT, "a reason or a commitment, not both")  # EN 319 142-1 table 1, (k)
    update = Update(data, limits)
    if signing.certification is not None:
        require_first(update)
    field = signature_field(update, signing.field, signing.appearance)
    require_seed_values(field.field, signing.form.sub_filter, signing.reason)
    value = update.add(_dictionary(statement, signing))
    references = [locking(field.field)]
    if signing.certification is not None:
        references.append(certifying(signing.certification))
        permissions = update.root.within("/Perms", Dictionary)
        permissions.value["/DocMDP"] = value
        for place in (update.root, permissions):
            update.change(place)
    if stated := [reference for reference in references if reference is not None]:
        value["/Reference"] = Array(stated)
    place_value(update, field, value)
    if signing.appearance is not None:
        draw(update, field, signing.appearance, signing.appearance.lines or _lines(statement, signing))
    if signing.form is PdfForm.PADES:
        declare_pades(update)
    return update.opened(value, gap)


def _message(opened: OpenRevision, signatory: Signatory, statement: Statement, form: PdfForm) -> Making:
    """Make the CMS within. Time and place stand in the dictionary (EN 319 142-1 table 1: M, Location)."""
    within = replace(statement, place=None)
    match form:
        case PdfForm.PADES:
            return make_cades(opened.content, signatory, within, attached=False, form=PADES)
        case PdfForm.PKCS7:
            return make_cades(opened.content, signatory, within, attached=False, form=PLAIN)
        case PdfForm.GBT35275:
            return make_gbt35275(opened.content, signatory, within, attached=False)


def _room(signatory: Signatory, level: BaselineLevel) -> int:
    certificates = sum(map(len, {signatory.certificate, *signatory.chain}))
    return certificates + _OVERHEAD + (TOKEN_ROOM if level is BaselineLevel.T else 0)


def _dictionary(statement: Statement, signing: PdfSigning) -> Dictionary:
    """Return the signature dictionary but for ByteRange and Contents (table 255)."""
    texts = {"/Name": signing.name, "/Reason": signing.reason, "/Location": statement.place, "/ContactInfo": signing.contact}
    entries = {key: String(text) for key, text in texts.items() if text}
    return Dictionary(
        {
            "/Type": Name.Sig,
            "/Filter": Name("/Adobe.PPKLite"),
            "/SubFilter": Name(f"/{signing.form.sub_filter}"),
            "/M": String(_date(statement.signing_time)),
            **entries,
        }
    )


def _lines(statement: Statement, signing: PdfSigning) -> tuple[str, ...]:
    """Return what a signature shows of itself unless told otherwise; the time with its own zone."""
    moment = statement.signing_time.isoformat(" ", "seconds")
    return tuple(line for line in (signing.name, signing.reason, statement.place, moment) if line)


def _date(moment: datetime) -> str:
    """Return a date (clause 7.9.4) in UTC.

    :raises MakingRefused: *moment* has no time zone.
    """
    if moment.tzinfo is None:
        raise MakingRefused(MakingRefusal.STATEMENT, "a moment needs a time zone")
    return moment.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ")
