"""What one run of `idbridge verify` verifies with: whom it trusts, as of when, against which detached file.

An `Order` is plain data, so that worker processes can be given one; each opens its own `Verifier` from it, once.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import Any, Final

import click

from idbridge.cli.speaking import chosen_voice
from idbridge.clock import system_clock
from idbridge.identity.signers import SignerIdentity
from idbridge.outbound import Doors, Outbound
from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.pki.identity_numbers import CertifiedNumber, ExtractorFault, identity_numbers
from idbridge.services.certificate_files import MAX_FILE, are_certificates, read_certificates
from idbridge.services.certificates import CertificateAnswer, CertificateQuestion, Certificates
from idbridge.services.documents import DocumentAnswer, DocumentQuestion, Documents
from idbridge.services.evidence import Budget, EvidenceFetcher
from idbridge.services.extractors import Extractors, identities_of, open_extractors, report_of
from idbridge.services.list_trust import NamedCertificates, TrustSource
from idbridge.services.own_signers import own_signers
from idbridge.services.signer_ids import read_signer_ids, with_signer_ids
from idbridge.services.trust_sources import CERTIFICATE_SUFFIXES, SOURCES_FILE, open_trust_lists
from idbridge.settings import Settings, SettingsFault, load
from idbridge.signatures.contents import Content, KnownContent
from idbridge.signatures.formats.limits import LIMITS
from idbridge.signatures.refusals import DocumentRefused, Refusal
from idbridge.signatures.report import DocumentReport
from idbridge.storage.list_versions import VersionsUnusable
from idbridge.storage.private_files import KeyFilesUnusable
from idbridge.storage.report_keys import ReportKeys
from idbridge.trust.tables import TableRefused
from idbridge.trust.vocabulary import Scheme
from idbridge.web.reports.voice import Voice


class Exit(IntEnum):
    """Exit statuses; the last but one is that of BSD's sysexits for bad usage, the last what shells give to Ctrl-C."""

    PASSED = 0
    FAILED = 1
    INDETERMINATE = 2
    USAGE = 64
    INTERRUPTED = 130


class BadUsage(click.ClickException):
    """What was asked makes no sense: a file that is not there, a time without zone."""

    exit_code = Exit.USAGE


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is neither document nor certificate, beyond a limit, or not to be read: nothing was judged."""

    code: str
    detail: str

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data."""
        return {"error": {"code": self.code, "detail": self.detail}}


Answer = CertificateAnswer | DocumentAnswer | Refused


@dataclass(frozen=True, slots=True)
class Order:
    """What holds for every file of one run. `trust` None means the instance's own lists.

    `identity_numbers`: show those that signers' certificates state, which whoever has the document has anyway. `language` is
    that of what is said to people; None: the terminal's.
    """

    trust: Path | None = None
    at: datetime | None = None
    detached: Path | None = None
    offline: bool = False
    scheme: Scheme | None = None
    identity_numbers: bool = False
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Verifier:
    """The use cases, and what holds for every file of one run.

    `silent`: addresses that had nothing to give in this run (`services.evidence.Budget`).
    """

    certificates: Certificates
    documents: Documents
    order: Order
    detached: tuple[Content, ...]
    silent: dict[tuple[str, bytes], str]
    extractors: Extractors
    voice: Voice

    def verify(self, path: Path) -> Answer:
        """Judge one file. Nothing raises: what cannot be judged is refused."""
        try:
            size = path.stat().st_size
            if size > LIMITS.document_size:  # said before it is in memory
                return Refused(Refusal.TOO_LARGE.value, f"{size} bytes; at most {LIMITS.document_size}")
            return self._judge(path.read_bytes(), path.name)
        except OSError as error:
            return Refused("file-unreadable", error.strerror or type(error).__name__)
        except PkiError as error:
            return Refused(error.code, str(error))
        except DocumentRefused as error:
            return Refused(error.code.value, error.detail)

    def plain(self, answer: Answer) -> dict[str, Any]:
        """Return *answer* as plain data, signers with the types of their identity numbers, and the numbers if so ordered."""
        if isinstance(answer, DocumentAnswer):
            return report_of(answer, self.identities(answer.report))
        return answer.to_dict()

    def identities(self, report: DocumentReport) -> tuple[SignerIdentity, ...]:
        """Return what is told of each signer: the numbers themselves if the order is to show them."""
        return identities_of(report, self.extractors, disclosed=self.order.identity_numbers)

    def numbers(self, answer: CertificateAnswer) -> tuple[CertifiedNumber, ...]:
        """Return the identity numbers in a certificate, if the order is to show them."""
        return identity_numbers(answer.report.certificate, self.extractors) if self.order.identity_numbers else ()

    def _judge(self, data: bytes, name: str) -> Answer:
        budget = Budget(silent=self.silent)
        if are_certificates(data):
            first, *others = read_certificates(data)
            question = CertificateQuestion(first, tuple(others), at=self.order.at, scheme=self.order.scheme)
            return self.certificates.verify(question, budget)
        asked = DocumentQuestion(data, name, self.detached, self.order.at, scheme=self.order.scheme)
        return self.documents.verify(asked, budget)


def open_verifier(order: Order) -> Verifier:
    """Return what *order* asks for. Raises `BadUsage`."""
    try:
        settings = load()
        source = _source(order.trust, settings)
        signers = own_signers(ReportKeys(settings.home / "keys")) if order.trust is None else ()
        extractors = open_extractors(settings.home / "trust")
        algorithms = with_signer_ids(read_signer_ids(settings.home / "trust"))
    except SettingsFault as fault:
        raise BadUsage("the settings cannot be used:\n  " + "\n  ".join(fault.faults)) from None
    except (TableRefused, VersionsUnusable, KeyFilesUnusable, ExtractorFault, PkiError) as fault:
        raise BadUsage(str(fault)) from None
    fetcher = None if order.offline else EvidenceFetcher(Outbound(Doors(settings.private_networks), plain_http=True))
    documents = Documents(source, fetcher, system_clock, own_signers=lambda: signers, algorithms=algorithms)
    certificates, voice = Certificates(source, fetcher, system_clock, algorithms), chosen_voice(order.language)
    return Verifier(certificates, documents, order, _mapped(order.detached), {}, extractors, voice)


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


_OF_INDICATION: Final = {
    "PASSED": Exit.PASSED,
    "TOTAL_PASSED": Exit.PASSED,
    "FAILED": Exit.FAILED,
    "TOTAL_FAILED": Exit.FAILED,
    "INDETERMINATE": Exit.INDETERMINATE,
}


def exit_of(answer: Answer) -> Exit:
    """Return the status for one file; what is no document cannot be told to have failed, and never passes."""
    match answer:
        case Refused():
            return Exit.INDETERMINATE
        case _:
            return _OF_INDICATION[str(answer.report.indication)]


def worse(one: Exit, other: Exit) -> Exit:
    """Return the worse of two files' statuses: what failed counts more than what cannot be told."""
    order = (Exit.PASSED, Exit.INDETERMINATE, Exit.FAILED)
    return max(one, other, key=order.index)
