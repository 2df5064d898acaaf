"""Opaque secrets and what is stored of them."""

from __future__ import annotations

import pytest

from idbridge.oidc import opaque


def test_the_digest_is_sha256() -> None:
    # FIPS 180-2 App. B.1
    assert opaque.digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_secret_matches_its_own_digest_only() -> None:
    assert opaque.matches("secret", opaque.digest("secret"))
    assert not opaque.matches("other", opaque.digest("secret"))


@pytest.mark.parametrize("stored", [None, ""])
@pytest.mark.parametrize("secret", ["", "secret"])
def test_nothing_matches_where_nothing_is_stored(secret: str, stored: str | None) -> None:
    assert not opaque.matches(secret, stored)


@pytest.mark.parametrize("token", ["", "a b", "é", "a\n", "x" * 513, "\ud800"])
def test_what_cannot_be_one_of_ours(token: str) -> None:
    assert not opaque.is_wellformed(token)


def test_what_could_be_one_of_ours() -> None:
    assert opaque.is_wellformed("AZaz09-._~+/=")
