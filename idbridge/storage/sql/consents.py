"""Consents: one current for a person, portal and region, by a partial unique index; the ended ones are kept as the record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, insert, literal, select, update

from idbridge.identity.assertion import RegionCode
from idbridge.identity.consent import Consent, ConsentId
from idbridge.identity.person import PersonId
from idbridge.storage.ports import PersonUnknown
from idbridge.storage.sql.schema import consents, persons, storable

if TYPE_CHECKING:
    from sqlalchemy import Row

    from idbridge.identity.sealing import Keyring
    from idbridge.storage.sql.engine import Database

_CURRENT = consents.c.ended_at.is_(None)
_OF_PERSON = consents.c.person == bindparam("of_person")
_OF_CLIENT = consents.c.client_id == bindparam("of_client")
_OF_REGION = consents.c.source_region == bindparam("of_region")

_FIND = select(consents).where(_OF_PERSON, _OF_CLIENT, _OF_REGION, _CURRENT)
_GIVEN_BY = select(consents).where(consents.c.subject == bindparam("of_subject"), _OF_CLIENT, _CURRENT).order_by(consents.c.id)
_FIND_TO_END = select(consents).where(_OF_PERSON, _OF_CLIENT, _CURRENT).order_by(consents.c.granted_at).with_for_update()
_LIST_CURRENT = select(consents).where(_OF_PERSON, _CURRENT).order_by(consents.c.granted_at.desc(), consents.c.id)
_LIST_ALL = select(consents).where(_OF_PERSON).order_by(consents.c.granted_at.desc(), consents.c.id)
_LOCK_PERSON = select(persons.c.id).where(persons.c.id == bindparam("of_person")).with_for_update()
_ADD = insert(consents)
_REPLACE = (
    update(consents)
    .where(_OF_PERSON, _OF_CLIENT, _OF_REGION, _CURRENT)
    .values(ended_at=bindparam("at"), ended_by=literal("replaced"))
)
_WITHDRAW = (
    update(consents).where(_OF_PERSON, _OF_CLIENT, _CURRENT).values(ended_at=bindparam("at"), ended_by=literal("withdrawn"))
)
END_FOR_CLIENT = (
    update(consents).where(_OF_CLIENT, _CURRENT).values(ended_at=bindparam("at"), ended_by=literal("portal-removed"))
)


_SUBJECT_LOOKUP = "consent.subject"


@dataclass(frozen=True, slots=True)
class _Terms:
    """What was agreed to."""

    recipient: str
    recipient_region: RegionCode | None
    scopes: tuple[str, ...]
    claims: tuple[str, ...]
    purpose: str
    purpose_version: str


_decoder = msgspec.json.Decoder(_Terms)


class SqlConsents:
    """`idbridge.storage.ports.Consents`."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    def find(self, person: PersonId, client_id: str, source_region: RegionCode) -> Consent | None:
        """Return the current consent, or None."""
        key = {"of_person": person, "of_client": storable(client_id), "of_region": source_region}
        with self._database.reading() as connection:
            row = connection.execute(_FIND, key).first()
        return None if row is None else _read(row)

    def given_by(self, client_id: str, subject: str) -> tuple[Consent, ...]:
        """Return the current consents to the portal of whoever it knows as *subject*, one a region; none if that is nobody."""
        key = {"of_client": storable(client_id), "of_subject": self._lookup(client_id, subject)}
        with self._database.reading() as connection:
            rows = connection.execute(_GIVEN_BY, key).all()
        return tuple(_read(row) for row in rows)

    def grant(self, consent: Consent, subject: str = "") -> None:
        """Store a consent as the current one; the one it replaces ends at the same moment, and is kept."""
        lookup = self._lookup(consent.client_id, subject) if subject else None
        key = {"of_person": consent.person, "of_client": consent.client_id, "of_region": consent.source_region}
        with self._database.transaction() as connection:
            if connection.execute(_LOCK_PERSON, {"of_person": consent.person}).first() is None:
                raise PersonUnknown
            connection.execute(_REPLACE, {**key, "at": consent.granted_at})
            connection.execute(_ADD, {**_row(consent), "subject": lookup})

    def withdraw(self, person: PersonId, client_id: str, at: datetime) -> tuple[Consent, ...]:
        """End the person's current consents to the portal, for all regions, and return them as ended."""
        key = {"of_person": person, "of_client": storable(client_id)}
        with self._database.transaction() as connection:
            connection.execute(_LOCK_PERSON, {"of_person": person})
            rows = connection.execute(_FIND_TO_END, key).all()
            connection.execute(_WITHDRAW, {**key, "at": at})
        return tuple(replace(_read(row), ended_at=at, ended_by="withdrawn") for row in rows)

    def list(self, person: PersonId, *, ended: bool = False) -> tuple[Consent, ...]:
        """Return the current consents (or, with *ended*, the whole record), newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(_LIST_ALL if ended else _LIST_CURRENT, {"of_person": person}).all()
        return tuple(_read(row) for row in rows)

    def _lookup(self, client_id: str, subject: str) -> bytes:
        return self._keyring.lookup(_SUBJECT_LOOKUP, client_id, subject)


def _row(consent: Consent) -> dict[str, Any]:
    terms = _Terms(
        consent.recipient,
        consent.recipient_region,
        consent.scopes,
        consent.claims,
        consent.purpose,
        consent.purpose_version,
    )
    return {
        "id": consent.id,
        "person": consent.person,
        "client_id": consent.client_id,
        "source_region": consent.source_region,
        "terms": msgspec.json.encode(terms).decode(),
        "granted_at": consent.granted_at,
        "ended_at": consent.ended_at,
        "ended_by": consent.ended_by,
    }


def _read(row: Row[Any]) -> Consent:
    terms = _decoder.decode(row.terms)
    return Consent(
        id=ConsentId(row.id),
        person=PersonId(row.person),
        client_id=row.client_id,
        recipient=terms.recipient,
        recipient_region=terms.recipient_region,
        source_region=RegionCode(row.source_region),
        scopes=terms.scopes,
        claims=terms.claims,
        purpose=terms.purpose,
        purpose_version=terms.purpose_version,
        granted_at=row.granted_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )
