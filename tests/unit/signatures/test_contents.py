"""Content: the same digests whole, in pieces, and known only by digest."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.pki.sm2 import sm3
from idbridge.signatures import contents
from idbridge.signatures.contents import DIGEST_SIZES, HashedContent, KnownContent, digest
from idbridge.signatures.refusals import BadRequest
from idbridge.signatures.verification import read_detached


@given(st.lists(st.binary(max_size=50), max_size=5))
def test_pieces_are_one_content(pieces: list[bytes]) -> None:
    whole = b"".join(pieces)
    content = KnownContent.of(*map(memoryview, pieces))
    assert content.digest("SHA-256") == hashlib.sha256(whole).digest()
    assert content.digest("SM3") == sm3(whole)


def test_large_pieces_are_hashed_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "CHUNK", 7)
    assert digest("SM3", b"abc" * 100, memoryview(b"d" * 20)) == sm3(b"abc" * 100 + b"d" * 20)


@pytest.mark.parametrize("algorithm", DIGEST_SIZES)
def test_sizes(algorithm: str) -> None:
    computed = digest(algorithm, b"content")
    if computed is None:  # an OpenSSL without the old ones
        assert algorithm in {"MD5", "RIPEMD-160"}
    else:
        assert len(computed) == DIGEST_SIZES[algorithm]


def test_unknown_algorithm() -> None:
    assert digest("1.2.3.4", b"") is None
    assert KnownContent.of(b"").digest("SHA-257") is None


def test_digests_of_another_length_are_not_believed() -> None:
    content = HashedContent({"SHA-256": b"short", "SHA-1": bytes(20)})
    assert content.digest("SHA-256") is None
    assert content.digest("SHA-1") == bytes(20)
    assert content.digest("SHA-512") is None
    assert content.pieces is None


def test_detached_content_in_every_form() -> None:
    known = KnownContent.of(b"a", name="a")
    assert read_detached(None) == ()
    for given_as in (b"a", bytearray(b"a"), memoryview(b"a")):
        (content,) = read_detached(given_as)
        assert content.digest("SHA-256") == known.digest("SHA-256")
    assert read_detached(known) == (known,)
    assert read_detached([known, known]) == (known, known)
    (named,) = read_detached({"a.txt": b"a"})
    assert named.name == "a.txt"


@pytest.mark.parametrize("wrong", ["text", 5, [b"bytes"], object()])
def test_detached_content_of_no_known_kind(wrong: object) -> None:
    with pytest.raises(BadRequest):
        read_detached(wrong)  # type: ignore[arg-type]
