"""The database connection: SQLite or PostgreSQL, transactions that hold under races, and foreign errors translated.

Every connection stands in autocommit, so that a single statement costs one round trip and no transaction is ever left open by
accident; a step of several statements says so by `Database.transaction`.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from idbridge.storage.ports import StoreUnavailable

if TYPE_CHECKING:
    from sqlalchemy import URL
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

LOCK_WAIT_SECONDS = 5
"""How long a write waits for another's; far beyond any honest queue, and below a browser's and a proxy's patience."""

CONNECT_SECONDS = 3
POOL_SIZE = 8
POOL_OVERFLOW = 24
"""Connections of one worker process: as many as it has threads; more threads than this wait, at most LOCK_WAIT_SECONDS."""

# Connections lost or refused, locks and answers waited for too long, a full disk. Other errors are faults of ours.
_UNAVAILABLE = (OperationalError, InterfaceError, InternalError, PoolTimeout)

LOCK_POLL_SECONDS = 0.001
"""How often a write asks SQLite for its one write lock. SQLite itself asks ever more rarely, up to ten times a second, so that
among several busy workers one can wait for ever (measured: eight writers, over 5 s)."""

# FULL: a commit that was answered survives a power cut as well as a killed worker.
_SQLITE_PRAGMAS = (
    f"PRAGMA busy_timeout = {LOCK_WAIT_SECONDS * 1000}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)


def database_url(url: str) -> URL:
    """Return the URL with our driver. Raises ValueError for what is neither a SQLite file nor PostgreSQL."""
    try:
        parsed = make_url(url)
    except SQLAlchemyError:
        raise ValueError("not a database URL") from None  # the text may hold a password
    match parsed.get_backend_name():
        case "sqlite" if parsed.database in (None, "", ":memory:"):
            raise ValueError("a SQLite database has to be a file: every connection would have a memory of its own")
        case "sqlite":
            return parsed.set(drivername="sqlite+pysqlite")
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise ValueError(f"databases are sqlite or postgresql, not {other}")


def make_engine(url: URL) -> Engine:
    """Return an engine whose connections are in autocommit and bounded in time."""
    options: dict[str, Any] = {}
    if url.get_backend_name() == "postgresql":
        milliseconds = LOCK_WAIT_SECONDS * 1000
        options["connect_args"] = {
            "connect_timeout": CONNECT_SECONDS,
            "options": f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds} -c timezone=UTC",
        }
    engine = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=LOCK_WAIT_SECONDS,
        pool_reset_on_return=None,
        hide_parameters=True,  # an error message must not carry personal data into a log
        **options,
    )
    if url.get_backend_name() == "sqlite":
        _set_on_connect(engine, *_SQLITE_PRAGMAS)
    return engine


def _set_on_connect(engine: Engine, *pragmas: str) -> None:
    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    event.listen(engine, "connect", prepare)


class Database:
    """One database; shared by the threads of a process, and safe to have been made before a fork."""

    def __init__(self, url: str) -> None:
        """Raises ValueError for a URL of another kind of database."""
        parsed = database_url(url)
        self._begin = _begin
        self._reading = self._writing = make_engine(parsed)
        if parsed.get_backend_name() == "sqlite":
            self._begin = _begin_immediate
            self._writing = make_engine(parsed)
            _set_on_connect(self._reading, "PRAGMA query_only = ON")
            _set_on_connect(self._writing, "PRAGMA busy_timeout = 0")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for statements that change nothing. Raises `StoreUnavailable`."""
        try:
            with self._reading.connect() as connection:
                yield connection
        except _UNAVAILABLE as error:
            raise StoreUnavailable("durable", _describe(error)) from None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give a connection for statements that count together; an exception undoes them.

        Raises `StoreUnavailable`; what a constraint refuses is SQLAlchemy's IntegrityError.
        """
        try:
            with self._writing.connect() as connection:
                self._begin(connection)
                try:
                    yield connection
                    connection.exec_driver_sql("COMMIT")
                except BaseException:
                    self._roll_back(connection)
                    raise
        except _UNAVAILABLE as error:
            raise StoreUnavailable("durable", _describe(error)) from None

    def _roll_back(self, connection: Connection) -> None:
        try:
            connection.exec_driver_sql("ROLLBACK")
        except SQLAlchemyError:
            connection.invalidate()  # not returned to the pool in the middle of a transaction

    def ping(self) -> None:
        """Return if the database answers. Raises `StoreUnavailable`."""
        with self.reading() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close all connections; a later use opens new ones."""
        self._reading.dispose()
        self._writing.dispose()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock from the start: SQLite refuses, rather than queues, readers that become writers at the same time."""
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError as error:
            if time.monotonic() > deadline or not _is_busy(error):
                raise
            time.sleep(LOCK_POLL_SECONDS)
        else:
            return


def _is_busy(error: OperationalError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", 0)
    return bool(code & 0xFF == sqlite3.SQLITE_BUSY)


def _describe(error: SQLAlchemyError) -> str:
    """Return the kind of an error: its message can quote the values of a statement."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        return type(error.orig).__name__
    return type(error).__name__
