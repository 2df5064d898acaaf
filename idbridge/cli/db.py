"""`idbridge db`: the durable store's schema."""

from __future__ import annotations

import click

from idbridge.cli.instance import told
from idbridge.settings import load
from idbridge.storage.migrations import upgrade


@click.group()
def db() -> None:
    """Look after the database."""


@db.command(name="upgrade")
def upgrade_schema() -> None:
    """Bring the schema to this version. Several may run it at once; `serve` and `demo` do it by themselves."""
    with told():
        upgrade(load().database)
    click.echo("The schema is up to date.")
