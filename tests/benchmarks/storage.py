"""CPU time of each store's verbs, in this process: ``python -m tests.benchmarks.storage [ROUNDS]``.

The server's own time (PostgreSQL, Valkey) is not in it; the wall time beside it is.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from idbridge.identity.assertion import Attributes, IdentityDocument, Issuer, PersonName, RegionCode, UpstreamSubject
from idbridge.identity.assurance import Assurance
from idbridge.identity.consent import Consent, ConsentId
from idbridge.identity.person import Link, LinkId, Person, PersonId
from idbridge.identity.sealing import Keyring
from idbridge.storage.expiring import Add, Kind, Put
from idbridge.storage.migrations import upgrade
from idbridge.storage.records import GrantId, OfflineGrant, SignIn
from idbridge.storage.redis import RedisExpiring
from idbridge.storage.redis_clients import connect
from idbridge.storage.sql import open_durable
from idbridge.storage.valkey import EmbeddedValkey
from tests.contracts.conftest import Portal
from tests.servers import postgres

NOW = datetime(2026, 7, 1, tzinfo=UTC)
RING = Keyring(active=bytes([1]) * 32, index=bytes([2]) * 32)
HK = RegionCode("HK")
ATTRIBUTES = Attributes(
    names=(PersonName("Hant", "陳大文"), PersonName("Latn", "CHAN, Tai Man")),
    documents=(IdentityDocument("HKID", "A1234563"),),
    email="tai.man@example.hk",
)


def measure(name: str, verb: Callable[[], object], rounds: int) -> None:
    """Print microseconds of CPU and of wall time per call."""
    for _ in range(20):
        verb()
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(rounds):
        verb()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(f"{name:36} {cpu / rounds * 1e6:8.0f} µs CPU {wall / rounds * 1e6:8.0f} µs wall")


def measure_durable(label: str, url: str, rounds: int) -> None:
    """Measure what a sign-in asks of the durable store."""
    upgrade(url)
    stores = open_durable(url, RING, Portal)
    person = Person(PersonId("person"), NOW)
    issuer, subject = Issuer("https://iamsmart.example"), UpstreamSubject("open-id")
    link = Link(LinkId("link"), person.id, HK, issuer, subject, NOW, NOW, "1", ATTRIBUTES)
    stores.clients.add(Portal("portal", "Portal", ("https://portal.example/callback",)))
    stores.persons.create(person, link)
    consent = Consent(ConsentId("c"), person.id, "portal", "Portal", None, HK, ("openid",), ("name",), "purpose", "1", NOW)
    stores.consents.grant(consent)
    sign_in = SignIn(person.id, link.id, "portal", HK, Assurance.HIGH, NOW)
    stores.grants.create(OfflineGrant(GrantId("g"), person.id, "portal", NOW, NOW + timedelta(days=1), b"x" * 200), "t0")
    number = count()

    def rotate() -> object:
        current = next(number)
        return stores.grants.rotate(f"t{current}", "portal", f"t{current + 1}", NOW)

    def create() -> object:
        current = next(number)
        new = Person(PersonId(f"p{current}"), NOW)
        account = UpstreamSubject(f"s{current}")
        return stores.persons.create(new, Link(LinkId(f"l{current}"), new.id, HK, issuer, account, NOW, NOW, "1", ATTRIBUTES))

    for name, verb in (
        ("clients.get", lambda: stores.clients.get("portal")),
        ("persons.find_by_link", lambda: stores.persons.find_by_link(issuer, subject)),
        ("persons.create", create),
        ("consents.find", lambda: stores.consents.find(person.id, "portal", HK)),
        ("sign_ins.append", lambda: stores.sign_ins.append(sign_in)),
    ):
        measure(f"{label} {name}", verb, rounds)
    number = count()
    measure(f"{label} grants.rotate", rotate, rounds)
    stores.database.close()


def measure_expiring(label: str, url: str, rounds: int) -> None:
    """Measure what a sign-in asks of the expiring store."""
    store = RedisExpiring(connect(url), RING)
    kind, rate, members = Kind("bench", 60, Attributes), Kind("rate", 60, int), Kind("members", 60, str)
    store.put(kind, "a", ATTRIBUTES)
    for name, verb in (
        ("put", lambda: store.put(kind, "a", ATTRIBUTES)),
        ("put_many (2 puts, 1 add)", lambda: store.put_many(*(Put(kind, k, ATTRIBUTES) for k in "ab"), Add(members, "a", "m"))),
        ("get", lambda: store.get(kind, "a")),
        ("take (of nothing)", lambda: store.take(kind, "nothing")),
        ("get_then_swap", lambda: store.get_then_swap(kind, kind, "a")),
        ("put_if_absent", lambda: store.put_if_absent(kind, "a", ATTRIBUTES)),
        ("count_up", lambda: store.count_up(rate, "a")),
        ("members", lambda: store.members(members, "a")),
    ):
        measure(f"{label} {name}", verb, rounds)
    store.close()


def main() -> None:
    """Measure every backend."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    sealed = RING.seal("p", b"x" * 300)
    measure("seal 300 bytes", lambda: RING.seal("p", b"x" * 300), rounds)
    measure("open 300 bytes", lambda: RING.open("p", sealed), rounds)
    measure("lookup", lambda: RING.lookup("p", "issuer", "subject"), rounds)
    with tempfile.TemporaryDirectory() as home:
        measure_durable("SQLite", f"sqlite:///{home}/idbridge.db", rounds)
        started = time.perf_counter()
        server = EmbeddedValkey(Path(home))
        server.start()
        print(f"embedded Valkey started in {time.perf_counter() - started:.3f} s")
        measure_expiring("Valkey", server.url, rounds)
        server.stop()
    with postgres() as database:
        measure_durable("PostgreSQL", database.url(), rounds)


if __name__ == "__main__":
    main()
