"""`idbridge verify`: certificates and documents, checked by the instance's own trust lists or by what the caller trusts."""

from __future__ import annotations

import json
import mmap
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import Final

import click
import msgspec
from rich.console import Console
from rich.progress import Progress

from idbridge.cli.sheets import SHEETS
from idbridge.cli.speaking import chosen_voice
from idbridge.cli.verdicts import certificate_lines, document_lines
from idbridge.clock import system_clock
from idbridge.outbound import Doors, Outbound
from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.services.certificate_files import MAX_FILE, are_certificates, read_certificates
from idbridge.services.certificates import CertificateAnswer, CertificateQuestion, Certificates
from idbridge.services.documents import DocumentAnswer, DocumentQuestion, Documents
from idbridge.services.evidence import EvidenceFetcher
from idbridge.services.list_trust import NamedCertificates, TrustSource
from idbridge.services.trust_sources import CERTIFICATE_SUFFIXES, SOURCES_FILE, open_trust_lists
from idbridge.settings import Settings, SettingsFault, load
from idbridge.signatures.contents import Content, KnownContent
from idbridge.signatures.refusals import DocumentRefused
from idbridge.storage.list_versions import VersionsUnusable
from idbridge.trust.tables import TableRefused
from idbridge.web.reports.voice import Voice


class Exit(IntEnum):
    """Exit statuses; the last is that of BSD's sysexits for bad usage."""

    PASSED = 0
    FAILED = 1
    INDETERMINATE = 2
    USAGE = 64


_OF_INDICATION: Final = {
    "PASSED": Exit.PASSED,
    "TOTAL_PASSED": Exit.PASSED,
    "FAILED": Exit.FAILED,
    "TOTAL_FAILED": Exit.FAILED,
    "INDETERMINATE": Exit.INDETERMINATE,
}


class BadUsage(click.ClickException):
    """What was asked makes no sense: a file that is not there, a time without zone."""

    exit_code = Exit.USAGE


class VerifyCommand(click.Command):
    """A command whose usage errors end with 64: 2 means that something is indeterminate."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            raise BadUsage(f"{error.format_message()}\n{ctx.get_usage()}") from None


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is neither document nor certificate, or beyond a limit: nothing was judged."""

    code: str
    detail: str

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data."""
        return {"error": {"code": self.code, "detail": self.detail}}


Answer = CertificateAnswer | DocumentAnswer | Refused


@dataclass(frozen=True, slots=True)
class Verifier:
    """The use cases, and what holds for every file of one call."""

    certificates: Certificates
    documents: Documents
    at: datetime | None
    detached: tuple[Content, ...]

    def verify(self, path: Path) -> Answer:
        """Judge one file. Raises `BadUsage` where it cannot be read."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise BadUsage(f"{path}: {error.strerror}") from None
        try:
            if are_certificates(data):
                first, *others = read_certificates(data)
                return self.certificates.verify(CertificateQuestion(first, tuple(others), at=self.at))
            return self.documents.verify(DocumentQuestion(data, path.name, self.detached, self.at))
        except PkiError as error:
            return Refused(error.code, str(error))
        except DocumentRefused as error:
            return Refused(error.code.value, error.detail)


@click.command(cls=VerifyCommand)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--detached", type=click.Path(path_type=Path), help="The file that detached signatures are over.")
@click.option("--at", metavar="TIME", help="As of when, ISO 8601 with a zone (2026-03-01T12:00:00Z); now when left out.")
@click.option("--trust", type=click.Path(path_type=Path), help="Certificates, a directory of them, or one with sources.toml.")
@click.option("--offline", is_flag=True, help="Fetch nothing: what is not in the file is missing.")
@click.option("--json", "as_json", is_flag=True, help="One report a line.")
@click.option("--format", "sheet", type=click.Choice(tuple(SHEETS)), help="One document's report, to standard output.")
@click.option("--lang", help="The language of what is said: zh-Hans, zh-Hant, en, pt; that of the terminal when left out.")
def verify(
    files: tuple[Path, ...],
    detached: Path | None,
    at: str | None,
    trust: Path | None,
    sheet: str | None,
    lang: str | None,
    *,
    offline: bool,
    as_json: bool,
) -> None:
    """Verify signed documents and certificates (PEM or DER). What a directory holds is verified file by file.

    Exit status: 0 all passed, 1 something failed, 2 nothing failed but something is indeterminate, 64 bad usage.

    Example: idbridge verify contract.pdf --at 2026-03-01T12:00:00Z
    """
    verifier = _verifier(trust, _time(at), _mapped(detached), offline=offline)
    voice = chosen_voice(lang)
    if sheet is not None:
        sys.exit(_write_sheet(verifier, tuple(_files(files)), sheet, voice))
    worst = Exit.PASSED
    for path, answer in _answers(verifier, tuple(_files(files))):
        for line in [_json_line(path, answer)] if as_json else _lines(path, answer, voice):
            click.echo(line)
        worst = _worse(worst, _exit_of(answer))
    sys.exit(worst)


def _write_sheet(verifier: Verifier, files: tuple[Path, ...], sheet: str, voice: Voice) -> Exit:
    """Write the one document's report as a file of its own. What is no document has none."""
    if len(files) != 1:
        raise BadUsage(f"--format {sheet} is about one document, not {len(files)}")
    answer = verifier.verify(files[0])
    if isinstance(answer, DocumentAnswer):
        click.echo(SHEETS[sheet](answer.report, voice), nl=False)
    else:
        click.echo(f"{files[0]}: this is no document that has such a report", err=True)
    return _exit_of(answer)


def _verifier(trust: Path | None, at: datetime | None, detached: tuple[Content, ...], *, offline: bool) -> Verifier:
    try:
        settings = load()
        source = _source(trust, settings)
    except SettingsFault as fault:
        raise BadUsage("the settings cannot be used:\n  " + "\n  ".join(fault.faults)) from None
    except (TableRefused, VersionsUnusable, PkiError) as fault:
        raise BadUsage(str(fault)) from None
    fetcher = None if offline else EvidenceFetcher(Outbound(Doors(settings.private_networks), plain_http=True))
    return Verifier(Certificates(source, fetcher, system_clock), Documents(source, fetcher, system_clock), at, detached)


def _source(trust: Path | None, settings: Settings) -> TrustSource:
    """Return whom to trust: the instance's lists, those that another directory configures, or certificates.

    :raises TableRefused: the directory's lists cannot be used.
    :raises PkiError: a file holds no certificate.
    """
    if trust is None:
        return open_trust_lists(settings.home / "trust", system_clock)
    if not trust.exists():
        raise BadUsage(f"{trust}: there is no such file or directory")
    if (trust / SOURCES_FILE).exists():
        return open_trust_lists(trust, system_clock)
    files = [path for path in sorted(trust.iterdir()) if path.suffix in CERTIFICATE_SUFFIXES] if trust.is_dir() else [trust]
    found = [Certificate.from_der(der) for path in files for der in read_certificates(path.read_bytes()[: MAX_FILE + 1])]
    if not found:
        raise BadUsage(f"{trust}: no certificates ({', '.join(CERTIFICATE_SUFFIXES)}) and no {SOURCES_FILE} in it")
    return NamedCertificates(tuple(dict.fromkeys(found)))


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


def _mapped(path: Path | None) -> tuple[Content, ...]:
    """Return a detached file mapped into memory: it is hashed, however large it is."""
    if path is None:
        return ()
    try:
        with path.open("rb") as file:
            empty = not path.stat().st_size
            content = memoryview(b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except OSError as error:
        raise BadUsage(f"{path}: {error.strerror}") from None
    return (KnownContent.of(content, name=path.name),)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """Walk through the files meant: a directory means every file in it, and below."""
    for path in paths:
        if path.is_dir():
            yield from sorted(found for found in path.rglob("*") if found.is_file() and not found.name.startswith("."))
        elif path.exists():
            yield path
        else:
            raise BadUsage(f"{path}: there is no such file")


def _answers(verifier: Verifier, files: tuple[Path, ...]) -> Iterator[tuple[Path, Answer]]:
    """Judge every file, with a bar on a terminal's standard error where there are several."""
    if not files:
        raise BadUsage("there are no files to verify")
    console = Console(stderr=True)
    shown = len(files) > 1 and console.is_terminal
    with Progress(console=console, transient=True) if shown else nullcontext() as progress:
        task = progress.add_task("Verifying", total=len(files)) if progress else None
        for path in files:
            yield path, verifier.verify(path)
            if progress and task is not None:
                progress.advance(task)


def _json_line(path: Path, answer: Answer) -> str:
    return json.dumps({"file": str(path), **msgspec.to_builtins(answer.to_dict())}, ensure_ascii=False)


def _lines(path: Path, answer: Answer, voice: Voice) -> Iterator[str]:
    match answer:
        case CertificateAnswer():
            yield from certificate_lines(str(path), answer, voice)
        case DocumentAnswer():
            yield from document_lines(str(path), answer.report, voice)
        case Refused():
            yield f"{path}: NOT JUDGED, {answer.code}: {answer.detail}"


def _exit_of(answer: Answer) -> Exit:
    """Return the status for one file; what is no document cannot be told to have failed, and never passes."""
    match answer:
        case Refused():
            return Exit.INDETERMINATE
        case _:
            return _OF_INDICATION[str(answer.report.indication)]


def _worse(one: Exit, other: Exit) -> Exit:
    order = (Exit.PASSED, Exit.INDETERMINATE, Exit.FAILED)
    return max(one, other, key=order.index)
