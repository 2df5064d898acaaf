"""Criteria lists, read from their elements (TS 119 612 clause 5.5.9.2.2 and the agreement schema's QcStatementSet)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from lxml import etree

from idbridge.trust.content import QcStatement
from idbridge.trust.criteria import (
    Assertion,
    CriteriaList,
    Criterion,
    ExtendedKeyUsageCriterion,
    KeyUsageCriterion,
    PolicyCriterion,
    QcStatementCriterion,
    SubjectAttributeCriterion,
    UnknownCriterion,
)
from idbridge.trust.xml.fields import child, optional_text, refused, required, text
from idbridge.trust.xml.names import mra, sie, tslx, xades

_OID: Final = re.compile(r"(?:urn:oid:)?([0-2](?:\.\d{1,39})+)", re.ASCII)

_ASSERTIONS: Final = {None: None, **{item.value: item for item in Assertion}}


def read_criteria(element: etree._Element) -> CriteriaList:
    """Read a CriteriaList element, with the lists inside it. The parser bounds how deep they are."""
    stated = element.get("assert")
    if stated not in _ASSERTIONS:
        raise refused(element, f"assert={stated!r}"[:80])
    return CriteriaList(
        assertion=_ASSERTIONS[stated],
        criteria=tuple(_criteria(element)),
        description=optional_text(element, sie("Description")),
    )


def _criteria(element: etree._Element) -> Iterator[Criterion]:
    for item in element:
        if item.tag == sie("CriteriaList"):
            yield read_criteria(item)
        elif item.tag == sie("otherCriteriaList"):
            yield from map(_criterion, item)
        elif item.tag != sie("Description"):
            yield _criterion(item)


def _criterion(element: etree._Element) -> Criterion:
    read = _READERS.get(str(element.tag))
    return UnknownCriterion(str(element.tag)[:200]) if read is None else read(element)


def _key_usage(element: etree._Element) -> Criterion:
    bits: dict[bool, set[str]] = {True: set(), False: set()}
    for bit in element.iterchildren(sie("KeyUsageBit")):
        name = bit.get("name", "")
        bits[text(bit) in ("true", "1")].add("cRLSign" if name == "crlSign" else name)  # RFC 5280 spells it otherwise
    return KeyUsageCriterion(frozenset(bits[True]), frozenset(bits[False]))


def _policies(element: etree._Element) -> Criterion:
    return PolicyCriterion(_oids(element, sie("PolicyIdentifier")))


def _extended_key_usage(element: etree._Element) -> Criterion:
    return ExtendedKeyUsageCriterion(_oids(element, tslx("KeyPurposeId")))


def _subject_attributes(element: etree._Element) -> Criterion:
    return SubjectAttributeCriterion(_oids(element, tslx("AttributeOID")))


def _qc_statements(element: etree._Element) -> Criterion:
    return QcStatementCriterion(tuple(map(_qc_statement, element.iterchildren(mra("QcStatement")))))


def _qc_statement(element: etree._Element) -> QcStatement:
    statement = _oid(required(element, mra("QcStatementId")))
    information = child(element, mra("QcStatementInfo"))
    if information is None:
        return QcStatement(statement)
    kind = child(information, mra("QcType"))
    law = optional_text(information, mra("QcCClegislation"))
    if kind is None and law is None:
        raise refused(information, "neither a type nor a legislation")  # reading it as "any" would widen the agreement
    return QcStatement(statement, frozenset() if kind is None else frozenset({_oid(kind)}), frozenset({law} if law else ()))


_READERS: Final[dict[str, Callable[[etree._Element], Criterion]]] = {
    sie("KeyUsage"): _key_usage,
    sie("PolicySet"): _policies,
    tslx("ExtendedKeyUsage"): _extended_key_usage,
    tslx("CertSubjectDNAttribute"): _subject_attributes,
    mra("QcStatementSet"): _qc_statements,
}


def _oids(element: etree._Element, tag: str) -> frozenset[str]:
    return frozenset(_oid(item) for item in element.iterchildren(tag))


def _oid(element: etree._Element) -> str:
    """Return the OID of an xades:ObjectIdentifierType. It may stand bare or as a URN, whatever its Qualifier says."""
    value = text(required(element, xades("Identifier")))
    found = _OID.fullmatch(value)
    if not found:
        raise refused(element, f"{value[:80]!r} is no OID")
    return found[1]
