"""Elements of XML-DSig and XAdES as they are written, and documents as they are taken in and given out."""

from __future__ import annotations

import base64
from typing import Final

from lxml import etree

from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.formats.xmldsig.canonical import EXCLUSIVE, METHODS
from idbridge.signatures.formats.xmldsig.names import DS, XADES_141, Element, ds
from idbridge.signatures.formats.xmldsig.parsing import XML_SIZE, Tree, parse
from idbridge.signatures.making.notation import digest_uri
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.refusals import NotADocument

XADES: Final = "http://uri.etsi.org/01903/v1.3.2#"
PREFIXES: Final[dict[str | None, str]] = {"ds": DS, "xades": XADES}
CANONICAL: Final = METHODS[EXCLUSIVE]
"""The canonical form of all that is written here."""

_BARE: Final = f'<ds:Signature xmlns:ds="{DS}" xmlns:xades="{XADES}"/>'.encode()


def xades(name: str) -> str:
    """An element of XAdES 1.3.2, in the notation of lxml."""
    return f"{{{XADES}}}{name}"


def xades_141(name: str) -> str:
    """An element that version 1.4.1 added."""
    return f"{{{XADES_141}}}{name}"


def add(parent: Element, tag: str, text: str | None = None, /, **attributes: str) -> Element:
    """Append an element.

    :raises MakingRefused: text or attribute hold a character that XML has not.
    """
    prefixes: dict[str | None, str] | None = {"xades141": XADES_141} if tag.startswith(f"{{{XADES_141}}}") else None
    element = etree.SubElement(parent, tag, nsmap=prefixes)
    try:
        element.text = text
        for name, value in attributes.items():
            element.set(name, value)
    except ValueError as error:
        raise MakingRefused(MakingRefusal.STATEMENT, f"{etree.QName(tag).localname}: {error}") from error
    return element


def add_binary(parent: Element, tag: str, octets: bytes) -> Element:
    """Append an element with *octets* in base64."""
    return add(parent, tag, in_base64(octets))


def in_base64(octets: bytes) -> str:
    """Return *octets* in base64, in one line."""
    return base64.b64encode(octets).decode("ascii")


def add_digest(parent: Element, algorithm: str, value: bytes) -> None:
    """Append DigestMethod and DigestValue."""
    add(parent, ds("DigestMethod"), Algorithm=digest_uri(algorithm))
    add_binary(parent, ds("DigestValue"), value)


def read_tree(document: bytes, limits: Limits) -> Tree:
    """Return the tree of *document*, within the bounds of any reader.

    :raises MakingRefused: it is no XML.
    :raises FormatRefusal: it has a document type declaration, or is beyond *limits*.
    """
    try:
        return parse(document, limits)
    except NotADocument as refused:
        raise MakingRefused(MakingRefusal.FORMAT, f"not to be signed as XML: {refused.detail}") from refused


def bare_signature(limits: Limits) -> Tree:
    """Return a document whose root is an empty ds:Signature."""
    return parse(_BARE, limits)


def written(tree: Tree) -> bytes:
    """Return the document, in the encoding that it came in.

    :raises MakingRefused: it became larger than readers take.
    """
    information = tree.root.getroottree().docinfo
    octets = etree.tostring(
        tree.root.getroottree(),
        encoding=information.encoding or "UTF-8",
        xml_declaration=True,
        standalone=information.standalone or None,
    )
    if len(octets) > XML_SIZE:
        raise MakingRefused(
            MakingRefusal.FORMAT, f"{len(octets)} octets of XML are more than a reader takes; large files are signed detached"
        )
    return octets
