"""A client's own properties."""

from __future__ import annotations

from dataclasses import replace

from idbridge.oidc.clients import Client, ClientId
from tests.unit.oidc.samples import PORTAL


def test_texts_fall_back_on_the_first_language_and_the_id() -> None:
    assert PORTAL.name("zh-Hant") == "門戶"
    assert PORTAL.name("pt") == "Portal"
    assert PORTAL.purpose("pt") == "To open your file"
    bare = Client(ClientId("bare"), names=(), redirect_uris=())
    assert (bare.name("en"), bare.purpose("en")) == ("bare", "")


def test_the_sector_is_explicit_or_the_one_host() -> None:
    assert PORTAL.sector == "portal.example"
    assert replace(PORTAL, sector_identifier="example").sector == "example"
    assert replace(PORTAL, redirect_uris=("https://a.example/", "https://b.example/")).sector == ""
    assert replace(PORTAL, redirect_uris=()).sector == ""


def test_defaults_are_the_careful_ones() -> None:
    client = Client(ClientId("portal"), names=(("en", "Portal"),), redirect_uris=("https://portal.example/cb",))
    assert client.require_pkce
    assert client.subject_type == "pairwise"
    assert client.scopes == ("openid",)
    assert not client.is_public


def test_a_client_does_not_show_its_digest() -> None:
    assert PORTAL.secret_sha256
    assert PORTAL.secret_sha256 not in repr(PORTAL)
