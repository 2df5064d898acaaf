"""Criteria lists, read from their elements and written into them.

Sources: TS 119 612 clause 5.5.9.2.2, and QcStatementSet of the Commission's agreement schema.
"""

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
from idbridge.trust.refusals import TrustListRefused
from idbridge.trust.xml.building import group, node
from idbridge.trust.xml.fields import child, optional_text, refused, required, text
from idbridge.trust.xml.names import mra, sie, tslx, xades

_OID: Final = re.compile(r"(?:urn:)?(?:oid:)?([0-2](?:\.\d{1,39})+)", re.ASCII)

_ASSERTIONS: Final[dict[str | None, Assertion | None]] = {None: None, **{item.value: item for item in Assertion}}


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
    """Read one criterion. A malformed one cannot be judged, like one of an unknown kind; it does not spoil the list.

    Real lists have policy OIDs with a digit missing, in services that are otherwise fine.
    """
    read = _READERS.get(str(element.tag))
    try:
        return UnknownCriterion(str(element.tag)[:200]) if read is None else read(element)
    except TrustListRefused as error:
        return UnknownCriterion(error.detail)


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


def write_criteria(tag: str, criteria: CriteriaList) -> etree._Element:
    """Write a criteria list as the element *tag*.

    :raises ValueError: it has a criterion that we do not know, which nobody could write for others to apply.
    """
    return node(
        tag,
        *(_write_key_usage(item) for item in criteria.criteria if isinstance(item, KeyUsageCriterion)),
        *(_write_policies(item) for item in criteria.criteria if isinstance(item, PolicyCriterion)),
        *(write_criteria(sie("CriteriaList"), item) for item in criteria.criteria if isinstance(item, CriteriaList)),
        node(sie("Description"), text=criteria.description) if criteria.description else None,
        group(sie("otherCriteriaList"), (_write_other(item) for item in criteria.criteria if not isinstance(item, _STANDARD))),
        attributes={} if criteria.assertion is None else {"assert": criteria.assertion},
    )


_STANDARD: Final = (KeyUsageCriterion, PolicyCriterion, CriteriaList)


def _write_key_usage(criterion: KeyUsageCriterion) -> etree._Element:
    bits = [(name, "true") for name in sorted(criterion.set)] + [(name, "false") for name in sorted(criterion.unset)]
    nodes = (node(sie("KeyUsageBit"), text=value, attributes={"name": _bit(name)}) for name, value in bits)
    return node(sie("KeyUsage"), *nodes)


def _bit(name: str) -> str:
    return "crlSign" if name == "cRLSign" else name


def _write_policies(criterion: PolicyCriterion) -> etree._Element:
    return node(sie("PolicySet"), *(_write_oid(sie("PolicyIdentifier"), oid) for oid in sorted(criterion.policies)))


def _write_other(criterion: Criterion) -> etree._Element:
    match criterion:
        case ExtendedKeyUsageCriterion(purposes):
            return node(tslx("ExtendedKeyUsage"), *(_write_oid(tslx("KeyPurposeId"), oid) for oid in sorted(purposes)))
        case SubjectAttributeCriterion(attributes):
            return node(tslx("CertSubjectDNAttribute"), *(_write_oid(tslx("AttributeOID"), oid) for oid in sorted(attributes)))
        case QcStatementCriterion(statements):
            return node(mra("QcStatementSet"), *map(_write_qc_statement, statements))
    raise ValueError(f"a criterion that cannot be written: {criterion}")


def _write_qc_statement(statement: QcStatement) -> etree._Element:
    details = [_write_oid(mra("QcType"), oid) for oid in statement.types]
    details += [node(mra("QcCClegislation"), text=law) for law in statement.legislations]
    if len(details) > 1:
        raise ValueError("a QcStatement criterion names one type or one legislation")  # the schema's choice
    return node(mra("QcStatement"), _write_oid(mra("QcStatementId"), statement.oid), group(mra("QcStatementInfo"), details))


def _write_oid(tag: str, oid: str) -> etree._Element:
    return node(tag, node(xades("Identifier"), text=f"urn:oid:{oid}", attributes={"Qualifier": "OIDAsURN"}))
