"""Key types: made, recognised, refused."""

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from idbridge.pki.issuing.errors import KeyTypeError
from idbridge.pki.issuing.key_types import generate_key, key_type_of
from idbridge.pki.issuing.signer import public_key_info_of, signer_for
from tests.unit.pki.issuing.simple import KEY_TYPES, key


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_type_is_recognised(key_type):
    assert key_type_of(public_key_info_of(key(key_type))) == key_type


def info(private):
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    "public",
    [b"", b"0\x00", info(ec.generate_private_key(ec.SECP256K1())), info(dsa.generate_private_key(2048))],
    ids=["nothing", "empty", "secp256k1", "DSA"],
)
def test_other_keys_are_refused(public):
    with pytest.raises(KeyTypeError) as caught:
        key_type_of(public)
    assert caught.value.code == "unsupported-key"


def test_weak_and_foreign_keys_do_not_sign():
    for private in (rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP256K1())):
        with pytest.raises(KeyTypeError):
            signer_for(private)


def test_unknown_type():
    with pytest.raises(KeyTypeError, match="rsa-2048"):
        generate_key("rsa-512")


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_private_key_is_not_shown(key_type):
    assert "private_key" not in repr(signer_for(key(key_type)))
