"""`idbridge verify`: certificates and documents, checked by the instance's own trust lists or by what the caller trusts."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from idbridge.cli.batch import Told, verify_files
from idbridge.cli.interrupts import heeding
from idbridge.cli.sheets import SHEETS
from idbridge.cli.tabulating import table_head
from idbridge.cli.verifier import BadUsage, Exit, Order, Verifier, exit_of, open_verifier, worse
from idbridge.services.documents import DocumentAnswer
from idbridge.trust.vocabulary import Scheme

MAX_JOBS: Final = 256
"""Processes of one run; more cores than that no machine gives to one user."""


class VerifyCommand(click.Command):
    """A command whose usage errors end with 64: 2 means that something is indeterminate."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            raise BadUsage(f"{error.format_message()}\n{ctx.get_usage()}") from None


@click.command(cls=VerifyCommand)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--detached", type=click.Path(path_type=Path), help="The file that detached signatures are over.")
@click.option("--at", metavar="TIME", help="As of when, ISO 8601 with a zone (2026-03-01T12:00:00Z); now when left out.")
@click.option("--trust", type=click.Path(path_type=Path), help="Certificates, a directory of them, or one with sources.toml.")
@click.option("--offline", is_flag=True, help="Fetch nothing: what is not in the file is missing.")
@click.option("--scheme", default=None, help="Recognition under this scheme alone: gd-hk, gd-mo, bidding, or a URI.")
@click.option("--identity-numbers", is_flag=True, help="Show the identity numbers that certificates state.")
@click.option("--jobs", type=click.IntRange(1, MAX_JOBS), default=None, help="Processes; one for each core when left out.")
@click.option("--json", "as_json", is_flag=True, help="One report a line.")
@click.option("--csv", "as_csv", is_flag=True, help="A table, one signature a line.")
@click.option("--format", "sheet", type=click.Choice(tuple(SHEETS)), help="One document's report, to standard output.")
@click.option("--lang", help="The language of what is said: zh-Hans, zh-Hant, en, pt; that of the terminal when left out.")
def verify(
    files: tuple[Path, ...],
    detached: Path | None,
    at: str | None,
    trust: Path | None,
    scheme: str | None,
    jobs: int | None,
    sheet: str | None,
    lang: str | None,
    *,
    offline: bool,
    identity_numbers: bool,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Verify signed documents and certificates (PEM or DER). What a directory holds is verified file by file.

    Exit status: 0 all passed, 1 something failed, 2 nothing failed but something is indeterminate, 64 bad usage.

    Example: idbridge verify contract.pdf --at 2026-03-01T12:00:00Z
    """
    if as_json and as_csv:
        raise BadUsage("--json and --csv are two ways to say the same; choose one")
    order = Order(trust, _time(at), detached, offline, Scheme(scheme) if scheme else None, identity_numbers, lang)
    found = tuple(_files(files))
    if not found:
        raise BadUsage("there are no files to verify")
    if sheet is not None:
        sys.exit(_write_sheet(open_verifier(order), found, sheet))
    style = "json" if as_json else "csv" if as_csv else "text"
    answers = verify_files(found, order, style, jobs or cores())
    try:
        sys.exit(_write(answers, len(found), [table_head()] if as_csv else []))
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)


def _write_sheet(verifier: Verifier, files: tuple[Path, ...], sheet: str) -> Exit:
    """Write the one document's report as a file of its own. What is no document has none."""
    if len(files) != 1:
        raise BadUsage(f"--format {sheet} is about one document, not {len(files)}")
    answer = verifier.verify(files[0])
    if isinstance(answer, DocumentAnswer):
        click.echo(SHEETS[sheet](answer.report, verifier.identities(answer.report), verifier.voice), nl=False)
    else:
        click.echo(f"{files[0]}: this is no document that has such a report", err=True)
    return exit_of(answer)


def _write(answers: Iterator[Told], count: int, head: Iterable[str]) -> Exit:
    """Write every answer as it comes and return the worst status, with a bar where a person is waiting for several."""
    status = Exit.PASSED
    for line in head:
        click.echo(line)
    with heeding() as heed, _bar(count) or nullcontext() as bar:
        for told in answers:
            heed()
            for line in told.lines:
                click.echo(line)
            status = worse(status, told.exit)
            if bar is not None:
                bar.advance(bar.task_ids[0])
    return status


def _bar(count: int) -> Progress | None:
    """Return a progress bar on standard error, where that is a terminal and there is something to wait for."""
    console = Console(stderr=True)
    if count < 2 or not console.is_terminal:
        return None
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    # Only what goes to the same terminal is printed above the bar: redirected to a file it stays where it belongs.
    bar = Progress(*columns, console=console, transient=True, redirect_stdout=sys.stdout.isatty())
    bar.add_task("Verifying", total=count)
    return bar


def cores() -> int:
    """Return how many processors this process may use: a container may have fewer than its machine."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable is not None else os.cpu_count() or 1


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadUsage(f"--at {text}: no ISO 8601 time, such as 2026-03-01T12:00:00Z") from None
    if at.tzinfo is None:
        raise BadUsage(f"--at {text}: a time needs a zone, such as Z or +08:00")
    return at


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """Walk through the files meant: a directory means every file in it, and below."""
    for path in paths:
        if path.is_dir():
            yield from sorted(found for found in path.rglob("*") if found.is_file() and not found.name.startswith("."))
        elif path.exists():
            yield path
        else:
            raise BadUsage(f"{path}: there is no such file")
