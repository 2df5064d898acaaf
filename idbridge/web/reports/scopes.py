"""What exactly was signed, in words; and what was left out, or changed since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from idbridge.signatures.evidence import LaterChange, Scope, ScopeKind
from idbridge.web.reports.change_wording import CHANGES, IN_FIELD, ON_PAGE
from idbridge.web.reports.voice import Voice, Words, quoted
from idbridge.web.reports.wording import ANOTHER_SIGNATURE, CONTENT_WITHIN, NOTHING, PART, SCOPES, WHOLE

CAME_ALONG = frozenset({"the content within the signature", "the payload within the signature"})
"""Details of scopes whose name is only a stand-in: what was signed came within the signature and has none."""


def covered(scopes: Iterable[Scope], voice: Voice) -> Iterator[Words]:
    """Yield a sentence for the whole document or the parts of it that are signed."""
    found = tuple(scopes)
    whole = [scope for scope in found if scope.whole_document]
    signatures = [scope for scope in found if scope.kind is ScopeKind.SIGNATURE]
    # a list of files is no part of its own where all that it lists is signed by it
    parts = [] if whole else [scope for scope in found if scope not in signatures]
    for template, some in ((WHOLE, whole), (ANOTHER_SIGNATURE, signatures), (PART, parts)):
        if some:
            yield voice.say(template, what=voice.listed(thing(scope, voice) for scope in some))
    if not found:
        yield voice.say(NOTHING)


def thing(scope: Scope, voice: Voice) -> Words:
    """Return what a scope is, in a few words."""
    if scope.kind is ScopeKind.FILE and scope.detail in CAME_ALONG:
        return voice.say(CONTENT_WITHIN)
    return voice.say(SCOPES[scope.kind], name=scope.name)


def left_out(scopes: Iterable[Scope], voice: Voice) -> tuple[Words, ...]:
    """Return what is not signed of the document, each thing once: changes of a PDF in words, the rest by name."""
    found: dict[Words, None] = {}
    for scope in scopes:
        names = map(quoted, scope.not_covered) if not scope.changes else ()
        found.update(dict.fromkeys((*(change_words(change, voice) for change in scope.changes), *names)))
    return tuple(found)


def change_words(change: LaterChange, voice: Voice) -> Words:
    """Return what was changed after signing, and where."""
    what = voice.code(CHANGES, change.kind)
    if change.field:
        what = voice.say(IN_FIELD, what=what, field=change.field)
    return voice.say(ON_PAGE, page=change.page, what=what) if change.page else what
