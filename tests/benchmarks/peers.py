"""The systems that the bridge is measured beside, each started as its documentation says: development only.

npm's certified `oidc-provider` (``npm ci`` in tests/interop) answers by itself, in memory, without a broker's second half.
SATOSA is a broker of the bridge's shape: its OpenID Connect frontend before its OpenID Connect backend, with `oidc-provider` as
the upstream. It is not installed with the tests (``pip install "SATOSA[pyop]"``); what is missing is left out, and said.
"""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import urllib3
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.bridge.relying_party import RelyingParty
from tests.requirements import CHECKOUT, program
from tests.servers import free_port, wait_until

INTEROP = CHECKOUT / "tests" / "interop"
REDIRECT = "https://rp.test/callback"


class Absent(Exception):
    """The peer is not installed here."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A running peer: who asks it to sign somebody in, and the process to measure.

    `address` is where it really listens, when it believes itself to be at its issuer behind TLS.
    """

    portal: RelyingParty
    pid: int
    address: str = ""


@contextmanager
def oidc_provider(redirect_uri: str = REDIRECT, client_id: str = "benchmark", *, pkce: str = "required") -> Iterator[Peer]:
    """Run `oidc-provider` with one client."""
    if not (INTEROP / "node_modules" / "oidc-provider").exists():
        raise Absent("npm ci in tests/interop")
    secret, port = secrets.token_urlsafe(32), free_port()
    environment = {
        **os.environ,
        "PORT": str(port),
        "REDIRECT_URI": redirect_uri,
        "CLIENT_ID": client_id,
        "CLIENT_SECRET": secret,
        "ACCOUNT": "benchmark-account",
        "CLAIMS": json.dumps({"name": "Benchmark Person"}),
        "PKCE": pkce,
    }
    command = [program("node"), "provider.mjs"]
    with _process(command, INTEROP, environment) as process:
        issuer = f"http://127.0.0.1:{port}"
        _wait(f"{issuer}/.well-known/openid-configuration")
        yield Peer(RelyingParty(issuer, client_id, secret, redirect_uri), process.pid)


@contextmanager
def satosa() -> Iterator[Peer]:
    """Run SATOSA in one worker, with an `oidc-provider` upstream."""
    if importlib.util.find_spec("satosa") is None or importlib.util.find_spec("pyop") is None:
        raise Absent('pip install "SATOSA[pyop]"')
    port, secret = free_port(), secrets.token_urlsafe(36)
    issuer = f"https://127.0.0.1:{port}"  # it insists on https in its own addresses; TLS is a proxy's
    with ExitStack() as stack:
        upstream = stack.enter_context(oidc_provider(f"{issuer}/upstream", "satosa", pkce="optional"))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="satosa-")))
        _write_satosa(folder, issuer, secret, upstream.portal)
        server = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", "4"]
        command = [*server, "--port", str(port), "--log-level", "error", "satosa.wsgi:app"]
        environment = {**os.environ, "SATOSA_CONFIG": str(folder / "proxy_conf.yaml")}
        process = stack.enter_context(_process(command, folder, environment))
        address = f"http://127.0.0.1:{port}"
        _wait(f"{address}/.well-known/openid-configuration")
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        yield Peer(RelyingParty(issuer, "benchmark", secret, REDIRECT), int(children[-1]), address)


def _write_satosa(folder: Path, issuer: str, secret: str, upstream: RelyingParty) -> None:
    """Write SATOSA's configuration; JSON is YAML too."""
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    (folder / "frontend.key").write_bytes(pem)
    client = {
        "client_id": "benchmark",
        "client_secret": secret,
        "redirect_uris": [REDIRECT],
        "response_types": ["code"],
        "scope": "openid profile",
        "subject_type": "pairwise",
        "token_endpoint_auth_method": "client_secret_basic",
    }
    backend_client = {
        "client_id": upstream.client_id,
        "client_secret": upstream.client_secret,
        "application_type": "web",
        "redirect_uris": ["<base_url>/<name>"],
        "subject_type": "public",
    }
    files = {
        "clients.json": {"benchmark": client},
        "attributes.yaml": {
            "attributes": {"edupersontargetedid": {"openid": ["sub"]}, "name": {"openid": ["name"]}},
            "user_id_from_attrs": ["edupersontargetedid"],
            "user_id_to_attr": "edupersontargetedid",
        },
        "backend.yaml": {
            "module": "satosa.backends.openid_connect.OpenIDConnectBackend",
            "name": "upstream",
            "config": {
                "provider_metadata": {"issuer": upstream.issuer},
                "client": {
                    "auth_req_params": {"response_type": "code", "scope": ["openid", "profile"]},
                    "client_metadata": backend_client,
                },
            },
        },
        "frontend.yaml": {
            "module": "satosa.frontends.openid_connect.OpenIDConnectFrontend",
            "name": "OIDC",
            "config": {
                "signing_key_path": "frontend.key",
                "signing_key_id": "k1",
                "client_db_path": "clients.json",
                "sub_hash_salt": secrets.token_urlsafe(16),
                "provider": {
                    "client_registration_supported": False,
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["pairwise"],
                    "scopes_supported": ["openid", "profile"],
                    "id_token_lifetime": 3600,
                },
            },
        },
        "proxy_conf.yaml": {
            "BASE": issuer,
            "COOKIE_STATE_NAME": "SATOSA_STATE",
            "CONTEXT_STATE_DELETE": True,
            "STATE_ENCRYPTION_KEY": secrets.token_urlsafe(24),
            "INTERNAL_ATTRIBUTES": "attributes.yaml",
            "BACKEND_MODULES": ["backend.yaml"],
            "FRONTEND_MODULES": ["frontend.yaml"],
            "MICRO_SERVICES": [],
            "LOGGING": {"version": 1, "root": {"level": "ERROR"}},
        },
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")


@contextmanager
def _process(command: list[str], folder: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _wait(url: str) -> None:
    http = urllib3.PoolManager(retries=False, timeout=10.0)
    wait_until(lambda: http.request("GET", url), urllib3.exceptions.HTTPError)
