"""`idbridge demo`: the bridge, three sandbox providers and a sample portal on one machine."""

from __future__ import annotations

import json
import logging
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_network
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import tomli_w
import waitress
from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from idbridge.app import create_app
from idbridge.cli.instance import open_instance, told
from idbridge.cli.serve import expiring_store, run
from idbridge.clock import system_clock, system_stopwatch
from idbridge.exchange import ExchangeFailed, HttpRequest
from idbridge.identity.assertion import RegionCode
from idbridge.identity.release import SCOPES
from idbridge.identity.sealing import Keyring
from idbridge.oidc import opaque
from idbridge.oidc.clients import Client, ClientId
from idbridge.outbound import Doors, Fetch, Outbound
from idbridge.regions.iamsmart import IamSmartConnector
from idbridge.regions.iamsmart_signing import IamSmartSigning
from idbridge.sandbox.guangdong import create_guangdong
from idbridge.sandbox.hongkong import create_hongkong
from idbridge.sandbox.hongkong_signing import demo_keys
from idbridge.sandbox.macao import create_macao
from idbridge.sandbox.portal import PortalConfig, SigningDesk, create_portal
from idbridge.sandbox.publication import Publication
from idbridge.sandbox.registration import (
    Addresses,
    bridge_regions,
    guangdong_config,
    hongkong_config,
    macao_config,
    portal_iam_smart,
    portal_signing_config,
    register,
)
from idbridge.sandbox.tsa import TimestampApplication, demo_authorities
from idbridge.services.demo_building import ensure_demo_pki, set_aside
from idbridge.services.demo_pki import DemoPki, read_profiles
from idbridge.services.demo_samples import make_samples
from idbridge.services.extractors import CERTS
from idbridge.services.remote_signing import RemoteSigning
from idbridge.services.trust_sources import CERTIFICATES_FOLDER, SOURCES_FILE, open_trust_lists
from idbridge.settings import DEFAULT_HOME, SETTINGS_FILE, Settings
from idbridge.storage.redis import RedisExpiring
from idbridge.storage.redis_clients import connect
from idbridge.storage.valkey import socket_url
from idbridge.stores import open_stores
from idbridge.trust.vocabulary import Territory

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

THREADS = 8
"""Requests that each sandbox application serves at once: one person and a test or two."""
MARK = "# Written by `idbridge demo` at every start. Remove this line to keep your changes.\n"
SAMPLES = "samples"
"""Below the home: the documents to try, made anew at every start."""
LOOPBACK = (ip_network("127.0.0.0/8"),)
PORTAL_ID = ClientId("sample-portal")
PARTIES = frozenset({"GD", "HK", "HK-portal", "MO", "portal"})
"""Who has credentials."""
START_SECONDS = 60.0
"""How long the bridge may take to answer before the addresses are printed all the same."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where everything listens, counted from the base port (the order is a public promise)."""

    base: int

    def url(self, offset: int) -> str:
        """Return the address of the service at an offset: 0 bridge, 1 GD, 2 HK, 3 MO, 4 portal."""
        return f"http://127.0.0.1:{self.base + offset}"

    @property
    def addresses(self) -> Addresses:
        """The addresses by name."""
        return Addresses(self.url(0), self.url(1), self.url(2), self.url(3))


@click.command()
@click.option(
    "--base-port", default=8000, show_default=True, type=click.IntRange(1, 65531), help="The bridge; four more follow."
)
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Worker processes of the bridge.")
def demo(base_port: int, workers: int) -> None:
    """Run everything on this machine: bridge, providers of the three regions, and a portal to sign in to.

    Example: idbridge demo --base-port 18000
    """
    ports = Ports(base_port)
    home = Path(os.environ.get("IDBRIDGE_HOME") or DEFAULT_HOME)
    with told():
        _check_free(ports)
        credentials = _credentials(home)
        _write_settings(home, ports, credentials)
        settings = open_instance()
        _prepare_trust(settings, ports)
        create_app(settings)
        _register_portal(settings, ports, credentials)
        # A process of its own: the bridge's workers are forks, and a fork of a process with threads may inherit a held lock.
        sandbox = get_context("spawn").Process(target=_sandbox, args=(settings, ports, credentials), daemon=True)
        sandbox.start()
        with expiring_store(settings):
            run(settings, "127.0.0.1", base_port, workers)


def _sandbox(settings: Settings, ports: Ports, credentials: Mapping[str, Any]) -> None:
    """Serve the providers, the portal and what the PKI has online until the demonstration is over, however it ended."""
    pki = DemoPki(settings.home / "pki")
    _prepare_samples(settings, pki)
    public: dict[str, WSGIApplication] = {
        "/pki": Publication(pki, CERTS, system_clock),
        "/tsa": TimestampApplication(demo_authorities(pki), system_clock),
    }
    for app, port in _applications(settings, ports, credentials, pki):
        _listen(DispatcherMiddleware(app, public) if port == ports.base + 1 else app, port)
    parent = parent_process()
    threading.Thread(target=_announce, args=(ports,), daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends us
    if parent is not None:
        wait([parent.sentinel])


def _prepare_samples(settings: Settings, pki: DemoPki) -> None:
    """Have documents to try. Typesetting has threads: not in the process that the bridge's workers are forks of."""
    profiles, picture = read_profiles(CERTS / "profiles.toml"), (CERTS / "seals" / "organisation.png").read_bytes()
    at = system_clock().replace(microsecond=0)
    make_samples(pki, profiles, settings.home / SAMPLES, picture=picture, at=at)


def _check_free(ports: Ports) -> None:
    """Say which ports are taken before anything is started."""
    taken = [port for port in range(ports.base, ports.base + 5) if not _is_free(port)]
    if taken:
        listed = ", ".join(map(str, taken))
        raise click.ClickException(f"already in use: port {listed}. Choose five others with --base-port.")


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def _credentials(home: Path) -> Mapping[str, Any]:
    """Return the made-up credentials of this demonstration, made at its first start; what is new is added to older ones."""
    path = home / "demo.json"
    if not path.exists():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=False)
        path.write_text("{}", encoding="utf-8")
    kept: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if kept.keys() >= PARTIES:
        return kept
    found = {**register(), "portal": {"client_secret": secrets.token_urlsafe(32)}, **kept}
    path.write_text(json.dumps(found), encoding="utf-8")
    return found


def _write_settings(home: Path, ports: Ports, credentials: Mapping[str, Any]) -> None:
    """Write the settings that fit these ports, unless somebody made the file their own."""
    path = home / SETTINGS_FILE
    if path.exists() and not path.read_text(encoding="utf-8").startswith(MARK):
        click.echo(f"{path} is not the demonstration's own; it is used as it is.", err=True)
        return
    values = {
        "issuer": ports.url(0),
        "outbound_plain_http": True,
        "reachable_networks": ["127.0.0.0/8"],
        "samples": SAMPLES,
        "regions": bridge_regions(credentials, ports.addresses),
    }
    path.touch(mode=0o600)
    path.write_text(MARK + tomli_w.dumps(values), encoding="utf-8")


def _prepare_trust(settings: Settings, ports: Ports) -> None:
    """Have the demonstration PKI, built for these ports, and rely on its three signed lists."""
    folder, base_url, now = settings.home / "pki", f"{ports.url(1)}/pki", system_clock()
    if folder.exists() and DemoPki(folder).manifest.base_url != base_url:
        click.echo(f"The addresses in the demonstration's certificates change; the former PKI is {set_aside(folder, now)}.")
    pki = ensure_demo_pki(folder, CERTS, now=now, base_url=base_url)
    trust = settings.home / "trust"
    trust.mkdir(mode=0o700, exist_ok=True)
    sources = [
        {
            "territory": region,
            "location": f"{base_url}/lists/{region}.xml",
            "signers": [f"../pki/certificates/{region.lower()}-list-signer/certificate.cer"],
        }
        for region in pki.manifest.lists
    ]
    (trust / SOURCES_FILE).write_text(tomli_w.dumps({"list": sources}), encoding="utf-8")
    _know_cross_certificates(pki, trust / CERTIFICATES_FOLDER)
    lists = open_trust_lists(trust, system_clock)
    for region, file in pki.manifest.lists.items():
        lists.offer(Territory(region), (folder / file).read_bytes())


def _know_cross_certificates(pki: DemoPki, folder: Path) -> None:
    """Have the certificates that the regions' authorities issue to one another at hand: nobody sends them along."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for leftover in folder.glob("*.cer"):
        leftover.unlink()
    for cross in pki.manifest.cross_certificates:
        (folder / f"{cross.id}.cer").write_bytes(pki.certificate(cross.id))


def _register_portal(settings: Settings, ports: Ports, credentials: Mapping[str, Any]) -> None:
    """Register the sample portal at the addresses it has this time."""
    portal = _portal_config(ports, credentials)
    client = Client(
        client_id=PORTAL_ID,
        names=(
            ("zh-Hans", "湾区服务示例门户"),
            ("zh-Hant", "灣區服務示範網站"),
            ("en", "Bay Area Services (sample)"),
            ("pt", "Serviços da Grande Baía (amostra)"),
        ),
        purposes=(
            ("zh-Hans", "向您显示门户收到的信息。"),
            ("zh-Hant", "向你顯示網站收到的資料。"),
            ("en", "To show you what a portal receives."),
            ("pt", "Para lhe mostrar o que um portal recebe."),
        ),
        redirect_uris=(portal.redirect_uri,),
        post_logout_redirect_uris=(portal.signed_out_uri,),
        secret_sha256=opaque.digest(portal.client_secret),
        id_token_signed_response_alg="ES256",  # noqa: S106 - an algorithm, no password
        scopes=SCOPES,
        home_region=RegionCode("HK"),
        operator="idbridge",
    )
    clients = open_stores(settings).durable.clients
    if not clients.add(client):
        clients.replace(client)


def _portal_config(ports: Ports, credentials: Mapping[str, Any]) -> PortalConfig:
    return PortalConfig(
        issuer=ports.url(0),
        client_id=PORTAL_ID,
        client_secret=credentials["portal"]["client_secret"],
        base_url=ports.url(4),
        clock=system_clock,
    )


def _signing_desk(settings: Settings, ports: Ports, credentials: Mapping[str, Any]) -> SigningDesk:
    """Return what the portal signs with: in a corner of its own of the expiring store, under keys that end with it."""
    config = portal_iam_smart(credentials, ports.addresses)
    client = connect(settings.redis_url or socket_url(settings.home))
    store = RedisExpiring(client, Keyring(secrets.token_bytes(32), secrets.token_bytes(32)), prefix="portal")
    fetch = Outbound(Doors(LOOPBACK), plain_http=True)
    names = {"service": "Bay Area Services", "department": "idbridge"}
    return SigningDesk(
        login=IamSmartConnector(config),
        remote=RemoteSigning(IamSmartSigning(config), fetch, store, system_clock, **names),
        store=store,
        fetch=fetch,
        clock=system_clock,
        base_url=ports.url(4),
        verify_url=f"{ports.url(0)}/verify",
    )


def _applications(
    settings: Settings, ports: Ports, credentials: Mapping[str, Any], pki: DemoPki
) -> tuple[tuple[Flask, int], ...]:
    addresses = ports.addresses
    bridge = hongkong_config(credentials, addresses)
    portal = portal_signing_config(credentials, addresses, ports.url(4))
    made: tuple[Callable[[], Flask], ...] = (
        lambda: create_guangdong(guangdong_config(credentials, addresses)),
        lambda: create_hongkong(bridge, portal, keys=demo_keys(pki, bridge.personas)),
        lambda: create_macao(macao_config(credentials, addresses)),
        lambda: create_portal(_portal_config(ports, credentials), signing=_signing_desk(settings, ports, credentials)),
    )
    return tuple((make(), ports.base + offset) for offset, make in enumerate(made, start=1))


def _listen(app: WSGIApplication, port: int) -> None:
    """Serve a sandbox application in threads of this process; its requests hold codes, so they are not logged."""
    logging.getLogger("waitress").setLevel(logging.ERROR)
    server = waitress.create_server(app, host="127.0.0.1", port=port, threads=THREADS)
    threading.Thread(target=server.run, daemon=True).start()


def _announce(ports: Ports) -> None:
    """Print where everything is as soon as the bridge answers."""
    deadline = system_stopwatch() + START_SECONDS
    waiting, fetch = threading.Event(), Outbound(Doors(LOOPBACK), plain_http=True)
    while system_stopwatch() < deadline and not _answers(fetch, ports.url(0)):
        waiting.wait(0.1)
    names = ("Bridge", "Guangdong (sandbox)", "Hong Kong (sandbox)", "Macao (sandbox)", "Portal: start here")
    lines = "\n".join(f"  {name:22} {ports.url(offset)}/" for offset, name in enumerate(names))
    click.echo(
        f"\nidbridge is up:\n{lines}\n\nOpen the portal, choose “Sign in”, a region and a persona. Ctrl-C stops everything."
    )


def _answers(fetch: Fetch, url: str) -> bool:
    try:
        return fetch(HttpRequest("GET", f"{url}/readyz")).status == HTTPStatus.OK
    except ExchangeFailed:
        return False
