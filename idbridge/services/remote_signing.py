"""Signing with a key that its owner holds elsewhere: the digest goes out, the signature comes back as a message, later.

Makings are repeatable, so that between the two nothing is kept but their arguments: sealed, for twenty minutes, taken once.
The answer's digest has to be that of the making begun anew, its certificate the one that the making was told, and what comes
out has to verify; else nothing is handed out. Trust is not looked at: that is for whoever gets the document.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from idbridge.clock import Clock
from idbridge.outbound import Fetch, drive
from idbridge.pki.issuing.signer import RSA_SHA256
from idbridge.regions.connector import Start
from idbridge.regions.iamsmart_signing import (
    MAX_NAME,
    IamSmartSigning,
    SigningAnswer,
    SigningKind,
    SigningRequest,
    SigningUser,
    identification_code,
)
from idbridge.signatures.contents import KnownContent, digest
from idbridge.signatures.making.catalogue import FORMATS, MadeFormat, Plan
from idbridge.signatures.making.pdf.signing import DEFAULT, PdfForm, PdfSigning, prepare
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import Signatory, SignatureWanted, Statement
from idbridge.signatures.refusals import DocumentRefused
from idbridge.signatures.verification import verify_document
from idbridge.storage.expiring import Expiring, Kind, Put

logger = logging.getLogger(__name__)

SIGNING_SECONDS: Final = 20 * 60
"""How long an answer is waited for; iAM Smart gives its users 18 minutes."""

DOCUMENT_LIMIT: Final = 10 << 20
"""Bytes of a document: it is kept in the expiring store meanwhile, which is memory."""

CMS_ROOM: Final = 16_384
"""Octets for a CMS message from elsewhere, with its certificates; those of national services have 3,000 to 8,000."""


@dataclass(frozen=True, slots=True)
class Order:
    """A document to be signed, and everything that decides what comes of it.

    Without a `signatory` the provider makes the whole CMS message, for PDFs alone; with one it is asked for the signature
    value, for every format that is signed with RSA.
    """

    document: bytes = field(repr=False)
    name: str = field(repr=False)
    statement: Statement
    format: MadeFormat = MadeFormat.PADES
    pdf: PdfSigning = DEFAULT
    signatory: Signatory | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an order: the signed document, or why there is none; neither, while the answer is waited for."""

    document: bytes = field(default=b"", repr=False)
    refused: str | None = None

    @property
    def is_pending(self) -> bool:
        """Whether the answer may still come, or is being looked at."""
        return not self.document and self.refused is None


@dataclass(frozen=True, slots=True)
class Begun:
    """A signing under way. The user compares `code` with what the app shows; `url` is where the browser goes meanwhile."""

    reference: str
    code: str
    url: str | None = field(repr=False)


ASKED: Final = Kind("remote-signing", SIGNING_SECONDS, Order)
OUTCOME: Final = Kind("remote-signed", SIGNING_SECONDS, Outcome)


class AnswerUnknown(Exception):
    """No order waits for this answer: it came too late, or came before."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A making that waits for a value over *digest*, and what finishes it."""

    kind: SigningKind
    digest: bytes
    finish: Callable[[SigningAnswer], bytes]


class RemoteSigning:
    """The use case, for one provider and one service that is registered there under *service* and *department*."""

    def __init__(
        self, protocol: IamSmartSigning, fetch: Fetch, store: Expiring, clock: Clock, *, service: str, department: str
    ) -> None:
        self._protocol = protocol
        self._fetch = fetch
        self._store = store
        self._clock = clock
        self._service = service
        self._department = department

    def begin(self, order: Order, user: SigningUser, start: Start, identity_hash: str = "") -> Begun:
        """Ask for a signature.

        :raises DocumentRefused: the document is none, encrypted or beyond the limits.
        :raises MakingRefused: it cannot be signed so.
        :raises RegionRefusal: the provider is not available, or does not let this user sign.
        """
        if len(order.document) > DOCUMENT_LIMIT:
            raise MakingRefused(MakingRefusal.FORMAT, f"a document of more than {DOCUMENT_LIMIT} bytes")
        waiting = _waiting(order)
        request = SigningRequest(
            waiting.kind, waiting.digest, self._department, self._service, order.name[:MAX_NAME], identity_hash
        )
        enquiry = drive(self._protocol.ask(request, user, start), self._fetch)
        self._store.put_many(Put(OUTCOME, enquiry.reference, Outcome()), Put(ASKED, enquiry.reference, order))
        return Begun(enquiry.reference, identification_code(waiting.digest), enquiry.url)

    def hear(self, body: bytes) -> bytes:
        """Take a posted answer, finish the document, and return what the provider is answered with.

        :raises RegionRefusal: the message is not from the provider, or was not asked for.
        :raises AnswerUnknown: its order has ended.
        """
        answer = drive(self._protocol.hear(body, self._clock()), self._fetch)
        order = self._store.take(ASKED, answer.reference)
        if order is None:
            raise AnswerUnknown
        outcome = self._finished(order, answer)
        if outcome.refused:
            logger.warning("remote signing: %s", outcome.refused)
        self._store.put(OUTCOME, answer.reference, outcome)
        return self._protocol.acknowledgement()

    def outcome(self, reference: str) -> Outcome | None:
        """Return what came of an order; None when it is over, or never was."""
        return self._store.get(OUTCOME, reference)

    def _finished(self, order: Order, answer: SigningAnswer) -> Outcome:
        if answer.refused is not None:
            return Outcome(refused=answer.refused)
        waiting = _waiting(order)
        if not hmac.compare_digest(waiting.digest, answer.digest):
            return Outcome(refused="untrusted digest")
        if order.signatory is not None and order.signatory.certificate != answer.certificate:
            return Outcome(refused="untrusted certificate")
        try:
            document = waiting.finish(answer)
        except MakingRefused as refused:
            return Outcome(refused=refused.code)
        if not self._holds(document):
            return Outcome(refused="untrusted signature")
        return Outcome(document)

    def _holds(self, document: bytes) -> bool:
        """Tell whether every signature of the finished document is intact; the new one is among them."""
        try:
            report = verify_document(document, trust=None, at=self._clock())
        except DocumentRefused:
            return False
        return bool(report.signatures) and all(signature.integrity == "intact" for signature in report.signatures)


def _waiting(order: Order) -> _Waiting:
    """Begin the making of an order, which is the same each time, up to the value that it wants.

    :raises DocumentRefused: the document is none, encrypted or beyond the limits.
    :raises MakingRefused: it cannot be signed so.
    """
    if order.signatory is None:
        return _whole_message(order)
    if order.signatory.algorithm != RSA_SHA256:
        raise MakingRefused(MakingRefusal.ALGORITHM, "the provider signs with RSA and SHA-256")
    plan = Plan((KnownContent.of(order.document, name=order.name),), order.signatory, order.statement, pdf=order.pdf)
    making = FORMATS[order.format].make(plan)
    wanted = next(making)
    if not isinstance(wanted, SignatureWanted):
        raise MakingRefused(MakingRefusal.FORMAT, "the format asks for something else than a signature")

    def finish(answer: SigningAnswer) -> bytes:
        try:
            making.send(answer.value)
        except StopIteration as done:
            document: bytes = done.value
            return document
        raise MakingRefused(MakingRefusal.LEVEL, "a signature that comes later is made at level B")

    return _Waiting(SigningKind.HASH, digest("SHA-256", wanted.message) or b"", finish)


def _whole_message(order: Order) -> _Waiting:
    if order.format is not MadeFormat.PADES:
        raise MakingRefused(MakingRefusal.FORMAT, "the provider makes whole messages for PDFs alone")
    signing = replace(order.pdf, form=PdfForm.PKCS7, room=order.pdf.room or CMS_ROOM)
    opened = prepare(order.document, order.statement, signing)
    return _Waiting(SigningKind.PDF, opened.content.digest("SHA-256") or b"", lambda answer: opened.completed(answer.value))
