"""Is this document's signature good, and what is it worth in each region: the pure process, the trust lists and the network.

The document is read once. It is judged with what is in it; what is then missing is fetched, unless the caller wants to stay
offline, and it is judged again (`services.completion`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from idbridge.clock import Clock
from idbridge.pki.algorithm_policy import DEFAULT, AlgorithmPolicy
from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.services.completion import Judging, Wanted, complete
from idbridge.services.evidence import Attempted, Budget, EvidenceFetcher
from idbridge.services.list_trust import TrustSource, trust_of
from idbridge.signatures.checks import CHECK_NAMES
from idbridge.signatures.contents import Content
from idbridge.signatures.formats.catalogue import read_document
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.gathering import ValidationData
from idbridge.signatures.policy import default_policy
from idbridge.signatures.report import DocumentReport
from idbridge.signatures.trusted import TrustBesides
from idbridge.signatures.verification import judge_document
from idbridge.trust.vocabulary import Scheme


@dataclass(frozen=True, slots=True)
class DocumentQuestion:
    """What is asked: a document, what its detached signatures are over, as of when, whether anything may be fetched.

    `scheme`: recognition under this agreement alone; None: under any.
    """

    data: bytes
    name: str | None = None
    detached: tuple[Content, ...] = ()
    at: datetime | None = None
    offline: bool = False
    scheme: Scheme | None = None


@dataclass(frozen=True, slots=True)
class DocumentAnswer:
    """The report, and what was fetched for it."""

    report: DocumentReport
    fetched: tuple[Attempted, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Return the answer as plain data, ready for JSON."""
        return {**self.report.to_dict(), "fetched": [attempt.to_dict() for attempt in self.fetched]}


class Documents:
    """The use case. *fetcher* None means that nothing is ever fetched; *own_signers* are those of the bridge's own reports."""

    def __init__(
        self,
        source: TrustSource,
        fetcher: EvidenceFetcher | None,
        clock: Clock,
        limits: Limits = LIMITS,
        own_signers: Callable[[], tuple[Certificate, ...]] = tuple,
        algorithms: AlgorithmPolicy = DEFAULT,
    ) -> None:
        self._source = source
        self._fetcher = fetcher
        self._clock = clock
        self._limits = limits
        self._own_signers = own_signers
        self._policy = replace(default_policy(CHECK_NAMES), algorithms=algorithms)

    def verify(self, question: DocumentQuestion, budget: Budget | None = None) -> DocumentAnswer:
        """Answer; several questions may share a *budget* of fetching.

        :raises signatures.refusals.DocumentRefused: it is no document, beyond a limit, or the time has no zone.
        """
        at = question.at or self._clock()
        document = read_document(question.data, detached=question.detached, name=question.name, limits=self._limits)
        trust = TrustBesides(trust_of(self._source, question.scheme), self._own_signers())

        def judge(evidence: ValidationData) -> DocumentReport:
            return judge_document(document, trust=trust, at=at, name=question.name, evidence=evidence, policy=self._policy)

        fetcher = None if question.offline else self._fetcher
        return DocumentAnswer(*complete(Judging(judge, _wanted), fetcher, self._clock, budget or Budget()))


def _wanted(report: DocumentReport) -> Wanted:
    return Wanted(report.missing, tuple(_known(report)))


def _known(report: DocumentReport) -> Iterator[Certificate]:
    for found in report.certificates:
        try:
            yield Certificate.from_der(found.der)
        except PkiError:
            continue  # what cannot be read needs no answer either
    searches = [*(signature.path for signature in report.signatures), *(timestamp.path for timestamp in report.timestamps)]
    for search in searches:
        for path in search.paths if search is not None else ():
            yield from path.certificates
