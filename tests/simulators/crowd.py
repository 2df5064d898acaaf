"""An honest OpenID provider with as many accounts as anybody wants: the browser's cookie says which one signs in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask import request
from werkzeug.serving import make_server

from tests.bridge.browser import Browser
from tests.servers import free_port
from tests.simulators.lying_openid import LyingOpenID, create_app

ACCOUNT_COOKIE = "crowd-account"


class Crowd(LyingOpenID):
    """The provider; everything about it is `LyingOpenID`'s but the subject."""

    def __init__(self, base_url: str) -> None:
        super().__init__(base_url, clock=lambda: datetime.now(UTC))
        self._asked = threading.local()

    def authorize(self, url: str) -> dict[str, str]:
        answer = super().authorize(url)
        self._codes[answer["code"]]["account"] = request.cookies[ACCOUNT_COOKIE]
        return answer

    def _id_token(self, asked: dict[str, str], access_token: str) -> str:
        self._asked.account = asked["account"]
        return super()._id_token(asked, access_token)

    def _sign(self, claims: dict[str, Any]) -> str:
        told = {**self.person, "sub": self._asked.account, "auth_time": int(claims["iat"])}
        return super()._sign({**claims, **told})


@contextmanager
def crowd() -> Iterator[Crowd]:
    """Serve one on a port of its own."""
    port = free_port()
    provider = Crowd(f"http://127.0.0.1:{port}")
    server = make_server("127.0.0.1", port, create_app(provider), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def region_of(provider: Crowd) -> dict[str, object]:
    """Return the settings of a region whose provider this is: it tells its claims in the ID token."""
    return {
        "protocol": "openid",
        "issuer": provider.base_url,
        "client_id": "bridge",
        "client_secret": "secret",
        "levels": {"high": "high"},
        "userinfo": "never",
    }


def browser_of(account: str) -> Browser:
    """Return a browser whose person has an account at every crowd."""
    browser = Browser()
    browser.cookies["127.0.0.1", ACCOUNT_COOKIE] = account
    return browser
