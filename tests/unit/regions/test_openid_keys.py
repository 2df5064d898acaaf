from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from idbridge.regions.openid_keys import MAX_KEYS, SIGNATURE_ALGORITHMS, read_keys


def _short_key() -> dict[str, Any]:
    """Make a key that joserfc itself warns of."""
    with warnings.catch_warnings(action="ignore"):
        return dict(RSAKey.generate_key(1024).as_dict(private=False))


@cache
def published(kind: str) -> dict[str, Any]:
    key: Any = {
        "RSA": lambda: RSAKey.generate_key(2048),
        "RSA-1024": _short_key,
        "P-256": lambda: ECKey.generate_key("P-256"),
        "P-384": lambda: ECKey.generate_key("P-384"),
        "P-521": lambda: ECKey.generate_key("P-521"),
        "secp256k1": lambda: ECKey.generate_key("secp256k1"),
        "Ed25519": lambda: OKPKey.generate_key("Ed25519"),
        "X25519": lambda: OKPKey.generate_key("X25519"),
        "oct": lambda: OctKey.generate_key(256),
    }[kind]()
    return dict(key if isinstance(key, dict) else key.as_dict(private=kind == "oct"))


def keys(*kinds: str, **members: Any) -> dict[str, Any]:
    return {"keys": [{**published(kind), "kid": kind, **members} for kind in kinds]}


@pytest.mark.parametrize(
    ("algorithm", "kind"),
    [
        *((algorithm, "RSA") for algorithm in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")),
        *(("ES256", "P-256"), ("ES384", "P-384"), ("ES512", "P-521"), ("EdDSA", "Ed25519")),
    ],
)
def test_an_algorithm_takes_its_own_kind_of_key_alone(algorithm: str, kind: str) -> None:
    found = read_keys(keys("RSA", "P-256", "P-384", "P-521", "Ed25519")).choose(None, algorithm)
    assert found is not None
    assert found.kid == kind
    others = [other for other in ("RSA", "P-256", "P-384", "P-521", "Ed25519") if other != kind]
    assert read_keys(keys(*others)).choose(None, algorithm) is None


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES256K", "RSA-OAEP", "", "rs256"])
def test_no_other_algorithm_takes_any(algorithm: str) -> None:
    assert read_keys(keys("RSA", "P-256")).choose(None, algorithm) is None
    assert algorithm not in SIGNATURE_ALGORITHMS


@pytest.mark.parametrize("kind", ["RSA-1024", "secp256k1", "X25519", "oct"])
def test_a_key_that_must_not_be_used_is_left_out(kind: str) -> None:
    with pytest.raises(ValueError, match="no usable key"):
        read_keys(keys(kind))
    assert [key.kid for key in read_keys(keys(kind, "P-256")).keys] == ["P-256"]


@pytest.mark.parametrize(
    ("members", "usable"),
    [
        ({"use": "sig"}, True),
        ({"use": "enc"}, False),
        ({"use": 7}, False),
        ({"key_ops": ["verify"]}, True),
        ({"key_ops": ["encrypt"]}, False),
        ({"key_ops": "verify"}, False),
        ({"x": "AAAA"}, False),
        ({"x": 7}, False),
        ({"crv": None}, False),
        ({"kty": "RSA"}, False),
    ],
)
def test_members_decide_whether_a_key_serves(members: dict[str, Any], usable: bool) -> None:
    document = {"keys": [*keys("P-256", **members)["keys"], *keys("RSA")["keys"]]}
    assert (read_keys(document).choose(None, "ES256") is not None) is usable


def test_a_key_for_one_algorithm_serves_no_other() -> None:
    found = read_keys(keys("RSA", alg="RS512"))
    assert found.choose(None, "RS256") is None
    assert found.choose(None, "RS512") is not None


def test_one_key_must_be_meant() -> None:
    twice = {"keys": [*keys("P-256", kid="a")["keys"], *keys("P-256", kid="b")["keys"]]}
    assert read_keys(twice).choose(None, "ES256") is None
    assert read_keys(twice).choose("a", "ES256") is not None
    assert read_keys(twice).choose("c", "ES256") is None
    same = {"keys": [*keys("P-256", kid="a")["keys"], *keys("P-256", kid="a")["keys"]]}
    assert read_keys(same).choose("a", "ES256") is None


@pytest.mark.parametrize("document", [{}, {"keys": None}, {"keys": {}}, {"keys": []}, {"keys": [None, 7, [], {}]}])
def test_a_document_that_is_no_key_set_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no"):
        read_keys(document)


def test_a_set_has_a_bound() -> None:
    with pytest.raises(ValueError, match="no JWK set"):
        read_keys({"keys": keys("P-256")["keys"] * (MAX_KEYS + 1)})


members = st.sampled_from(["kty", "crv", "x", "y", "n", "e", "k", "d", "use", "alg", "kid", "key_ops", "oth"])
values = (
    st.none() | st.integers() | st.text(max_size=20) | st.sampled_from(["EC", "RSA", "OKP", "oct", "P-256", "Ed25519", "AQAB"])
)


@given(st.dictionaries(members, values, max_size=8))
def test_any_key_is_imported_or_left_out(jwk: dict[str, Any]) -> None:
    assert read_keys({"keys": [jwk, published("P-256")]}).keys
