"""The tables. What is personal is in a ``sealed`` column, what is looked up by is in a ``lookup`` column (a keyed hash).

`idbridge.storage.migrations` brings a database here; a test holds the two together.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)

if TYPE_CHECKING:
    from sqlalchemy import Dialect

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime as microseconds since 1970: exact, sorted, the same in both databases and quick to read."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002  SQLAlchemy's signature
        """Return what is stored. Raises TypeError for a datetime without a zone."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        """Return what was stored."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


# SQLite numbers rows itself only in an INTEGER column; in PostgreSQL that would end at 2³¹.
_RowNumber = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()

clients = Table(
    "clients",
    metadata,
    Column("id", String, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

persons = Table(
    "persons",
    metadata,
    Column("id", String, primary_key=True),
    Column("created_at", Moment, nullable=False),
)

links = Table(
    "links",
    metadata,
    Column("id", String, primary_key=True),
    Column("person", String, ForeignKey("persons.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("region", String, nullable=False),
    Column("lookup", LargeBinary, nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("linked_at", Moment, nullable=False),
    Column("last_used_at", Moment, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("link", String, ForeignKey("links.id", ondelete="CASCADE"), primary_key=True),
    Column("lookup", LargeBinary, primary_key=True, index=True),
)

consents = Table(
    "consents",
    metadata,
    Column("id", String, primary_key=True),
    Column("person", String, ForeignKey("persons.id", ondelete="CASCADE"), nullable=False),
    Column("client_id", String, nullable=False, index=True),
    Column("source_region", String, nullable=False),
    Column("terms", Text, nullable=False),
    Column("granted_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ended_by", String),
    Column("subject", LargeBinary),  # a keyed hash of the client and its name for the person; null in those of before
    Index("ix_consents_person", "person", "granted_at"),
    Index("ix_consents_subject", "subject"),
    Index(
        "uq_consents_current",
        "person",
        "client_id",
        "source_region",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("number", _RowNumber, primary_key=True, autoincrement=True),
    Column("person", String, ForeignKey("persons.id", ondelete="CASCADE"), nullable=False),
    Column("link", String, nullable=False),  # stays in the history when the link is removed
    Column("client_id", String, nullable=False),
    Column("region", String, nullable=False),
    Column("assurance", SmallInteger, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_sign_ins_person", "person", "at"),
)

grants = Table(
    "grants",
    metadata,
    Column("id", String, primary_key=True),
    # Null in all but the identifier: revoked before it was created.
    Column("person", String, ForeignKey("persons.id", ondelete="CASCADE"), index=True),
    Column("client_id", String, index=True),
    Column("created_at", Moment),
    Column("expires_at", Moment),
    Column("sealed", LargeBinary),
    Column("revoked_at", Moment),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("lookup", LargeBinary, primary_key=True),
    Column("grant_id", String, ForeignKey("grants.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("used_at", Moment),
)

audit_events = Table(
    "audit_events",
    metadata,
    Column("number", _RowNumber, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("object", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("reason", String, nullable=False),
)


def storable(key: str) -> str:
    """Return a stranger's client identifier as a key: what no database can hold is the empty key, which nothing has."""
    return key if "\0" not in key and key.isascii() else ""
