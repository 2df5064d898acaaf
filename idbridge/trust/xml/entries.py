"""Recognition entries, read from our extension element and written into it.

The element stands in a critical extension of the service: software that does not know it must not take the service for one
that is approved for every certificate it issues.
"""

from __future__ import annotations

import base64
from typing import TypeVar

from lxml import etree

from idbridge.trust.entries import EntryId, Level, PolicyRule, Purpose, RecognitionEntry, SubjectRule
from idbridge.trust.vocabulary import Scheme, Territory
from idbridge.trust.xml.fields import binary, child, names, refused, text
from idbridge.trust.xml.names import LANGUAGE, entry

Known = TypeVar("Known", Level, Purpose)


def read_entry(element: etree._Element) -> RecognitionEntry:
    """Read a RecognitionEntry element.

    :raises TrustListRefused: an attribute is missing or has a value that we do not know.
    """
    policy = child(element, entry("Policy"))
    purposes = [_known(Purpose, element, text(item)) for item in element.iterchildren(entry("Purpose"))]
    return RecognitionEntry(
        id=EntryId(_attribute(element, "name")),
        region=Territory(_attribute(element, "region")),
        scheme=Scheme(_attribute(element, "scheme")),
        level=_known(Level, element, _attribute(element, "level")),
        purposes=frozenset(purposes),
        certificate_type=names(element, entry("CertificateType")),
        roots=tuple(map(binary, element.iterchildren(entry("Root")))),
        policy=None if policy is None else PolicyRule(_attribute(policy, "prefix"), policy.get("exact")),
        subject=tuple(SubjectRule(text(item), item.get("attribute")) for item in element.iterchildren(entry("Subject"))),
        confirmed=element.get("confirmed", "true") in ("true", "1"),
    )


def write_entry(value: RecognitionEntry) -> etree._Element:
    """Return the element that says *value*."""
    element = etree.Element(
        entry("RecognitionEntry"),
        {
            "name": value.id,
            "region": value.region,
            "scheme": value.scheme,
            "level": value.level,
            "confirmed": str(value.confirmed).lower(),
        },
        nsmap={"re": etree.QName(entry("RecognitionEntry")).namespace or ""},
    )
    for purpose in sorted(value.purposes):
        etree.SubElement(element, entry("Purpose")).text = purpose
    for name in value.certificate_type:
        etree.SubElement(element, entry("CertificateType"), {LANGUAGE: name.language}).text = name.text
    for root in value.roots:
        etree.SubElement(element, entry("Root")).text = base64.b64encode(root).decode("ascii")
    if value.policy:
        policy = etree.SubElement(element, entry("Policy"), {"prefix": value.policy.prefix})
        if value.policy.exact is not None:
            policy.set("exact", value.policy.exact)
    for rule in value.subject:
        etree.SubElement(
            element, entry("Subject"), {} if rule.attribute is None else {"attribute": rule.attribute}
        ).text = rule.value
    return element


def _known(values: type[Known], element: etree._Element, value: str) -> Known:
    try:
        return values(value)
    except ValueError as error:
        raise refused(element, f"{value[:40]!r} is no {values.__name__.lower()}") from error


def _attribute(element: etree._Element, name: str) -> str:
    value = element.get(name, "").strip()
    if not value:
        raise refused(element, f"the attribute {name} is missing")
    return value
