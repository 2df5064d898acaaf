"""`idbridge keys`: what signs tokens."""

from __future__ import annotations

from datetime import timedelta

import click

from idbridge.cli.instance import told
from idbridge.clock import system_clock
from idbridge.settings import load
from idbridge.storage.instance_keys import InstanceKeys, StoredKey

KEEP = timedelta(days=1)
"""How long a retired key stays published when it is rotated away: far beyond the life of a token and of portals' caches."""


@click.group()
def keys() -> None:
    """Look after the keys that sign tokens."""


@keys.command(name="list")
def list_keys() -> None:
    """Print every published key: identifier, algorithm, since when, and whether it signs."""
    with told():
        for key in _files().list(system_clock()):
            click.echo(_line(key))


@keys.command()
@click.option(
    "--keep-days", type=click.IntRange(0), default=KEEP.days, show_default=True, help="Publish retired keys this long."
)
def rotate(keep_days: int) -> None:
    """Sign with new keys from now on. Running instances notice by themselves; the old keys stay published for a while.

    Example: idbridge keys rotate
    """
    now = system_clock()
    with told():
        for key in _files().rotate(now, now - timedelta(days=keep_days)):
            click.echo(_line(key))


def _files() -> InstanceKeys:
    return InstanceKeys(load().home / "keys")


def _line(key: StoredKey) -> str:
    state = "signs" if key.retired_at is None else f"retired {key.retired_at:%Y-%m-%d %H:%M}Z"
    return f"{key.kid}  {key.algorithm}  since {key.created_at:%Y-%m-%d %H:%M}Z  {state}"
