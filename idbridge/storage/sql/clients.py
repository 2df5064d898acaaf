"""Registered clients. A registration is sealed as a whole: it can hold a secret's hash, contacts, addresses."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeVar

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from idbridge.identity.sealing import Keyring
from idbridge.storage.ports import Registration
from idbridge.storage.sql.consents import END_FOR_CLIENT
from idbridge.storage.sql.engine import Database
from idbridge.storage.sql.grants import REVOKE_FOR_CLIENT
from idbridge.storage.sql.schema import clients, storable

C = TypeVar("C", bound=Registration)

_PURPOSE = "client"

_GET = select(clients.c.sealed).where(clients.c.id == bindparam("client_id"))
_LIST = select(clients.c.id, clients.c.sealed).order_by(clients.c.id)
_ADD = insert(clients)
_REPLACE = update(clients).where(clients.c.id == bindparam("client_id")).values(sealed=bindparam("sealed"))
_REMOVE = delete(clients).where(clients.c.id == bindparam("client_id"))


class SqlClients(Generic[C]):
    """`idbridge.storage.ports.Clients` for one dataclass of registrations."""

    def __init__(self, database: Database, keyring: Keyring, client_type: type[C]) -> None:
        self._database = database
        self._keyring = keyring
        self._decoder = msgspec.msgpack.Decoder(client_type)

    def get(self, client_id: str) -> C | None:
        """Return the client, or None."""
        with self._database.reading() as connection:
            sealed = connection.execute(_GET, {"client_id": storable(client_id)}).scalar()
        return None if sealed is None else self._open(client_id, sealed)

    def add(self, client: C) -> bool:
        """Register; False, and nothing changed, when the identifier is in use."""
        try:
            with self._database.transaction() as connection:
                connection.execute(_ADD, {"id": client.client_id, "sealed": self._seal(client)})
        except IntegrityError:
            return False
        return True

    def replace(self, client: C) -> bool:
        """Put a new registration in the place of the old; False when there was none."""
        with self._database.transaction() as connection:
            done = connection.execute(_REPLACE, {"client_id": storable(client.client_id), "sealed": self._seal(client)})
            return done.rowcount == 1

    def remove(self, client_id: str, at: datetime) -> bool:
        """Remove the registration; False when there was none. The consents and grants given to it end in the same step."""
        with self._database.transaction() as connection:
            removed = connection.execute(_REMOVE, {"client_id": storable(client_id)}).rowcount == 1
            if removed:
                connection.execute(END_FOR_CLIENT, {"of_client": client_id, "at": at})
                connection.execute(REVOKE_FOR_CLIENT, {"of_client": client_id, "at": at})
        return removed

    def list(self) -> tuple[C, ...]:
        """Return every registration, by identifier."""
        with self._database.reading() as connection:
            rows = connection.execute(_LIST).all()
        return tuple(self._open(client_id, sealed) for client_id, sealed in rows)

    def _seal(self, client: C) -> bytes:
        return self._keyring.seal(_PURPOSE, msgspec.msgpack.encode(client), client.client_id.encode())

    def _open(self, client_id: str, sealed: bytes) -> C:
        return self._decoder.decode(self._keyring.open(_PURPOSE, sealed, client_id.encode()))
