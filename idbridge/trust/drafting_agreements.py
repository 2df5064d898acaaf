"""Mutual recognition agreements from their source (see `drafting`)."""

from __future__ import annotations

from idbridge.trust import vocabulary
from idbridge.trust.agreements import (
    Agreement,
    ContentEquivalence,
    EquivalenceState,
    ServiceEquivalence,
    ServiceKind,
    StatusEquivalence,
)
from idbridge.trust.criteria import Assertion, CriteriaList, PolicyCriterion
from idbridge.trust.tables import Table
from idbridge.trust.vocabulary import SCHEME_PREFIX, Uri


def draft_agreement(table: Table) -> Agreement:
    """Return the agreement that *table* describes.

    :raises TableRefused: it is incomplete.
    """
    with table:
        services = tuple(map(_equivalence, table.tables("service")))
        if not services:
            raise table.refused("an agreement covers at least one kind of service")
        return Agreement(
            pointing_legislation=Uri(SCHEME_PREFIX + table.required("scheme", str)),
            pointed_legislation=Uri(table.required("pointed_legislation", str)),
            services=services,
        )


def _equivalence(table: Table) -> ServiceEquivalence:
    with table:
        current = _state(table, None)
        return ServiceEquivalence(
            legal_identifier=table.required("identifier", str),
            current=current,
            history=tuple(_former(item, current) for item in table.tables("history")),
        )


def _former(table: Table, current: EquivalenceState) -> EquivalenceState:
    with table:
        return _state(table, current)


def _state(table: Table, current: EquivalenceState | None) -> EquivalenceState:
    """Read a state; what a former one does not say is as it is now."""
    pointing, pointed = _kinds(table, "pointing"), _kinds(table, "pointed")
    if current is None and not (pointing and pointed):
        raise table.refused("an equivalence names the kinds of service on both sides")
    return EquivalenceState(
        status=vocabulary.agreement_status(table.required("status", str)),
        since=table.time("since"),
        pointing=pointing or (current.pointing if current else ()),
        pointed=pointed or (current.pointed if current else ()),
        statuses=_statuses(table),
        contents=tuple(map(_content, table.tables("content"))) or (current.contents if current else ()),
    )


def _kinds(table: Table, key: str) -> tuple[ServiceKind, ...]:
    """Read service types, each with the additional information that narrows it after a space."""
    kinds = []
    for text in table.texts(key):
        kind, _, additional = text.partition(" ")
        kinds.append(ServiceKind(vocabulary.service_type(kind), vocabulary.information(additional) if additional else None))
    return tuple(kinds)


def _statuses(table: Table) -> StatusEquivalence:
    """Read which statuses of the other list are valid; our regions' lists use the same words, which need no translation."""
    valid = tuple(map(vocabulary.service_status, table.texts("valid"))) or (vocabulary.GRANTED,)
    invalid = tuple(map(vocabulary.service_status, table.texts("invalid"))) or (vocabulary.WITHDRAWN,)
    return StatusEquivalence(valid, valid, invalid, invalid)


def _content(table: Table) -> ContentEquivalence:
    """Read policies that a certificate must have there, and those that they stand for here."""
    with table:
        return ContentEquivalence(
            context=Uri(table.required("context", str)),
            pointing=_policies(table, "pointing_policies"),
            pointed=_policies(table, "pointed_policies"),
        )


def _policies(table: Table, key: str) -> CriteriaList:
    policies = table.texts(key)
    if not policies:
        raise table.refused(f"{key} is empty")
    return CriteriaList(Assertion.ALL, (PolicyCriterion(frozenset(policies)),))
