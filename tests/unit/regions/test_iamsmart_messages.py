from __future__ import annotations

import base64
import json
from urllib.parse import unquote

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from idbridge.regions.iamsmart_messages import (
    MAX_CONTENT,
    MessageFault,
    Padding,
    seal,
    signature,
    signed_headers,
    unseal,
    unwrap_key,
)
from idbridge.sandbox import hongkong_messages as theirs

KEK = rsa.generate_private_key(65537, 2048)
KEY, IV = bytes(range(32)), bytes(range(12))
PADDINGS: dict[Padding, padding.AsymmetricPadding] = {
    "oaep-sha256": padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None),
    "oaep-sha1": padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None),
    "pkcs1v15": padding.PKCS1v15(),
}


def wrapped(plain: bytes, how: Padding = "oaep-sha256") -> str:
    return base64.b64encode(KEK.public_key().encrypt(plain, PADDINGS[how])).decode()


def test_a_signature_is_the_one_of_openssl() -> None:
    # printf 'idHmacSHA2561700000000000n{"content":"x"}' | openssl dgst -sha256 -hmac secret -binary | base64
    made = signature("id", "secret", "1700000000000", "n", b'{"content":"x"}')
    assert made == "D6M2j9PVlUXbxoMhPOFHLJ95MwidonDRzpvcQeMIu74="


def test_headers_carry_the_signature_plain_or_url_encoded() -> None:
    plain = dict(signed_headers("id", "secret", "1", "n", b"", url_encoded=False))
    encoded = dict(signed_headers("id", "secret", "1", "n", b"", url_encoded=True))
    assert plain["signatureMethod"] == "HmacSHA256"
    assert set("+/=") & set(plain["signature"])
    assert not set("+/=") & set(encoded["signature"])
    assert unquote(encoded["signature"]) == plain["signature"]


@pytest.mark.parametrize("how", PADDINGS)
@pytest.mark.parametrize("plain", [KEY, base64.b64encode(KEY)])
def test_a_wrapped_key_is_read_raw_or_as_base64(how: Padding, plain: bytes) -> None:
    assert unwrap_key(wrapped(plain, how), KEK, (how,)) == KEY


def test_paddings_are_tried_in_order_and_only_those_configured() -> None:
    assert unwrap_key(wrapped(KEY, "oaep-sha1"), KEK, ("oaep-sha256", "oaep-sha1")) == KEY
    with pytest.raises(MessageFault, match="key"):
        unwrap_key(wrapped(KEY, "oaep-sha1"), KEK, ("oaep-sha256",))


@pytest.mark.parametrize("plain", [b"", KEY[:31], KEY + b"x", b"A" * 44 + b"=", base64.b64encode(KEY[:16])])
def test_a_key_of_another_length_is_none(plain: bytes) -> None:
    with pytest.raises(MessageFault, match="key"):
        unwrap_key(wrapped(plain), KEK, ("oaep-sha256",))


@pytest.mark.parametrize(
    ("text", "code"), [(None, "encoding"), (7, "encoding"), ("*", "encoding"), ("A" * 5000, "encoding"), ("", "key")]
)
def test_a_wrapped_key_that_is_no_base64_is_refused(text: object, code: str) -> None:
    with pytest.raises(MessageFault, match=code):
        unwrap_key(text, KEK, ("oaep-sha256",))


def test_the_layout_is_length_iv_ciphertext_and_tag() -> None:
    message = base64.b64decode(seal(KEY, b"hello", IV))
    assert message[:4] == b"\x00\x00\x00\x0c"
    assert message[4:16] == IV
    assert len(message) == 4 + 12 + len(b"hello") + 16


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda message: message[:-1] + bytes([message[-1] ^ 1]), "tag"),
        (lambda message: message[:20] + bytes([message[20] ^ 1]) + message[21:], "tag"),
        (lambda message: message[:4] + bytes([message[4] ^ 1]) + message[5:], "tag"),
        (lambda message: b"\x00\x00\x00\x10" + message[4:], "layout"),
        (lambda message: b"\xff\xff\xff\xff" + message[4:], "layout"),
        (lambda message: message[:31], "layout"),
        (lambda message: b"", "layout"),
    ],
)
def test_a_changed_message_is_refused(change: object, code: str) -> None:
    message = base64.b64decode(seal(KEY, b"hello", IV))
    with pytest.raises(MessageFault, match=code):
        unseal(KEY, base64.b64encode(change(message)).decode())  # type: ignore[operator] # a function of bytes


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(MessageFault, match="tag"):
        unseal(bytes(32), seal(KEY, b"hello", IV))


def test_a_message_has_a_bound() -> None:
    with pytest.raises(MessageFault, match="encoding"):
        unseal(KEY, "A" * (MAX_CONTENT + 4))


@given(st.binary(max_size=300), st.binary(min_size=12, max_size=12))
def test_what_was_sealed_is_unsealed(plain: bytes, iv: bytes) -> None:
    assert unseal(KEY, seal(KEY, plain, iv)) == plain


@given(
    st.none()
    | st.integers()
    | st.text(max_size=300)
    | st.binary(max_size=300).map(lambda data: base64.b64encode(data).decode())
)
def test_any_content_is_refused_with_a_code(content: object) -> None:
    with pytest.raises(MessageFault):
        unseal(KEY, content)


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=20), max_size=5))
def test_the_sandboxs_own_code_reads_ours_and_we_read_its(value: dict[str, str]) -> None:
    assert theirs.decrypt(KEY, seal(KEY, json.dumps(value).encode(), IV)) == value
    assert json.loads(unseal(KEY, theirs.encrypt(KEY, value))) == value
