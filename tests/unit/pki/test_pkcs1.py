"""RSASSA-PKCS1-v1_5 with old digests, and without NULL in its DigestInfo: written by hand around the key's arithmetic."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from idbridge.pki.algorithm_policy import DEFAULT, LEGACY
from idbridge.pki.algorithms import DIGEST_OIDS, scheme_of, verify_signature
from idbridge.pki.pkcs1 import OLD_DIGESTS, check_without_null, digest_info
from idbridge.signatures.algorithms import RSA, scheme
from idbridge.signatures.evidence import MessageDigest, SignatureValue
from idbridge.signatures.values import verify_value

KEY = rsa.generate_private_key(65537, 2048)
INFO = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
MESSAGE = b"Letter of guarantee"
SHA256 = "2.16.840.1.101.3.4.2.1"
DIGEST = hashlib.sha256(MESSAGE).digest()
WITHOUT_NULL = bytes.fromhex("302f300b06096086480165030402010420") + DIGEST
WITH_NULL = bytes.fromhex("3031300d060960864801650304020105000420") + DIGEST


def signed(octets: bytes) -> bytes:
    """Pad *octets* as EMSA-PKCS1-v1_5 does, and sign them."""
    numbers = KEY.private_numbers()
    size = KEY.key_size // 8
    padded = b"\x00\x01" + b"\xff" * (size - 3 - len(octets)) + b"\x00" + octets
    return pow(int.from_bytes(padded), numbers.d, numbers.public_numbers.n).to_bytes(size)


def verdict(signature: bytes, message: bytes = MESSAGE) -> str:
    algorithm = scheme(RSA, "SHA-256")
    assert algorithm is not None
    value = SignatureValue(algorithm, "", signature, MessageDigest("SHA-256", hashlib.sha256(message).digest()))
    by_digest = verify_value(INFO, value).verdict
    assert verify_signature(INFO, algorithm, message, signature).verdict == by_digest
    return by_digest


def test_both_forms_are_signatures() -> None:
    assert digest_info(SHA256, DIGEST) == WITHOUT_NULL
    assert verdict(signed(WITH_NULL)) == "valid"
    assert verdict(signed(WITHOUT_NULL)) == "valid"


@pytest.mark.parametrize(
    "octets",
    [
        DIGEST,
        WITHOUT_NULL + b"\x00",
        WITHOUT_NULL[:-1],
        bytes.fromhex("302f300b06096086480165030402020420") + DIGEST,  # another digest's name
        bytes.fromhex("3032300e06096086480165030402010201000420") + DIGEST,  # other parameters
        bytes.fromhex("3081 2f300b06096086480165030402010420") + DIGEST,  # a longer length
        WITHOUT_NULL.replace(DIGEST, bytes(32)),
    ],
)
def test_nothing_else_is(octets: bytes) -> None:
    assert verdict(signed(octets)) == "invalid"


def test_another_message_another_key_and_no_padding() -> None:
    assert verdict(signed(WITHOUT_NULL), b"another") == "invalid"
    other = rsa.generate_private_key(65537, 2048).public_key()
    for signature in (signed(WITHOUT_NULL), b"", b"\x01", b"\xff" * 256):
        with pytest.raises(InvalidSignature):
            check_without_null(other, SHA256, DIGEST, signature)


def test_every_digest_has_one_name_only() -> None:
    assert len(set(DIGEST_OIDS.values())) == len(DIGEST_OIDS)


@pytest.mark.parametrize("name", OLD_DIGESTS)
@pytest.mark.parametrize("null", [b"", b"\x05\x00"], ids=["without NULL", "with NULL"])
def test_old_digests_are_verified_and_accepted_by_no_policy(name: str, null: bytes) -> None:
    oid, known = OLD_DIGESTS[name]
    algorithm = scheme(RSA, name)
    assert algorithm is not None
    digest = hashlib.new(known, MESSAGE, usedforsecurity=False).digest()
    value = signed(digest_info(oid, digest, null))
    assert verify_signature(INFO, algorithm, MESSAGE, value).verdict == "valid"
    assert verify_signature(INFO, algorithm, b"another", value).verdict == "invalid"
    for policy in (DEFAULT, LEGACY):
        at = datetime(2000, 1, 1, tzinfo=UTC)
        assert verify_signature(INFO, algorithm, MESSAGE, value, policy=policy, at=at).verdict == "forbidden"


def test_an_old_digest_that_the_platform_lacks_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ValueError("unsupported hash type")

    monkeypatch.setattr(hashlib, "new", refuse)
    scheme_of.cache_clear()
    assert verify_signature(INFO, scheme(RSA, "RIPEMD-160") or b"", MESSAGE, b"").verdict == "unsupported"
    scheme_of.cache_clear()
