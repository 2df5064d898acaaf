"""Which pages of an OFD document are worth a picture, and what its signatures say of each (GB/T 33190 clause 18).

A signature of OFD protects parts, so that of each page it is known whether it is as signed: the part itself, its templates, its
annotations, the resources that it uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from idbridge.rendering.ofd.document import PagePart, Structure
from idbridge.rendering.ofd.markup_parts import MarkupParts
from idbridge.rendering.ofd.page import DrawnPage, PageDrawing, SealPicture
from idbridge.rendering.ofd.resources import Resources
from idbridge.rendering.ofd.stamps import Stamp, stamps_of
from idbridge.rendering.pictures import Box, Mark, MarkKind, NoPicture, PagePicture, PageState, Pictures
from idbridge.rendering.rasters import media_type
from idbridge.signatures.evidence import ReferenceKind, SignatureEvidence
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.formats.ofd.markup import MarkupError
from idbridge.signatures.formats.ofd.package import Package
from idbridge.signatures.formats.ofd.structure import read_bodies
from idbridge.signatures.formats.recognition import is_archive
from idbridge.signatures.refusals import DocumentRefused

MAX_PAGES: Final = 8
"""Pages that are drawn: enough to know the document again, and those with seals."""
MAX_OCTETS: Final = 16 << 20
"""Octets of all pages as SVG, pictures within included; what goes beyond is left out."""
SEALS_LIMIT: Final = 20
"""Different seals whose pictures are drawn; what goes beyond is a frame."""
SVG_TYPE: Final = "image/svg+xml"

Protection = Mapping[str, bool]
"""The parts that a signature protects: whether each is as it was signed."""


def draw_ofd(data: bytes, signatures: Iterable[SignatureEvidence], limits: Limits = LIMITS) -> Pictures:
    """Draw an OFD package. Whatever is wrong with it, the answer is pictures or the reason why there are none."""
    try:
        package = Package(data, limits)
        markup = MarkupParts(package)
        structure = _structure(markup, limits)
    except (DocumentRefused, MarkupError):
        return Pictures(code=NoPicture.UNREADABLE)
    signed = tuple(signatures)
    stamps = tuple(stamp for signature in signed for stamp in stamps_of(package, signature))
    protection = protected_parts(signed)
    resources = Resources(markup, structure.resources)
    pictures: dict[bytes, SealPicture | None] = {}
    for picture in list(dict.fromkeys(stamp.picture for stamp in stamps))[:SEALS_LIMIT]:
        pictures[picture] = seal_picture(picture, limits)
    found: list[PagePicture] = []
    size = 0
    for page in _chosen(structure.pages, stamps, protection):
        placed = [(stamp, pictures.get(stamp.picture)) for stamp in stamps if stamp.page == page.identifier]
        drawn = PageDrawing(structure, resources, page).draw(placed)
        size += len(drawn.svg)
        if size > MAX_OCTETS:
            return Pictures(tuple(found), (), len(structure.pages), NoPicture.TOO_LARGE)
        found.append(_picture(page, drawn, [stamp for stamp, _ in placed], protection if signed else None))
    return Pictures(tuple(found), (), len(structure.pages))


def seal_picture(picture: bytes, limits: Limits = LIMITS) -> SealPicture | None:
    """Return the picture of a seal for a browser: a raster as it is, an OFD as its first page; None for any other."""
    kind = media_type(picture)
    if kind is not None:
        return SealPicture(kind, picture)
    if not is_archive(picture):
        return None
    try:
        markup = MarkupParts(Package(picture, limits))
        structure = _structure(markup, limits)
    except (DocumentRefused, MarkupError):
        return None
    for page in structure.pages[:1]:
        drawn = PageDrawing(structure, Resources(markup, structure.resources), page).draw((), paper=False)
        return SealPicture(SVG_TYPE, drawn.svg) if len(drawn.svg) <= MAX_OCTETS else None
    return None


def _structure(markup: MarkupParts, limits: Limits) -> Structure:
    """Return the first document of a package: real ones hold one."""
    for body in read_bodies(markup.package, limits):
        if body.root is not None:
            return Structure(markup, body.root)
    raise MarkupError("the package has no document")


def protected_parts(signatures: Iterable[SignatureEvidence]) -> Protection:
    """Return what the signatures say of parts; one that any of them finds changed is changed."""
    found: dict[str, bool] = {}
    for signature in signatures:
        for reference in signature.signed.references:
            if reference.kind is ReferenceKind.OFD_REFERENCE:
                name = reference.name.lstrip("/")
                found[name] = found.get(name, True) and reference.intact is not False
    return found


def _chosen(pages: tuple[PagePart, ...], stamps: Iterable[Stamp], protection: Protection) -> list[PagePart]:
    """The pages that were changed, those with seals, those that nothing protects, and the first ones."""
    stamped = {stamp.page for stamp in stamps}
    ranked = sorted(
        pages,
        key=lambda page: (
            protection.get(page.part) is not False,
            page.identifier not in stamped,
            page.part in protection,
            page.number,
        ),
    )
    return sorted(ranked[:MAX_PAGES], key=lambda page: page.number)


def _picture(page: PagePart, drawn: DrawnPage, stamps: list[Stamp], protection: Protection | None) -> PagePicture:
    state, parts = _state(drawn.parts, protection) if protection is not None else (PageState.UNKNOWN, ())
    marks = tuple(Mark(MarkKind.SIGNATURE, _on_picture(stamp.shown, drawn.area), stamp.signature) for stamp in stamps)
    return PagePicture(
        number=page.number,
        width=drawn.area.width,
        height=drawn.area.height,
        media_type=SVG_TYPE,
        data=drawn.svg,
        marks=marks,
        state=state,
        parts=parts,
        partial=drawn.partial,
    )


def _state(parts: Iterable[str], protection: Protection) -> tuple[PageState, tuple[str, ...]]:
    changed = tuple(sorted(part for part in parts if protection.get(part) is False))
    if changed:
        return PageState.CHANGED, changed
    bare = tuple(sorted(part for part in parts if part not in protection))
    return (PageState.UNPROTECTED, bare) if bare else (PageState.SIGNED, ())


def _on_picture(place: Box, area: Box) -> Box:
    return Box(place.x - area.x, place.y - area.y, place.width, place.height)
