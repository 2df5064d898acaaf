"""No upstream identifier, identity number or secret stands in clear where it does not belong.

Every persona signs in through every region it has an account in, goes through every page, and consents to everything. Then all
that portals received, all that was logged, every byte of the database and every key and value of the expiring store is searched
for what must not be there. Once with the stores that a bridge brings along, once with PostgreSQL and Redis.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
import redis

from idbridge.sandbox.personas import Persona, load_personas
from tests.bridge.browser import Browser, walk
from tests.bridge.demo import Demo, Settings, run_demo
from tests.bridge.relying_party import RelyingParty
from tests.requirements import program
from tests.servers import Postgres, postgres, redis_server

ALL_SCOPES = "openid profile email phone address organisation identity offline_access"
NO_NUMBERS = "openid profile email phone address organisation offline_access"
OWN_PAGES = ("", "/links", "/consents", "/activity", "/links/new")

REGIONS = ("GD", "HK", "MO")


def accounts(persona: Persona) -> tuple[str, ...]:
    """Return the regions where a persona can sign in."""
    held = zip(REGIONS, (persona.guangdong, persona.hongkong, persona.macao), strict=True)
    return tuple(region for region, account in held if account is not None)


def identifiers(persona: Persona, region: str) -> set[str]:
    """Return how the region's provider knows the persona: for nobody but the bridge to see."""
    if region == "GD" and persona.guangdong is not None:
        account = persona.guangdong
        return {account.account, account.id_code, account.link_id_code} - {""}
    if region == "MO" and persona.macao is not None:
        return {persona.macao.subject}
    return {sha256(f"idbridge:{persona.key}".encode()).hexdigest()[:40]}  # as `idbridge.sandbox.hongkong_server` makes them


def numbers(persona: Persona) -> set[str]:
    """Return the persona's identity numbers in every spelling that anybody might write."""
    gd, hk, mo = persona.guangdong, persona.hongkong, persona.macao
    raw: set[str] = set()
    if gd is not None:
        raw |= {gd.card_number, gd.link_card_number, gd.legal_card_number}
    if hk is not None:
        raw |= {hk.hkid}
    if mo is not None:
        raw |= {mo.bir, mo.hkid, mo.passport}
    spelt = {text for number in raw if number for text in (number, number.replace("(", "").replace(")", ""), number.lower())}
    return spelt | {text.replace("(", "%28").replace(")", "%29") for text in spelt}


def personal(persona: Persona) -> set[str]:
    """Return names and addresses that no store may hold in clear."""
    known = {persona.hans, persona.hant, persona.latin}
    for account in (persona.guangdong, persona.macao):
        if account is not None:
            known |= {account.phone, account.address, getattr(account, "email", ""), getattr(account, "company", "")}
    return {text for text in known if len(text) > 2}


@dataclass
class Round:
    """What came of all sign-ins: everything a portal received, the secrets that were around, and what the stores then held."""

    demo: Demo
    received: bytes
    received_without_numbers: bytes
    secrets: set[str]
    subjects: dict[tuple[str, str, str], str]
    sids: dict[tuple[str, str, str], str]
    database: bytes = b""
    expiring: bytes = b""


def go_round(demo: Demo) -> Round:
    """Let everybody sign in everywhere, at two portals and the sample portal, and look at every page."""
    portals = {
        "first": demo.register(*_may(ALL_SCOPES)),
        "second": demo.register(*_may(NO_NUMBERS), redirect_uri="https://second.test/callback"),
    }
    done = Round(demo, b"", b"", set(), {}, {})
    for persona in load_personas():
        for region in accounts(persona):
            browser = Browser()
            for name, portal in portals.items():
                _sign_in(done, portal, name, browser, persona, region)
            done.received += _sample_portal(demo, browser, persona, region)
            for page in OWN_PAGES:
                assert browser.get(f"{demo.issuer}/me{page}").status == 200
            done.secrets |= {value for (_, name), value in browser.cookies.items() if name.startswith("idbridge")}
    return done


def _may(scopes: str) -> tuple[str, ...]:
    return tuple(option for scope in scopes.split() for option in ("--scope", scope))


def _sign_in(done: Round, portal: RelyingParty, name: str, browser: Browser, persona: Persona, region: str) -> None:
    scope = ALL_SCOPES if name == "first" else NO_NUMBERS
    attempt = portal.request(scope=scope, prompt="consent")
    visited = len(browser.visited)
    end = walk(browser, browser.get(attempt.url), region, persona.key)
    tokens = portal.tokens(attempt, end.url)
    refreshed = portal.refresh(tokens.refresh_token)
    told = [end.url.encode(), json.dumps(tokens.claims, ensure_ascii=False).encode(), portal.userinfo(tokens.access_token).body]
    told += [
        json.dumps(portal.claims(refreshed.json["id_token"]), ensure_ascii=False).encode(),
        json.dumps(tokens.response).encode(),
    ]
    told += [url.encode() for url in browser.visited[visited:] if url.startswith(portal.redirect_uri)]
    if name == "first":
        done.received += b"\n".join(told)
    else:
        done.received_without_numbers += b"\n".join(told)
    done.subjects[persona.key, region, name] = tokens.claims["sub"]
    done.sids[persona.key, region, name] = tokens.claims["sid"]
    code = portal.answer(attempt, end.url)["code"]
    given = (code, tokens.access_token, tokens.refresh_token, refreshed.json["refresh_token"], portal.client_secret)
    done.secrets |= {*given, attempt.verifier}


def _sample_portal(demo: Demo, browser: Browser, persona: Persona, region: str) -> bytes:
    """Sign in at the sample portal and return the page on which it shows what it received."""
    page = walk(browser, browser.open(browser.get(demo.portal), "//a[@id='sign-in']"), region, persona.key)
    assert page.url.startswith(demo.portal), page.url
    return page.body


@contextmanager
def own_stores(folder: Path) -> Iterator[Round]:
    """Go round at a bridge with the stores that it brings along."""
    with run_demo(folder) as demo:
        done = go_round(demo)
        done.expiring = _everything_in(redis.Redis(unix_socket_path=str(demo.home / "valkey" / "valkey.sock")))
    files = sorted(demo.home.glob("idbridge.sqlite3*"))
    assert files
    done.database = b"".join(path.read_bytes() for path in files)
    yield done


@contextmanager
def servers(folder: Path) -> Iterator[Round]:
    """Go round at a bridge on PostgreSQL and Redis."""
    with postgres() as database, redis_server(program("redis-server")) as redis_url:

        def change(settings: Settings) -> None:
            settings |= {"database_url": database.url(), "redis_url": redis_url}

        with run_demo(folder, change) as demo:
            done = go_round(demo)
            done.expiring = _everything_in(redis.Redis.from_url(redis_url))
        assert not list(demo.home.glob("*.sqlite3*"))
        assert not (demo.home / "valkey").exists()
        done.database = b"\n".join((*_rows(database), *_files(database)))
        yield done


def _everything_in(client: redis.Redis) -> bytes:
    """Return every key and value of an expiring store."""
    pieces: list[bytes] = []
    for key in client.scan_iter(count=1000):
        kind = client.type(key)
        held = client.hgetall(key) if kind == b"hash" else {b"": client.get(key)}
        pieces += [key, *held.keys(), *(value or b"" for value in held.values())]
    client.close()
    assert len(pieces) > 50
    return b"\n".join(pieces)


def _rows(server: Postgres) -> Iterator[bytes]:
    """Yield every value of every table: in the files, long ones are compressed."""
    with psycopg.connect(host=str(server.folder), user="postgres") as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert {"persons", "links", "consents", "sign_ins"} <= {name for (name,) in tables}
        for (name,) in tables:
            for row in connection.execute(f'SELECT * FROM "{name}"'):
                yield from (value if isinstance(value, bytes) else str(value).encode() for value in row)


def _files(server: Postgres) -> Iterator[bytes]:
    """Yield the server's files, its log of changes included, in which old versions of rows stand too."""
    with psycopg.connect(host=str(server.folder), user="postgres", autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    server.stop()
    yield from (path.read_bytes() for path in (server.folder / "data").rglob("*") if path.is_file())


@pytest.fixture(scope="module", params=[own_stores, servers], ids=["own stores", "PostgreSQL and Redis"])
def done(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Round]:
    with request.param(tmp_path_factory.mktemp("leaks")) as found:
        assert b"Test portal" in found.database, "what does stand there in clear is found"
        yield found


def _forbidden_everywhere() -> Iterator[tuple[str, str]]:
    for persona in load_personas():
        for region in accounts(persona):
            yield from ((persona.key, one) for one in identifiers(persona, region))
        yield from ((persona.key, one) for one in numbers(persona))


def _found(haystack: bytes, needles: set[tuple[str, str]]) -> list[tuple[str, str]]:
    lowered = haystack.lower()
    return sorted((of, text) for of, text in needles if text.lower().encode() in lowered)


def test_portals_receive_no_upstream_identifier(done: Round) -> None:
    known = {
        (persona.key, one)
        for persona in load_personas()
        for region in accounts(persona)
        for one in identifiers(persona, region)
    }
    assert len(known) >= len(load_personas())
    assert _found(done.received + done.received_without_numbers, known) == []


def test_portals_receive_no_identity_number_that_was_not_asked_for(done: Round) -> None:
    assert _found(done.received_without_numbers, set(_forbidden_everywhere())) == []


@pytest.mark.parametrize("place", ["log", "database", "expiring"])
def test_nothing_personal_stands_in_logs_and_stores(done: Round, place: str) -> None:
    home = done.demo.home
    haystacks: dict[str, Callable[[], bytes]] = {
        "log": lambda: done.demo.log.read_bytes() + b"".join(path.read_bytes() for path in home.rglob("*.log")),
        "database": lambda: done.database,
        "expiring": lambda: done.expiring,
    }
    needles = set(_forbidden_everywhere()) | {("secret", secret) for secret in done.secrets}
    needles |= {(persona.key, text) for persona in load_personas() for text in personal(persona)}
    assert _found(haystacks[place](), needles) == []


def test_the_search_would_find_them() -> None:
    needles = set(_forbidden_everywhere())
    assert {of for of, _ in needles} == {persona.key for persona in load_personas()}
    assert all(_found(f"…{text}…".encode(), {(of, text)}) for of, text in needles)


def test_subjects_differ_between_sectors_and_stay_within_one(done: Round) -> None:
    owners: dict[str, set[tuple[str, str]]] = {}
    for (persona, region, name), subject in done.subjects.items():
        owners.setdefault(subject, set()).add((name, f"{region} {_who_signs_in(persona)}"))
    assert all(len(of) == 1 for of in owners.values()), owners


def _who_signs_in(key: str) -> str:
    """Return the account that a persona's login is: a company's is that of its staff member."""
    (persona,) = (one for one in load_personas() if one.key == key)
    gd = persona.guangdong
    return gd.link_id_code or gd.id_code if gd is not None else key


def test_session_identifiers_differ_between_clients(done: Round) -> None:
    assert len(set(done.sids.values())) == len(done.sids)
