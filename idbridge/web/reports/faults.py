"""What is wrong with a document's form, in words; and what was changed in it after it was signed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from idbridge.signatures.evidence import Fault, LaterChange, Scope
from idbridge.web.reports.change_wording import (
    AFTER_SIGNING,
    CHANGED_SINCE,
    PAGES_ADDED,
    PAGES_CHANGED,
    PAGES_REMOVED,
    SHOWN_CHANGED,
)
from idbridge.web.reports.fault_wording import AFTERWARDS, FAULT, FAULT_IN, FAULTS, THINGS
from idbridge.web.reports.scopes import change_words
from idbridge.web.reports.voice import Voice, Words, quoted

PAGE_CLAUSES = {"page-added": PAGES_ADDED, "page-removed": PAGES_REMOVED}
"""By the kind of change; of all other kinds a page was changed."""


def fault_words(faults: Iterable[Fault], voice: Voice) -> Iterator[Words]:
    """Yield the words for faults of the form, with the file that each is about where the evidence names it."""
    for fault in faults:
        what = voice.say(FAULTS[fault.code]) if fault.code in FAULTS else voice.say(FAULT, code=fault.code)
        thing = _thing(fault)
        yield voice.say(FAULT_IN, what=what, thing=thing) if thing else what


def fault_things(faults: Iterable[Fault], voice: Voice) -> Iterator[Words]:
    """Yield what each fault is about: the file that its evidence names, else what is wrong."""
    for fault in faults:
        thing = _thing(fault)
        yield quoted(thing) if thing else next(fault_words((fault,), voice))


def _thing(fault: Fault) -> str:
    pattern = THINGS.get(fault.code)
    found = pattern.fullmatch(fault.detail) if pattern else None
    return " / ".join(found.groups()) if found else ""


def of_change(fault: Fault) -> bool:
    """Tell whether a fault says that the document was changed after it was signed."""
    return fault.code in AFTERWARDS


def changes_since(scopes: Iterable[Scope], voice: Voice) -> Words:
    """Return the sentence that lists everything that was changed after signing, and where."""
    found = [change_words(change, voice) for change in _changes(scopes)]
    return voice.say(CHANGED_SINCE, changes=voice.listed(found or [voice.say(SHOWN_CHANGED)]))


def after_signing(scopes: Iterable[Scope], voice: Voice) -> Words:
    """Return which pages were changed, added or removed after signing, to complete a verdict."""
    pages: dict[tuple[str, str], list[int]] = {}
    for change in _changes(scopes):
        if change.page is not None:
            numbers = pages.setdefault(PAGE_CLAUSES.get(change.kind, PAGES_CHANGED), [])
            numbers += [change.page] if change.page not in numbers else []
    clauses = [_clause(forms, sorted(numbers), voice) for forms, numbers in pages.items()]
    return voice.say(AFTER_SIGNING, changes=voice.listed(clauses or [voice.say(SHOWN_CHANGED)]))


def _clause(forms: tuple[str, str], numbers: list[int], voice: Voice) -> Words:
    shown = voice.listed(Words(voice.moments.number(number)) for number in numbers)
    return voice.say(forms[len(numbers) > 1], pages=shown)


def _changes(scopes: Iterable[Scope]) -> Iterator[LaterChange]:
    for scope in scopes:
        yield from scope.changes
