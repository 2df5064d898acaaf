"""`idbridge sign` and `idbridge augment`: signatures in every format, with keys in files and tokens, up to B-LTA."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from idbridge.cli import operators as op
from idbridge.cli.instance import told
from idbridge.cli.signatories import demo_authority, signing, write
from idbridge.cli.signing_options import (
    FILE,
    Said,
    Sealing,
    Stamping,
    Who,
    said_options,
    sealing_options,
    stamping_options,
    who_options,
)
from idbridge.pki.errors import PkiError
from idbridge.settings import load
from idbridge.signatures.contents import KnownContent
from idbridge.signatures.making.catalogue import FORMATS, MadeFormat, Plan, default_format
from idbridge.signatures.making.pdf.signing import PdfSigning
from idbridge.signatures.making.steps import BaselineLevel
from idbridge.storage.list_versions import VersionsUnusable
from idbridge.trust.tables import TableRefused

LEVELS: Final = {level.value.removeprefix("B-"): level for level in BaselineLevel}
NEW_FILE: Final = click.Path(dir_okay=False, path_type=Path)
EXAMPLE: Final = "idbridge sign contract.pdf --certificate chan.cer --key chan.key --level LT --tsa https://tsa.example/"

_IN_PLACE: Final = frozenset({MadeFormat.PADES, MadeFormat.PDF_GBT35275, MadeFormat.OFD})
"""Formats whose signed file is the file that was there, with more in it."""


@click.command(cls=op.OperatorCommand, epilog=f"Example: {EXAMPLE}")
@click.argument("files", nargs=-1, required=True, type=FILE)
@who_options
@click.option(
    "--format",
    "kind",
    type=click.Choice([kind.value for kind in MadeFormat]),
    help="By content when left out; a container for several.",
)
@click.option("--level", type=click.Choice([*LEVELS]), default="B", show_default=True, help="Of the baseline profiles.")
@stamping_options
@click.option("--attached/--detached", default=None, help="The content inside the signature, or beside it.")
@click.option("--beside", is_flag=True, help="Add to the signatures that the file has.")
@click.option("--over", type=click.IntRange(1), metavar="NUMBER", help="Countersign this signature of the file.")
@click.option("--content", type=FILE, help="What detached signatures in the file are over.")
@said_options
@sealing_options
@click.option("--out", type=NEW_FILE, help="Beside the first file when left out; nothing is overwritten.")
def sign(
    files: tuple[Path, ...],
    who: Who,
    kind: str | None,
    level: str,
    stamping: Stamping,
    attached: bool | None,
    beside: bool,
    over: int | None,
    content: Path | None,
    said: Said,
    sealing: Sealing,
    out: Path | None,
) -> None:
    """Sign FILES in any format that this software verifies.

    LT and LTA need evidence that the instance's trust lists accept; without it the command says what is missing.
    """
    with told(), _told():
        settings = load()
        key = who.open(settings)
        read = tuple(_content(path) for path in files)
        joined = beside or over is not None
        chosen = MadeFormat(kind) if kind else default_format(tuple(b"".join(one.pieces) for one in read), beside=joined)
        plan = Plan(
            files=read,
            signatory=key.signatory,
            statement=said.statement,
            attached=attached,
            level=LEVELS[level],
            beside=beside,
            over=over,
            detached=(_content(content),) if content else (),
            seal=sealing.read(settings, who.name) if chosen is MadeFormat.OFD else None,
            stamps=sealing.places,
            pdf=PdfSigning(reason=said.reason),
        )
        authority = stamping.authority or (demo_authority(settings, who.name, key) if who.name else None)
        target = out or _target(files[0], chosen, joined=joined, attached=attached)
        write(target, signing(settings, authority, who.signer_ids(key)).sign(chosen, plan, key))
        click.echo(f"{target}: {chosen}, {plan.level}" if FORMATS[chosen].levels else f"{target}: {chosen}")


@click.command(cls=op.OperatorCommand, epilog="Example: idbridge augment contract.pdf --level LTA --tsa https://tsa.example/")
@click.argument("file", type=FILE)
@click.option("--level", type=click.Choice([*LEVELS][1:]), required=True, help="LTA is renewed where it is reached already.")
@stamping_options
@click.option("--content", type=FILE, help="What detached signatures in the file are over.")
@click.option("--out", type=NEW_FILE, help="Beside the file when left out; nothing is overwritten.")
def augment(file: Path, level: str, stamping: Stamping, content: Path | None, out: Path | None) -> None:
    """Take all signatures in FILE to a level: through those below, and without changing what was signed before."""
    with told(), _told():
        service = signing(load(), stamping.authority)
        target = out or file.with_name(f"{file.stem}-{level}{file.suffix}")
        detached = (_content(content),) if content else ()
        write(target, service.augment(file.read_bytes(), LEVELS[level], detached))
        click.echo(f"{target}: {LEVELS[level]}")


@contextmanager
def _told() -> Iterator[None]:
    """Turn what can be wrong with certificates and trust lists into one message and exit status 1."""
    try:
        yield
    except (PkiError, TableRefused, VersionsUnusable) as fault:
        raise click.ClickException(str(fault)) from None


def _content(path: Path) -> KnownContent:
    return KnownContent.of(path.read_bytes(), name=path.name)


def _target(file: Path, kind: MadeFormat, *, joined: bool, attached: bool | None) -> Path:
    """Return where the signed file goes: contract-signed.pdf, contract.txt.p7s, tender.asice."""
    suffix = FORMATS[kind].suffix
    enveloped = kind is MadeFormat.XADES and attached is not False and file.suffix == suffix
    if joined or kind in _IN_PLACE or enveloped:
        return file.with_name(f"{file.stem}-signed{file.suffix}")
    return file.with_suffix(suffix) if suffix.startswith(".asic") else file.with_name(f"{file.name}{suffix}")
