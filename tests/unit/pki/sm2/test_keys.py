"""SM2 keys in SubjectPublicKeyInfo and PKCS#8."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.pki import sm2
from idbridge.pki.sm2 import curve, keys, pbes2

KEY = sm2.from_scalar(0x1234)
OTHER = sm2.from_scalar(0x4321)


def test_round_trips():
    assert sm2.from_pkcs8(sm2.to_pkcs8(KEY)) == KEY
    assert sm2.from_pkcs8(sm2.to_pkcs8(KEY, b"pass"), b"pass") == KEY
    assert sm2.point_from_public_key_info(sm2.public_key_info(KEY.point)) == KEY.point


def test_scalar_is_not_shown():
    assert "4660" not in repr(KEY)
    assert "scalar" not in repr(KEY)


def test_generated_keys_differ():
    assert sm2.generate() != sm2.generate()


@pytest.mark.parametrize("scalar", [0, -1, curve.N - 1, curve.N, 1 << 300])
def test_scalar_out_of_range(scalar):
    with pytest.raises(sm2.Sm2KeyError) as caught:
        sm2.from_scalar(scalar)
    assert caught.value.code == "sm2-bad-key"


def test_both_notations_of_the_algorithm_are_read():
    written = sm2.public_key_info(KEY.point)
    ec, sm2_oid = bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06082a811ccf5501822d")
    algorithm = b"\x30" + bytes((len(ec + sm2_oid),)) + ec + sm2_oid
    assert algorithm in written
    for other in (b"\x30\x0a" + sm2_oid, b"\x30\x0b\x06\x09" + sm2_oid[2:] + b"\x01"):
        body = other + written[2 + len(algorithm) :]
        assert sm2.point_from_public_key_info(b"\x30" + bytes((len(body),)) + body) == KEY.point


def test_other_curve_and_point_off_the_curve_are_refused():
    written = sm2.public_key_info(KEY.point)
    p256 = written.replace(bytes.fromhex("06082a811ccf5501822d"), bytes.fromhex("06082a8648ce3d030107"))
    for bad in (p256, written[:-1] + bytes((written[-1] ^ 1,)), written + b"\0", b""):
        with pytest.raises(sm2.Sm2KeyError):
            sm2.point_from_public_key_info(bad)


@pytest.mark.parametrize("password", [None, b"wrong"])
def test_wrong_or_missing_password(password):
    with pytest.raises(sm2.Sm2KeyError):
        sm2.from_pkcs8(sm2.to_pkcs8(KEY, b"right"), password)


def test_plain_key_is_not_taken_for_an_encrypted_one():
    with pytest.raises(sm2.Sm2KeyError):
        sm2.from_pkcs8(sm2.to_pkcs8(KEY), b"pass")


def test_public_key_of_another():
    mixed = sm2.to_pkcs8(keys.PrivateKey(KEY.scalar, OTHER.point))
    with pytest.raises(sm2.Sm2KeyError, match="does not belong"):
        sm2.from_pkcs8(mixed)


def test_iterations_have_a_limit(monkeypatch):
    monkeypatch.setattr(pbes2, "ITERATIONS", 1000)
    encrypted = sm2.to_pkcs8(KEY, b"pass")
    monkeypatch.setattr(pbes2, "MAX_ITERATIONS", 999)
    with pytest.raises(sm2.Sm2KeyError, match="iterations"):
        sm2.from_pkcs8(encrypted, b"pass")


@given(st.data())
def test_mutated_key_files_are_refused_or_read(data):
    der = bytearray(sm2.to_pkcs8(KEY))
    for _ in range(data.draw(st.integers(1, 4))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(sm2.Sm2KeyError):
        assert sm2.from_pkcs8(bytes(der)) is not None
