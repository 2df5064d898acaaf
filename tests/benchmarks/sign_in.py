"""CPU and memory of a full brokered login: ``python -m tests.benchmarks.sign_in [LOGINS]``, default 5000.

A login is authorize → Macao's sandbox → callback → token → userinfo, with consent given already and a fresh browser each time,
on the default stores (SQLite file, embedded Valkey), with everything on that a real instance has: the browser's address comes
from a proxy, so that sign-ins are counted. The bridge's figure is its worker process alone; the sandbox's is nobody's. Peers
(`peers`) run a twentieth of the logins after the same warm-up, in the same run: one machine's milliseconds are not another's.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import urllib3

from tests.benchmarks.peers import Absent, Peer, oidc_provider, satosa
from tests.bridge.browser import Browser, walk
from tests.bridge.demo import Settings, run_demo
from tests.bridge.processes import Process, valkey, workers

WARM_UP = 200
SAMPLES = 10
REGION, PERSONA, SCOPE = "MO", "leong-wai-keng", "openid profile"


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured of one process: milliseconds of CPU a login, memory after the warm-up and after every tenth of it."""

    name: str
    logins: int
    cpu_ms: float
    memory: tuple[float, ...]


POOL = urllib3.PoolManager(retries=False, timeout=60.0, maxsize=4)
"""Connections are kept, as a proxy before the bridge keeps them."""


class FreshBrowser(Browser):
    """A browser without cookies, and with an address of its own, that a proxy tells."""

    numbers = count()

    def __init__(self, entrance: Callable[[str], str]) -> None:
        super().__init__()
        number = next(self.numbers)
        self._http = POOL
        self.headers = {"X-Forwarded-For": f"198.51.{number // 250 % 250}.{number % 250}"}
        self._entrance = entrance

    def _send(self, method: str, url: str, fields: list[tuple[str, str]] | None) -> urllib3.BaseHTTPResponse:
        return super()._send(method, self._entrance(url), fields)


class Portal:
    """Signs people in at a peer or the bridge, at the endpoints that it publishes."""

    def __init__(self, peer: Peer, **hint: str) -> None:
        self._party, self._peer, self._hint = peer.portal, peer, hint
        document = self._entrance(f"{peer.portal.issuer}/.well-known/openid-configuration")
        self._endpoints = POOL.request("GET", document).json()

    def log_in(self) -> None:
        """Sign in once, to the end: the portal has the person's name."""
        browser, party = FreshBrowser(self._entrance), self._party
        attempt = party.request(scope=SCOPE, **self._hint)
        page = browser.get(f"{self._endpoints['authorization_endpoint']}?{urlencode(attempt.parameters)}")
        code = dict(parse_qsl(urlsplit(walk(browser, page, REGION, PERSONA).url).query))["code"]
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": party.redirect_uri,
            "code_verifier": attempt.verifier,
        }
        basic = urllib3.make_headers(basic_auth=f"{party.client_id}:{party.client_secret}")
        token = self._call("token", basic, form)["access_token"]
        claims = self._call("userinfo", {"Authorization": f"Bearer {token}"})
        assert claims.get("name"), claims

    def _call(self, endpoint: str, headers: dict[str, str], form: dict[str, str] | None = None) -> dict[str, str]:
        url = self._entrance(self._endpoints[f"{endpoint}_endpoint"])
        if form is None:
            reply = POOL.request("GET", url, headers=headers)
        else:
            reply = POOL.request("POST", url, fields=form, encode_multipart=False, headers=headers)
        assert reply.status == 200, reply.data
        return reply.json()

    def _entrance(self, url: str) -> str:
        """Return where a URL of the peer is really served."""
        return url.replace(self._party.issuer, self._peer.address or self._party.issuer, 1)


def measure(name: str, process: Process, login: Callable[[], object], logins: int) -> Figure:
    """Log in for warmth, then count."""
    for _ in range(WARM_UP):
        login()
    memory, before = [process.resident_mb], process.cpu_seconds
    for _ in range(SAMPLES):
        for _ in range(logins // SAMPLES):
            login()
        memory.append(process.resident_mb)
    return Figure(name, logins, (process.cpu_seconds - before) / logins * 1000, tuple(memory))


def measure_bridge(logins: int) -> list[Figure]:
    """Measure one worker, with the store's share beside it."""

    def behind_a_proxy(settings: Settings) -> None:
        settings["trusted_proxies"] = 1

    folder = tempfile.TemporaryDirectory(prefix="idbridge-benchmark-")
    with folder as name, run_demo(Path(name), behind_a_proxy, workers=1) as demo:
        (worker,), store = workers(demo), valkey(demo)
        portal = Portal(Peer(demo.register(), worker.pid), idp_hint=REGION)
        store_before = store.cpu_seconds
        bridge = measure("idbridge, a broker", worker, portal.log_in, logins)
        used = (store.cpu_seconds - store_before) / (logins + WARM_UP) * 1000
        return [bridge, Figure("  its embedded Valkey", logins, used, (store.resident_mb,))]


def measure_peer(name: str, start: Callable[[], AbstractContextManager[Peer]], logins: int) -> list[Figure]:
    """Measure a peer, or say why not."""
    try:
        with start() as peer:
            return [measure(name, Process(peer.pid), Portal(peer).log_in, logins)]
    except Absent as absent:
        print(f"{name}: left out, missing: {absent}")
        return []


def main(logins: int) -> None:
    """Measure all and print a table."""
    figures = [
        *measure_peer("oidc-provider, no broker", oidc_provider, max(logins // 20, 100)),
        *measure_bridge(logins),
        *measure_peer("SATOSA, a broker", satosa, max(logins // 20, 100)),
    ]
    print(f"{'':28}{'logins':>8}{'CPU ms a login':>16}{'MB after warm-up':>18}{'MB at the end':>15}")
    for one in figures:
        print(f"{one.name:28}{one.logins:8}{one.cpu_ms:16.2f}{one.memory[0]:18.1f}{one.memory[-1]:15.1f}")
    for one in figures:
        print(f"{one.name.strip()}: MB " + " ".join(f"{value:.0f}" for value in one.memory))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
