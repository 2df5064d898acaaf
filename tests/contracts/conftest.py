"""The backends that every contract runs against, and races between threads and between processes."""

from __future__ import annotations

import multiprocessing
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.cluster import RedisCluster
from sqlalchemy import create_engine

from idbridge.identity.sealing import Keyring
from idbridge.storage.migrations import upgrade
from idbridge.storage.redis import RedisExpiring
from idbridge.storage.redis_clients import connect
from idbridge.storage.sql import DurableStores, open_durable
from idbridge.storage.sql.schema import metadata
from idbridge.storage.valkey import EmbeddedValkey
from tests.requirements import program
from tests.servers import postgres, redis_server

KEYRING = Keyring(active=bytes([1]) * 32, index=bytes([2]) * 32)
CONTENDERS = 8
PROCESSES = 4


@dataclass(frozen=True, slots=True)
class Portal:
    """A registration as small as the contract allows."""

    client_id: str
    name: str
    redirect_uris: tuple[str, ...] = ()


def open_stores(url: str) -> DurableStores[Portal]:
    return open_durable(url, KEYRING, Portal)


def open_expiring(url: str) -> RedisExpiring:
    return RedisExpiring(connect(url), KEYRING)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with postgres() as server:
        upgrade(server.url())
        yield server.url()


@pytest.fixture(params=["sqlite", "postgresql"])
def durable_url(request, tmp_path) -> str:
    """A database with the schema and no rows."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'idbridge.db'}"
        upgrade(url)
        return url
    url = request.getfixturevalue("postgres_url")
    engine = create_engine(url.replace("postgresql", "postgresql+psycopg"))
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    engine.dispose()
    return url


@pytest.fixture
def stores(durable_url) -> Iterator[DurableStores[Portal]]:
    stores = open_stores(durable_url)
    yield stores
    stores.database.close()


@pytest.fixture(scope="session")
def embedded_url() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="idbridge-home-") as home:
        server = EmbeddedValkey(Path(home))
        server.start()
        yield server.url
        server.stop()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with redis_server(program("redis-server", "valkey-server")) as url:
        yield url


@pytest.fixture(scope="session")
def cluster_url() -> Iterator[str]:
    with redis_server(program("redis-server", "valkey-server"), cluster=True) as url:
        yield url


def look_inside(url: str) -> redis.Redis | RedisCluster:
    """Return a client of the store itself, beside the adapter."""
    if url.startswith("redis+cluster:"):
        return RedisCluster.from_url(url.replace("+cluster", ""))
    return redis.Redis.from_url(url)


@pytest.fixture(params=["embedded", "redis", "cluster"])
def expiring_url(request) -> str:
    url: str = request.getfixturevalue(f"{request.param}_url")
    client = look_inside(url)
    client.flushall()
    client.close()
    return url


@pytest.fixture
def expiring(expiring_url) -> Iterator[RedisExpiring]:
    store = open_expiring(expiring_url)
    yield store
    store.close()


Contend = Callable[[Any, int], Any]
"""What each contender does with the store that it opened, given its number."""


@lru_cache(maxsize=4)
def _opened(opener: Callable[[str], Any], url: str) -> Any:
    return opener(url)


def _contend_in_process(opener: Callable[[str], Any], url: str, contend: Contend, number: int, start_at: float) -> Any:
    store = _opened(opener, url)
    time.sleep(max(0.0, start_at - time.time()))
    return contend(store, number)


def _contend_in_thread(store: Any, contend: Contend, number: int, barrier: threading.Barrier) -> Any:
    barrier.wait()
    return contend(store, number)


@pytest.fixture(scope="session")
def processes() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.fixture(params=["threads", "processes"])
def race(request) -> Callable[[Callable[[str], Any], str, Contend], list[Any]]:
    """Run eight contenders at once, in threads that share a store or in processes that each open it; return what each got."""

    def among_threads(opener: Callable[[str], Any], url: str, contend: Contend) -> list[Any]:
        store = opener(url)
        barrier = threading.Barrier(CONTENDERS)
        with ThreadPoolExecutor(CONTENDERS) as pool:
            jobs = [pool.submit(_contend_in_thread, store, contend, number, barrier) for number in range(CONTENDERS)]
            results = [job.result() for job in jobs]
        (store.database if isinstance(store, DurableStores) else store).close()
        return results

    def among_processes(opener: Callable[[str], Any], url: str, contend: Contend) -> list[Any]:
        pool = request.getfixturevalue("processes")
        start_at = time.time() + 0.05
        jobs = [pool.submit(_contend_in_process, opener, url, contend, number, start_at) for number in range(CONTENDERS)]
        return [job.result() for job in jobs]

    return among_threads if request.param == "threads" else among_processes
