"""Bytes to an element tree, within bounds: no DTD, no entities, no network.

Comments and processing instructions stay: they are part of what detached references digest, and instructions of what any
does. The bounds hold what canonicalisation costs, too, which is far more than linear in some made-up documents.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, cast

from lxml import etree

from idbridge.signatures.formats.limits import MIB, Limits
from idbridge.signatures.formats.xmldsig.names import DS, XADES_VERSIONS, Element
from idbridge.signatures.refusals import FormatRefusal, NotADocument, Refusal

XML_SIZE: Final = 128 * MIB
"""Octets that are made into a tree, which takes some five times as much memory. A larger file is signed detached."""

ATTRIBUTES: Final = 500
"""Of one element. libxml2 sorts them by insertion, in the square of their number; real elements have up to 60."""

FEW_NAMESPACES: Final = 16
"""Declarations in a whole file up to which no one looks how many are in scope at once."""

WORK_FACTOR: Final = 16
"""Steps for each octet of a document beyond that. Sixty signers of one document, each in full, take less."""

ELEMENT_STEPS: Final = 32
"""What canonicalising an element takes (measured); looking at one in Python, or copying it, takes twice that."""

_BYTE_ORDER_MARKS: Final = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_ENCODING: Final = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_ASCII_LIKE: Final = re.compile(
    r"utf-?8|us-ascii|iso-8859-\d{1,2}|windows-125\d|gb2312|gbk|gb18030|big5|big5-hkscs|euc-jp|koi8-r"
)
"""Encodings in which no octet below 0x80 means anything but ASCII's, as far as markup goes: nothing can hide in them."""

_DOCTYPE: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?(?>\s+|<\?(?>[^?]+|\?(?!>))*\?>|<!--(?>[^-]+|-(?!->))*-->)*+<!DOCTYPE")
_ATTRIBUTES: Final = etree.XPath(f"boolean(//*[count(@*) > {ATTRIBUTES}])")
_IDENTIFIERS: Final = etree.XPath("//@Id | //@ID | //@id | //@xml:id | //@wsu:Id", namespaces={
    "wsu": "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd",
})  # fmt: skip


@dataclass(slots=True)
class Tree:
    """A parsed document: octets, elements, and the steps that inclusive forms take for one element beyond `ELEMENT_STEPS`.

    `work` is how many steps its signatures may yet cost.
    """

    root: Element
    size: int
    elements: int
    namespace_steps: int
    work: int
    _identifiers: Mapping[str, tuple[Element, ...]] | None = field(default=None, repr=False)

    def spend(self, *, octets: int = 0, elements: int = 0, inclusive: bool = False, visits: int = 0) -> None:
        """Account for canonical *octets* with so many *elements*, and for *visits* to elements.

        :raises FormatRefusal: the document costs more than any real one.
        """
        steps = ELEMENT_STEPS + (self.namespace_steps if inclusive else 0)
        self.work -= octets + elements * steps + visits * 2 * ELEMENT_STEPS
        if self.work < 0:
            raise FormatRefusal(Refusal.TOO_LARGE, "its signatures cover the same content too many times over")

    @property
    def identifiers(self) -> Mapping[str, tuple[Element, ...]]:
        """The elements by identifier, no more than two for a name: that there are two is for the one who looks to refuse."""
        if self._identifiers is None:
            self._identifiers = _identifiers(self.root)
        return self._identifiers


def _identifiers(root: Element) -> Mapping[str, tuple[Element, ...]]:
    """Without a schema an attribute is an identifier by its name; in XML-DSig and XAdES only `Id` is one."""
    found: defaultdict[str, list[Element]] = defaultdict(list)
    for value in cast("list[Any]", _IDENTIFIERS(root)):  # lxml's strings that know their attribute have no public name
        element = value.getparent()
        if element is None or (value.attrname != "Id" and str(element.tag)[1:].partition("}")[0] in _SCHEMAS):
            continue
        holders = found[str(value)]
        if len(holders) < 2 and element not in holders:  # a second one settles that the name is of no use
            holders.append(element)
    return {name: tuple(elements) for name, elements in found.items()}


_SCHEMAS: Final = frozenset({DS, *XADES_VERSIONS})


def parse(data: bytes, limits: Limits) -> Tree:
    """Return the tree of *data*.

    :raises NotADocument: it is not well-formed.
    :raises FormatRefusal: it has a document type declaration, or is beyond a bound.
    """
    if len(data) > XML_SIZE:
        raise FormatRefusal(Refusal.TOO_LARGE, f"{len(data)} octets of XML, at most {XML_SIZE} are read")
    octets, encoding = _ascii_like(data)
    if _DOCTYPE.match(octets):
        raise FormatRefusal(Refusal.DOCTYPE, "a document type declaration is not allowed")
    if octets.count(b"<") + octets.count(b"=") > 2 * limits.xml_nodes:
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"more than {limits.xml_nodes} elements and attributes")
    root = _parsed(octets, encoding)
    if root.getroottree().docinfo.doctype:
        raise FormatRefusal(Refusal.DOCTYPE, "a document type declaration is not allowed")
    if _too_deep(limits.xml_depth)(root):
        raise FormatRefusal(Refusal.TOO_DEEP, f"elements are nested more than {limits.xml_depth} deep")
    if octets.count(b"=") > ATTRIBUTES and _ATTRIBUTES(root):
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"an element with more than {ATTRIBUTES} attributes")
    elements = octets.count(b"<") - octets.count(b"</")
    work = max(limits.xml_work, WORK_FACTOR * len(octets))
    tree = Tree(root, len(octets), elements, _namespace_steps(root, octets), work)
    if elements * tree.namespace_steps > work:
        raise FormatRefusal(Refusal.TOO_LARGE, "too many namespaces are in scope")
    return tree


def _ascii_like(data: bytes) -> tuple[bytes, str | None]:
    """Return *data* in an encoding whose markup is ASCII, and its name if the file's own declaration is to be overruled."""
    mark = _BYTE_ORDER_MARKS.get(data[:2])
    try:
        if mark is not None:
            return data.decode(mark).encode(), "utf-8"
    except UnicodeError as error:
        raise NotADocument(Refusal.MALFORMED, f"no UTF-16: {error}") from error
    stated = _ENCODING.match(data.removeprefix(b"\xef\xbb\xbf"))
    if stated and not _ASCII_LIKE.fullmatch(stated[1].decode().lower()):
        raise FormatRefusal(Refusal.NOT_SUPPORTED, f"XML in the encoding {stated[1].decode()}")
    return data, None


def _parsed(octets: bytes, encoding: str | None) -> Element:
    # huge_tree lifts the bound on one text (10 MB), which files within files exceed; there are no entities to abuse it
    parser = etree.XMLParser(encoding=encoding, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True)
    try:
        return etree.fromstring(octets, parser)
    except (etree.LxmlError, ValueError, LookupError) as error:
        raise NotADocument(Refusal.MALFORMED, f"no XML: {str(error)[:300]}") from error


@lru_cache(4)
def _too_deep(depth: int) -> etree.XPath:
    return etree.XPath("boolean(" + "/*" * (depth + 1) + ")")


def _namespace_steps(root: Element, octets: bytes) -> int:
    """For n namespaces in scope libxml2 makes n² comparisons at each element, of some three nanoseconds."""
    if octets.count(b"xmlns") <= FEW_NAMESPACES:
        return 0
    scope = most = 0
    for event, _ in etree.iterwalk(root, events=("start-ns", "end-ns")):
        scope += 1 if event == "start-ns" else -1
        most = max(most, scope)
    return most * most * 3 // 10


def outside_root(root: Element) -> bool:
    """Tell whether processing instructions stand beside the root element: what they say may change what a reader sees."""
    beside = [*root.itersiblings(), *root.itersiblings(preceding=True)]
    return any(isinstance(node, etree._ProcessingInstruction) for node in beside)  # noqa: SLF001 - lxml has no other name
