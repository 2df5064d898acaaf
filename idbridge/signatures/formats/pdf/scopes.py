"""What a signature covers of the file as it is now, and the pages that look different since."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from idbridge.signatures.evidence import Fault, LaterChange, Scope, ScopeKind
from idbridge.signatures.formats.pdf.changes import Change, Needs, catalogue_changes
from idbridge.signatures.formats.pdf.comparison import Comparison, Effort
from idbridge.signatures.formats.pdf.form_changes import Forms
from idbridge.signatures.formats.pdf.page_changes import PageTree, page_changes, page_tree
from idbridge.signatures.formats.pdf.permissions import permissions
from idbridge.signatures.formats.pdf.placing import Placed, Placement
from idbridge.signatures.formats.pdf.reference_changes import irregular_changes, reference_changes
from idbridge.signatures.formats.pdf.revisions import revision_ends


@dataclass(frozen=True, slots=True)
class SignedRevision:
    """The revision that a signature signed: `data[:end]`, what was changed since, and on how many pages it shows."""

    end: int
    scope: Scope
    faults: tuple[Fault, ...]
    changes: tuple[Change, ...]
    pages: tuple[int, ...]


class Scopes:
    """Tells the scope of each signature of one file; what they share is computed once."""

    def __init__(self, data: bytes, placement: Placement, count: int) -> None:
        self._data = data
        self._placement = placement
        self._ends = revision_ends(data, count)
        self._final_pages: PageTree | None = None
        self._effort = Effort.for_file(placement.final)

    def of(self, placed: Placed) -> SignedRevision:
        """Return what *placed* covers."""
        changes = tuple(dict.fromkeys(self._changes(placed)))
        shown = tuple(change for change in changes if not change.harmless)
        sound = placed.revision is not None and not any(fault.fatal for fault in placed.faults)
        scope = Scope(
            ScopeKind.PDF_REVISION,
            self._name(placed),
            whole_document=sound and not shown and not self._placement.final.repaired,
            not_covered=tuple(dict.fromkeys(map(str, shown))),
            detail=_detail(changes),
            changes=tuple(dict.fromkeys(LaterChange(change.kind.value, change.page, change.field) for change in shown)),
        )
        pages = tuple(sorted({change.page for change in shown if change.page is not None}))
        faults = (*_faults(changes), *permissions(placed.signed).violations(changes))
        return SignedRevision(placed.end, scope, faults, changes, pages)

    def _name(self, placed: Placed) -> str:
        """Revisions are counted by their end-of-file marks; a linearized file has two in its first."""
        if placed.revision is None:
            return "no revision"
        number = bisect_left(self._ends, placed.end) + 1
        return f"revision {min(number, len(self._ends))} of {len(self._ends)}"

    def _changes(self, placed: Placed) -> Iterator[Change]:
        old, new = placed.revision, self._placement.final
        if old is None or old is new:
            return
        compared = Comparison(old, new, self._effort)
        yield from reference_changes(self._data, placed.end, compared)
        if compared.rewritten or old.pdf.trailer.get("/Root") != new.pdf.trailer.get("/Root"):
            yield from self._content_changes(placed, compared)
        yield from irregular_changes(compared)  # last: of what was compared it is known by now

    def _content_changes(self, placed: Placed, compared: Comparison) -> Iterator[Change]:
        if self._final_pages is None:
            self._final_pages = page_tree(compared.new)
        before, after = page_tree(compared.old), self._final_pages
        fields, fields_now = placed.form.keys(), self._placement.form.keys()
        compared.elsewhere |= (before.nodes & after.nodes) | (fields & fields_now) | {compared.old.root.objgen}
        yield from catalogue_changes(compared)
        yield from page_changes(compared, before, after, (fields, fields_now))
        yield from Forms(compared, placed.form, self._placement.form, after.by_key).changes()


def _faults(changes: tuple[Change, ...]) -> Iterator[Fault]:
    """What nothing permits and a reader sees makes it another document; the rest is told, and weighed by policy."""
    replaced = [change for change in changes if change.visible and change.needs is Needs.NOTHING_PERMITS]
    extended = [change for change in changes if not change.harmless and change not in replaced]
    if replaced:
        yield Fault("changed-after-signing", _listed(replaced), fatal=True)
    if extended:
        yield Fault("extended-after-signing", _listed(extended))


def _detail(changes: tuple[Change, ...]) -> str:
    allowed = [change for change in changes if change.harmless]
    return f"added since: {_listed(allowed)}" if allowed else ""


SHOWN_LIMIT: Final = 20
"""Changes that one line lists."""


def _listed(changes: list[Change]) -> str:
    texts = list(dict.fromkeys(map(str, changes)))
    more = f" and {len(texts) - SHOWN_LIMIT} more" if len(texts) > SHOWN_LIMIT else ""
    return "; ".join(texts[:SHOWN_LIMIT]) + more
