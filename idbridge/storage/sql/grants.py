"""Offline grants and refresh tokens. Tokens are known by keyed hash; used ones stay until their grant goes, to tell reuse."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, or_, select, text, update
from sqlalchemy.exc import IntegrityError

from idbridge.identity.person import PersonId
from idbridge.storage.ports import PersonUnknown
from idbridge.storage.records import GrantId, OfflineGrant, Reused, Rotated
from idbridge.storage.sql.schema import Moment, grants, persons, refresh_tokens, storable

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from idbridge.identity.sealing import Keyring
    from idbridge.storage.sql.engine import Database

_PURPOSE = "grant"
_TOKEN_LOOKUP = "grant.refresh-token"  # noqa: S105  a purpose, not a token

_LIVE = grants.c.revoked_at.is_(None)
_OF_PERSON = grants.c.person == bindparam("of_person")
_OF_CLIENT = grants.c.client_id == bindparam("of_client")

_ADD_GRANT = insert(grants)
_ADD_TOKEN = insert(refresh_tokens)
_PERSON = select(persons.c.id).where(persons.c.id == bindparam("of_person"))
_BY_TOKEN = (
    select(grants, refresh_tokens.c.used_at)
    .join(refresh_tokens, refresh_tokens.c.grant_id == grants.c.id)
    .where(refresh_tokens.c.lookup == bindparam("token"), _LIVE)
)
_TO_ROTATE = _BY_TOKEN.where(_OF_CLIENT, grants.c.expires_at > bindparam("at")).with_for_update()
_USE_UP = (
    update(refresh_tokens)
    .where(refresh_tokens.c.lookup == bindparam("token"), refresh_tokens.c.used_at.is_(None))
    .values(used_at=bindparam("at"))
)
# One statement, the same in both databases: it also stops a grant that another worker is creating at this moment.
_REVOKE = text(
    "INSERT INTO grants (id, revoked_at) VALUES (:grant_id, :at)"
    " ON CONFLICT (id) DO UPDATE SET revoked_at = excluded.revoked_at WHERE grants.revoked_at IS NULL"
).bindparams(bindparam("at", type_=Moment))
_LIST = (
    select(grants)
    .where(_OF_PERSON, _LIVE, grants.c.expires_at > bindparam("at"))
    .order_by(grants.c.created_at.desc(), grants.c.id)
)
_REVOKE_OF_PERSON = update(grants).where(_OF_PERSON, _LIVE).values(revoked_at=bindparam("at")).returning(grants.c.id)
_REVOKE_OF_BOTH = _REVOKE_OF_PERSON.where(_OF_CLIENT)
_PURGE = delete(grants).where(or_(grants.c.expires_at < bindparam("before"), grants.c.revoked_at < bindparam("before")))
REVOKE_FOR_CLIENT = update(grants).where(_OF_CLIENT, _LIVE).values(revoked_at=bindparam("at"))


class SqlOfflineGrants:
    """`idbridge.storage.ports.OfflineGrants`."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    def create(self, grant: OfflineGrant, token: str) -> bool:
        """Store the grant with its first token; False when this grant identifier exists, or was revoked before it came."""
        row = {
            "id": grant.id,
            "person": grant.person,
            "client_id": grant.client_id,
            "created_at": grant.created_at,
            "expires_at": grant.expires_at,
            "sealed": self._keyring.seal(_PURPOSE, grant.details, grant.id.encode()),
        }
        try:
            with self._database.transaction() as connection:
                connection.execute(_ADD_GRANT, row)
                self._add_token(connection, grant.id, token)
        except IntegrityError:
            with self._database.reading() as connection:
                if connection.execute(_PERSON, {"of_person": grant.person}).first() is None:
                    raise PersonUnknown from None
            return False
        return True

    def find(self, token: str) -> OfflineGrant | None:
        """Return the grant of a token, with when that one was used, unless revoked; expiry is the caller's to judge."""
        with self._database.reading() as connection:
            row = connection.execute(_BY_TOKEN, {"token": self._lookup(token)}).first()
        return None if row is None else replace(self._read(row), used_at=row.used_at)

    def rotate(self, token: str, client_id: str, successor: str, at: datetime) -> Rotated | Reused | None:
        """Use the token up and put *successor* in its place, by one compare-and-set: of many at once, one succeeds."""
        lookup = self._lookup(token)
        with self._database.transaction() as connection:
            row = connection.execute(_TO_ROTATE, {"token": lookup, "of_client": storable(client_id), "at": at}).first()
            if row is None:
                return None
            grant = self._read(row)
            if connection.execute(_USE_UP, {"token": lookup, "at": at}).rowcount == 1:
                self._add_token(connection, grant.id, successor)
                return Rotated(grant)
            connection.execute(_REVOKE, {"grant_id": grant.id, "at": at})
            return Reused(grant)

    def revoke(self, grant: GrantId, at: datetime) -> None:
        """Revoke the grant and its tokens. A grant not stored yet can never be created afterwards."""
        with self._database.transaction() as connection:
            connection.execute(_REVOKE, {"grant_id": grant, "at": at})

    def revoke_for(self, person: PersonId, client_id: str | None, at: datetime) -> tuple[GrantId, ...]:
        """Revoke all that the person gave to the portal (None: to any), and return which."""
        with self._database.transaction() as connection:
            if client_id is None:
                revoked = connection.execute(_REVOKE_OF_PERSON, {"of_person": person, "at": at})
            else:
                key = {"of_person": person, "of_client": storable(client_id), "at": at}
                revoked = connection.execute(_REVOKE_OF_BOTH, key)
            return tuple(GrantId(identifier) for identifier in revoked.scalars())

    def list(self, person: PersonId, at: datetime) -> tuple[OfflineGrant, ...]:
        """Return the person's grants that are live at *at*, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(_LIST, {"of_person": person, "at": at}).all()
        return tuple(self._read(row) for row in rows)

    def purge(self, before: datetime) -> int:
        """Forget grants that expired, or were revoked, before the moment; return how many."""
        with self._database.transaction() as connection:
            return connection.execute(_PURGE, {"before": before}).rowcount

    def _add_token(self, connection: Connection, grant: GrantId, token: str) -> None:
        connection.execute(_ADD_TOKEN, {"lookup": self._lookup(token), "grant_id": grant})

    def _lookup(self, token: str) -> bytes:
        return self._keyring.lookup(_TOKEN_LOOKUP, token)

    def _read(self, row: Row[Any]) -> OfflineGrant:
        return OfflineGrant(
            id=GrantId(row.id),
            person=PersonId(row.person),
            client_id=row.client_id,
            created_at=row.created_at,
            expires_at=row.expires_at,
            details=self._keyring.open(_PURPOSE, row.sealed, row.id.encode()),
        )
