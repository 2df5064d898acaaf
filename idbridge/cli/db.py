"""`idbridge db`: the durable store's schema, and what in it has become old."""

from __future__ import annotations

from datetime import timedelta

import click

from idbridge.cli.instance import open_instance, told
from idbridge.clock import system_clock
from idbridge.settings import load
from idbridge.storage.migrations import upgrade
from idbridge.storage.records import AuditEvent
from idbridge.stores import open_stores

LEAST_DAYS = 183
"""Six months: what Cybersecurity Law art. 21 wants logs to be kept for at least."""
AUDIT_DAYS = 5 * 366
"""Five years: how long evidence of identifications and consents is commonly to be kept."""
ENDED = timedelta(days=1)
"""How long a revoked grant is remembered: a code that gave it, or a replay that ended it first, is long gone by then."""


@click.group()
def db() -> None:
    """Look after the database."""


@db.command(name="upgrade")
def upgrade_schema() -> None:
    """Bring the schema to this version. Several may run it at once; `serve` and `demo` do it by themselves."""
    with told():
        upgrade(load().database)
    click.echo("The schema is up to date.")


@db.command()
@click.option("--sign-in-days", type=click.IntRange(LEAST_DAYS), default=LEAST_DAYS, show_default=True, help="Keep these days.")
@click.option("--audit-days", type=click.IntRange(LEAST_DAYS), default=AUDIT_DAYS, show_default=True, help="Keep these days.")
def purge(sign_in_days: int, audit_days: int) -> None:
    """Forget what is old: ended offline grants, sign-ins, audit events. Consents stay, the ended ones too.

    To be run once a day, beside the running instance or not.

    Example: idbridge db purge --sign-in-days 365
    """
    now = system_clock()
    with told():
        stores = open_stores(open_instance()).durable
        grants = stores.grants.purge(now - ENDED)
        sign_ins = stores.sign_ins.purge(now - timedelta(days=sign_in_days))
        events = stores.audit.purge(now - timedelta(days=audit_days))
        stores.audit.append(AuditEvent(now, "operator:cli", "purge", "operator:cli"))
    click.echo(f"Forgotten: {grants} offline grants, {sign_ins} sign-ins, {events} audit events.")
