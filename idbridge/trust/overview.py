"""What a list says, arranged for readers: its own authorities, the certificate types it recognises, and its agreements.

Each with the periods of its status, newest first, so that what was withdrawn stands as history. Nothing is judged here
(`recognition` does), and nothing is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.trust.anchors import periods
from idbridge.trust.entries import RecognitionEntry
from idbridge.trust.localised import Names
from idbridge.trust.model import Provider, Service, TrustList
from idbridge.trust.vocabulary import Scheme, Territory, Uri


@dataclass(frozen=True, slots=True)
class Spell:
    """A period of one status; ``until`` is None while it lasts."""

    granted: bool
    status: Uri
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class OwnService:
    """A service of the list's own region."""

    provider: Names
    names: Names
    type: Uri
    certificates: tuple[Certificate, ...]
    spells: tuple[Spell, ...]

    @property
    def granted(self) -> bool:
        """Whether it is approved as the list stands."""
        return self.spells[0].granted


@dataclass(frozen=True, slots=True)
class RecognisedType:
    """A certificate type of another region that the list recognises, or did: the entry, and the authorities that issue it."""

    provider: Names
    entry: RecognitionEntry
    issuers: tuple[Certificate, ...]
    roots: tuple[Certificate, ...]
    spells: tuple[Spell, ...]

    @property
    def granted(self) -> bool:
        """Whether it is recognised as the list stands; a template that nobody has confirmed never is."""
        return self.spells[0].granted and self.entry.confirmed


@dataclass(frozen=True, slots=True)
class AgreedScheme:
    """An agreement of the list's region with another, about one kind of service."""

    territory: Territory | None
    scheme: Scheme
    identifier: str
    spells: tuple[Spell, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """One list, arranged."""

    own: tuple[OwnService, ...]
    recognised: tuple[RecognisedType, ...]
    agreements: tuple[AgreedScheme, ...]


NOTHING: Final = Overview((), (), ())


def overview(content: TrustList) -> Overview:
    """Return what *content* says, in its own order."""
    services = tuple(content.services())
    return Overview(
        tuple(_own(provider, service) for provider, service in services if service.current.extensions.entry is None),
        tuple(
            _recognised(provider, service, entry)
            for provider, service in services
            if (entry := service.current.extensions.entry) is not None
        ),
        tuple(_agreements(content)),
    )


def _own(provider: Provider, service: Service) -> OwnService:
    current = service.current
    return OwnService(provider.names, current.names, current.type, readable(service.certificates), _spells(service))


def _recognised(provider: Provider, service: Service, entry: RecognitionEntry) -> RecognisedType:
    return RecognisedType(provider.names, entry, readable(service.certificates), readable(entry.roots), _spells(service))


def _spells(service: Service) -> tuple[Spell, ...]:
    states = periods((service.current, *service.history))
    return tuple(Spell(state.granted, state.status, state.since, end) for state, end in states)


def _agreements(content: TrustList) -> Iterator[AgreedScheme]:
    for pointer in content.pointers:
        for agreement in pointer.agreements:
            for service in agreement.services:
                states = periods((service.current, *service.history))
                spells = tuple(Spell(state.enacted, state.status, state.since, end) for state, end in states)
                yield AgreedScheme(pointer.territory, agreement.scheme, service.legal_identifier, spells)


def readable(certificates: Collection[bytes]) -> tuple[Certificate, ...]:
    """Return the certificates that can be read; a list may hold some that cannot, and they vouch for nothing."""
    found = []
    for der in certificates:
        try:
            found.append(Certificate.from_der(der))
        except PkiError:
            continue
    return tuple(found)
