"""The durable ports on SQL: SQLite in one file, or PostgreSQL. One module a port; `engine` knows the differences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from idbridge.identity.sealing import Keyring
from idbridge.storage.ports import Registration
from idbridge.storage.sql.audit import SqlAuditTrail
from idbridge.storage.sql.clients import SqlClients
from idbridge.storage.sql.consents import SqlConsents
from idbridge.storage.sql.engine import Database
from idbridge.storage.sql.grants import SqlOfflineGrants
from idbridge.storage.sql.persons import SqlPersons
from idbridge.storage.sql.sign_ins import SqlSignIns

C = TypeVar("C", bound=Registration)


@dataclass(frozen=True, slots=True)
class DurableStores(Generic[C]):
    """Every durable port over one database."""

    database: Database
    clients: SqlClients[C]
    persons: SqlPersons
    consents: SqlConsents
    sign_ins: SqlSignIns
    grants: SqlOfflineGrants
    audit: SqlAuditTrail


def open_durable(url: str, keyring: Keyring, client_type: type[C]) -> DurableStores[C]:
    """Return the stores at a URL (``sqlite:///PATH``, ``postgresql://…``); nothing is connected to before the first use.

    *client_type* is the dataclass of a registration. The schema has to be there (`idbridge.storage.migrations.upgrade`).
    """
    database = Database(url)
    return DurableStores(
        database=database,
        clients=SqlClients(database, keyring, client_type),
        persons=SqlPersons(database, keyring),
        consents=SqlConsents(database, keyring),
        sign_ins=SqlSignIns(database),
        grants=SqlOfflineGrants(database, keyring),
        audit=SqlAuditTrail(database),
    )
