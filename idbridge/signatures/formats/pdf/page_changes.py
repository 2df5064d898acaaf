"""What was changed on pages: added, removed and reordered pages, their contents, and annotations that are no fields.

ISO 32000-2 clauses 7.7.3 (page tree), 12.5 (annotations). Fields and their widgets are left to `form_changes`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, cast

from pikepdf import Dictionary, String

from idbridge.signatures.formats.pdf.changes import Change, ChangeKind, Needs
from idbridge.signatures.formats.pdf.comparison import Comparison
from idbridge.signatures.formats.pdf.fields import as_dictionary, corners, items, name, shown
from idbridge.signatures.formats.pdf.revisions import DIRECT, Key, Revision, key_of
from idbridge.signatures.refusals import FormatRefusal, Refusal

DEPTH_LIMIT: Final = 64
"""Nodes of the page tree within another; balanced trees of a million pages have 20."""

Fields = tuple[Collection[Key], Collection[Key]]

_INHERITED: Final = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_UNSEEN: Final = frozenset(
    {"/Annots", "/Parent", "/StructParents", "/Tabs", "/Metadata", "/LastModified", "/PieceInfo", *_INHERITED}
)
"""Entries of a page that show nothing, or are compared otherwise (ISO 32000-2 table 31)."""

_NODE: Final = frozenset({"/Kids", "/Parent", *_INHERITED})
"""Entries of a node above pages, whose effect is seen on these (ISO 32000-2 table 30). Count is not: some believe it, and texts
aside there are no others."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its number from 1, and the entries that it inherits or has itself."""

    key: Key
    number: int
    dictionary: Dictionary = field(repr=False)
    inherited: Mapping[str, object] = field(repr=False)

    @property
    def area(self) -> Decimal:
        """What of it is shown, in its own units; 0 where that cannot be told."""
        boxes = [box for key in ("/MediaBox", "/CropBox") if (box := corners(self.inherited.get(key))) is not None]
        if not boxes:
            return Decimal()
        left, bottom = (max(box[side] for box in boxes) for side in (0, 1))
        right, top = (min(box[side] for box in boxes) for side in (2, 3))
        return max(right - left, Decimal()) * max(top - bottom, Decimal())


@dataclass(frozen=True, slots=True)
class PageTree:
    """The pages in order, and the objects that make up the tree."""

    pages: tuple[Page, ...]
    nodes: frozenset[Key]

    @property
    def by_key(self) -> dict[Key, Page]:
        """The pages by their objects."""
        return {page.key: page for page in self.pages}


def page_tree(revision: Revision) -> PageTree:
    """Walk through the page tree; a node that stands in it twice counts once.

    :raises FormatRefusal: it is deeper than `DEPTH_LIMIT`.
    """
    pages: list[Page] = []
    nodes: set[Key] = set()
    waiting: list[tuple[object, Mapping[str, object], int]] = [(revision.root.get("/Pages"), {}, 0)]
    while waiting:
        node, above, depth = waiting.pop()
        if not isinstance(node, Dictionary) or (node.objgen != DIRECT and node.objgen in nodes):
            continue
        if depth > DEPTH_LIMIT:
            raise FormatRefusal(Refusal.TOO_DEEP, f"nodes of the page tree more than {DEPTH_LIMIT} deep")
        nodes.add(node.objgen)
        own = {key: node[key] for key in _INHERITED if key in node}
        inherited = {**above, **own}
        if "/Kids" in node:
            waiting += [(kid, inherited, depth + 1) for kid in items(node.get("/Kids"))][::-1]
        else:
            key = node.objgen if node.objgen != DIRECT else (-1 - len(pages), 0)
            pages.append(Page(key, len(pages) + 1, node, inherited))
    return PageTree(tuple(pages), frozenset(nodes - {DIRECT}))


def page_changes(compared: Comparison, old: PageTree, new: PageTree, fields: Fields) -> Iterator[Change]:
    """Compare all pages. *fields* are the objects that are fields or widgets in each revision's form."""
    before, after = old.by_key, new.by_key
    for page in old.pages:
        if page.key not in after:
            yield _shown(ChangeKind.PAGE_REMOVED, "page removed", page.number)
    for page in new.pages:
        if page.key not in before:
            yield _shown(ChangeKind.PAGE_ADDED, "page added", page.number)
    if [key for key in before if key in after] != [key for key in after if key in before]:
        yield _shown(ChangeKind.PAGES_REORDERED, "pages in another order", None)
    for page in new.pages:
        if page.key in before:
            yield from _one_page(compared, before[page.key], page, fields)
    yield from _node_changes(compared, (old.nodes & new.nodes & compared.redrawn) - before.keys() - after.keys())


def _node_changes(compared: Comparison, nodes: Collection[Key]) -> Iterator[Change]:
    """A node that has more than nodes have may be drawn, as a font of a page. What some software signs it with may not."""
    for node in sorted(nodes):
        old, new = (cast("Dictionary", revision.object(node)) for revision in (compared.old, compared.new))
        if _hangs_elsewhere(compared, old, new):
            yield _shown(ChangeKind.PAGE_CONTENTS, "Parent of the page tree changed", None)
        for key in compared.differing(old, new, ignoring=_NODE, drawn=True):
            if not all(isinstance(one.get(key), String | None) for one in (old, new)):
                yield _shown(ChangeKind.PAGE_CONTENTS, f"{shown(key)} of the page tree changed", None)


def _hangs_elsewhere(compared: Comparison, old: Dictionary, new: Dictionary) -> bool:
    """Tell whether a page or node says that it is in another one, from which some readers take what it inherits."""
    return not compared.same(old.get("/Parent"), new.get("/Parent"))


def _one_page(compared: Comparison, old: Page, new: Page, fields: Fields) -> Iterator[Change]:
    for key in _INHERITED:
        if not compared.same(old.inherited.get(key), new.inherited.get(key), drawn=True):
            yield _shown(ChangeKind.PAGE_CONTENTS, f"{shown(key)} changed", new.number)
    if compared.is_untouched(new.key):
        return
    if _hangs_elsewhere(compared, old.dictionary, new.dictionary):
        yield _shown(ChangeKind.PAGE_CONTENTS, "Parent changed", new.number)
    for key in compared.differing(old.dictionary, new.dictionary, ignoring=_UNSEEN):
        yield _shown(ChangeKind.PAGE_CONTENTS, f"{shown(key)} changed", new.number)
    yield from _annotation_changes(compared, old, new, fields)


def _annotation_changes(compared: Comparison, old: Page, new: Page, fields: Fields) -> Iterator[Change]:
    """A field is left to the form where it was one before, or is new; what becomes one, or comes onto the page, is not."""
    before, after = annotations_of(old), annotations_of(new)
    fields_before, fields_now = fields
    for key, annotation in before.items():
        what = f"{_kind(annotation)} annotation"
        if key not in after:
            yield Change(ChangeKind.ANNOTATION_REMOVED, f"{what} removed", Needs.ANNOTATE, visible=True, page=new.number)
        elif key not in fields_before and not compared.same(annotation, after[key]):
            yield Change(ChangeKind.ANNOTATION_ALTERED, f"{what} altered", Needs.ANNOTATE, visible=True, page=new.number)
    for key, annotation in after.items():
        if key not in before and (key in fields_before or key not in fields_now):
            what = f"{_kind(annotation)} annotation added"
            yield Change(ChangeKind.ANNOTATION_ADDED, what, Needs.ANNOTATE, visible=True, page=new.number)
    if [key for key in before if key in after] != [key for key in after if key in before]:
        what = "annotations in another order"
        yield Change(ChangeKind.ANNOTATION_ALTERED, what, Needs.ANNOTATE, visible=True, page=new.number)


def annotations_of(page: Page) -> dict[Key, Dictionary]:
    """Return the annotations by object; direct ones by their place."""
    found: dict[Key, Dictionary] = {}
    for place, annotation in enumerate(items(page.dictionary.get("/Annots")), 1):
        dictionary, key = as_dictionary(annotation), key_of(annotation)
        if dictionary is not None:
            found[key if key != DIRECT else (-place, page.number)] = dictionary
    return found


def _kind(annotation: Dictionary) -> str:
    return name(annotation.get("/Subtype")) or "unnamed"


def _shown(kind: ChangeKind, what: str, page: int | None) -> Change:
    return Change(kind, what, Needs.NOTHING_PERMITS, visible=True, page=page)
