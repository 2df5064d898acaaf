"""Whom lists trust to issue, and when: anchors for the path engine.

A service is an anchor in the periods in which it was approved, by its own list or by what an agreement says its status counts
as. The list vouches for the key, whatever the dates in its certificate. Recognition entries make no anchors: they hold for one
certificate type under conditions that `recognition` judges.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Protocol, TypeVar

from idbridge.pki.anchors import TrustAnchor
from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import MalformedCertificateError
from idbridge.trust.agreements import EquivalenceState
from idbridge.trust.model import Service, ServiceState, TrustList
from idbridge.trust.reliance import Reliance, pointed_list
from idbridge.trust.vocabulary import CA_TYPES, Territory, Uri


class Dated(Protocol):
    """A state that begins at a time."""

    @property
    def since(self) -> datetime:
        """When it begins."""


State = TypeVar("State", bound=Dated)


def trust_anchors(lists: Mapping[Territory, Reliance], types: Collection[Uri] = CA_TYPES) -> tuple[TrustAnchor, ...]:
    """Return everyone whom the lists that may be relied upon trust for services of *types*, each with its period."""
    contents = [content for reliance in lists.values() if (content := reliance.content)]
    found = [anchor for content in contents for anchor in listed_anchors(content, types)]
    for content in contents:
        found += agreed_anchors(content, lists, types)
    return tuple(dict.fromkeys(found))


def listed_anchors(content: TrustList, types: Collection[Uri] = CA_TYPES) -> Iterator[TrustAnchor]:
    """Walk through the list's own approved services of *types*."""

    def is_approved(state: ServiceState) -> bool:
        return state.granted and state.type in types

    for _, service in content.services():
        yield from _anchors(service, is_approved)


def agreed_anchors(
    content: TrustList, lists: Mapping[Territory, Reliance], types: Collection[Uri] = CA_TYPES
) -> Iterator[TrustAnchor]:
    """Walk through the services of other lists that count as services of *types* here while an agreement is enacted."""
    for pointer in content.pointers:
        pointed = pointed_list(pointer, lists) if pointer.agreements else None
        for equivalence in (service for agreement in pointer.agreements for service in agreement.services):
            for agreed, end in periods((equivalence.current, *equivalence.history)):
                if pointed and agreed.enacted and any(kind.type in types for kind in agreed.pointing):
                    for _, service in pointed.services():
                        yield from _anchors(service, _counts_by(agreed), agreed.since, end)


def periods(states: Collection[State]) -> Iterator[tuple[State, datetime | None]]:
    """Walk through states with their ends, newest first; one that another replaced at once has no period."""
    end: datetime | None = None
    for state in sorted(states, key=lambda state: state.since, reverse=True):
        if state.since != end:
            yield state, end
        end = state.since


def _counts_by(agreed: EquivalenceState) -> Callable[[ServiceState], bool]:
    kinds = {kind.type for kind in agreed.pointed}
    return lambda state: state.type in kinds and agreed.statuses.approves(state.status) is True


def _anchors(
    service: Service, is_approved: Callable[[ServiceState], bool], begin: datetime | None = None, end: datetime | None = None
) -> Iterator[TrustAnchor]:
    """Walk through the service's anchors in the periods in which it was approved, between *begin* and *end*."""
    for state, until in periods((service.current, *service.history)):
        if state.extensions.entry or state.extensions.unknown_critical or not is_approved(state):
            continue
        since = state.since if begin is None else max(state.since, begin)
        trusted_until = min((time for time in (until, end) if time is not None), default=None)
        for der in state.identity.certificates or service.certificates:
            try:
                certificate = Certificate.from_der(der)
            except MalformedCertificateError:
                continue  # what cannot be read anchors nothing
            yield TrustAnchor(certificate, trusted_from=since, trusted_until=trusted_until, certificate_binds=False)
