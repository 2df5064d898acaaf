"""The worked example of GB/T 32918.5-2017 annex A, and signatures under every backend."""

import os
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.pki import sm2
from idbridge.pki.sm2 import curve

EXAMPLE = sm2.from_scalar(0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8)
MESSAGE = b"message digest"
R = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
S = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA


def test_standard_example_of_z_and_digest():
    assert sm2.za(EXAMPLE.point).hex().upper() == "B2E14C5C79C6DF5B85F4FE7ED8DB7A262B9DA7E07CCB0EA9F4747B8CCDA8A4F3"
    assert (
        sm2.digest(EXAMPLE.point, MESSAGE).hex().upper()
        == "F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640"
    )


def test_standard_example_verifies():
    assert sm2.verify(EXAMPLE.point, MESSAGE, sm2.to_der(R, S))
    assert not sm2.verify(EXAMPLE.point, MESSAGE + b".", sm2.to_der(R, S))
    assert not sm2.verify(EXAMPLE.point, MESSAGE, sm2.to_der(R, S), signer_id=b"someone else")
    assert not sm2.verify(sm2.generate().point, MESSAGE, sm2.to_der(R, S))


@pytest.mark.parametrize("signer_id", [b"", b"1234567812345678", bytes(8191)])
def test_signed_is_verified_under_the_same_signer_id_only(signer_id):
    signature = sm2.sign(EXAMPLE, MESSAGE, signer_id=signer_id)
    assert sm2.verify(EXAMPLE.point, MESSAGE, signature, signer_id=signer_id)
    assert not sm2.verify(EXAMPLE.point, MESSAGE, signature, signer_id=signer_id + b"1")


def test_signer_id_has_a_greatest_length():
    with pytest.raises(ValueError, match="signer ID"):
        sm2.za(EXAMPLE.point, bytes(8192))


@pytest.mark.parametrize(
    "point",
    [
        b"",
        EXAMPLE.point[:-1],
        EXAMPLE.point + b"\0",
        b"\x02" + EXAMPLE.point[1:33],
        b"\x06" + EXAMPLE.point[1:],
        EXAMPLE.point[:-1] + bytes((EXAMPLE.point[-1] ^ 1,)),
        b"\x04" + bytes(64),
        b"\x04" + curve.P.to_bytes(32) + EXAMPLE.point[33:],
    ],
    ids=["empty", "short", "long", "compressed", "hybrid", "off the curve", "zero", "coordinate out of range"],
)
def test_bad_point_is_false(point):
    assert not sm2.verify(point, MESSAGE, sm2.to_der(R, S))


@pytest.mark.parametrize(
    ("r", "s"),
    [(0, S), (R, 0), (R + curve.N, S), (R, S + curve.N), (-R, S), (R, curve.N - R), (curve.N, S)],
    ids=["r zero", "s zero", "r + n", "s + n", "negative", "r + s = n", "r = n"],
)
def test_number_out_of_range_is_false(r, s):
    assert not sm2.verify_digest(EXAMPLE.point, sm2.digest(EXAMPLE.point, MESSAGE), r, s)


def test_digest_of_another_length():
    assert not sm2.verify_digest(EXAMPLE.point, bytes(31), R, S)
    with pytest.raises(ValueError, match="32 bytes"):
        sm2.sign_digest(EXAMPLE, bytes(64))


@given(st.binary(max_size=80), st.binary(max_size=100))
def test_anything_else_is_false_and_never_raises(point, signature):
    assert not sm2.verify(point, MESSAGE, signature)
    assert not sm2.verify(EXAMPLE.point, MESSAGE, signature)


MUTATIONS = int(os.environ.get("IDBRIDGE_SM2_MUTATIONS", "1000"))


def test_mutated_signatures_and_points_are_false():
    """A changed byte, a cut, an added byte: False each time, in a loop as long as the environment asks for."""
    chance = random.Random(20260101)
    good = sm2.sign(EXAMPLE, MESSAGE)
    for _ in range(MUTATIONS):
        point, signature = bytearray(EXAMPLE.point), bytearray(good)
        target = chance.choice((point, signature, signature, signature))
        before = bytes(target)
        for _ in range(chance.randint(1, 3)):
            position = chance.randrange(len(target) + 1)
            target[position : position + chance.randint(0, 2)] = chance.randbytes(chance.randint(0, 2))
            if not target:
                break
        assert not sm2.verify(bytes(point), MESSAGE, bytes(signature)) or bytes(target) == before
