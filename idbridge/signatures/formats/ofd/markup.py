"""The XML of OFD parts, parsed within bounds, and what is read out of it: elements by local name, locations.

Names are compared without their namespace, which writers give in several forms (``http://www.ofdspec.org/2016`` and
older ones).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Final

from lxml import etree

from idbridge.signatures.formats.limits import MIB

STRUCTURE_LIMIT: Final = 2 * MIB
"""Octets of a part that describes structure. A Signature.xml with 2,000 references has some 300 KB."""

TAGS_LIMIT: Final = 50_000
"""Tags of such a part, which cost more than their octets. 2,000 references have 8,000."""


class MarkupError(ValueError):
    """The part is no XML that is read here. Readers of formats translate it."""


def parse(part: bytes, *, octets: int = STRUCTURE_LIMIT, tags: int = TAGS_LIMIT) -> etree._Element:
    """Return the root element of *part*, which may have so many *octets* and *tags*.

    :raises MarkupError: it is no XML, too large, or has a document type, which OFD has no use for (entities).
    """
    if len(part) > octets:
        raise MarkupError(f"{len(part)} octets are more than {octets}")
    if part.count(b"<") > tags:
        raise MarkupError(f"{part.count(b'<')} tags are more than {tags}")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(part, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MarkupError(str(error)) from error
    if root.getroottree().docinfo.doctype:
        raise MarkupError("it has a document type")
    return root


def local_name(element: etree._Element) -> str:
    """Return the name of *element* without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Walk through the child elements called *name*."""
    return (child for child in element if local_name(child) == name)


def child(element: etree._Element, *path: str) -> etree._Element | None:
    """Return the first element at *path*, None if there is none."""
    found: etree._Element | None = element
    for name in path:
        found = next(children(found, name), None) if found is not None else None
    return found


def text(element: etree._Element | None) -> str:
    """Return the text of *element* without the white space around it; empty where there is none."""
    return (element.text or "").strip() if element is not None else ""


def locations(location: str, base: str) -> tuple[str, ...]:
    """Return the parts that *location* (ST_Loc, GB/T 33190 clause 7.3) may name, seen from the part *base*: best first.

    With a leading slash it is from the package's root, else from the folder of *base*; some writers leave the slash out.
    """
    location = location.replace("\\", "/").strip()
    from_root = _normal(location.lstrip("/"))
    if location.startswith("/"):
        return from_root
    return (*_normal(posixpath.join(posixpath.dirname(base), location)), *from_root)


def _normal(path: str) -> tuple[str, ...]:
    normal = posixpath.normpath(path) if path else ""
    return () if normal in ("", ".") or normal.startswith("..") else (normal.lstrip("/"),)
