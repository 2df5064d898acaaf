"""Compact tokens: PyJWT, which makes and reads them too, says which are good."""

from __future__ import annotations

import base64
from itertools import count

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from idbridge.regions.compact_jws import SignatureInvalid, Unreadable, read_token

JWS = jwt.PyJWS()
KEY = ec.generate_private_key(ec.SECP256R1())
TOKEN = JWS.encode(b'{"a":1}', KEY, "ES256", headers={"kid": "k"})
HEADER, PAYLOAD, SIGNATURE = TOKEN.split(".")


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def headed(header: str) -> str:
    return f"{encoded(header)}.{PAYLOAD}.{SIGNATURE}"


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("ES256", KEY),
        ("RS256", rsa.generate_private_key(65537, 2048)),
        ("PS256", rsa.generate_private_key(65537, 2048)),
        ("EdDSA", Ed25519PrivateKey.generate()),
    ],
)
def test_what_pyjwt_signed_is_verified(algorithm, key) -> None:
    token = read_token(JWS.encode(b'{"a":1}', key, algorithm, headers={"kid": "k"}))
    assert (token.header.algorithm, token.header.kid) == (algorithm, "k")
    assert token.verified(key.public_key()) == b'{"a":1}'


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP384R1())])
def test_another_key_verifies_nothing(key: ec.EllipticCurvePrivateKey) -> None:
    with pytest.raises(SignatureInvalid):
        read_token(TOKEN).verified(key.public_key())


@pytest.mark.parametrize(
    "token",
    [
        ".".join((HEADER, encoded('{"a":2}'), SIGNATURE)),
        f"{HEADER}.{PAYLOAD}.{SIGNATURE[:-6]}",
        f"{HEADER}.{PAYLOAD}.",
        headed('{"alg":"RS256"}'),
        headed('{"alg":"HS256"}'),
        headed('{"alg":"none"}'),
        headed('{"alg":"XX"}'),
        headed("{}"),
    ],
    ids=count(),  # a signature in a name would differ from run to run
)
def test_a_changed_token_is_refused_by_its_signature(token: str) -> None:
    with pytest.raises(SignatureInvalid):
        read_token(token).verified(KEY.public_key())


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a",
        f"{HEADER}.{PAYLOAD}",
        f"{TOKEN}.{SIGNATURE}",
        f"{TOKEN}=",
        f"{TOKEN}\n",
        f" {TOKEN}",
        f"{HEADER}.{PAYLOAD}+.{SIGNATURE}",
        f"{HEADER}.{encoded('a')[:-1]}h.{SIGNATURE}",  # the same byte in another form
        headed("[]"),
        headed("x"),
        headed('{"alg":"ES256","kid":1}'),
        headed('{"alg":"ES256","crit":["exp"],"exp":1}'),
        headed('{"alg":"ES256","b64":false}'),
        headed('{"alg":' + "[" * 2000 + "]" * 2000 + "}"),
    ],
    ids=count(),
)
def test_what_is_no_compact_token_is_unreadable(token: str) -> None:
    with pytest.raises(Unreadable):
        read_token(token)


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("AZaz09-_.=+/ \n\0é"))
def test_a_changed_character_never_verifies(place: int, character: str) -> None:
    changed = TOKEN[:place] + character + TOKEN[place + 1 :]
    if changed == TOKEN:
        return
    with pytest.raises((Unreadable, SignatureInvalid)):
        read_token(changed).verified(KEY.public_key())


@given(st.text(max_size=200))
def test_what_is_read_here_pyjwt_reads_alike(text: str) -> None:
    token = f"{HEADER}.{text}.{SIGNATURE}"
    try:
        payload = read_token(token).payload
    except Unreadable:
        return
    assert JWS.decode(token, options={"verify_signature": False}) == payload
