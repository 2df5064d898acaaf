"""What makes a registration sound, one negative case for every check."""

from __future__ import annotations

from dataclasses import replace

import pytest

from idbridge.oidc.clients import Client, ClientId
from idbridge.oidc.registration import MAX_URI, MAX_URIS, registration_faults
from tests.unit.oidc.samples import PORTAL

NATIVE = replace(PORTAL, token_endpoint_auth_method="none", secret_sha256=None, sector_identifier="app.example")


def codes(client: Client, *, loopback_http: bool = False) -> set[tuple[str, str]]:
    return {(fault.member, fault.code) for fault in registration_faults(client, loopback_http=loopback_http)}


def test_a_sound_registration_has_no_faults() -> None:
    assert registration_faults(PORTAL) == ()
    assert registration_faults(NATIVE) == ()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"client_id": ClientId("")}, ("client_id", "malformed")),
        ({"client_id": ClientId("a:b")}, ("client_id", "malformed")),
        ({"client_id": ClientId("x" * 129)}, ("client_id", "malformed")),
        ({"names": ()}, ("client_name", "missing")),
        ({"names": (("en", " "),)}, ("client_name", "missing")),
        ({"secret_sha256": None}, ("client_secret", "missing")),
        ({"secret_sha256": "plain-text"}, ("client_secret", "malformed")),
        ({"redirect_uris": ()}, ("redirect_uris", "missing")),
        ({"redirect_uris": ("https://a.example/", "https://a.example/")}, ("redirect_uris", "repeated")),
        ({"redirect_uris": tuple(f"https://a.example/{n}" for n in range(MAX_URIS + 1))}, ("redirect_uris", "too-many")),
        ({"redirect_uris": ("https://a.example/", "https://b.example/")}, ("sector_identifier", "missing")),
        ({"sector_identifier": "https://a.example"}, ("sector_identifier", "malformed")),
        ({"post_logout_redirect_uris": ("http://a.example/",)}, ("post_logout_redirect_uris", "not-https")),
        ({"initiate_login_uri": "http://a.example/"}, ("initiate_login_uri", "not-https")),
        ({"privacy_uri": "javascript:alert(1)"}, ("policy_uri", "scheme")),
        ({"scopes": ("profile",)}, ("scope", "without-openid")),
        ({"default_max_age": -1}, ("default_max_age", "negative")),
    ],
)
def test_each_fault(changes: dict[str, object], fault: tuple[str, str]) -> None:
    assert fault in codes(replace(PORTAL, **changes))  # type: ignore[arg-type]


def test_the_limits_themselves_are_allowed() -> None:
    longest = "https://portal.example/".ljust(MAX_URI, "x")
    many = tuple(f"https://portal.example/{n}" for n in range(MAX_URIS - 1))
    assert registration_faults(replace(PORTAL, redirect_uris=(longest, *many), default_max_age=0)) == ()


def test_public_clients_have_pkce_and_no_secret() -> None:
    public = replace(PORTAL, token_endpoint_auth_method="none", require_pkce=False)
    assert codes(public) == {("client_secret", "public-client-with-secret"), ("require_pkce", "public-client-without-pkce")}


def test_all_faults_come_together() -> None:
    broken = replace(
        PORTAL, client_id=ClientId(" "), names=(), secret_sha256=None, scopes=(), redirect_uris=("/cb#x", "http://a.example")
    )
    assert {member for member, _ in codes(broken)} == {
        "client_id",
        "client_name",
        "client_secret",
        "scope",
        "redirect_uris",
        "sector_identifier",
    }


def test_several_hosts_need_an_explicit_sector_unless_subjects_are_public() -> None:
    two_hosts = replace(PORTAL, redirect_uris=("https://a.example/", "https://b.example/"))
    assert registration_faults(replace(two_hosts, sector_identifier="example")) == ()
    assert registration_faults(replace(two_hosts, subject_type="public")) == ()


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("http://portal.example/cb", "not-https"),
        ("http://localhost.portal.example/cb", "not-https"),
        ("/cb", "relative"),
        ("portal.example/cb", "relative"),
        ("//portal.example/cb", "relative"),
        ("https:///cb", "relative"),
        ("https://portal.example/cb#", "fragment"),
        ("https://portal.example/cb#token", "fragment"),  # oidcc-redirect-uri-regfrag
        ("https://*.portal.example/cb", "wildcard"),
        ("https://user@portal.example/cb", "userinfo"),
        ("https://user:secret@portal.example/cb", "userinfo"),
        ("https://portal.example/a b", "malformed"),
        ("https://portal.example/a\\b", "malformed"),
        ("https://portal.example\n/", "malformed"),
        ("https://門戶.example/", "malformed"),
        ("https://portal.example:99999/", "malformed"),
        ("https://[::1/", "malformed"),
        ("https://portal.example/" + "x" * MAX_URI, "malformed"),
        ("javascript:alert(1)", "scheme"),
        ("data:text/html,x", "scheme"),
        ("com.example.app:/cb", "scheme"),
    ],
)
def test_redirect_uris_refused(uri: str, code: str) -> None:
    assert ("redirect_uris", code) in codes(replace(PORTAL, redirect_uris=(uri,)))


@pytest.mark.parametrize("uri", ["http://localhost:3000/cb", "http://127.0.0.1/cb", "http://[::1]:8000/cb"])
def test_plain_http_on_this_machine_is_for_development_and_native_apps(uri: str) -> None:
    local = replace(PORTAL, redirect_uris=(uri,), sector_identifier="portal.example")
    assert codes(local) == {("redirect_uris", "not-https")}
    assert codes(local, loopback_http=True) == set()
    assert codes(replace(NATIVE, redirect_uris=(uri,))) == set()


def test_apps_may_have_a_scheme_of_their_own_domain() -> None:
    assert codes(replace(NATIVE, redirect_uris=("com.example.app:/cb",))) == set()
    assert codes(replace(NATIVE, redirect_uris=("myapp:/cb",))) == {("redirect_uris", "scheme")}
    assert codes(replace(NATIVE, redirect_uris=("javascript:alert(1)",))) == {("redirect_uris", "scheme")}
