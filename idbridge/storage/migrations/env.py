"""Alembic's entry: `idbridge.storage.migrations.upgrade` hands over a connection; there is no other way in."""

from __future__ import annotations

from alembic import context

from idbridge.storage.sql.schema import metadata

# The caller's connection is in autocommit inside a transaction of its own: Alembic must not begin or end one.
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
