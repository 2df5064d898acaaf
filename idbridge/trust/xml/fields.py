"""Small readers: the one child of a name, texts, times, binary values, names in several languages."""

from __future__ import annotations

import binascii
import re
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from idbridge.trust.localised import Localised, Names
from idbridge.trust.refusals import Refusal, TrustListRefused
from idbridge.trust.vocabulary import Uri
from idbridge.trust.xml.names import LANGUAGE

_WHITE_SPACE: Final = re.compile(r"[ \t\r\n]+")
_INSTANT: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?\d*(Z|[+-]\d\d:\d\d)", re.ASCII)
_NUMBER: Final = re.compile(r"\d{1,12}", re.ASCII)


def refused(element: etree._Element, detail: str) -> TrustListRefused:
    """Return the refusal of a malformed *element*, with the line it stands on."""
    return TrustListRefused(Refusal.STRUCTURE, f"{etree.QName(element).localname} (line {element.sourceline}): {detail}")


def child(element: etree._Element, tag: str) -> etree._Element | None:
    """Return the only child *tag*, None if there is none. A second one would make two readers see two things: refused."""
    found = element.iterchildren(tag)
    first = next(found, None)
    if first is not None and next(found, None) is not None:
        raise refused(element, f"{etree.QName(tag).localname} occurs twice")
    return first


def required(element: etree._Element, tag: str) -> etree._Element:
    """Return the only child *tag*."""
    found = child(element, tag)
    if found is None:
        raise refused(element, f"{etree.QName(tag).localname} is missing")
    return found


def text(element: etree._Element) -> str:
    """Return the text of an element that contains nothing else, without white space around it."""
    if len(element):
        raise refused(element, "text is expected, not elements")
    return (element.text or "").strip()


def optional_text(element: etree._Element, tag: str) -> str | None:
    """Return the text of the only child *tag*; None if it is absent or empty."""
    found = child(element, tag)
    return (text(found) or None) if found is not None else None


def uri(element: etree._Element) -> Uri:
    """Return a URI; an empty one is refused."""
    value = text(element)
    if not value:
        raise refused(element, "the URI is empty")
    return Uri(value)


def number(element: etree._Element) -> int:
    """Return a number of at most 12 digits, more than any sequence number needs."""
    value = text(element)
    if not _NUMBER.fullmatch(value):
        raise refused(element, f"{value[:40]!r} is no number")
    return int(value)


def instant(element: etree._Element) -> datetime:
    """Return an xsd:dateTime that states its zone, in UTC, to the microsecond."""
    found = _INSTANT.fullmatch(text(element))
    if not found:
        raise refused(element, f"{text(element)[:40]!r} is no time with a zone")
    seconds, fraction, zone = found.groups()
    try:
        return datetime.fromisoformat(f"{seconds}{fraction or ''}{zone}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise refused(element, f"{seconds}{zone} is no time") from error


def binary(element: etree._Element) -> bytes:
    """Return a base64 value; white space is skipped, anything else that is not base64 refused."""
    try:
        return binascii.a2b_base64(_WHITE_SPACE.sub("", text(element)).encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise refused(element, "no base64") from error


def names(element: etree._Element | None, tag: str) -> Names:
    """Return the texts or URIs *tag* of an element with their languages; nothing for an absent element."""
    if element is None:
        return ()
    return tuple(Localised(item.get(LANGUAGE, ""), text(item)) for item in element.iterchildren(tag))


def number_of(element: etree._Element, attribute: str) -> int:
    """Return a number in an attribute."""
    value = element.get(attribute, "").strip()
    if not _NUMBER.fullmatch(value):
        raise refused(element, f"{attribute}={value[:40]!r} is no number")
    return int(value)
