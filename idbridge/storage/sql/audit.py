"""The audit trail: events appended, never changed until they are old enough to go."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select

from idbridge.storage.records import AuditEvent
from idbridge.storage.sql.schema import audit_events

if TYPE_CHECKING:
    from idbridge.storage.sql.engine import Database

_APPEND = insert(audit_events)
_NEWEST = select(audit_events).order_by(audit_events.c.number.desc()).limit(bindparam("count"))
_PURGE = delete(audit_events).where(audit_events.c.at < bindparam("before"))


class SqlAuditTrail:
    """`idbridge.storage.ports.AuditTrail`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, event: AuditEvent) -> None:
        """Add one."""
        row = {
            "at": event.at,
            "actor": event.actor,
            "action": event.action,
            "object": event.object,
            "outcome": event.outcome,
            "reason": event.reason,
        }
        with self._database.transaction() as connection:
            connection.execute(_APPEND, row)

    def newest(self, count: int) -> tuple[AuditEvent, ...]:
        """Return the newest *count*, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(_NEWEST, {"count": count}).all()
        return tuple(AuditEvent(row.at, row.actor, row.action, row.object, row.outcome, row.reason) for row in rows)

    def purge(self, before: datetime) -> int:
        """Forget the events before the moment; return how many."""
        with self._database.transaction() as connection:
            return connection.execute(_PURGE, {"before": before}).rowcount
