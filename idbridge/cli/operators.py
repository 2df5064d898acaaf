"""What the operators' scripts share: options, secrets, names from options, and refusals shown as one line with their code."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click
from asn1crypto import pem
from cryptography import x509

from idbridge.clock import system_clock
from idbridge.pki import sm2
from idbridge.pki.issuing.certificates import Validity
from idbridge.pki.issuing.errors import DataError, IssuingError
from idbridge.pki.issuing.identifiers import object_identifier
from idbridge.pki.issuing.profiles import Profile
from idbridge.pki.issuing.subjects import IdentityNumber, NameTable, alternative_name, name_from_table
from idbridge.services.certificate_authority import CertificateAuthority, profile_named
from idbridge.services.certificate_events import StatusChangeError
from idbridge.services.certificate_orders import OrderDetails
from idbridge.services.demo_building import PkiExistsError
from idbridge.services.demo_pki import read_profiles
from idbridge.services.extractors import CERTS
from idbridge.signatures.making.refusals import MakingRefused
from idbridge.signatures.refusals import DocumentRefused
from idbridge.storage.authorities import AuthorityFolder, AuthorityStoreError
from idbridge.storage.keys.errors import KeyStoreError
from idbridge.storage.keys.references import open_signer

REFUSALS = (
    IssuingError,
    KeyStoreError,
    AuthorityStoreError,
    StatusChangeError,
    PkiExistsError,
    sm2.Sm2Error,
    DocumentRefused,
    MakingRefused,
)

MAX_DAYS = 36_500
"""A century. Each profile sets its own limit; this one keeps dates within the calendar."""

PASSWORD_VARIABLE = "IDBRIDGE_KEY_PASSWORD"  # noqa: S105  # the variable's name

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class OperatorCommand(click.Command):
    """A command whose refusals end it with one line, `refused (code): why`, and exit code 1."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except REFUSALS as refusal:
            raise click.ClickException(f"refused ({refusal.code}): {refusal}") from refusal


def operator_command(example: str) -> Callable[[Callable[..., Any]], OperatorCommand]:
    """Make a function a command whose `--help` ends with *example*."""
    return click.command(cls=OperatorCommand, epilog=f"Example: {example}")


def days_option(default: int) -> Callable[[Decorated], Decorated]:
    """Take how long something is valid."""
    kind = click.IntRange(1, MAX_DAYS)
    return click.option("--days", type=kind, default=default, show_default=True, help="How long it is valid.")


def key_password_option(function: Decorated) -> Decorated:
    """Take a file with the password of a key that is made."""
    return click.option(
        "--key-password-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help=f"File with the password of a new key. Without it {PASSWORD_VARIABLE} is read, or you are asked.",
    )(function)


def authority_argument(function: Decorated) -> Decorated:
    """Take the folder of an authority."""
    kind = click.Path(exists=True, file_okay=False, path_type=Path)
    return click.argument("authority", type=kind)(function)


def password_option(function: Decorated) -> Decorated:
    """Take a file with the key file's password or the token's PIN."""
    return click.option(
        "--password-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help=f"File with the key's password or the token's PIN. Without it {PASSWORD_VARIABLE} is read, or you are asked.",
    )(function)


def dry_run_option(function: Decorated) -> Decorated:
    """Take `--dry-run`."""
    return click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")(function)


def subject_option(function: Decorated) -> Decorated:
    """Take the subject's attributes."""
    return click.option(
        "--subject", "-s", multiple=True, metavar="NAME=VALUE", help="An attribute of the subject, repeatable: -s C=HK -s CN=…"
    )(function)


def profiles_option(function: Decorated) -> Decorated:
    """Take the file of certificate profiles."""
    kind = click.Path(exists=True, dir_okay=False, path_type=Path)
    default = CERTS / "profiles.toml"
    return click.option("--profiles", type=kind, default=default, help="Certificate profiles (default: certs/profiles.toml).")(
        function
    )


def read_secret(password_file: Path | None, *, new: bool = False) -> str:
    """Return the password or PIN; ask for it where neither file nor variable has it, twice for a new key."""
    if password_file is not None:
        return password_file.read_text(encoding="utf-8").partition("\n")[0].strip()
    if secret := os.environ.get(PASSWORD_VARIABLE):
        return secret
    answer: str = click.prompt("Password or PIN of the key", hide_input=True, confirmation_prompt=new)
    return answer


def open_authority(folder: Path, profiles: Path, password_file: Path | None) -> CertificateAuthority:
    """Return the authority in *folder*, with its key open."""
    kept = AuthorityFolder(folder)
    signer_id = kept.settings.signer_id
    identifier = sm2.DEFAULT_SIGNER_ID if signer_id is None else signer_id.encode()
    signer = open_signer(kept.key_reference, read_secret(password_file), signer_id=identifier)
    return CertificateAuthority(kept, signer, read_profiles(profiles))


def pairs(values: Iterable[str], what: str) -> list[tuple[str, str]]:
    """Split ``name=value`` options."""
    found = [value.partition("=") for value in values]
    if wrong := [name for name, equals, value in found if not (name and equals and value)]:
        raise DataError(f"{what} {wrong[0]!r} is not NAME=VALUE")
    return [(name, value) for name, _, value in found]


def name_table(values: Iterable[str]) -> NameTable:
    """Return the table of a subject's attributes; a repeated attribute has several values."""
    table: dict[str, list[str]] = {}
    for attribute, value in pairs(values, "subject attribute"):
        table.setdefault(attribute, []).append(value)
    return table


def identity_numbers(values: Iterable[str]) -> tuple[IdentityNumber, ...]:
    """Return the identity numbers of ``kind=number`` options."""
    return tuple(IdentityNumber(kind, number) for kind, number in pairs(values, "identity number"))


def validity_from_now(days: int) -> Validity:
    """Return the period of *days* that begins now."""
    now = system_clock().replace(microsecond=0)
    return Validity(now, now + timedelta(days=days))


def moment() -> datetime:
    """Return the present moment, to the microsecond: a CRL and an event after it may fall into one second."""
    return system_clock()


def announce(lines: Iterable[str], *, dry_run: bool) -> None:
    """Print what was done, or would be."""
    for line in lines:
        click.echo(f"would: {line}" if dry_run else line)


class Hexadecimal(click.ParamType[int]):
    """A serial number in hexadecimal digits, with or without colons."""

    name = "hex"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        try:
            return int(value.replace(":", ""), 16)
        except ValueError:
            self.fail(f"{value!r} is not hexadecimal", param, ctx)


HEXADECIMAL = Hexadecimal()


def as_utc(moment: datetime | None) -> datetime | None:
    """Return a time that was given without a zone as UTC."""
    return None if moment is None else moment.replace(tzinfo=UTC)


def order_details(
    subject: Iterable[str], policy: tuple[str, ...], names: Iterable[str], identity: Iterable[str]
) -> OrderDetails:
    """Return what the options say about a certificate."""
    name = name_from_table(name_table(subject))
    return OrderDetails(name, policies(policy), tuple(map(alternative_name, names)), identity_numbers(identity))


def read_certificate(path: Path) -> bytes:
    """Return the first certificate in *path* (DER or PEM) as DER.

    :raises DataError: there is none.
    """
    data = path.read_bytes()
    try:
        return pem.unarmor(data)[2] if pem.detect(data) else data
    except ValueError as error:
        raise DataError(f"{path} holds no certificate") from error


def refuse_existing_file(path: Path | None) -> None:
    """Refuse before anything is issued to write over a file, which may be a key."""
    if path is not None and path.exists():
        raise click.ClickException(f"{path} exists, and is not written over")


def fitting_profile(profiles: Path, profile: str, subject: x509.Name, key_type: str, days: int) -> Profile:
    """Return the profile called *profile*; refuse before a key is made what would be refused after it.

    :raises IssuingError: there is no such profile, or a certificate of it is not for such a subject, key or period.
    """
    wanted = profile_named(read_profiles(profiles), profile)
    wanted.check(subject=subject, key_type=key_type, validity=timedelta(days=days))
    return wanted


def policies(values: Iterable[str]) -> tuple[str, ...]:
    """Return policy OIDs from options.

    :raises DataError: one is no OID.
    """
    return tuple(object_identifier(value).dotted_string for value in values)


def refuse_existing_authority(folder: Path) -> None:
    """Refuse before a key is made what would be refused after it.

    :raises AuthorityStoreError: there is an authority in *folder*.
    """
    if (folder / "authority.json").exists():
        raise AuthorityStoreError(f"there is an authority in {folder} already")
