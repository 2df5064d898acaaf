"""What a trust list says, as frozen values, and the questions one asks of it at a moment.

Nothing here knows XML or signatures: `reading` makes these values from bytes, `writing` makes bytes from them. All times are
aware UTC datetimes, all certificates DER bytes. Source: ETSI TS 119 612 v2.4.1 clause 5.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from idbridge.trust.agreements import Agreement
from idbridge.trust.criteria import CriteriaList
from idbridge.trust.entries import RecognitionEntry
from idbridge.trust.localised import Localised, Names
from idbridge.trust.vocabulary import DETERMINATION, GRANTED_STATUSES, Territory, Uri


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """Clause 5.3.5.1."""

    language: str
    street: str
    locality: str
    country: str
    province: str | None = None
    postal_code: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """Postal and electronic addresses (clauses 5.3.5, 5.4.3)."""

    postal: tuple[PostalAddress, ...] = ()
    electronic: Names = ()


@dataclass(frozen=True, slots=True)
class DigitalIdentity:
    """Who a service is (clause 5.5.3): certificates of one key, or in a history its name and key identifier alone."""

    certificates: tuple[bytes, ...] = ()
    subject_name: str | None = None
    key_identifier: bytes | None = None


@dataclass(frozen=True, slots=True)
class AdditionalInformation:
    """The additionalServiceInformation extension (clause 5.5.9.4): what a service is for."""

    uri: Uri
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Qualification:
    """The qualifiers that hold for certificates which meet the criteria (clause 5.5.9.2)."""

    qualifiers: tuple[Uri, ...]
    criteria: CriteriaList


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Who has taken a service over (the TakenOverBy extension, clause 5.5.9.3): a provider in another list, or in this one."""

    uri: Localised
    provider_names: Names
    operator_names: Names
    territory: Territory


@dataclass(frozen=True, slots=True)
class ServiceExtensions:
    """What an approval is limited to (clause 5.5.9); ``unknown_critical``: extensions that must be understood and are not."""

    additional: tuple[AdditionalInformation, ...] = ()
    qualifications: tuple[Qualification, ...] = ()
    entry: RecognitionEntry | None = None
    taken_over_by: TakeOver | None = None
    expired_certificates_since: datetime | None = None
    unknown_critical: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceState:
    """A service as it was from ``since`` until its next state (clauses 5.5 and 5.6)."""

    type: Uri
    names: Names
    identity: DigitalIdentity
    status: Uri
    since: datetime
    extensions: ServiceExtensions = ServiceExtensions()

    @property
    def granted(self) -> bool:
        """Whether the service was approved and every critical condition of the approval is understood."""
        return self.status in GRANTED_STATUSES and not self.extensions.unknown_critical


@dataclass(frozen=True, slots=True)
class Service:
    """A service now and before (``history``: newest first, as listed)."""

    current: ServiceState
    history: tuple[ServiceState, ...] = ()
    supply_points: tuple[str, ...] = ()
    definition_uris: Names = ()

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """The service's certificates; those of the current state serve for a history that gives only names."""
        states = (self.current, *self.history)
        return tuple(dict.fromkeys(der for state in states for der in state.identity.certificates))

    def state_at(self, time: datetime) -> ServiceState | None:
        """Return the state in force at *time*, None before the first one.

        Of states that start together the one listed first counts: a list gives the newest first (clause 5.5.10).
        """
        begun = [state for state in (self.current, *self.history) if state.since <= time]
        return max(begun, key=lambda state: state.since, default=None)


@dataclass(frozen=True, slots=True)
class Provider:
    """A trust service provider and its services (clause 5.4)."""

    names: Names
    services: tuple[Service, ...]
    trade_names: Names = ()
    address: Address = Address()
    information_uris: Names = ()


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where another list is, whose certificates sign it, and what its territory's services count for here (clause 5.3.13)."""

    location: str
    signers: tuple[bytes, ...]
    territory: Territory | None = None
    type: Uri | None = None
    mime_type: str | None = None
    operator_names: Names = ()
    rules: Names = ()
    agreements: tuple[Agreement, ...] = ()


@dataclass(frozen=True, slots=True)
class SchemeInformation:
    """Who publishes the list and by which rules (clause 5.3)."""

    type: Uri
    operator_names: Names
    names: Names
    territory: Territory | None
    operator_address: Address = Address()
    information_uris: Names = ()
    status_determination: Uri = DETERMINATION
    rules: Names = ()
    legal_notices: Names = ()
    history_days: int = 65535
    distribution_points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceAt:
    """A service at the moment asked about, with the state that was in force then."""

    provider: Provider
    service: Service
    state: ServiceState


@dataclass(frozen=True, slots=True)
class TrustList:
    """A list or a list of lists. That a list has this type says nothing about who signed it: see `SignedTrustList`."""

    version: int
    sequence: int
    scheme: SchemeInformation
    issued: datetime
    next_update: datetime | None
    pointers: tuple[Pointer, ...] = ()
    providers: tuple[Provider, ...] = ()

    @property
    def territory(self) -> Territory | None:
        """Whose list it is."""
        return self.scheme.territory

    def services(self) -> Iterator[tuple[Provider, Service]]:
        """Walk through all services with their providers, in the order of the list."""
        for provider in self.providers:
            for service in provider.services:
                yield provider, service

    def states_at(self, time: datetime) -> Iterator[ServiceAt]:
        """Walk through the services that were listed at *time*, with their state then."""
        for provider, service in self.services():
            if state := service.state_at(time):
                yield ServiceAt(provider, service, state)


@dataclass(frozen=True, slots=True)
class SignedTrustList:
    """A list whose signature was verified against a pinned signer. Only `reading.read_list` makes one.

    ``sha256`` is that of the file (lower-case hex); with the sequence number it cites the version relied upon.
    """

    content: TrustList
    sha256: str
    signer: bytes
    signing_time: datetime
