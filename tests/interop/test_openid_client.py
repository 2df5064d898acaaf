"""npm's certified openid-client against the running bridge, through each region, in each way a portal can be registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.bridge.browser import Browser, walk
from tests.bridge.demo import Demo, Settings, run_demo
from tests.bridge.relying_party import RelyingParty
from tests.interop.certified import OpenIDClient, OpenIDClientError, oidc_provider, openid_client
from tests.servers import free_port

SIGNED_OUT = "https://rp.test/signed-out"
SCOPE = "openid profile identity offline_access"
RESIDENTS = {"GD": "li-min", "HK": "chan-siu-man", "MO": "leong-wai-keng"}
METHODS = {
    "client_secret_basic": (),
    "client_secret_post": ("--auth-method", "client_secret_post"),
    "none": ("--public",),
}

Register = Callable[[str, str], RelyingParty]


@pytest.fixture(scope="module")
def client() -> Iterator[OpenIDClient]:
    with openid_client() as running:
        yield running


def options(method: str, algorithm: str) -> tuple[str, ...]:
    scopes = ("--scope", "profile", "--scope", "identity", "--scope", "offline_access")
    return (*METHODS[method], *scopes, "--alg", algorithm, "--post-logout-redirect-uri", SIGNED_OUT)


@pytest.fixture(scope="module")
def registered(demo: Demo) -> Register:
    """Give a function that registers a portal once for each way."""
    known: dict[tuple[str, str], RelyingParty] = {}

    def register(method: str, algorithm: str) -> RelyingParty:
        if (method, algorithm) not in known:
            known[method, algorithm] = demo.register(*options(method, algorithm))
        return known[method, algorithm]

    return register


def discover(client: OpenIDClient, portal: RelyingParty, algorithm: str) -> None:
    client(
        "discover",
        issuer=portal.issuer,
        clientId=portal.client_id,
        clientSecret=portal.client_secret,
        method=portal.method,
        alg=algorithm,
    )


def sign_in(client: OpenIDClient, portal: RelyingParty, browser: Browser, region: str, **extra: str | int) -> dict[str, object]:
    """Run the code flow with PKCE and return the ID token's claims, as the library verified them."""
    url = client("authorize", redirectUri=portal.redirect_uri, scope=SCOPE, extra=extra)["url"]
    end = walk(browser, browser.get(url), region, RESIDENTS[region])
    return client("callback", url=end.url)["claims"]


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("region", RESIDENTS)
def test_a_portal_is_served_from_discovery_to_sign_out(
    registered: Register, client: OpenIDClient, region: str, method: str, algorithm: str
) -> None:
    portal, browser = registered(method, algorithm), Browser()
    discover(client, portal, algorithm)
    claims = sign_in(client, portal, browser, region, prompt="consent", max_age=3600)
    told = client("userinfo")
    assert told["region"] == region
    assert told["name"]

    if method != "none":  # who has no secret cannot prove to be the one that may ask (RFC 7662 §2.1)
        assert client("introspect")["active"] is True
    client("revoke")
    with pytest.raises(OpenIDClientError):
        client("userinfo")

    refreshed = client("refresh")
    assert refreshed["claims"]["sub"] == claims["sub"]
    assert refreshed["claims"]["auth_time"] == claims["auth_time"]
    assert client("userinfo")["sub"] == claims["sub"]
    client("revoke", token=refreshed["tokens"]["refresh_token"])
    with pytest.raises(OpenIDClientError) as refused:
        client("refresh")
    assert refused.value.cause["error"] == "invalid_grant"

    check_sign_out(client, portal, browser, region)


def check_sign_out(client: OpenIDClient, portal: RelyingParty, browser: Browser, region: str) -> None:
    """Sign out at the portal's request, and see that nobody is signed in any more."""
    end = browser.get(client("endSession", postLogoutRedirectUri=SIGNED_OUT, state="left")["url"])
    assert (end.url.split("?")[0], parse_qs(urlsplit(end.url).query)) == (SIGNED_OUT, {"state": ["left"]})
    with pytest.raises(OpenIDClientError) as refused:
        sign_in(client, portal, browser, region, prompt="none")
    assert refused.value.cause["error"] == "login_required"


def test_a_used_refresh_token_ends_the_grant(registered: Register, client: OpenIDClient) -> None:
    portal, browser = registered("client_secret_basic", "ES256"), Browser()
    discover(client, portal, "ES256")
    url = client("authorize", redirectUri=portal.redirect_uri, scope=SCOPE, extra={"prompt": "consent"})["url"]
    first = client("callback", url=walk(browser, browser.get(url), "MO", RESIDENTS["MO"]).url)["tokens"]
    client("refresh")
    with pytest.raises(OpenIDClientError) as refused:
        client("refresh", refreshToken=first["refresh_token"])
    assert refused.value.cause["error"] == "invalid_grant"
    with pytest.raises(OpenIDClientError):
        client("userinfo")


def test_a_certified_provider_stands_in_for_macao(tmp_path: Path, client: OpenIDClient) -> None:
    port = free_port()

    def change(settings: Settings) -> None:
        settings["regions"]["MO"] |= {
            "issuer": f"http://127.0.0.1:{port}",
            "client_id": "bridge",
            "client_secret": "secret",
            "levels": {"urn:example:strong": "high"},
        }

    person = {"name": "Leong Wai Keng", "birthdate": "1979-11-30"}
    with run_demo(tmp_path, change) as demo:
        callback = f"{demo.issuer}/regions/MO/callback"
        with oidc_provider(port, callback, "upstream-account", person, "urn:example:strong"):
            portal, browser = demo.register(*options("client_secret_basic", "ES256")), Browser()
            discover(client, portal, "ES256")
            claims = sign_in(client, portal, browser, "MO", prompt="consent")
            assert claims["acr"] == "urn:idbridge:loa:high"
            told = client("userinfo")
            assert (told["region"], told["name"], told["birthdate"]) == ("MO", "Leong Wai Keng", "1979-11-30")
            assert "upstream-account" not in str((claims, told))
            assert client("refresh")["claims"]["sub"] == claims["sub"]
            again = sign_in(client, portal, browser, "MO", prompt="login")
            assert again["sub"] == claims["sub"]
            check_sign_out(client, portal, browser, "MO")
