"""The XPath that signatures use, read by a closed grammar and never evaluated: whole subtrees, chosen by name or identifier.

What the grammar does not have is not supported, and leaves the reference unprocessed. That is all of XPath but what real
signatures hold: descendants of a name, paths from the root or from an identifier, the signature that the transform is in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from idbridge.signatures.formats.xmldsig.canonical import NotCanonicalizableError, Selection
from idbridge.signatures.formats.xmldsig.names import SIGNATURE, Element, local_name, text

EXPRESSION: Final = 2_000
"""Characters of an expression; real ones have up to 200."""

STEPS: Final = 32
"""Steps of a path, and terms of an expression."""

MARKED: Final = 20_000
"""Elements that one expression chooses."""

SUBTREES: Final = 256
"""Separate elements that are left: each is a scope to show. Real filters leave one, or a form's few fields."""

MARK_VISITS: Final = 8
"""Elements that one is compared with, twice: its ancestors, some four in most documents."""

_NAME: Final = r"(?:[\w.-]+:)?[\w.-]+|\*"
_TEST: Final = (
    rf"(?P<name>{_NAME})(?:\[\s*(?:@(?P<attribute>[\w.-]+)|local-name\(\s*\))\s*=\s*(?P<quoted>'[^']*'|\"[^\"]*\")\s*\])?"
)
_TERM: Final = re.compile(rf"\s*(?P<not>not\s*\(\s*)?ancestor-or-self::{_TEST}\s*(?(not)\))\s*")
_STEP: Final = re.compile(rf"/(?:(?P<nodes>node\(\))|(?:child::)?{_TEST})")
_DESCENDANT: Final = re.compile(rf"(?://|/descendant(?:-or-self)?::){_TEST}")
_IDENTIFIER: Final = re.compile(r"id\(\s*(?P<quoted>'[^']*'|\"[^\"]*\")\s*\)")
_HERE: Final = re.compile(r"here\(\)/ancestor::(?P<prefix>[\w.-]+):Signature\[1\]")
_ENVELOPED: Final = re.compile(
    # the form of XML-DSig clause 6.6.4, which says that it is the enveloped-signature transform
    r"count\(\s*ancestor-or-self::(?P<prefix>[\w.-]+):Signature\s*\|\s*here\(\)/ancestor::(?P=prefix):Signature\[1\]\s*\)"
    r"\s*>\s*count\(\s*ancestor-or-self::(?P=prefix):Signature\s*\)"
)


class NotSupportedError(NotCanonicalizableError):
    """An expression outside the grammar."""


@dataclass(frozen=True, slots=True)
class _Operation:
    """What is done to the selected nodes with the subtrees of *elements*: "intersect", "subtract" or "union"."""

    kind: str
    elements: frozenset[Element]
    everything: bool = False

    def apply(self, element: Element | None, *, selected: bool) -> bool:
        """Return whether *element* (None: what is beside the root) is selected afterwards."""
        chosen = self.everything or (element is not None and _within(element, self.elements))
        match self.kind:
            case "intersect":
                return selected and chosen
            case "subtract":
                return selected and not chosen
            case _:
                return selected or chosen


def _within(element: Element, elements: frozenset[Element]) -> bool:
    return element in elements or any(ancestor in elements for ancestor in element.iterancestors())


def filter_nodes(selection: Selection, transform: Element) -> Selection:
    """Apply an XPath transform (XML-DSig clause 6.6.3) of the forms that the grammar has.

    :raises NotSupportedError: it has another form.
    """
    holder = next(iter(transform), None)
    if holder is None or len(transform) != 1 or local_name(holder) != "XPath":
        raise NotSupportedError("an XPath transform without its one expression")
    expression = _expression(holder)
    if found := _ENVELOPED.fullmatch(expression):
        own = _own_signature(holder, found["prefix"])
        return _selected(selection, [_Operation("subtract", frozenset({own}))])
    return _selected(selection, list(_terms(selection, holder, expression)))


def filter_nodes_2(selection: Selection, transform: Element) -> Selection:
    """Apply an XPath Filter 2.0 transform (its clause 3) of the forms that the grammar has.

    :raises NotSupportedError: it has another form.
    """
    operations: list[_Operation] = []
    for holder in transform:
        kind = holder.get("Filter")
        if local_name(holder) != "XPath" or kind not in ("intersect", "subtract", "union") or len(operations) >= STEPS:
            raise NotSupportedError("a filter that is none of XPath Filter 2.0, or too many of them")
        operations.append(_operation(selection, holder, kind, _expression(holder)))
    if not operations:
        raise NotSupportedError("a filter without expression")
    return _selected(selection, operations)


def _expression(holder: Element) -> str:
    expression = text(holder)
    if len(expression) > EXPRESSION:
        raise NotSupportedError(f"an expression of {len(expression)} characters")
    return expression


def _terms(selection: Selection, holder: Element, expression: str) -> Iterator[_Operation]:
    """A conjunction of `[not(]ancestor-or-self::NAME[)]` keeps, or leaves out, the subtrees of what has the name."""
    terms = re.split(r"\band\b", expression)
    if len(terms) > STEPS:
        raise NotSupportedError("an expression of too many terms")
    for term in terms:
        found = _TERM.fullmatch(term)
        if found is None:
            raise NotSupportedError(f"the XPath {expression[:200]!r} is not supported")
        matches = frozenset(_some(filter(_test(found, holder), selection.tree.root.iter("*"))))
        yield _Operation("subtract" if found["not"] else "intersect", matches)


def _operation(selection: Selection, holder: Element, kind: str, expression: str) -> _Operation:
    root = selection.tree.root
    if expression == "/":
        return _Operation(kind, frozenset({root}), everything=True)
    if found := _HERE.fullmatch(expression):
        return _Operation(kind, frozenset({_own_signature(holder, found["prefix"])}))
    if found := _DESCENDANT.match(expression):
        start = _some(filter(_test(found, holder), root.iter("*")))
        return _Operation(kind, frozenset(_some(_walk(start, expression[found.end() :], holder))))
    if found := _IDENTIFIER.match(expression):
        named = selection.tree.identifiers.get(found["quoted"][1:-1], ())
        if len(named) > 1:
            raise NotSupportedError(f"the identifier {found['quoted'][:100]} occurs more than once")
        return _Operation(kind, frozenset(_some(_walk(named, expression[found.end() :], holder))))
    first = _STEP.match(expression)
    if first is None or first["nodes"]:
        raise NotSupportedError(f"the XPath {expression[:200]!r} is not supported")
    tops = [root] if _test(first, holder)(root) else []
    return _Operation(kind, frozenset(_some(_walk(tops, expression[first.end() :], holder))))


def _walk(start: Iterable[Element], steps: str, holder: Element) -> list[Element]:
    found, position = list(start), 0
    for _ in range(STEPS):
        if position == len(steps):
            return found
        step = _STEP.match(steps, position)
        if step is None:
            break
        found = _children(found) if step["nodes"] else [c for e in found for c in e.iterchildren("*") if _test(step, holder)(c)]
        position = step.end()
    raise NotSupportedError(f"the path {steps[:200]!r} is not supported")


def _children(elements: Iterable[Element]) -> list[Element]:
    """`/node()`: all children, where that is elements and comments alone; a text could not be told from its element."""
    found = []
    for element in elements:
        texts = [element.text, *(child.tail for child in element)]
        if any(texts) or any(callable(child.tag) for child in element):
            raise NotSupportedError("node() of an element with text of its own is not supported")
        found += list(element)
    return found


def _some(elements: Iterable[Element]) -> list[Element]:
    found = []
    for element in elements:
        found.append(element)
        if len(found) > MARKED:
            raise NotSupportedError(f"an expression that chooses more than {MARKED} elements")
    return found


def _test(found: re.Match[str], holder: Element) -> Callable[[Element], bool]:
    """Return whether an element has the name, and the attribute or local name, that a part of the grammar states."""
    groups = found.groupdict()
    prefix, _, local = groups["name"].rpartition(":")
    namespace = holder.nsmap.get(prefix) if prefix else None
    if prefix and namespace is None:
        raise NotSupportedError(f"the prefix {prefix[:100]!r} is not declared")
    tag = None if local == "*" else f"{{{namespace}}}{local}" if namespace else local
    attribute, quoted = groups.get("attribute"), groups.get("quoted")
    if local == "*" and prefix:
        raise NotSupportedError("all names of a namespace are not supported")

    def holds(element: Element) -> bool:
        if tag is not None and element.tag != tag:
            return False
        if quoted is None:
            return True
        return (element.get(attribute) if attribute else local_name(element)) == quoted[1:-1]

    return holds


def _own_signature(holder: Element, prefix: str) -> Element:
    own = next(holder.iterancestors(SIGNATURE), None)
    if own is None or holder.nsmap.get(prefix) != SIGNATURE[1:].partition("}")[0]:
        raise NotSupportedError("here() that leads to no signature")
    return own


def _selected(selection: Selection, operations: list[_Operation]) -> Selection:
    """Return what is left of *selection* as subtrees without subtrees."""

    def holds(element: Element | None) -> bool:
        selected = selection.document if element is None else selection.holds(element)
        for operation in operations:
            selected = operation.apply(element, selected=selected)
        return selected

    selection.tree.spend(visits=selection.tree.elements * (1 + len(operations)))  # each expression looks at all
    marked = {*selection.apexes, *selection.excluded}.union(*(operation.elements for operation in operations))
    selection.tree.spend(visits=len(marked) * len(operations) * MARK_VISITS)
    apexes, excluded = [], []
    for element in selection.tree.root.iter("*"):
        if element not in marked:
            continue
        now, above = holds(element), holds(element.getparent())
        if now and (not above or element is selection.tree.root):
            apexes.append(element)
        elif above and not now:
            excluded.append(element)
    if len(apexes) > SUBTREES:
        raise NotSupportedError(f"a filter that selects more than {SUBTREES} separate elements")
    chosen = frozenset(excluded)
    if any(_within(apex, chosen) for apex in apexes):
        raise NotSupportedError("a filter that selects within what it leaves out is not supported")
    return replace(selection, apexes=tuple(apexes), excluded=tuple(excluded), document=holds(None))
