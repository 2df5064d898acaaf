"""Certified OpenID Connect software from npm, run beside the tests: a relying party to drive, and a provider to sign in at."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests import requirements

HERE = Path(__file__).parent


class OpenIDClient:
    """npm's openid-client: one command a line, one answer a line. It never meets a browser; that is the test's part."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Run a command; `OpenIDClientError` when the library throws."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps({'command': command, **arguments})}\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise OpenIDClientError(answer)
        return answer["ok"]


class OpenIDClientError(Exception):
    """The library refused; `cause` is what the bridge answered, if it did."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(f"{answer['error']}: {answer['message']}: {answer.get('cause')}")
        self.cause = answer.get("cause") or {}


@contextmanager
def openid_client() -> Iterator[OpenIDClient]:
    """Run a relying party."""
    node = requirements.node_packages(HERE)
    command = [node, str(HERE / "relying_party.mjs")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_environment())
    with process:
        try:
            yield OpenIDClient(process)
        finally:
            process.terminate()


@contextmanager
def oidc_provider(port: int, redirect_uri: str, account: str, claims: dict[str, str], acr: str) -> Iterator[str]:
    """Run a provider with one client (``bridge``, ``secret``) and one person; yield its issuer."""
    node = requirements.node_packages(HERE)
    settings = {
        "PORT": str(port),
        "REDIRECT_URI": redirect_uri,
        "CLIENT_ID": "bridge",
        "CLIENT_SECRET": "secret",
        "ACCOUNT": account,
        "CLAIMS": json.dumps(claims),
        "ACR": acr,
    }
    command = [node, str(HERE / "provider.mjs")]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=_environment() | settings
    )
    with process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[1]
        finally:
            process.terminate()


def _environment() -> dict[str, str]:
    """Return an environment without warnings of the interpreter's that are no concern of the tests."""
    return {**os.environ, "NODE_NO_WARNINGS": "1"}
