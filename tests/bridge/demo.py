"""The real thing for tests: `idbridge demo` in a process of its own, on free ports, with a home to look into afterwards."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w
import urllib3

from idbridge.cli.demo import Ports
from idbridge.identity.release import SCOPES
from idbridge.sandbox.registration import bridge_regions, register
from tests.bridge.relying_party import RelyingParty
from tests.requirements import CHECKOUT

START_SECONDS = 60.0
STOP_SECONDS = 30.0
SERVICES = 5
"""Ports of a demonstration: bridge, three providers, portal."""

Settings = dict[str, Any]

EVERY_SCOPE = tuple(part for scope in SCOPES for part in ("--scope", scope))
"""Options of `idbridge clients add` for a portal that may ask for everything."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demonstration. `log` holds everything that its processes wrote, `home` all of the bridge's state."""

    home: Path
    log: Path
    ports: Ports

    @property
    def issuer(self) -> str:
        """The bridge's address."""
        return self.ports.url(0)

    @property
    def portal(self) -> str:
        """The sample portal's address."""
        return self.ports.url(4)

    def provider(self, region: str) -> str:
        """Return the address of a region's sandbox provider."""
        return self.ports.url(("GD", "HK", "MO").index(region) + 1)

    def command(self, *arguments: str) -> str:
        """Run `idbridge` beside the instance and return what it printed."""
        return run_command(self.home, *arguments)

    def register(self, *options: str, redirect_uri: str = "https://rp.test/callback") -> RelyingParty:
        """Register a portal by `idbridge clients add` with further *options*, and return a relying party of that name."""
        name = f"Test portal {secrets.token_hex(3)}"
        told = self.command("clients", "add", "--name", name, "--redirect-uri", redirect_uri, "--json", *options)
        method = "none" if "--public" in options else "client_secret_basic"
        if "--auth-method" in options:
            method = options[options.index("--auth-method") + 1]
        made = json.loads(told)
        return RelyingParty(made["issuer"], made["client_id"], made.get("client_secret", ""), redirect_uri, method)


def environment(home: Path) -> dict[str, str]:
    """Return the environment of an instance's processes: this checkout's code, and no setting of the machine's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("IDBRIDGE_")}
    return {**kept, "IDBRIDGE_HOME": str(home), "PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}


def run_command(home: Path, *arguments: str) -> str:
    """Run `idbridge` for an instance and return what it printed; CalledProcessError when it fails."""
    command = [sys.executable, "-m", "idbridge", *arguments]
    return subprocess.run(command, env=environment(home), check=True, capture_output=True, text=True, timeout=60).stdout


def free_ports() -> Ports:
    """Return a base port with four free ones behind it."""
    while True:
        # Below the range that systems give to outgoing connections, so that nothing takes them by chance.
        ports = Ports(10_000 + secrets.randbelow(20_000))
        if all(_is_free(ports.base + offset) for offset in range(SERVICES)):
            return ports


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def prepare(home: Path, ports: Ports, change: Callable[[Settings], None]) -> None:
    """Write the settings of a demonstration that differs from the usual one by *change*."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    credentials = {**register(), "portal": {"client_secret": secrets.token_urlsafe(32)}}
    (home / "demo.json").write_text(json.dumps(credentials), encoding="utf-8")
    settings: Settings = {
        "issuer": ports.url(0),
        "outbound_plain_http": True,
        "reachable_networks": ["127.0.0.0/8"],
        "regions": bridge_regions(credentials, ports.addresses),
    }
    change(settings)
    (home / "idbridge.toml").write_text(tomli_w.dumps(settings), encoding="utf-8")


@contextmanager
def run_demo(folder: Path, change: Callable[[Settings], None] | None = None, workers: int = 2) -> Iterator[Demo]:
    """Start a demonstration below *folder*, with settings as *change* leaves them, and stop it afterwards."""
    demo = Demo(folder / "home", folder / "demo.log", free_ports())
    if change is not None:
        prepare(demo.home, demo.ports, change)
    command = [sys.executable, "-m", "idbridge", "demo", "--base-port", str(demo.ports.base), "--workers", str(workers)]
    with demo.log.open("wb") as log:
        process = subprocess.Popen(
            command, env=environment(demo.home), stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _wait_until_up(demo, process)
        yield demo
    finally:
        _stop(process)


def _wait_until_up(demo: Demo, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    http = urllib3.PoolManager(retries=False, timeout=2.0)
    while not all(_answers(http, url) for url in (f"{demo.issuer}/readyz", f"{demo.portal}/")):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the demonstration did not start:\n{demo.log.read_text(encoding='utf-8', errors='replace')}")
        time.sleep(0.05)


def _answers(http: urllib3.PoolManager, url: str) -> bool:
    try:
        return http.request("GET", url).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop it as Ctrl-C would; what does not stop is killed with all its children, and said."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
