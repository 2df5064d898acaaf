"""`idbridge trust`: the trust lists that the instance relies on."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from idbridge.cli.instance import told
from idbridge.clock import system_clock
from idbridge.outbound import Doors, Outbound
from idbridge.services.trust_lists import ListStatus, TrustLists
from idbridge.services.trust_sources import SOURCES_FILE, open_trust_lists
from idbridge.settings import Settings, load
from idbridge.storage.list_versions import VersionsUnusable
from idbridge.trust.tables import TableRefused
from idbridge.trust.vocabulary import Territory


@click.group()
def trust() -> None:
    """Show, refresh and take in the trust lists relied upon. Exit status 1: one of them may not be relied upon."""


@trust.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a list, in a list.")
def show(*, as_json: bool) -> None:
    """Print each list's number, hash, age, and how its last refresh went.

    Example: idbridge trust show
    """
    with _opened() as (_, lists):
        statuses = lists.status()
    if as_json:
        click.echo(json.dumps([_plain(status) for status in statuses], indent=1))
    else:
        for status in statuses:
            click.echo(_line(status, system_clock()))
    if not statuses:
        click.echo(f"no lists are configured (trust/{SOURCES_FILE})", err=True)
    sys.exit(0 if statuses and all(status.ready for status in statuses) else 1)


@trust.command()
def refresh() -> None:
    """Fetch every list from where it is published. A list that fails leaves the last good one in force.

    Example: idbridge trust refresh
    """
    with _opened() as (settings, lists):
        fetch = Outbound(Doors(settings.private_networks), plain_http=settings.outbound_plain_http)
        for territory, attempt in lists.refresh(fetch).items():
            click.echo(f"{territory}: {attempt.code}" + (f" ({attempt.detail})" if attempt.detail else ""))
        ready = all(status.ready for status in lists.status())
    sys.exit(0 if ready else 1)


@trust.command()
@click.argument("territory")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def offer(territory: str, file: Path) -> None:
    """Take in the list of TERRITORY from FILE, as if it had been fetched.

    Example: idbridge trust offer HK hk.xml
    """
    with _opened() as (_, lists):
        try:
            decision = lists.offer(Territory(territory), file.read_bytes())
        except KeyError:
            raise click.ClickException(f"no list of {territory} is configured (trust/{SOURCES_FILE})") from None
    click.echo(f"{territory}: {decision.code}" + (f" ({decision.detail})" if decision.detail else ""))
    sys.exit(0 if decision.code in {"accepted", "unchanged"} else 1)


@contextmanager
def _opened() -> Iterator[tuple[Settings, TrustLists]]:
    """Open the instance's lists; their faults become one message."""
    with told():
        settings = load()
        try:
            yield settings, open_trust_lists(settings.home / "trust", system_clock)
        except (TableRefused, VersionsUnusable) as fault:
            raise click.ClickException(str(fault)) from None


def _line(status: ListStatus, now: datetime) -> str:
    attempt = (
        f", last refresh {status.last_attempt.at:%Y-%m-%d %H:%M}Z: {status.last_attempt.code}" if status.last_attempt else ""
    )
    if status.age is None or status.sha256 is None:
        return f"{status.territory}: {status.standing}{attempt}"
    ends = f"until {status.next_update:%Y-%m-%d}" if status.next_update else "closed"
    warning = ", ENDS SOON" if status.expires_soon(now) else ""
    version = f"list {status.sequence}, {status.age.days} days old, {status.sha256[:16]}…"
    return f"{status.territory}: {status.standing} {ends}{warning}, {version}{attempt}"


def _plain(status: ListStatus) -> dict[str, object]:
    attempt = status.last_attempt
    return {
        "region": status.territory,
        "standing": status.standing.value,
        "sequence": status.sequence,
        "sha256": status.sha256,
        "issued": status.issued and status.issued.isoformat(),
        "next_update": status.next_update and status.next_update.isoformat(),
        "age_seconds": None if status.age is None else int(status.age.total_seconds()),
        "last_attempt": attempt and {"at": attempt.at.isoformat(), "code": attempt.code, "detail": attempt.detail},
    }
