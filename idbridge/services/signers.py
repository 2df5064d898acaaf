"""Is the signer the person behind a portal's ``sub``; which identity numbers does the certificate state: for whom may ask.

The link between sign-in and signature. A portal proves who it is as at the token endpoint and asks with a ``sub`` of its own;
it is answered only of a person who agreed, for that portal, to be compared (`identity.release`: ``signature_match``), with
the documents of those regions alone that the consent names. A ``sub`` of nobody, of another portal, or of somebody who did
not agree all give the same answer. Each question is counted and recorded before anything is answered.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from idbridge.identity.assertion import IdentityDocument
from idbridge.identity.consent import Consent
from idbridge.identity.matching import Match, MatchReason, cannot_tell, comparable, match
from idbridge.identity.release import SIGNATURE_MATCH
from idbridge.identity.signers import SignerIdentity
from idbridge.oidc.client_authentication import AuthenticatedClient, authenticate, read_credentials
from idbridge.oidc.errors import EndpointRefusal, Fault
from idbridge.oidc.parameters import Pairs
from idbridge.oidc.token_request import read_form
from idbridge.pki.identity_numbers import CertifiedNumber
from idbridge.services.clients import KnownClients
from idbridge.services.documents import DocumentAnswer
from idbridge.services.extractors import Extractors, identities_of, report_of
from idbridge.signatures.indications import Indication
from idbridge.signatures.report import DocumentReport, SignatureReport
from idbridge.storage.expiring import Expiring, Kind
from idbridge.storage.ports import AuditTrail, Consents, Persons
from idbridge.storage.records import AuditEvent

ASKED: Final = Kind("signer-questions", 60, int)
ASKED_OF_ONE: Final = Kind("signer-questions-of-one", 3600, int)
MAX_A_MINUTE: Final = 120
"""Calls in a minute that one portal may ask with a person: two a second, for counters at their busiest."""
MAX_OF_ONE: Final = 60
"""Calls in an hour that one portal may ask about one ``sub``: nobody has so much signed. Every answer takes a certificate of a
trusted authority, so that numbers cannot be tried out with made-up ones; this bounds those who have an authority's help."""
MAX_SUBJECT: Final = 255
"""Characters of a ``sub`` (OpenID Connect Core §2)."""


class TooManyQuestions(Exception):
    """The portal asked too often, in a minute or about one person. `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"again in {retry_after} s")
        self.retry_after = retry_after


class NumbersNotAllowed(Exception):
    """The portal is not registered as one that may be told the numbers in certificates."""


@dataclass(frozen=True, slots=True)
class SignerQuestion:
    """What a call wants to know of signers beyond the report: whether they are *subject*, and their certificates' numbers."""

    subject: str | None = None
    identity_numbers: bool = False

    @property
    def asks(self) -> bool:
        """Whether it wants anything: then the portal has to prove who it is."""
        return self.subject is not None or self.identity_numbers


@dataclass(frozen=True, slots=True)
class Leave:
    """What a call may be told of signers. `held`: whom they are compared with, None where nobody may be.

    `match`: it is to be told whether they are a person; `numbers`: the certificates' identity numbers.
    """

    match: bool = False
    numbers: bool = False
    held: tuple[IdentityDocument, ...] | None = field(default=None, repr=False)
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)


ANYBODY: Final = Leave(key=b"")
"""What anybody may be told who has a document: the types of the numbers."""


class Signers:
    """The use case. Methods raise `StoreUnavailable`."""

    def __init__(
        self,
        clients: KnownClients,
        consents: Consents,
        persons: Persons,
        expiring: Expiring,
        audit: AuditTrail,
        table: Extractors,
    ) -> None:
        self._clients = clients
        self._consents = consents
        self._persons = persons
        self._expiring = expiring
        self._audit = audit
        self._table = table

    def leave(self, question: SignerQuestion, authorization: str | None, pairs: Pairs, now: datetime) -> Leave:
        """Let a portal ask *question*; *authorization* and the form's *pairs* prove who it is, as at the token endpoint.

        :raises EndpointRefusal: it did not prove it.
        :raises NumbersNotAllowed: it may not be told what it asks for.
        :raises TooManyQuestions: it asked too often.
        """
        if not question.asks:
            return ANYBODY
        client = self._client(authorization, pairs, now)
        if question.identity_numbers and not client.identity_numbers:
            raise NumbersNotAllowed
        self._count(ASKED, client.client_id, MAX_A_MINUTE)
        consents = self._consents_to(client, question.subject)
        self._record(client, question, consents, now)
        held = self._documents(consents) if consents else None
        return Leave(question.subject is not None, question.identity_numbers, held)

    def report(self, answer: DocumentAnswer, leave: Leave) -> dict[str, Any]:
        """Return *answer* as plain data, with what *leave* lets be told of each signer."""
        return report_of(answer, self.identities(answer.report, leave))

    def identities(self, report: DocumentReport, leave: Leave) -> tuple[SignerIdentity, ...]:
        """Return what *leave* lets be told of the signer of each signature."""
        known = identities_of(report, self._table, disclosed=leave.numbers)
        if not leave.match:
            return known
        pairs = zip(known, report.signatures, strict=True)
        return tuple(replace(one, match=_match(signature, one.numbers, leave)) for one, signature in pairs)

    def _client(self, authorization: str | None, pairs: Pairs, now: datetime) -> AuthenticatedClient:
        credentials = read_credentials(authorization, read_form(pairs))
        client = authenticate(self._clients.get(credentials.client_id, now), credentials)
        if client.is_public:  # who cannot keep a secret has proved nothing
            raise EndpointRefusal(Fault.CLIENT_AUTHENTICATION_FAILED, reason="public", client=client.client_id)
        return client

    def _consents_to(self, client: AuthenticatedClient, subject: str | None) -> tuple[Consent, ...]:
        """Return the consents by which the person behind *subject* lets this portal compare."""
        if subject is None or not 0 < len(subject) <= MAX_SUBJECT:
            return ()
        self._count(ASKED_OF_ONE, f"{client.client_id} {subject}", MAX_OF_ONE)
        given = self._consents.given_by(client.client_id, subject)
        return tuple(consent for consent in given if SIGNATURE_MATCH in consent.claims)

    def _documents(self, consents: tuple[Consent, ...]) -> tuple[IdentityDocument, ...]:
        """Return the documents that the consents' regions identified the person by."""
        regions = {consent.source_region for consent in consents}
        links = self._persons.links(consents[0].person)
        attributes = [link.attributes for link in links if link.region in regions and link.attributes is not None]
        return tuple(document for one in attributes for document in one.documents)

    def _count(self, kind: Kind[int], key: str, most: int) -> None:
        if self._expiring.count_up(kind, key) > most:
            raise TooManyQuestions(kind.lifetime)

    def _record(
        self, client: AuthenticatedClient, question: SignerQuestion, consents: tuple[Consent, ...], now: datetime
    ) -> None:
        actor = f"client:{client.client_id}"
        if question.subject is not None:
            about = f"person:{consents[0].person}" if consents else actor
            reason = "" if consents else MatchReason.NOT_PERMITTED.value
            self._audit.append(AuditEvent(now, actor, "match-signer", about, "done" if consents else "refused", reason))
        if question.identity_numbers:
            self._audit.append(AuditEvent(now, actor, "read-identity-numbers", actor))


def _match(signature: SignatureReport, stated: tuple[CertifiedNumber, ...], leave: Leave) -> Match:
    """Answer of one signature. What does not depend on the person is said first, alike whoever is asked about."""
    if signature.indication is not Indication.TOTAL_PASSED:
        return cannot_tell(MatchReason.SIGNATURE_NOT_PASSED)
    if not comparable(stated):
        return cannot_tell(MatchReason.NO_NUMBER)
    if leave.held is None:
        return cannot_tell(MatchReason.NOT_PERMITTED)
    return match(stated, leave.held, leave.key)
