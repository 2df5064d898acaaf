"""Small writers, the counterparts of `fields`."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from idbridge.trust import vocabulary
from idbridge.trust.localised import Names
from idbridge.trust.xml.names import LANGUAGE

PREFIXES: Final[dict[str | None, str]] = {
    None: vocabulary.TSL,
    "tslx": vocabulary.TSL_TYPES,
    "sie": vocabulary.QUALIFICATIONS,
    "mra": vocabulary.MRA,
    "xades": vocabulary.XADES,
    "re": vocabulary.ENTRY,
}
"""Declared once, on the list element."""


def node(
    tag: str, *children: etree._Element | None, text: str | None = None, attributes: Mapping[str, str] | None = None
) -> etree._Element:
    """Return a new element; children that are None are left out."""
    made = etree.Element(tag, dict(attributes or {}), nsmap=PREFIXES)
    made.text = text
    made.extend(child for child in children if child is not None)
    return made


def group(tag: str, children: Iterable[etree._Element]) -> etree._Element | None:
    """Return a list element, None for an empty one: the schema allows no empty lists."""
    members = tuple(children)
    return node(tag, *members) if members else None


def localised(tag: str, values: Names) -> list[etree._Element]:
    """Return one element *tag* for each text or URI, with its language."""
    return [node(tag, text=value.text, attributes={LANGUAGE: value.language}) for value in values]


def instant_node(tag: str, time: datetime) -> etree._Element:
    """Return a time in UTC, to the second (TS 119 612 clause 5.1.3)."""
    return node(tag, text=time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def binary_node(tag: str, value: bytes) -> etree._Element:
    """Return a base64 value."""
    return node(tag, text=base64.b64encode(value).decode("ascii"))
