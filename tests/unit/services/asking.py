"""Portals that ask about signers, and the people whom they know: real stores, empty at first."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from flask import Blueprint

from idbridge.identity.assertion import Attributes, IdentityDocument, Issuer, RegionCode, UpstreamSubject
from idbridge.identity.consent import Consent, ConsentId
from idbridge.identity.person import Link, LinkId, Person, PersonId
from idbridge.identity.release import SIGNATURE_MATCH
from idbridge.identity.sealing import Keyring
from idbridge.identity.subjects import SubjectSecret, pairwise_subject
from idbridge.oidc import opaque
from idbridge.oidc.clients import Client, ClientId
from idbridge.services.clients import KnownClients
from idbridge.services.extractors import open_extractors
from idbridge.services.signers import Signers
from idbridge.storage.migrations import upgrade
from idbridge.storage.redis import RedisExpiring
from idbridge.storage.redis_clients import connect
from idbridge.storage.sql import DurableStores, open_durable
from idbridge.storage.valkey import EmbeddedValkey
from idbridge.web.reports.voice import read_voices
from idbridge.web.shapes import Shapes
from idbridge.web.territories import territories
from idbridge.web.verifications import verifications
from tests.unit.services.published import Instance

KEYRING = Keyring(active=bytes([1]) * 32, index=bytes([2]) * 32)
SECRET = SubjectSecret(bytes([3]) * 32)
HONG_KONG = RegionCode("HK")


@dataclass
class Asking:
    """The use case over its stores."""

    durable: DurableStores[Client]
    signers: Signers

    def judging(self, here: Instance) -> Blueprint:
        """Return the verification API of an instance, which asks about signers here."""
        shapes = Shapes(read_voices(), partial(territories, here.lists))
        return verifications(here.documents, shapes, self.signers, here.clock)

    def portal(self, name: str, **options) -> tuple[str, str]:
        """Register a portal and return its identifier and secret."""
        secret = secrets.token_urlsafe(32)
        client_id = f"{name}-{secrets.token_hex(4)}"
        uri = options.pop("redirect_uri", f"https://{name}.example/callback")
        client = Client(ClientId(client_id), (("en", name),), (uri,), secret_sha256=opaque.digest(secret), **options)
        assert self.durable.clients.add(client)
        return client_id, secret

    def person(self, at: datetime, **documents: tuple[IdentityDocument, ...]) -> Person:
        """Return a new person who was identified by *documents* at each region."""
        person = Person(PersonId(secrets.token_hex(8)), at)
        for number, (region, held) in enumerate(documents.items()):
            link = Link(
                id=LinkId(secrets.token_hex(8)),
                person=person.id,
                region=RegionCode(region),
                issuer=Issuer(f"https://{region}.example"),
                subject=UpstreamSubject(secrets.token_hex(8)),
                linked_at=at + timedelta(seconds=number),
                last_used_at=at,
                version="1",
                attributes=Attributes(documents=held),
            )
            _ = self.durable.persons.add_link(link) if number else self.durable.persons.create(person, link)
        return person

    def agree(
        self,
        person: Person,
        client_id: str,
        at: datetime,
        region: RegionCode = HONG_KONG,
        claims: tuple[str, ...] = (SIGNATURE_MATCH,),
    ) -> str:
        """Have *person* consent for the portal, and return the ``sub`` by which the portal knows the person."""
        client = self.durable.clients.get(client_id)
        assert client is not None
        subject = pairwise_subject(SECRET, client.sector, person.id)
        consent = Consent(
            id=ConsentId(secrets.token_hex(8)),
            person=person.id,
            client_id=client_id,
            recipient=client_id,
            recipient_region=None,
            source_region=region,
            scopes=("openid", "signatures"),
            claims=claims,
            purpose="",
            purpose_version="1",
            granted_at=at,
        )
        self.durable.consents.grant(consent, subject)
        return subject


@contextmanager
def asking(folder: Path) -> Iterator[Asking]:
    """Have the stores in *folder* meanwhile."""
    url = f"sqlite:///{folder / 'idbridge.sqlite3'}"
    upgrade(url)
    durable = open_durable(url, KEYRING, Client)
    valkey = EmbeddedValkey(folder)
    valkey.start()
    expiring = RedisExpiring(connect(valkey.url), KEYRING)
    signers = Signers(
        KnownClients(durable.clients), durable.consents, durable.persons, expiring, durable.audit, open_extractors(folder)
    )
    try:
        yield Asking(durable, signers)
    finally:
        valkey.stop()
        durable.database.close()
