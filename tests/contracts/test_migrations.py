"""The migrations lead to exactly the schema that the adapters are written for."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from idbridge.storage.migrations import upgrade
from idbridge.storage.sql.engine import database_url
from idbridge.storage.sql.schema import metadata


def test_migrations_lead_to_the_schema(durable_url):
    upgrade(durable_url)  # a second time: nothing happens
    engine = create_engine(database_url(durable_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()
