"""The names of XML-DSig and XAdES, and how elements are read by them, whatever version of XAdES they are of.

A text is read as the canonical form has it: a comment in its midst neither ends nor adds to it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final, cast

from lxml import etree

Element = etree._Element  # noqa: SLF001 - the only name that lxml has for what it returns

DS: Final = "http://www.w3.org/2000/09/xmldsig#"
DSIG11: Final = "http://www.w3.org/2009/xmldsig11#"
XML: Final = "http://www.w3.org/XML/1998/namespace"
XADES_141: Final = "http://uri.etsi.org/01903/v1.4.1#"

XADES_VERSIONS: Final[Mapping[str, str]] = {
    "http://uri.etsi.org/01903/v1.1.1#": "1.1.1",
    "http://uri.etsi.org/01903/v1.2.2#": "1.2.2",
    "http://uri.etsi.org/01903/v1.3.2#": "1.3.2",
    XADES_141: "1.4.1",  # adds to 1.3.2
    "http://uri.etsi.org/19132/v1.1.1#": "EN 319 132",  # adds evidence records to both
}
"""XAdES by namespace. The element names did not change their meaning from one to the next."""

VOCABULARIES: Final = frozenset(
    {
        DS,
        DSIG11,
        *XADES_VERSIONS,
        "urn:ietf:params:xml:ns:ers",
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        "http://www.w3.org/2001/04/xmlenc#",
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
    }
)
"""What signatures are written in; anything else in one is content to who looks for content."""

MANIFEST_TYPE: Final = DS + "Manifest"
SIGNED_PROPERTIES_TYPES: Final = frozenset(
    {"http://uri.etsi.org/01903#SignedProperties"} | {version + "SignedProperties" for version in XADES_VERSIONS}
)
COUNTERSIGNED_TYPE: Final = "http://uri.etsi.org/01903#CountersignedSignature"

_STRING: Final = etree.XPath("string()")
_BLANK: Final = re.compile(r"[ \t\r\n]+")


def ds(name: str) -> str:
    """An element of XML-DSig, in the notation of lxml."""
    return f"{{{DS}}}{name}"


SIGNATURE: Final = ds("Signature")


def local_name(element: Element) -> str:
    """Return the name without its namespace; empty for a comment or processing instruction."""
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""


def xades_name(element: Element) -> str:
    """Return the local name of an element of XAdES; empty for any other."""
    tag = element.tag
    if not isinstance(tag, str) or not tag.startswith("{"):
        return ""
    namespace, _, name = tag[1:].partition("}")
    return name if namespace in XADES_VERSIONS else ""


def properties(element: Element | None, *names: str) -> Iterator[Element]:
    """Walk through the children of *element* that XAdES calls one of *names* (without any: all of XAdES)."""
    for child in element if element is not None else ():
        name = xades_name(child)
        if name and (not names or name in names):
            yield child


def first_property(element: Element | None, *path: str) -> Element | None:
    """Return the first descendant along *path*, of XAdES or XML-DSig; None if a step leads nowhere."""
    for name in path:
        children = element if element is not None else ()
        element = next((c for c in children if name == xades_name(c) or c.tag == ds(name)), None)
    return element


def text(element: Element | None) -> str:
    """Return the text of *element* and all below it, trimmed; empty for None."""
    return "" if element is None else cast("str", _STRING(element)).strip()


def binary(element: Element | None) -> bytes | None:
    """Return what *element* has in base64 (white space apart); None if that is no base64."""
    return decoded(text(element))


def decoded(value: str) -> bytes | None:
    """Return *value* out of base64, white space apart; None if it is none."""
    try:
        return base64.b64decode(_BLANK.sub("", value), validate=True)
    except (binascii.Error, ValueError):
        return None


PATH_PARTS: Final = 40
"""Steps of a path that are shown; deeper ones are for nobody to read."""

SIBLINGS: Final = 500
"""On either side of an element, among which it is numbered; in longer rows its number is among the last so many."""


def path_of(element: Element) -> str:
    """Return where *element* stands, by local names, numbered among siblings of the same name."""
    steps: list[str] = []
    current: Element | None = element
    while current is not None and len(steps) < PATH_PARTS:
        steps.append(_step(current))
        current = current.getparent()
    return "/" + "/".join(reversed(steps))


def _step(element: Element) -> str:
    name = local_name(element)
    before = sum(1 for sibling in islice(element.itersiblings(preceding=True), SIBLINGS) if local_name(sibling) == name)
    if before or any(local_name(sibling) == name for sibling in islice(element.itersiblings(), SIBLINGS)):
        return f"{name}[{before + 1}]"
    return name
