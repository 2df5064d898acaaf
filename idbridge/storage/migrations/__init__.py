"""Brings a database to the schema of this version, once, whoever starts first."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from idbridge.storage.ports import StoreUnavailable
from idbridge.storage.sql.engine import database_url, make_engine

_ADVISORY_LOCK = 0x6964627269646765 >> 1
"""Any number no other program on the same PostgreSQL uses: "idbridge" in ASCII, made to fit a signed 64-bit integer."""


def upgrade(url: str) -> None:
    """Migrate the database at *url* to the newest schema; nothing happens when it is there already.

    Several processes may call it at once: one migrates, the others wait for it. All steps stand in one transaction. Creates
    the folder of a SQLite file. Raises `StoreUnavailable`, and ValueError for a URL of another kind of database.
    """
    parsed = database_url(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    if sqlite and parsed.database:
        Path(parsed.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = make_engine(parsed)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if sqlite else "BEGIN")
            if not sqlite:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
            run_migrations(connection)
            connection.exec_driver_sql("COMMIT")
    except SQLAlchemyError as error:
        raise StoreUnavailable("durable", f"migration failed: {type(error).__name__}") from error
    finally:
        engine.dispose()


def run_migrations(connection: Connection) -> None:
    """Run what is missing on an open connection, inside its transaction."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
