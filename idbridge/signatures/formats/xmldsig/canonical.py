"""Canonical XML 1.0, 1.1 and exclusive, of elements and of documents with subtrees left out.

lxml canonicalises whole subtrees, with the namespaces in scope. Two things it does not know are done here: what is left
out is taken from a copy, and the ``xml:`` attributes that inclusive forms inherit (Canonical XML clause 2.4) are put there.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from lxml import etree

from idbridge.signatures.formats.xmldsig.names import XML, Element
from idbridge.signatures.formats.xmldsig.parsing import Tree

EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
INCLUSIVE_11: Final = "http://www.w3.org/2006/12/xml-c14n11"

PREFIXES: Final = 64
"""In an InclusiveNamespaces list. Each is looked up at each element; real lists have up to 20."""


class NotCanonicalizableError(ValueError):
    """A canonical form that is not known here, or that rests on what is not supported."""


@dataclass(frozen=True, slots=True)
class Method:
    """A canonicalisation; `prefixes` are those an exclusive one treats inclusively."""

    uri: str
    exclusive: bool = False
    comments: bool = False
    inherits_all: bool = True
    prefixes: tuple[str, ...] = ()


METHODS: Final[Mapping[str, Method]] = {
    method.uri: method
    for method in (
        Method(INCLUSIVE),
        Method(INCLUSIVE + "#WithComments", comments=True),
        Method(INCLUSIVE_11, inherits_all=False),
        Method(INCLUSIVE_11 + "#WithComments", comments=True, inherits_all=False),
        Method(EXCLUSIVE, exclusive=True),
        Method(EXCLUSIVE + "WithComments", exclusive=True, comments=True),
    )
}
DEFAULT: Final = METHODS[INCLUSIVE]
"""Where a node-set is to be octets and nothing says how (XML-DSig clause 4.4.3.2)."""


def read_method(element: Element | None) -> Method:
    """Read a CanonicalizationMethod, or a Transform that is one; the default for None.

    :raises NotCanonicalizableError: it names no method that is known.
    """
    if element is None:
        return DEFAULT
    uri = element.get("Algorithm", "")
    method = METHODS.get(uri)
    if method is None:
        raise NotCanonicalizableError(f"canonicalisation {uri[:200]!r} is not known")
    listed = next(element.iterchildren(f"{{{EXCLUSIVE}}}InclusiveNamespaces"), None)
    if listed is None or not method.exclusive:
        return method
    prefixes = tuple(listed.get("PrefixList", "").split())
    if len(prefixes) > PREFIXES:
        raise NotCanonicalizableError(f"more than {PREFIXES} inclusive prefixes")
    return replace(method, prefixes=prefixes)


@dataclass(frozen=True, slots=True)
class Selection:
    """Nodes of a document: subtrees, less others. `document`: with what stands beside the root, too.

    `comments` says whether comments are selected: references by bare name or by nothing leave them out (XML-DSig 4.4.3.3).
    """

    tree: Tree
    apexes: tuple[Element, ...]
    excluded: tuple[Element, ...] = ()
    document: bool = False
    comments: bool = False
    _index: list[tuple[frozenset[Element], ...]] = field(default_factory=list, init=False, repr=False, compare=False)

    def holds(self, element: Element) -> bool:
        """Tell whether *element* itself is selected."""
        apexes, excluded, _ = self._sets()
        around = (element, *element.iterancestors())
        return not apexes.isdisjoint(around) and excluded.isdisjoint(around)

    def holds_all_of(self, element: Element) -> bool:
        """Tell whether *element* is selected with all that is in it."""
        return self.holds(element) and element not in self._sets()[2]

    def _sets(self) -> tuple[frozenset[Element], ...]:
        """The apexes, what is excluded, and what has something excluded within."""
        if not self._index:
            above = frozenset(ancestor for element in self.excluded for ancestor in element.iterancestors())
            self._index.append((frozenset(self.apexes), frozenset(self.excluded), above))
        return self._index[0]


def canonical(selection: Selection, method: Method) -> bytes:
    """Return the canonical form of *selection*.

    :raises NotCanonicalizableError: nothing is selected, or it inherits what cannot be given to it.
    :raises FormatRefusal: the document costs more than any real one.
    """
    if not selection.apexes or any(root is selection.tree.root for root in selection.excluded):
        raise NotCanonicalizableError("nothing is selected")
    inherited = [_inherited(apex, method) for apex in selection.apexes]
    apexes = _without_excluded(selection) if selection.excluded else selection.apexes
    comments = method.comments and selection.comments
    octets = b"".join(
        _octets(apex.getroottree() if selection.document else _standing_alone(apex, method, attributes), method, comments)
        for apex, attributes in zip(apexes, inherited, strict=True)
    )
    selection.tree.spend(octets=len(octets), elements=octets.count(b"</"), inclusive=_looks_up(method))
    return octets


def canonical_element(tree: Tree, element: Element, method: Method) -> bytes:
    """Return the canonical form of the subtree of *element*, without comments unless *method* has them."""
    return canonical(Selection(tree, (element,), comments=True), method)


def _octets(of: Element | etree._ElementTree, method: Method, comments: bool) -> bytes:
    prefixes = list(method.prefixes) or None
    try:
        return etree.tostring(
            of, method="c14n", exclusive=method.exclusive, with_comments=comments, inclusive_ns_prefixes=prefixes
        )
    except etree.LxmlError as error:  # a namespace by a relative URI has no canonical form
        raise NotCanonicalizableError(f"there is no canonical form: {str(error)[:200]}") from error


def _looks_up(method: Method) -> bool:
    """Tell whether *method* renders namespaces by their scope, not by their use alone."""
    return not method.exclusive or bool(method.prefixes)


def _standing_alone(apex: Element, method: Method, attributes: Mapping[str, str]) -> Element:
    """Return the subtree as a document of its own, with the namespaces that are in scope and the *attributes* it inherits.

    Within a document, libxml2 renders an inherited default namespace wrongly three levels below the apex: as ``xmlns=""``.
    """
    if apex.getparent() is None or not _looks_up(method):
        return apex
    alone = etree.fromstring(etree.tostring(apex, encoding="utf-8", with_tail=False), _again())
    for name, value in attributes.items():
        alone.set(name, value)
    return alone


def _again() -> etree.XMLParser:
    """A parser of what was parsed before: within bounds, and without entities."""
    return etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True)


def _inherited(apex: Element, method: Method) -> dict[str, str]:
    """Collect the ``xml:`` attributes of ancestors that an inclusive form gives to the apex.

    Version 1.1 does not inherit `xml:id`, and joins `xml:base`, which occurs in no signed document and is not done.
    """
    found: dict[str, str] = {}
    for ancestor in apex.iterancestors() if not method.exclusive else ():
        for name, value in ancestor.attrib.items():
            if str(name).startswith(f"{{{XML}}}") and name not in apex.attrib:
                found.setdefault(str(name), str(value))
    if not method.inherits_all and found:
        found.pop(f"{{{XML}}}id", None)
        if f"{{{XML}}}base" in found:
            raise NotCanonicalizableError("Canonical XML 1.1 below an xml:base is not supported")
    return found


def _without_excluded(selection: Selection) -> tuple[Element, ...]:
    """Copy the document, leave out what is excluded, and return the copies of the apexes."""
    tree = selection.tree
    tree.spend(octets=tree.size, visits=tree.elements + 4 * len(selection.excluded))
    # the whole document is copied: a subtree alone would lose the namespaces it inherits
    duplicate = copy.deepcopy(tree.root.getroottree()).getroot()
    wanted = {*selection.apexes, *selection.excluded}
    pairs = zip(tree.root.iter(), duplicate.iter(), strict=True)
    copies = {original: mirrored for original, mirrored in pairs if original in wanted}
    for excluded in selection.excluded:
        _leave_out(copies[excluded])
    return tuple(copies[apex] for apex in selection.apexes)


def _leave_out(element: Element) -> None:
    """Take *element* out of its document, without the text that follows it."""
    parent, before, tail = element.getparent(), element.getprevious(), element.tail
    if parent is None:
        return  # within another that is gone already
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail
    element.tail = None
    parent.remove(element)
