"""The suite's clients, registered at the running bridge, and a person to sign in with.

The suite registers two clients that use no PKCE unless a module is about it; so do we.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.bridge.browser import Browser, Page, walk
from tests.bridge.demo import EVERY_SCOPE, Demo
from tests.bridge.relying_party import Attempt, RelyingParty, Tokens

SIGNED_OUT = "https://rp.test/signed-out"
STATIC_CLIENT = (*EVERY_SCOPE, "--no-pkce", "--post-logout-redirect-uri", SIGNED_OUT)


@dataclass
class Login:
    """A person with accounts that hold every claim, in a browser of their own, at one client."""

    client: RelyingParty
    browser: Browser = field(default_factory=Browser)
    region: str = "MO"
    persona: str = "leong-wai-keng"

    def request(self, **parameters: str) -> Attempt:
        """Build a request as the suite does: without PKCE."""
        return self.client.request(pkce=False, **parameters)

    def authorize(self, attempt: Attempt) -> Page:
        """Send the browser to the authorization endpoint and answer whatever it asks."""
        return walk(self.browser, self.browser.get(attempt.url), self.region, self.persona)

    def complete(self, attempt: Attempt) -> Tokens:
        """Run the whole flow: authorization, code, ID token, userinfo of the same subject."""
        tokens = self.client.tokens(attempt, self.authorize(attempt).url)
        userinfo = self.client.userinfo(tokens.access_token)
        assert userinfo.status == 200
        assert userinfo.json["sub"] == tokens.claims["sub"]
        return tokens

    def run(self, **parameters: str) -> Tokens:
        """Run the whole flow for a request with these parameters."""
        return self.complete(self.request(**parameters))

    @property
    def visits(self) -> int:
        """How often the browser has been at the provider."""
        return sum("/authorize" in url and not url.startswith(self.client.issuer) for url in self.browser.visited)


@pytest.fixture(scope="session")
def client(demo: Demo) -> RelyingParty:
    """The suite's first client: client_secret_basic, ID tokens in RS256 (what the suite expects of a static client)."""
    return demo.register(*STATIC_CLIENT, "--alg", "RS256")


@pytest.fixture(scope="session")
def second_client(demo: Demo) -> RelyingParty:
    """The suite's second client: client_secret_post, ID tokens in ES256."""
    return demo.register(*STATIC_CLIENT, "--auth-method", "client_secret_post", redirect_uri="https://second.test/callback")


@pytest.fixture
def login(client: RelyingParty) -> Login:
    """A browser in which nobody is signed in yet."""
    return Login(client)
