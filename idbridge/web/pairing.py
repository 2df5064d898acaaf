"""Which detached content each document of a call is over: by a label that both carry, or by their files' names.

A form's part is called ``document``, ``detached`` or ``digest``, or that with a label behind a full stop (``document.bid7``):

1. A document with a label is over the contents with that label, and over no other.
2. One without is over the contents whose name it has with something behind it: ``contract.pdf.p7s`` is over ``contract.pdf``.
3. One to which that gives nothing is over all contents that have no label and are nobody's by name; the only document of a
   call is over all contents without a label, those that are its by name first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from idbridge.signatures.contents import Content
from idbridge.web.calls import BadCall

DOCUMENT: Final = "document"
DETACHED: Final = "detached"
DIGEST: Final = "digest"

Contents = tuple[Content, ...]


def label_of(part: str, kind: str) -> str | None:
    """Return the label in a part's name, empty if it has none; None for a part of another *kind*."""
    name, stop, label = part.partition(".")
    return None if name != kind or (stop and not label) else label


def pair(documents: Sequence[tuple[str, str]], contents: Iterable[tuple[str, Content]]) -> tuple[Contents, ...]:
    """Return for each of *documents* what it is over. They are given by label, empty for none, and name; contents by label.

    :raises BadCall: content has a label that no document has.
    """
    labelled: dict[str, list[Content]] = {label: [] for label, _ in documents}
    labelled[""] = []
    for label, content in contents:
        if label not in labelled:
            raise BadCall("label-unknown", f"{DETACHED}.{label[:100]} goes with no {DOCUMENT} of that label")
        labelled[label].append(content)
    own = iter(_by_name([name for label, name in documents if not label], labelled[""]))
    return tuple(tuple(labelled[label]) if label else next(own) for label, _ in documents)


def _by_name(documents: Sequence[str], contents: Sequence[Content]) -> list[Contents]:
    named: dict[str, list[Content]] = {}
    for content in contents:
        if content.name:
            named.setdefault(content.name, []).append(content)
    found = [tuple(_namesakes(document, named)) for document in documents]
    taken = {id(content) for some in found for content in some}
    others = tuple(content for content in contents if id(content) not in taken)
    if len(documents) == 1:
        return [(*found[0], *others)]
    return [some or others for some in found]


SUFFIXES: Final = 8
"""Suffixes that a name may have behind that of its content: signatures, timestamps and encodings add one each. A stranger's
name may be all full stops, and each is a look-up of what stands before it."""


def _namesakes(document: str, named: dict[str, list[Content]]) -> list[Content]:
    """Return the contents of the longest name that the document's begins with."""
    start = document
    for _ in range(SUFFIXES):
        start = start.rpartition(".")[0]
        if start in named:
            return named[start]
    return []
