"""Signing keys, with joserfc as the other side."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from idbridge.oidc.clients import SigningAlgorithm
from idbridge.oidc.keys import NotOurToken, SigningKey, SigningKeys, UnusableKey
from tests.unit.oidc.samples import keys

ALGORITHMS: tuple[SigningAlgorithm, ...] = ("ES256", "RS256")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_oidcc_idtoken_signature(algorithm: SigningAlgorithm) -> None:
    token = keys().sign({"sub": "somebody"}, algorithm)
    verified = joserfc_jwt.decode(token, KeySet.import_key_set(keys().jwks()), algorithms=[algorithm])
    assert verified.claims == {"sub": "somebody"}
    assert verified.header == {"alg": algorithm, "typ": "JWT", "kid": keys().active[algorithm].kid}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_key_comes_back_from_its_stored_form(algorithm: SigningAlgorithm) -> None:
    key, stored = SigningKey.generate(algorithm)
    again = SigningKey.from_private_jwk(stored)
    assert (again.kid, again.algorithm, again.public_jwk) == (key.kid, algorithm, key.public_jwk)
    assert SigningKeys.of([key]).recognise(SigningKeys.of([again]).sign({"a": 1}, algorithm)) == {"a": 1}


def test_the_published_set_holds_no_private_member_and_says_what_each_key_is_for() -> None:
    for jwk in keys().jwks()["keys"]:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(jwk)
        assert jwk["use"] == "sig"
        assert jwk["alg"] == {"EC": "ES256", "RSA": "RS256"}[jwk["kty"]]


def test_key_ids_are_rfc_7638_thumbprints() -> None:
    for jwk in keys().jwks()["keys"]:
        bare = {name: value for name, value in jwk.items() if name not in {"kid", "use", "alg"}}
        assert jwk["kid"] == KeySet.import_key_set({"keys": [bare]}).keys[0].thumbprint()


def test_neither_keys_nor_their_text_show_private_parts() -> None:
    key, stored = SigningKey.generate("ES256")
    assert json.loads(stored)["d"] not in repr(key)


@pytest.mark.parametrize(
    "jwk",
    [
        "",
        "[]",
        "{}",
        '{"kty": "EC"}',
        '{"kty": 1}',
        json.dumps(ECKey.generate_key("P-384").as_dict(private=True)),
        json.dumps(ECKey.generate_key("P-256").as_dict(private=False)),
        json.dumps(OctKey.import_key(b"k" * 32).as_dict(private=True)),
        '{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "AA"}',
    ],
    ids=["nothing", "a list", "empty", "no point", "a number", "P-384", "public", "symmetric", "off the curve"],
)
def test_unusable_keys(jwk: str) -> None:
    with pytest.raises(UnusableKey):
        SigningKey.from_private_jwk(jwk)


@pytest.mark.filterwarnings("ignore:Key size should be")
def test_a_short_rsa_key_is_unusable() -> None:
    with pytest.raises(UnusableKey, match="2048 bits"):
        SigningKey.from_private_jwk(json.dumps(RSAKey.generate_key(1024).as_dict(private=True)))


def test_one_active_key_an_algorithm() -> None:
    with pytest.raises(ValueError, match="two active keys for ES256"):
        SigningKeys.of([SigningKey.generate("ES256")[0], SigningKey.generate("ES256")[0]])


def test_oidcc_server_rotate_keys() -> None:
    old, new = SigningKey.generate("ES256")[0], SigningKey.generate("ES256")[0]
    token = SigningKeys.of([old]).sign({"a": 1}, "ES256")
    rotated = SigningKeys.of([new], retired=[old])
    assert rotated.recognise(token) == {"a": 1}
    assert [jwk["kid"] for jwk in rotated.jwks()["keys"]] == [new.kid, old.kid]
    assert jwt.get_unverified_header(rotated.sign({}, "ES256"))["kid"] == new.kid


def segment(data: object) -> str:
    return urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()


def forged(algorithm: str, kid: object) -> str:
    return f"{segment({'alg': algorithm, 'kid': kid})}.{segment({'sub': 'x'})}."


def test_oidcc_idtoken_unsigned_is_never_ours() -> None:
    kid = keys().active["ES256"].kid
    with pytest.raises(NotOurToken) as refused:
        keys().recognise(forged("none", kid))
    assert refused.value.reason == "malformed"


def test_the_public_key_is_no_shared_secret() -> None:
    """RFC 8725 §2.1: an HMAC with the public key as its key must not pass."""
    key = keys().active["RS256"]
    secret = OctKey.import_key(json.dumps(dict(key.public_jwk)))
    token = joserfc_jwt.encode({"alg": "HS256", "kid": key.kid}, {"sub": "x"}, secret)
    with pytest.raises(NotOurToken):
        keys().recognise(token)


def test_a_changed_token_is_not_ours() -> None:
    header, _, signature = keys().sign({"sub": "x"}, "ES256").split(".")
    with pytest.raises(NotOurToken) as refused:
        keys().recognise(f"{header}.{segment({'sub': 'y'})}.{signature}")
    assert refused.value.reason == "signature"


def test_a_token_of_another_provider_is_not_ours() -> None:
    stranger = SigningKeys.of([SigningKey.generate("ES256")[0]])
    with pytest.raises(NotOurToken) as refused:
        keys().recognise(stranger.sign({"sub": "x"}, "ES256"))
    assert refused.value.reason == "unknown-key"


@pytest.mark.parametrize("kid", [None, 1, ["a"], {"a": "b"}, "unknown"])
def test_key_ids_of_any_shape(kid: object) -> None:
    with pytest.raises(NotOurToken):
        keys().recognise(forged("ES256", kid))


def test_a_payload_that_is_no_object_is_no_token_of_ours() -> None:
    key = keys().active["ES256"]
    token = jwt.PyJWS().encode(b"[1]", key.private, "ES256", headers={"kid": key.kid})
    with pytest.raises(NotOurToken):
        keys().recognise(token)


@given(st.text(max_size=60) | st.from_regex(r"[A-Za-z0-9_-]{0,20}\.[A-Za-z0-9_-]{0,20}\.[A-Za-z0-9_-]{0,20}", fullmatch=True))
def test_anything_else_is_not_ours(token: str) -> None:
    with pytest.raises(NotOurToken):
        keys().recognise(token)
