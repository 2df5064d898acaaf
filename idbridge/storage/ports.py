"""What must last: one small port for each use, so that a use case takes only what it needs.

Atomic verbs belong to the port: each method is one step that happened wholly or not at all, also when workers race or one is
killed. Every method raises `StoreUnavailable` when the store cannot be reached or does not answer in time. All personal data is
sealed before it is written, and what is looked up by is a keyed hash; callers see neither.

What expires is `idbridge.storage.expiring`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Protocol, TypeVar

from idbridge.identity.assertion import Attributes, IdentityDocument, Issuer, RegionCode, UpstreamSubject
from idbridge.identity.consent import Consent
from idbridge.identity.person import Link, LinkId, Person, PersonId
from idbridge.storage.records import AuditEvent, GrantId, OfflineGrant, Reused, Rotated, SignIn


class StoreUnavailable(Exception):
    """A store did not answer. The step may be tried again later; nothing is half done. `store` names it for the operator."""

    def __init__(self, store: Literal["durable", "expiring"], reason: str) -> None:
        super().__init__(f"{store} store: {reason}")
        self.store = store
        self.reason = reason


class LinkRefused(Exception):
    """A link cannot be made or removed.

    `code`: ``taken`` – the account belongs to another person; ``last`` – its person has no other; ``unknown`` – no such link.
    """

    def __init__(self, code: Literal["taken", "last", "unknown"]) -> None:
        super().__init__(code)
        self.code = code


class PersonUnknown(Exception):
    """There is no such person: deleted meanwhile. Whoever acts for this person has to stop."""


class Registration(Protocol):
    """A registered client, as far as the store must know it."""

    @property
    def client_id(self) -> str:
        """The key of the registration."""
        ...


C = TypeVar("C", bound=Registration)


class Clients(Protocol[C]):
    """Registered portals."""

    def get(self, client_id: str) -> C | None:
        """Return the client, or None."""
        ...

    def add(self, client: C) -> bool:
        """Register; False, and nothing changed, when the identifier is in use."""
        ...

    def replace(self, client: C) -> bool:
        """Put a new registration in the place of the old; False when there was none."""
        ...

    def remove(self, client_id: str, at: datetime) -> bool:
        """Remove the registration; False when there was none. The consents and grants given to it end in the same step."""
        ...

    def list(self) -> tuple[C, ...]:
        """Return every registration, by identifier."""
        ...


class Persons(Protocol):
    """Persons and their links."""

    def find_by_link(self, issuer: Issuer, subject: UpstreamSubject) -> tuple[Person, Link] | None:
        """Return whose account it is, with the link, or None."""
        ...

    def get(self, person: PersonId) -> Person | None:
        """Return the person, or None."""
        ...

    def links(self, person: PersonId) -> tuple[Link, ...]:
        """Return the person's links, oldest first."""
        ...

    def create(self, person: Person, link: Link) -> tuple[Person, Link]:
        """Store a new person with a first link, unless the account is somebody's already: then return those instead.

        Two first logins at once with the same account give one person.
        """
        ...

    def add_link(self, link: Link) -> Link:
        """Give a further account to a person; when the person has it already, return that link.

        Raises `LinkRefused` (``taken``), `PersonUnknown`.
        """
        ...

    def remove_link(self, person: PersonId, link: LinkId) -> None:
        """Take an account from a person. Raises `LinkRefused`: ``last`` (also when two removals race) or ``unknown``."""
        ...

    def refresh_link(self, link: LinkId, version: str, attributes: Attributes | None) -> bool:
        """Store what the region says now, with its version and documents; False when the link is gone."""
        ...

    def find_by_document(self, document: IdentityDocument) -> tuple[PersonId, ...]:
        """Return who was identified by the document. For operators and duplicates' reports: never a reason to link."""
        ...

    def delete(self, person: PersonId) -> bool:
        """Delete the person with links, consents, grants and history; audit events stay. False when there was none."""
        ...


class Consents(Protocol):
    """Consents, the current ones and the ended ones."""

    def find(self, person: PersonId, client_id: str, source_region: RegionCode) -> Consent | None:
        """Return the current consent, or None."""
        ...

    def given_by(self, client_id: str, subject: str) -> tuple[Consent, ...]:
        """Return the current consents to the portal of whoever it knows as *subject*, one a region; none if that is nobody."""
        ...

    def grant(self, consent: Consent, subject: str = "") -> None:
        """Store a consent as the current one; the one it replaces ends at the same moment, and is kept.

        *subject* is how the portal knows the person (``sub``), of which a keyed hash is kept. Raises `PersonUnknown`.
        """
        ...

    def withdraw(self, person: PersonId, client_id: str, at: datetime) -> tuple[Consent, ...]:
        """End the person's current consents to the portal, for all regions, and return them as ended."""
        ...

    def list(self, person: PersonId, *, ended: bool = False) -> tuple[Consent, ...]:
        """Return the current consents (or, with *ended*, the whole record), newest first."""
        ...


class SignIns(Protocol):
    """The history of sign-ins."""

    def append(self, sign_in: SignIn) -> None:
        """Add one, and mark its link as used at that time. Raises `PersonUnknown`."""
        ...

    def newest(self, person: PersonId, count: int) -> tuple[SignIn, ...]:
        """Return the person's newest *count*, newest first."""
        ...

    def purge(self, before: datetime) -> int:
        """Forget the sign-ins before the moment; return how many."""
        ...


class OfflineGrants(Protocol):
    """Offline grants and their refresh tokens. Tokens go in and out as issued; only keyed hashes are kept."""

    def create(self, grant: OfflineGrant, token: str) -> bool:
        """Store the grant with its first token; False when this grant identifier exists, or was revoked before it came.

        Raises `PersonUnknown`.
        """
        ...

    def find(self, token: str) -> OfflineGrant | None:
        """Return the grant of a token, with when that one was used, unless revoked; expiry is the caller's to judge."""
        ...

    def rotate(self, token: str, client_id: str, successor: str, at: datetime) -> Rotated | Reused | None:
        """Use the token up and put *successor* in its place, by one compare-and-set: of many at once, one succeeds.

        A token that was used before gives `Reused`, after revoking its grant. None: unknown, revoked, expired at *at*, or
        another client's; then nothing changed.
        """
        ...

    def revoke(self, grant: GrantId, at: datetime) -> None:
        """Revoke the grant and its tokens. A grant not stored yet can never be created afterwards."""
        ...

    def revoke_for(self, person: PersonId, client_id: str | None, at: datetime) -> tuple[GrantId, ...]:
        """Revoke all that the person gave to the portal (None: to any), and return which."""
        ...

    def list(self, person: PersonId, at: datetime) -> tuple[OfflineGrant, ...]:
        """Return the person's grants that are live at *at*, newest first."""
        ...

    def purge(self, before: datetime) -> int:
        """Forget grants that expired, or were revoked, before the moment; return how many."""
        ...


class AuditTrail(Protocol):
    """Events, appended and never changed until they are old enough to go."""

    def append(self, event: AuditEvent) -> None:
        """Add one."""
        ...

    def newest(self, count: int) -> tuple[AuditEvent, ...]:
        """Return the newest *count*, newest first."""
        ...

    def purge(self, before: datetime) -> int:
        """Forget the events before the moment; return how many."""
        ...
