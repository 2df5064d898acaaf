"""Stores that are gone, slow, or killed: a coded error, nothing half done, and recovery without a restart."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import OperationalError

from idbridge.identity.assertion import Issuer, RegionCode, UpstreamSubject
from idbridge.identity.person import Link, LinkId, Person, PersonId
from idbridge.storage.expiring import Kind, Tombstone
from idbridge.storage.migrations import upgrade
from idbridge.storage.ports import StoreUnavailable
from idbridge.storage.redis_clients import connect
from idbridge.storage.sql import engine as engine_module
from idbridge.storage.sql.engine import Database, database_url
from idbridge.storage.valkey import EmbeddedValkey, socket_directory, socket_url
from tests.contracts.conftest import look_inside, open_expiring, open_stores
from tests.requirements import program
from tests.servers import free_port, postgres, redis_server, wait_until

NOW = datetime(2026, 7, 1, tzinfo=UTC)
GUARD = Kind("guard", 60, str)
ISSUER = Issuer("https://issuer.example")


def test_postgresql_that_stops_and_comes_back():
    with postgres() as server:
        upgrade(server.url())
        stores = open_stores(server.url())
        assert stores.clients.list() == ()
        server.stop()
        for _ in range(2):
            with pytest.raises(StoreUnavailable) as unavailable:
                stores.clients.list()
            assert unavailable.value.store == "durable"
        server.start()
        assert stores.clients.list() == ()
        stores.database.close()


def test_a_sqlite_file_that_cannot_be_opened(tmp_path):
    stores = open_stores(f"sqlite:///{tmp_path / 'missing' / 'idbridge.db'}")
    with pytest.raises(StoreUnavailable):
        stores.clients.list()


def test_a_sqlite_file_that_another_process_keeps_locked(tmp_path, monkeypatch):
    monkeypatch.setattr(engine_module, "LOCK_WAIT_SECONDS", 0.05)
    url = f"sqlite:///{tmp_path / 'idbridge.db'}"
    upgrade(url)
    holder, waiting = Database(url), open_stores(url)
    person = Person(PersonId("p"), NOW)
    link = Link(LinkId("l"), person.id, RegionCode("HK"), ISSUER, UpstreamSubject("s"), NOW, NOW)
    with holder.transaction(), pytest.raises(StoreUnavailable):
        waiting.persons.create(person, link)
    assert waiting.persons.create(person, link) == (person, link)
    holder.close()
    waiting.database.close()


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://localhost/secret", "sqlite", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused_without_telling_the_url(url):
    with pytest.raises(ValueError, match=r"^(not a database URL|databases are .*|a SQLite database .*)$") as refusal:
        open_stores(url)
    assert "secret" not in str(refusal.value)


def test_a_redis_that_stops_and_comes_back():
    with tempfile.TemporaryDirectory() as home:
        server = EmbeddedValkey(Path(home))
        server.start()
        store = open_expiring(server.url)
        store.put(GUARD, "a", "value")
        server.stop()
        for verb in (lambda: store.take(GUARD, "a"), lambda: store.count_up(Kind("rate", 60, int), "a"), store.ping):
            with pytest.raises(StoreUnavailable) as unavailable:
                verb()
            assert unavailable.value.store == "expiring"
        server.start()
        assert store.take(GUARD, "a") is None
        store.put(GUARD, "a", "value")
        assert store.take(GUARD, "a") == "value"
        store.close()
        server.stop()


def test_a_redis_that_does_not_answer_is_given_up_in_time():
    with redis_server(program("redis-server", "valkey-server")) as url:
        store = open_expiring(url)
        store.ping()
        pauser = redis.Redis.from_url(url)
        pauser.execute_command("CLIENT", "PAUSE", "4000", "ALL")
        before = time.monotonic()
        with pytest.raises(StoreUnavailable):
            store.put(GUARD, "a", "value")
        assert time.monotonic() - before < 3.5
        store.close()
        pauser.close()


class CutLine:
    """A way to a Redis on which, when told, the answer to a command that was executed is lost with the connection."""

    def __init__(self, url: str) -> None:
        self.cuts = 0
        self._port = urlsplit(url).port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._forward, args=(near,), daemon=True).start()

    def _forward(self, near: socket.socket) -> None:
        with suppress(OSError), near, socket.create_connection(("127.0.0.1", self._port)) as far:
            while asked := near.recv(65536):  # a client waits for its answer: one piece goes each way
                far.sendall(asked)
                answer = far.recv(65536)
                if self.cuts:
                    self.cuts -= 1
                    return
                near.sendall(answer)


@pytest.fixture
def cut_line(redis_url) -> Iterator[CutLine]:
    line = CutLine(redis_url)
    yield line
    line.close()


ONCE = Kind("once", 60, str, 120)


@pytest.mark.parametrize(
    ("verb", "answer"),
    [
        (lambda store, key: store.take(ONCE, key), None),
        (lambda store, key: store.get_then_swap(GUARD, ONCE, key), (None, Tombstone())),
        (lambda store, key: store.put_if_absent(ONCE, f"new {key}", "mine"), False),
        (lambda store, key: store.delete(ONCE, key), False),
    ],
    ids=["take", "swap", "put if absent", "delete"],
)
def test_a_one_time_verb_whose_answer_was_lost_fails_closed(cut_line, verb, answer):
    """It was executed: whoever asked gets the answer of somebody who came too late, and nobody else gets another."""
    store, key = open_expiring(cut_line.url), secrets.token_hex(4)
    store.put(ONCE, key, "value")
    cut_line.cuts = 1
    assert verb(store, key) == answer
    assert verb(store, key) == answer
    cut_line.cuts = 2
    with pytest.raises(StoreUnavailable):
        verb(store, key)
    store.close()


def test_a_full_redis_refuses_instead_of_forgetting():
    with tempfile.TemporaryDirectory() as home:
        server = EmbeddedValkey(Path(home))
        server.start()
        store = open_expiring(server.url)
        client = look_inside(server.url)
        store.put(GUARD, "a", "value")
        client.config_set("maxmemory", "1mb")
        with pytest.raises(StoreUnavailable):
            store.put(GUARD, "b", "x" * 100_000)
        assert store.get(GUARD, "a") == "value"
        client.close()
        store.close()
        server.stop()


@pytest.mark.parametrize("scheme", ["redis", "redis+cluster"])
def test_a_redis_that_was_never_there(scheme):
    with pytest.raises(StoreUnavailable):
        open_expiring(f"{scheme}://127.0.0.1:{free_port()}").ping()


@pytest.mark.parametrize("url", ["", "http://localhost", "memcached://localhost"])
def test_other_stores_are_refused(url):
    with pytest.raises(ValueError, match="the expiring store is at"):
        connect(url)


# --- the embedded server


def test_the_embedded_server_is_private_and_writes_nothing(tmp_path):
    server = EmbeddedValkey(tmp_path)
    server.start()
    folder = socket_directory(tmp_path)
    client = look_inside(server.url)
    client.set("a", "b")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "valkey.sock").stat().st_mode & 0o077 == 0
    assert client.config_get("port") == {"port": "0"}
    client.close()
    server.stop()
    assert not server.is_running()
    assert {path.name for path in folder.iterdir()} <= {"owner.lock", "valkey.log"}


def test_a_server_that_dies_is_started_again_empty(tmp_path):
    server = EmbeddedValkey(tmp_path)
    server.start()
    store = open_expiring(server.url)
    store.put(GUARD, "a", "value")
    client = look_inside(server.url)
    os.kill(client.info("server")["process_id"], signal.SIGKILL)
    wait_until(store.ping, StoreUnavailable)
    assert store.get(GUARD, "a") is None
    assert store.put_if_absent(GUARD, "a", "value")
    client.close()
    store.close()
    server.stop()
    time.sleep(0.4)
    assert not server.is_running(), "and not after it was stopped"


def test_a_home_with_any_characters(tmp_path):
    server = EmbeddedValkey(tmp_path / "a b%20?#ü")
    server.start()
    open_expiring(server.url).ping()
    server.stop()


def test_who_comes_second_uses_the_first_s_server(tmp_path):
    first, second = EmbeddedValkey(tmp_path), EmbeddedValkey(tmp_path)
    first.start()
    second.start()
    assert (first.owned, second.owned) == (True, False)
    second.stop()
    assert first.is_running()
    first.stop()
    second.start()
    assert second.owned
    second.stop()


def test_a_path_too_long_for_a_socket_goes_to_the_temporary_folder(tmp_path, monkeypatch):
    with tempfile.TemporaryDirectory(prefix="idbridge-", dir="/tmp") as temporary:
        monkeypatch.setattr(tempfile, "gettempdir", lambda: temporary)
        start_deep_down(tmp_path)


def start_deep_down(tmp_path):
    deep = tmp_path / ("x" * 90)
    assert len(str(socket_directory(deep))) < 100
    assert socket_directory(deep) != socket_directory(tmp_path / ("y" * 90))
    server = EmbeddedValkey(deep)
    server.start()
    assert server.url == socket_url(deep)
    assert server.is_running()
    server.stop()


def test_a_folder_laid_in_wait_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "valkey").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreUnavailable):
        EmbeddedValkey(tmp_path).start()


def test_a_home_that_is_no_folder_is_reported(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match="Not a directory"):
        EmbeddedValkey(tmp_path / "file").start()


def test_a_server_whose_guard_was_killed_is_stopped_all_the_same(tmp_path):
    server = EmbeddedValkey(tmp_path)
    server.start()
    server._guard.kill()
    server._guard.wait()
    server.stop()
    time.sleep(0.4)
    assert not server.is_running()


OWNER = """
import sys, time
from pathlib import Path
from idbridge.storage.valkey import EmbeddedValkey
server = EmbeddedValkey(Path(sys.argv[1]))
server.start()
print(server.owned, flush=True)
time.sleep(60)
"""


def python(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, text=True)


def test_the_server_ends_with_a_killed_owner_and_the_next_one_starts_anew(tmp_path):
    with python(OWNER, str(tmp_path)) as owner:
        assert owner.stdout.readline() == "True\n"
        assert EmbeddedValkey(tmp_path).is_running()
        owner.send_signal(signal.SIGKILL)
        owner.wait()
    successor = EmbeddedValkey(tmp_path)
    successor.start()
    time.sleep(0.2)
    assert successor.owned
    assert successor.is_running(), "and is not taken along by the first one's guard"
    successor.stop()


FORKING_OWNER = """
import os, sys, time
from pathlib import Path
from idbridge.storage.valkey import EmbeddedValkey
server = EmbeddedValkey(Path(sys.argv[1]))
server.start()
if os.fork() == 0:
    server.stop()  # not its own
    time.sleep(60)
time.sleep(0.2)
print(server.is_running(), flush=True)
server.stop()
print(server.is_running(), flush=True)
os.killpg(0, 9)
"""


def test_an_owner_stops_its_server_while_its_workers_live(tmp_path):
    command = [sys.executable, "-c", FORKING_OWNER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as owner:
        assert owner.stdout.read() == "True\nFalse\n"


def test_of_several_that_start_at_once_one_owns_the_server(tmp_path):
    starters = [python(OWNER, str(tmp_path)) for _ in range(4)]
    try:
        assert sorted(starter.stdout.readline() for starter in starters) == ["False\n"] * 3 + ["True\n"]
    finally:
        for starter in starters:
            starter.kill()
            starter.communicate()


# --- killed workers and migrations

WRITER = """
import sys
from datetime import UTC, datetime
from idbridge.identity.assertion import Issuer, RegionCode, UpstreamSubject
from idbridge.identity.person import Link, LinkId, Person, PersonId
from idbridge.identity.sealing import Keyring
from idbridge.storage.sql import open_durable
stores = open_durable(sys.argv[1], Keyring(active=bytes([1]) * 32, index=bytes([2]) * 32), Person)
name, now = sys.argv[2], datetime.now(UTC)
for number in range(100_000):
    person = Person(PersonId(f"{name}-{number}"), now)
    link = Link(LinkId(f"{name}-{number}"), person.id, RegionCode("HK"), Issuer("i"), UpstreamSubject(str(number)), now, now)
    stores.persons.create(person, link)
    print(number, flush=True)
"""


def test_killed_writers_lose_nothing_and_leave_no_duplicate(durable_url):
    """Two workers create the same persons; both are killed in the middle, and again."""
    acknowledged = -1
    for attempt in range(2):
        writers = [python(WRITER, durable_url, f"{attempt}{name}") for name in "ab"]
        for writer in writers:
            writer.stdout.readline()
        time.sleep(0.3)
        for writer in writers:
            writer.kill()
        lines = [writer.communicate()[0].split("\n")[:-1] for writer in writers]
        acknowledged = max(acknowledged, *(int(got[-1]) for got in lines if got))
    stores = open_stores(durable_url)
    assert acknowledged > 10
    found = [stores.persons.find_by_link(Issuer("i"), UpstreamSubject(str(number))) for number in range(acknowledged + 1)]
    assert all(found)
    engine = create_engine(database_url(durable_url))
    with engine.connect() as connection:
        persons = connection.exec_driver_sql("SELECT count(*) FROM persons").scalar()
        linked = connection.exec_driver_sql("SELECT count(DISTINCT person) FROM links").scalar()
    engine.dispose()
    assert persons == linked, "no person without a link"
    assert len({person.id for person, _ in found}) == len(found)
    stores.database.close()


MIGRATOR = "import sys; from idbridge.storage.migrations import upgrade; upgrade(sys.argv[1])"


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_workers_that_migrate_at_once_migrate_once(backend, tmp_path, request):
    url = f"sqlite:///{tmp_path / 'new' / 'idbridge.db'}"
    if backend == "postgresql":
        url = request.getfixturevalue("postgres_url").replace("/postgres?", "/fresh?")
        admin = create_engine(database_url(request.getfixturevalue("postgres_url")), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.exec_driver_sql("DROP DATABASE IF EXISTS fresh")
            connection.exec_driver_sql("CREATE DATABASE fresh")
        admin.dispose()
    migrators = [python(MIGRATOR, url) for _ in range(4)]
    for migrator in migrators:
        migrator.communicate()
    assert [migrator.returncode for migrator in migrators] == [0] * 4
    engine = create_engine(database_url(url))
    assert "links" in inspect(engine).get_table_names()
    engine.dispose()


def test_a_failed_migration_is_reported_and_leaves_nothing(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'idbridge.db'}"
    engine = create_engine(database_url(url))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE consents (id)")
    with pytest.raises(StoreUnavailable, match="migration failed") as failure:
        upgrade(url)
    assert isinstance(failure.value.__cause__, OperationalError)
    assert inspect(engine).get_table_names() == ["consents"], "the tables before it are undone"
    engine.dispose()
