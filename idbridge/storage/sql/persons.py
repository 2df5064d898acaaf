"""Persons and links. The upstream subject, the attributes and the document numbers stand sealed or as keyed hashes only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from idbridge.identity.assertion import Attributes, IdentityDocument, Issuer, RegionCode, UpstreamSubject
from idbridge.identity.person import Link, LinkId, Person, PersonId
from idbridge.storage.ports import LinkRefused, PersonUnknown, StoreUnavailable
from idbridge.storage.sql.schema import documents, links, persons

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from idbridge.identity.sealing import Keyring
    from idbridge.storage.sql.engine import Database

_LINK_PURPOSE = "link"
_ACCOUNT_LOOKUP = "link.account"
_DOCUMENT_LOOKUP = "link.document"

RACE_ATTEMPTS = 3
"""Rounds of "create, else find": one is enough unless the person found is deleted in between."""

_BY_ACCOUNT = (
    select(persons.c.created_at, links)
    .join(links, links.c.person == persons.c.id)
    .where(links.c.lookup == bindparam("account"))
)
_PERSON = select(persons.c.created_at).where(persons.c.id == bindparam("of_person"))
_LOCK_PERSON = _PERSON.with_for_update()
_LINKS = select(links).where(links.c.person == bindparam("of_person")).order_by(links.c.linked_at, links.c.id)
_LINK_IDS = select(links.c.id).where(links.c.person == bindparam("of_person"))
_ADD_PERSON = insert(persons)
_ADD_LINK = insert(links)
_REMOVE_LINK = delete(links).where(links.c.id == bindparam("link_id"))
_LINK = select(links.c.sealed).where(links.c.id == bindparam("link_id")).with_for_update()
_REFRESH_LINK = update(links).where(links.c.id == bindparam("link_id")).values(sealed=bindparam("new_sealed"))
_ADD_DOCUMENT = insert(documents)
_FORGET_DOCUMENTS = delete(documents).where(documents.c.link == bindparam("link_id"))
_BY_DOCUMENT = (
    select(links.c.person)
    .distinct()
    .join(documents, documents.c.link == links.c.id)
    .where(documents.c.lookup == bindparam("document"))
    .order_by(links.c.person)
)
_DELETE_PERSON = delete(persons).where(persons.c.id == bindparam("of_person"))


@dataclass(frozen=True, slots=True)
class _SealedLink:
    """What of a link is personal."""

    issuer: Issuer
    subject: UpstreamSubject
    version: str
    attributes: Attributes | None


_decoder = msgspec.msgpack.Decoder(_SealedLink)


class SqlPersons:
    """`idbridge.storage.ports.Persons`."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    def find_by_link(self, issuer: Issuer, subject: UpstreamSubject) -> tuple[Person, Link] | None:
        """Return whose account it is, with the link, or None."""
        with self._database.reading() as connection:
            return self._find(connection, issuer, subject)

    def get(self, person: PersonId) -> Person | None:
        """Return the person, or None."""
        with self._database.reading() as connection:
            created_at = connection.execute(_PERSON, {"of_person": person}).scalar()
        return None if created_at is None else Person(person, created_at)

    def links(self, person: PersonId) -> tuple[Link, ...]:
        """Return the person's links, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(_LINKS, {"of_person": person}).all()
        return tuple(self._read(row) for row in rows)

    def create(self, person: Person, link: Link) -> tuple[Person, Link]:
        """Store a new person with a first link, unless the account is somebody's already: then return those instead."""
        for _ in range(RACE_ATTEMPTS):
            try:
                with self._database.transaction() as connection:
                    connection.execute(_ADD_PERSON, {"id": person.id, "created_at": person.created_at})
                    self._write(connection, link)
            except IntegrityError:
                if found := self.find_by_link(link.issuer, link.subject):
                    return found
            else:
                return person, link
        raise StoreUnavailable("durable", "a new person collides with what cannot be found")

    def add_link(self, link: Link) -> Link:
        """Give a further account to a person. Raises `LinkRefused` (``taken``), `PersonUnknown`."""
        try:
            with self._database.transaction() as connection:
                if connection.execute(_LOCK_PERSON, {"of_person": link.person}).first() is None:
                    raise PersonUnknown
                self._write(connection, link)
        except IntegrityError:
            found = self.find_by_link(link.issuer, link.subject)
            if found is None or found[0].id != link.person:
                raise LinkRefused("taken") from None
            return found[1]
        return link

    def remove_link(self, person: PersonId, link: LinkId) -> None:
        """Take an account from a person. Raises `LinkRefused`: ``last`` or ``unknown``."""
        with self._database.transaction() as connection:
            # The lock on the person makes racing removals queue, so that the second one sees what the first left.
            connection.execute(_LOCK_PERSON, {"of_person": person})
            held = connection.execute(_LINK_IDS, {"of_person": person}).scalars().all()
            if link not in held:
                raise LinkRefused("unknown")
            if len(held) == 1:
                raise LinkRefused("last")
            connection.execute(_REMOVE_LINK, {"link_id": link})

    def refresh_link(self, link: LinkId, version: str, attributes: Attributes | None) -> bool:
        """Store what the region says now, with its version and documents; False when the link is gone."""
        with self._database.transaction() as connection:
            sealed = connection.execute(_LINK, {"link_id": link}).scalar()
            if sealed is None:
                return False
            before = self._open(link, sealed)
            now = _SealedLink(before.issuer, before.subject, version, attributes)
            connection.execute(_REFRESH_LINK, {"link_id": link, "new_sealed": self._seal(link, now)})
            connection.execute(_FORGET_DOCUMENTS, {"link_id": link})
            self._index_documents(connection, link, attributes)
        return True

    def find_by_document(self, document: IdentityDocument) -> tuple[PersonId, ...]:
        """Return who was identified by the document."""
        with self._database.reading() as connection:
            found = connection.execute(_BY_DOCUMENT, {"document": self._document_lookup(document)}).scalars().all()
        return tuple(PersonId(person) for person in found)

    def delete(self, person: PersonId) -> bool:
        """Delete the person with links, consents, grants and history; audit events stay. False when there was none."""
        with self._database.transaction() as connection:
            return connection.execute(_DELETE_PERSON, {"of_person": person}).rowcount == 1

    def _find(self, connection: Connection, issuer: Issuer, subject: UpstreamSubject) -> tuple[Person, Link] | None:
        account = self._keyring.lookup(_ACCOUNT_LOOKUP, issuer, subject)
        row = connection.execute(_BY_ACCOUNT, {"account": account}).first()
        return None if row is None else (Person(row.person, row.created_at), self._read(row))

    def _write(self, connection: Connection, link: Link) -> None:
        sealed = _SealedLink(link.issuer, link.subject, link.version, link.attributes)
        row = {
            "id": link.id,
            "person": link.person,
            "region": link.region,
            "lookup": self._keyring.lookup(_ACCOUNT_LOOKUP, link.issuer, link.subject),
            "sealed": self._seal(link.id, sealed),
            "linked_at": link.linked_at,
            "last_used_at": link.last_used_at,
        }
        connection.execute(_ADD_LINK, row)
        self._index_documents(connection, link.id, link.attributes)

    def _index_documents(self, connection: Connection, link: LinkId, attributes: Attributes | None) -> None:
        shown = attributes.documents if attributes is not None else ()
        lookups = {self._document_lookup(document) for document in shown}
        if lookups:
            connection.execute(_ADD_DOCUMENT, [{"link": link, "lookup": lookup} for lookup in lookups])

    def _document_lookup(self, document: IdentityDocument) -> bytes:
        return self._keyring.lookup(_DOCUMENT_LOOKUP, document.kind, document.number)

    def _seal(self, link: LinkId, content: _SealedLink) -> bytes:
        return self._keyring.seal(_LINK_PURPOSE, msgspec.msgpack.encode(content), link.encode())

    def _open(self, link: LinkId, sealed: bytes) -> _SealedLink:
        return _decoder.decode(self._keyring.open(_LINK_PURPOSE, sealed, link.encode()))

    def _read(self, row: Row[Any]) -> Link:
        content = self._open(LinkId(row.id), row.sealed)
        return Link(
            id=LinkId(row.id),
            person=PersonId(row.person),
            region=RegionCode(row.region),
            issuer=content.issuer,
            subject=content.subject,
            linked_at=row.linked_at,
            last_used_at=row.last_used_at,
            version=content.version,
            attributes=content.attributes,
        )
