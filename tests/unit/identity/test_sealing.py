"""Sealing opens only with its key, for its purpose, at its place; indexes are keyed and unambiguous."""

from __future__ import annotations

import hmac

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from idbridge.identity.sealing import Keyring, SealBroken, key_id, unambiguous

RING = Keyring(active=bytes(range(32)), index=bytes(range(32, 64)))


def code(ring: Keyring, purpose: str, sealed: bytes, place: bytes = b"") -> str:
    with pytest.raises(SealBroken) as broken:
        ring.open(purpose, sealed, place)
    return broken.value.code


@given(st.text(), st.binary(max_size=500), st.binary(max_size=40))
def test_opens_what_it_sealed(purpose, data, place):
    sealed = RING.seal(purpose, data, place)
    assert RING.open(purpose, sealed, place) == data
    assert len(sealed) == len(data) + 33


def test_the_format_is_plain_aes_gcm():
    sealed = RING.seal("link", b"data", b"place")
    nonce, ciphertext = sealed[5:17], sealed[17:]
    assert sealed[:5] == b"\x01" + key_id(RING.active)
    assert AESGCM(RING.active).decrypt(nonce, ciphertext, b"\0\0\0\x04linkplace") == b"data"


def test_never_seals_the_same_twice():
    assert len({RING.seal("p", b"data") for _ in range(100)}) == 100


def test_opens_for_its_purpose_and_place_only():
    sealed = RING.seal("link", b"data", b"place")
    assert code(RING, "grant", sealed, b"place") == "forged"
    assert code(RING, "link", sealed, b"other") == "forged"
    assert code(RING, "linkp", sealed, b"lace") == "forged", "the border between purpose and place counts"


@given(st.integers(0, 36), st.integers(1, 255))
def test_any_changed_byte_is_found(place, change):
    sealed = bytearray(RING.seal("p", b"data"))
    sealed[place] ^= change
    with pytest.raises(SealBroken):
        RING.open("p", bytes(sealed))


@given(st.binary(max_size=60))
def test_any_bytes_are_refused_with_a_code(data):
    assert code(RING, "p", data) in {"malformed", "unknown-key"}


def test_rotation_seals_with_the_new_key_and_opens_the_old():
    sealed = RING.seal("p", b"data")
    rotated = RING.rotated(b"n" * 32).rotated(b"m" * 32)
    assert rotated.open("p", sealed) == b"data"
    assert rotated.lookup("p", "x") == RING.lookup("p", "x")
    assert RING.is_current(sealed)
    assert not rotated.is_current(sealed)
    assert rotated.is_current(rotated.seal("p", b"data"))
    assert code(Keyring(active=b"m" * 32, index=RING.index), "p", sealed) == "unknown-key"


@pytest.mark.parametrize(
    ("active", "index", "old"),
    [
        (b"", b"i" * 32, ()),
        (b"a" * 16, b"i" * 32, ()),
        (b"a" * 32, b"i" * 31, ()),
        (b"a" * 32, b"i" * 32, (b"",)),
        (b"a" * 32, b"i" * 32, (b"a" * 32,)),
        (b"a" * 32, b"a" * 32, ()),
        (b"a" * 32, b"b" * 32, (b"b" * 32,)),
    ],
)
def test_refuses_bad_rings(active, index, old):
    with pytest.raises(ValueError, match="key"):
        Keyring(active=active, index=index, old=old)


def test_keys_do_not_show():
    assert "\\x" not in repr(RING)
    assert "0, 1" not in repr(RING)


def test_an_index_is_an_hmac_under_a_key_of_its_purpose():
    of_purpose = hmac.new(RING.index, b"link.account", "sha256").digest()
    assert RING.lookup("link.account", "a", "bc") == hmac.new(of_purpose, b"\0\0\0\1a\0\0\0\2bc", "sha256").digest()
    assert RING.lookup("link.account", "a", "bc") == RING.lookup("link.account", "a", "bc")


def test_indexes_differ_by_purpose_key_and_parts():
    other = Keyring(active=RING.active, index=b"x" * 32)
    indexes = [
        RING.lookup("a", "x"),
        RING.lookup("b", "x"),
        other.lookup("a", "x"),
        RING.lookup("a", "x", ""),
        RING.lookup("a"),
        RING.lookup("a", ""),
    ]
    assert len(set(indexes)) == len(indexes)


@given(st.lists(st.text()), st.lists(st.text()))
def test_different_parts_never_join_to_the_same(one, other):
    assert (unambiguous(*one) == unambiguous(*other)) == (one == other)
