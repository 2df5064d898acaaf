"""Mutual recognition agreements: which services of the list pointed to count as which services of the list that points.

The values of the European Commission's ``MutualRecognitionAgreementInformation`` (schema version 2), carried in a pointer's
additional information. An equivalence holds from its starting time until the next one; what held before stands in its history.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from idbridge.trust.criteria import CriteriaList
from idbridge.trust.vocabulary import ENACTED, SCHEME_PREFIX, Scheme, Uri


@dataclass(frozen=True, slots=True)
class ServiceKind:
    """A service type, narrowed by additional service information where the equivalence says so."""

    type: Uri
    additional: Uri | None = None


@dataclass(frozen=True, slots=True)
class StatusEquivalence:
    """Statuses of the pointed list that count as approved there, and those that do not, each with what they are called here."""

    valid: tuple[Uri, ...]
    valid_pointed: tuple[Uri, ...]
    invalid: tuple[Uri, ...]
    invalid_pointed: tuple[Uri, ...]

    def approves(self, pointed: Uri) -> bool | None:
        """Tell whether a service in status *pointed* counts as approved; None where the agreement does not name the status."""
        if pointed in self.invalid_pointed:
            return False
        return True if pointed in self.valid_pointed else None


@dataclass(frozen=True, slots=True)
class ContentEquivalence:
    """What a certificate of the pointed party must contain to count as one that contains what the pointing party asks."""

    context: Uri
    pointing: CriteriaList
    pointed: CriteriaList


@dataclass(frozen=True, slots=True)
class QualifierEquivalence:
    """A qualifier of the pointed party and the one it counts as."""

    pointing: Uri
    pointed: Uri


@dataclass(frozen=True, slots=True)
class EquivalenceState:
    """An equivalence as it was from ``since`` until its next state."""

    status: Uri
    since: datetime
    pointing: tuple[ServiceKind, ...]
    pointed: tuple[ServiceKind, ...]
    statuses: StatusEquivalence
    contents: tuple[ContentEquivalence, ...] = ()
    qualifiers: tuple[QualifierEquivalence, ...] = ()

    @property
    def enacted(self) -> bool:
        """Whether the equivalence was in force: a status that is not "enacted", an unknown one too, is not."""
        return self.status == ENACTED


@dataclass(frozen=True, slots=True)
class ServiceEquivalence:
    """One kind of service that the agreement covers, now and before."""

    legal_identifier: str
    current: EquivalenceState
    history: tuple[EquivalenceState, ...] = ()

    def state_at(self, time: datetime) -> EquivalenceState | None:
        """Return the state in force at *time*, None before the first one."""
        begun = [state for state in (self.current, *self.history) if state.since <= time]
        return max(begun, key=lambda state: state.since, default=None)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the pointing party recognises of the pointed party's services. It says nothing about the other direction."""

    pointing_legislation: Uri
    pointed_legislation: Uri
    services: tuple[ServiceEquivalence, ...]
    technical_type: int = 1
    version: int = 1
    depth: int = 1

    @property
    def scheme(self) -> Scheme:
        """The scheme under which the agreement was made: our short name where the legislation is one of ours, else its URI."""
        return Scheme(self.pointing_legislation.removeprefix(SCHEME_PREFIX))
