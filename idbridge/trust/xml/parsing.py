"""Bytes to an element tree, within bounds: no DTD, no entities, no network, no comments, no processing instructions.

Comments are dropped while parsing, so that they cannot cut a text in two; canonical XML without comments, the only kind that
`signature` accepts, does not see them either. Processing instructions would be part of what is signed and can cut a text
too: refused.
"""

from __future__ import annotations

from typing import Final

from lxml import etree

from idbridge.trust.refusals import Refusal, TrustListRefused
from idbridge.trust.xml.names import tsl

MAX_BYTES: Final = 20 * 1024 * 1024
"""National lists have up to 5 MB; four times that leaves room for growth and keeps hashing and parsing under half a second."""

MAX_TAGS: Final = 400_000
"""Opening and closing tags. The largest national list has 32,000. An empty tag is four bytes of input, 150 in memory."""

MAX_EQUALS_SIGNS: Final = 250_000
"""Bounds the attributes, large in memory like elements. The largest list has 11,000, names in text included."""

MAX_DEPTH: Final = 48
"""Lists with agreements in them reach 20 levels; canonicalisation walks recursively."""

_HTML_STARTS: Final = (b"<!doctype html", b"<html")
_TOO_DEEP: Final = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")
_INSTRUCTIONS: Final = etree.XPath("boolean(//processing-instruction())")


def parse_list(data: bytes) -> etree._Element:
    """Return the root element of the trust list in *data*; its content and signature are not looked at.

    :raises TrustListRefused: *data* is no trust list, or exceeds a bound.
    """
    _check_bytes(data)
    root = _parse(data)
    if root.getroottree().docinfo.doctype:
        raise TrustListRefused(Refusal.DOCTYPE, "a document type declaration is not allowed")
    if etree.QName(root).localname.casefold() == "html":
        raise TrustListRefused(Refusal.HTML_PAGE, "an HTML page came in place of the list")
    if root.tag != tsl("TrustServiceStatusList"):
        raise TrustListRefused(Refusal.NOT_A_LIST, f"the root element is {str(root.tag)[:200]}")
    if _TOO_DEEP(root):
        raise TrustListRefused(Refusal.TOO_DEEP, f"elements are nested more than {MAX_DEPTH} deep")
    if _INSTRUCTIONS(root):
        raise TrustListRefused(Refusal.PROCESSING_INSTRUCTION, "processing instructions are not allowed")
    return root


def _check_bytes(data: bytes) -> None:
    """Refuse what need not, or must not, reach the parser."""
    start = data[:256].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise TrustListRefused(Refusal.EMPTY, "the file is empty")
    if len(data) > MAX_BYTES:
        raise TrustListRefused(Refusal.TOO_LARGE, f"{len(data)} bytes, at most {MAX_BYTES} are read")
    if start.lower().startswith(_HTML_STARTS):
        raise TrustListRefused(Refusal.HTML_PAGE, "an HTML page came in place of the list")
    # The parser is told that the file is UTF-8, so that these bytes cannot hide in another encoding.
    if b"<!DOCTYPE" in data:
        raise TrustListRefused(Refusal.DOCTYPE, "a document type declaration is not allowed")
    if data.count(b"<") > MAX_TAGS:
        raise TrustListRefused(Refusal.TOO_LARGE, f"more than {MAX_TAGS} tags")
    if data.count(b"=") > MAX_EQUALS_SIGNS:
        raise TrustListRefused(Refusal.TOO_LARGE, f"more than {MAX_EQUALS_SIGNS} attributes and equals signs")


def _parse(data: bytes) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",  # TS 119 612 clause 5.1.1
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
    )
    try:
        return etree.fromstring(data, parser)
    except etree.LxmlError as error:
        raise TrustListRefused(Refusal.NOT_WELL_FORMED, str(error)[:300]) from error
    except ValueError as error:  # lxml's word for an encoding declaration it cannot follow
        raise TrustListRefused(Refusal.NOT_WELL_FORMED, str(error)[:300]) from error
