"""Which pages of a signed PDF are worth a picture: those with signatures, those that changed since, and the first ones.

Where signatures stand, and which page became which, is read from the file's structure (`signatures.formats.pdf`); `drawing` has
them drawn.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pikepdf import Array, Dictionary, PdfError

from idbridge.rendering.pdf.drawing import MEDIA_TYPE, Drawn, Order, PdfDrawing
from idbridge.rendering.pictures import Box, ChangedPage, Mark, MarkKind, NoPicture, PagePicture, Pictures
from idbridge.signatures.evidence import EvidenceId
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.formats.pdf import signed_revisions
from idbridge.signatures.formats.pdf.changes import ChangeKind
from idbridge.signatures.formats.pdf.page_changes import Page, PageTree, page_tree
from idbridge.signatures.formats.pdf.placing import Placement, place_signatures
from idbridge.signatures.formats.pdf.revisions import Key
from idbridge.signatures.formats.pdf.scopes import SignedRevision
from idbridge.signatures.refusals import DocumentRefused

MAX_PAGES: Final = 6
"""Pages that are drawn as they are now: enough to know the document again; who wants to read it has a reader."""
MAX_CHANGED: Final = 6
"""Pages that are drawn before and after."""
MAX_SEARCHED: Final = 1_000
"""Pages, and annotations of one page, that are searched for signatures."""

Numbers = tuple[int | None, int | None]
"""A page's number when it was signed, and now; None where there was, or is, no such page."""


Marks = dict[int, tuple[tuple[str, Box], ...]]
"""Where on each page signatures stand, by their ids."""


@dataclass(frozen=True, slots=True)
class _Changed:
    """A page that looks different since a signature, which signed the first `end` octets."""

    signature: str
    end: int
    before: int | None
    after: int | None


def draw_pdf(drawing: PdfDrawing, data: bytes, limits: Limits = LIMITS) -> Pictures:
    """Draw a PDF. Whatever is wrong with it, the answer is pictures or the reason why there are none."""
    try:
        placement = place_signatures(data, limits)
        revisions = dict(signed_revisions(data, limits=limits))
        tree = page_tree(placement.final)
        marks = _marks(placement, tree, tuple(revisions))
        changed = tuple(_changed(placement, tree, revisions))[:MAX_CHANGED]
    except (DocumentRefused, PdfError, ValueError, RuntimeError):
        return Pictures(code=NoPicture.UNREADABLE)
    now = _chosen(len(tree.pages), marks, {one.after for one in changed})
    orders = [Order(0, number, marks.get(number, ())) for number in now]
    sheets = drawing.draw(data, [*orders, *(order for one in changed for order in _orders(one, marks))])
    drawn = {(one.order.end, one.order.page): one for one in sheets.drawn}
    pages = tuple(_picture(drawn[0, number]) for number in now if (0, number) in drawn)
    return Pictures(pages, tuple(_pairs(changed, drawn)), len(tree.pages), sheets.code)


def _chosen(count: int, marks: Marks, elsewhere: Collection[int | None]) -> list[int]:
    """The pages with signatures, and of the others the first ones, without those that are drawn *elsewhere*."""
    wanted = dict.fromkeys([*sorted(marks)[:MAX_PAGES], *range(1, min(count, MAX_PAGES) + 1)])
    return sorted([number for number in wanted if number not in elsewhere][:MAX_PAGES])


def _marks(placement: Placement, tree: PageTree, identifiers: tuple[str, ...]) -> Marks:
    """Return the boxes of signature fields that a reader sees, by page."""
    named: dict[Key, str] = {
        placed.signed.form_field.key: identifier for placed, identifier in zip(placement.placed, identifiers, strict=True)
    }
    found: Marks = {}
    for page in tree.pages[:MAX_SEARCHED]:
        boxes = tuple(_boxes(page, named))
        if boxes:
            found[page.number] = boxes
    return found


def _boxes(page: Page, named: Mapping[Key, str]) -> Iterator[tuple[str, Box]]:
    annotations = page.dictionary.get("/Annots")
    for annotation in list(annotations)[:MAX_SEARCHED] if isinstance(annotations, Array) else ():
        if not isinstance(annotation, Dictionary):
            continue
        parent = annotation.get("/Parent")
        identifier = named.get(annotation.objgen) or (named.get(parent.objgen) if isinstance(parent, Dictionary) else None)
        box = _box(annotation.get("/Rect"))
        if identifier is not None and box is not None:
            yield identifier, box


def _box(rectangle: object) -> Box | None:
    """Return a rectangle (ISO 32000-2 clause 7.9.5); None for one without area: an invisible signature."""
    if not isinstance(rectangle, Array) or len(rectangle) != 4:
        return None
    try:
        left, bottom, right, top = (float(value) for value in rectangle)
    except (TypeError, ValueError):
        return None
    box = Box(min(left, right), min(bottom, top), abs(right - left), abs(top - bottom))
    return box if box.width >= 1 and box.height >= 1 else None


def _changed(placement: Placement, tree: PageTree, revisions: Mapping[EvidenceId, SignedRevision]) -> Iterator[_Changed]:
    """Walk through the pages that look different, each once: since the earliest signature that it looks different since."""
    seen: set[tuple[bool, int | None]] = set()
    for placed, (identifier, revision) in zip(placement.placed, revisions.items(), strict=True):
        if placed.revision is None or not revision.pages:
            continue
        for before, after in _numbers(page_tree(placed.revision), tree, revision):
            page = (after is None, before if after is None else after)
            if page not in seen:
                seen.add(page)
                yield _Changed(identifier, revision.end, before, after)


def _numbers(before: PageTree, now: PageTree, revision: SignedRevision) -> Iterator[Numbers]:
    keys = {page.number: page.key for page in now.pages}
    numbers = {key: page.number for key, page in before.by_key.items()}
    for change in revision.changes:
        if change.harmless or change.page is None:
            continue
        if change.kind is ChangeKind.PAGE_REMOVED:
            yield change.page, None
        elif change.kind is ChangeKind.PAGE_ADDED or change.page not in keys:
            yield None, change.page
        else:
            yield numbers.get(keys[change.page]), change.page


def _orders(one: _Changed, marks: Marks) -> Iterator[Order]:
    if one.before is not None:
        yield Order(one.end, one.before)
    if one.after is not None:
        yield Order(0, one.after, marks.get(one.after, ()), compare=one.before is not None)


def _pairs(changed: tuple[_Changed, ...], drawn: Mapping[tuple[int, int], Drawn]) -> Iterator[ChangedPage]:
    """Pair the pictures; a pair that lacks one is left out, for it would say that there is no such page."""
    for one in changed:
        before = drawn.get((one.end, one.before)) if one.before is not None else None
        after = drawn.get((0, one.after)) if one.after is not None else None
        if (before is None) == (one.before is None) and (after is None) == (one.after is None):
            yield ChangedPage(one.signature, _picture(before) if before else None, _picture(after) if after else None)


def _picture(drawn: Drawn) -> PagePicture:
    signatures = (Mark(MarkKind.SIGNATURE, box, name) for name, box in drawn.marks)
    differs = (Mark(MarkKind.CHANGED, box) for box in drawn.differs)
    return PagePicture(drawn.order.page, drawn.width, drawn.height, MEDIA_TYPE, drawn.data, (*signatures, *differs))
