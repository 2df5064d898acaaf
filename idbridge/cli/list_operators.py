"""What the scripts about trust lists share: certificates and times from options, files written once, refusals in one line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from asn1crypto import pem

from idbridge.cli import operators as op
from idbridge.pki.errors import MalformedCrlError, PkiError
from idbridge.pki.revocation.crl import CertificateList
from idbridge.services.trust_sources import read_certificate
from idbridge.trust.refusals import TrustListRefused
from idbridge.trust.tables import TableRefused

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)


class ListCommand(op.OperatorCommand):
    """A command that shows what is refused about lists and certificates as one line, too.

    ``trouble`` is the exit code then; it is 2 where 1 is an answer, as with `diff`.
    """

    def __init__(self, *arguments: Any, trouble: int = 1, **options: Any) -> None:  # noqa: ANN401 - those of click.Command
        super().__init__(*arguments, **options)
        self._trouble = trouble

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (TrustListRefused, TableRefused, PkiError) as refusal:
            why = refusal.detail if isinstance(refusal, TrustListRefused) else refusal
            click.echo(f"Error: refused ({refusal.code}): {why}", err=True)
            ctx.exit(self._trouble)


def list_command(example: str, *, trouble: int = 1) -> Callable[[Callable[..., Any]], ListCommand]:
    """Make a function a command whose `--help` ends with *example*."""
    return click.command(cls=ListCommand, epilog=f"Example: {example}", trouble=trouble)


class Moment(click.ParamType[datetime]):
    """A time with its zone, as ISO 8601 writes it; a date is its first moment in UTC."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read the option."""
        if isinstance(value, datetime):
            return value
        text = str(value)
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"{text!r} is no time such as 2026-01-31T12:00:00Z", param, ctx)
        if time.tzinfo is None:
            if "T" in text:
                self.fail(f"{text!r} has no zone", param, ctx)
            time = time.replace(tzinfo=UTC)
        try:
            return time.astimezone(UTC)
        except OverflowError:
            self.fail(f"{text!r} is not within the calendar", param, ctx)


MOMENT = Moment()


def certificates(files: Iterable[Path]) -> list[bytes]:
    """Return the certificates (DER) in PEM or DER files."""
    return [read_certificate(file) for file in files]


def revocation_lists(files: Iterable[Path]) -> list[CertificateList]:
    """Return the CRLs in PEM or DER files.

    :raises MalformedCrlError: one holds none.
    """
    found = []
    for file in files:
        data = file.read_bytes()
        try:
            found.append(CertificateList.from_der(pem.unarmor(data)[2] if pem.detect(data) else data))
        except (ValueError, MalformedCrlError) as error:
            raise MalformedCrlError(f"{file} holds no CRL: {error}") from error
    return found


def write_new(path: Path, data: bytes, *, force: bool = False) -> None:
    """Write a file that is not there yet, or any with *force*."""
    try:
        with path.open("wb" if force else "xb") as file:
            file.write(data)
    except FileExistsError as error:
        raise click.ClickException(f"{path} exists; --force replaces it") from error


def force_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Take `--force`."""
    return click.option("--force", is_flag=True, help="Replace an existing output file.")(function)
