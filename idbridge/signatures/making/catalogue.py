"""What can be made: one row a format, with its maker, and the augmenter of each kind of document.

A maker is `make_<format>(document or documents, signatory, statement, …)`, an augmenter `augment_<format>(document, level,
material, …)`; both return a `Making`. The rows here bring their arguments to one shape.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Final

from idbridge.signatures.contents import Content, KnownContent
from idbridge.signatures.evidence import DocumentFormat, StampPlace
from idbridge.signatures.formats.catalogue import recognise
from idbridge.signatures.formats.limits import LIMITS
from idbridge.signatures.formats.recognition import is_xml
from idbridge.signatures.making import jades, xades
from idbridge.signatures.making.asic_cades import add_asic_cades, augment_asic_cades, make_asic_cades
from idbridge.signatures.making.asic_xades import add_asic_xades, augment_asic_xades, make_asic_xades
from idbridge.signatures.making.cms.augmenting import NO_MATERIAL, augment_cades
from idbridge.signatures.making.cms.gbt35275 import make_gbt35275
from idbridge.signatures.making.cms.signing import add_cades, counter_sign, make_cades
from idbridge.signatures.making.containers import Profile, read_container
from idbridge.signatures.making.files import SignedFile, media_type_of
from idbridge.signatures.making.jades import add_jades, augment_jades, counter_sign_jades, make_jades
from idbridge.signatures.making.ofd import OfdSigning, make_ofd
from idbridge.signatures.making.pdf.augmenting import augment_pdf
from idbridge.signatures.making.pdf.signing import DEFAULT as PLAIN_PDF
from idbridge.signatures.making.pdf.signing import PdfForm, PdfSigning, sign_pdf
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import BaselineLevel, LongTermMaterial, Making, Signatory, Statement
from idbridge.signatures.making.translation import as_making_refusals
from idbridge.signatures.making.xades import augment_xades, counter_sign_xades, make_xades
from idbridge.signatures.refusals import NotADocument


class MadeFormat(StrEnum):
    """The formats that can be made, by the names that users give."""

    CADES = "cades"
    GBT35275 = "gbt35275"
    OFD = "ofd"
    XADES = "xades"
    JADES = "jades"
    ASIC_S = "asic-s"
    ASIC_E = "asic-e"
    ASIC_S_XADES = "asic-s-xades"
    ASIC_E_XADES = "asic-e-xades"
    PADES = "pades"
    PDF_GBT35275 = "pdf-gbt35275"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a signature shall be over, and how. Names of `files` are those that containers give them.

    `attached` is None where the format decides. `level` is what the document shall reach, for formats that keep room.
    `pdf` is how it stands in a PDF.
    `beside` adds to the signatures that the one file has; `over` countersigns the signature of that number instead.
    """

    files: tuple[KnownContent, ...]
    signatory: Signatory
    statement: Statement
    attached: bool | None = None
    level: BaselineLevel = BaselineLevel.B
    beside: bool = False
    over: int | None = None
    detached: tuple[Content, ...] = ()
    seal: bytes | None = field(default=None, repr=False)
    stamps: tuple[StampPlace, ...] = ()
    pdf: PdfSigning = PLAIN_PDF

    @property
    def content(self) -> KnownContent:
        """The one file.

        :raises MakingRefused: there are several.
        """
        if len(self.files) != 1:
            raise MakingRefused(MakingRefusal.FORMAT, f"{len(self.files)} files where the format takes one")
        return self.files[0]

    @property
    def document(self) -> bytes:
        """The bytes of the one file.

        :raises MakingRefused: there are several.
        """
        return b"".join(self.content.pieces)


@dataclass(frozen=True, slots=True)
class Augmentation:
    """What takes a document one level up: long-term material, detached content, and the digest of its timestamps."""

    document: bytes = field(repr=False)
    level: BaselineLevel
    material: LongTermMaterial = NO_MATERIAL
    detached: tuple[Content, ...] = ()
    digest: str = "SHA-256"


@dataclass(frozen=True, slots=True)
class Row:
    """A format: its maker, the end of its files' names, and whether it has levels above B."""

    make: Callable[[Plan], Making]
    suffix: str
    levels: bool = True


def _cades(plan: Plan) -> Making:
    if plan.over is not None:
        return counter_sign(plan.document, plan.over, plan.signatory, plan.statement)
    if plan.beside:
        detached = plan.detached[0] if plan.detached else None
        return add_cades(plan.document, plan.signatory, plan.statement, content=detached)
    return make_cades(plan.content, plan.signatory, plan.statement, attached=plan.attached is not False)


def _gbt35275(plan: Plan) -> Making:
    return make_gbt35275(plan.content, plan.signatory, plan.statement, attached=plan.attached is not False)


def _ofd(plan: Plan) -> Making:
    """With the plan's seal or without one; either says when, and nothing else."""
    if plan.statement != Statement(plan.statement.signing_time):
        raise MakingRefused(MakingRefusal.STATEMENT, "a signature of an OFD document states the time alone")
    signing = OfdSigning(plan.statement.signing_time, plan.seal, plan.stamps)
    with as_making_refusals():
        return (yield from make_ofd(plan.document, plan.signatory, signing))


def _xades(plan: Plan) -> Making:
    """An XML file is signed within; others within the signature; any beside it, if not attached."""
    if plan.over is not None:
        return counter_sign_xades(plan.document, plan.over, plan.signatory, plan.statement)
    files = tuple(SignedFile(file, media_type_of(file.name)) for file in plan.files)
    if plan.attached is False:
        return make_xades(xades.Detached(files), plan.signatory, plan.statement)
    if plan.beside or (len(files) == 1 and is_xml(plan.document)):
        return make_xades(xades.Enveloped(plan.document), plan.signatory, plan.statement)
    return make_xades(xades.Enveloping(files), plan.signatory, plan.statement)


def _jades(plan: Plan) -> Making:
    if plan.over is not None:
        return counter_sign_jades(plan.document, plan.over, plan.signatory, plan.statement)
    if plan.beside:
        return add_jades(plan.document, plan.signatory, plan.statement)
    files = tuple(SignedFile(file, media_type_of(file.name)) for file in plan.files)
    if plan.attached is False:
        return make_jades(jades.Detached(files), plan.signatory, plan.statement)
    return make_jades(jades.Attached(plan.document, media_type_of(plan.content.name)), plan.signatory, plan.statement)


def _asic_cades(plan: Plan, profile: Profile) -> Making:
    if plan.over is not None:
        raise MakingRefused(MakingRefusal.FORMAT, "signatures in containers are not countersigned")
    if plan.beside:
        return add_asic_cades(plan.document, plan.signatory, plan.statement)
    files = tuple(SignedFile(file, media_type_of(file.name)) for file in plan.files)
    return make_asic_cades(files, plan.signatory, plan.statement, profile=profile)


def _asic_xades(plan: Plan, profile: Profile) -> Making:
    if plan.over is not None:
        raise MakingRefused(MakingRefusal.FORMAT, "signatures in containers are not countersigned")
    if plan.beside:
        return add_asic_xades(plan.document, plan.signatory, plan.statement)
    files = tuple(SignedFile(file, media_type_of(file.name)) for file in plan.files)
    return make_asic_xades(files, plan.signatory, plan.statement, profile=profile)


def _pades(plan: Plan) -> Making:
    """Of the levels above B, a PDF keeps room for the timestamp; the rest is appended."""
    level = BaselineLevel.B if plan.level is BaselineLevel.B else BaselineLevel.T
    return sign_pdf(plan.document, plan.signatory, plan.statement, plan.pdf, level=level)


def _pdf_gbt35275(plan: Plan) -> Making:
    return sign_pdf(plan.document, plan.signatory, plan.statement, replace(plan.pdf, form=PdfForm.GBT35275))


FORMATS: Final[Mapping[MadeFormat, Row]] = MappingProxyType(
    {
        MadeFormat.CADES: Row(_cades, ".p7s"),
        MadeFormat.GBT35275: Row(_gbt35275, ".p7s", levels=False),
        MadeFormat.OFD: Row(_ofd, ".ofd", levels=False),
        MadeFormat.XADES: Row(_xades, ".xml"),
        MadeFormat.JADES: Row(_jades, ".json"),
        MadeFormat.ASIC_S: Row(partial(_asic_cades, profile=Profile.SIMPLE), ".asics"),
        MadeFormat.ASIC_E: Row(partial(_asic_cades, profile=Profile.EXTENDED), ".asice"),
        MadeFormat.ASIC_S_XADES: Row(partial(_asic_xades, profile=Profile.SIMPLE), ".asics"),
        MadeFormat.ASIC_E_XADES: Row(partial(_asic_xades, profile=Profile.EXTENDED), ".asice"),
        MadeFormat.PADES: Row(_pades, ".pdf"),
        MadeFormat.PDF_GBT35275: Row(_pdf_gbt35275, ".pdf", levels=False),
    }
)


def _augmented_cms(wanted: Augmentation) -> Making:
    content = wanted.detached[0] if wanted.detached else None
    return augment_cades(wanted.document, wanted.level, wanted.material, content=content, digest_name=wanted.digest)


def _augmented_xml(wanted: Augmentation) -> Making:
    return augment_xades(wanted.document, wanted.level, wanted.material, detached=wanted.detached)


def _augmented_jws(wanted: Augmentation) -> Making:
    return augment_jades(wanted.document, wanted.level, wanted.material, detached=wanted.detached)


def _augmented_asic(wanted: Augmentation) -> Making:
    if read_container(wanted.document, LIMITS).cades:
        return augment_asic_cades(wanted.document, wanted.level, wanted.material, digest_name=wanted.digest)
    return augment_asic_xades(wanted.document, wanted.level, wanted.material)


def _augmented_pdf(wanted: Augmentation) -> Making:
    return augment_pdf(wanted.document, wanted.level, wanted.material)


AUGMENTERS: Final[Mapping[DocumentFormat, Callable[[Augmentation], Making]]] = MappingProxyType(
    {
        DocumentFormat.CMS: _augmented_cms,
        DocumentFormat.XML: _augmented_xml,
        DocumentFormat.JWS: _augmented_jws,
        DocumentFormat.ASIC: _augmented_asic,
        DocumentFormat.PDF: _augmented_pdf,
    }
)


def default_format(files: tuple[bytes, ...], *, beside: bool = False) -> MadeFormat:
    """Return the format that is made of *files* where none is asked for: by their content, a container for several.

    *beside* asks for the format of the signatures that are there.

    :raises MakingRefused: they are of no format that signatures could join.
    """
    if len(files) != 1:
        return MadeFormat.ASIC_E
    try:
        kind = recognise(files[0])
    except NotADocument:
        kind = None
    if not beside:
        return _OF_CONTENT.get(kind, MadeFormat.CADES)
    if kind is DocumentFormat.ASIC:
        return MadeFormat.ASIC_E if read_container(files[0], LIMITS).cades else MadeFormat.ASIC_E_XADES
    if kind not in _BESIDE:
        raise MakingRefused(MakingRefusal.FORMAT, "there are no signatures in the document that another could join")
    return _BESIDE[kind]


_OF_CONTENT: Final[Mapping[DocumentFormat | None, MadeFormat]] = MappingProxyType(
    {
        DocumentFormat.PDF: MadeFormat.PADES,
        DocumentFormat.OFD: MadeFormat.OFD,
        DocumentFormat.XML: MadeFormat.XADES,
    }
)
_BESIDE: Final[Mapping[DocumentFormat | None, MadeFormat]] = MappingProxyType(
    {**_OF_CONTENT, DocumentFormat.CMS: MadeFormat.CADES, DocumentFormat.JWS: MadeFormat.JADES}
)
