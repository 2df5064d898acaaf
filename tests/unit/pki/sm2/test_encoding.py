"""Strict reading of signatures; asn1crypto writes the variants that must not be taken."""

import pytest
from asn1crypto.algos import DSASignature
from hypothesis import example, given
from hypothesis import strategies as st

from idbridge.pki.sm2 import curve, encoding

numbers = st.integers(1, curve.N - 1)


@given(numbers, numbers)
@example(1, curve.N - 1)
@example(0x7F, 0x80)
@example(1 << 255, (1 << 255) - 1)
def test_forms_agree_with_another_encoder(r, s):
    der = encoding.to_der(r, s)
    assert der == DSASignature({"r": r, "s": s}).dump()
    assert encoding.from_der(der) == (r, s)
    assert encoding.from_concatenation(encoding.to_concatenation(r, s)) == (r, s)


@pytest.mark.parametrize(
    "der",
    [
        "",
        "30",
        "3000",
        "3003020101",
        "30060201010201",
        "3006020101020101ff",
        "30070201010201 01ff",
        "308106020101020101",
        "30800201010201010000",
        "3106020101020101",
        "3006020101040101",
        "3007020101020200 01",
        "3006020101020181",
        "3005020002 0101",
        "3006020101020100",
        "300a02060000000000010 20 0".replace(" ", ""),
    ],
)
def test_other_encodings_are_refused(der):
    assert encoding.from_der(bytes.fromhex(der)) is None


@given(st.binary(max_size=90))
def test_whatever_is_taken_is_canonical(data):
    taken = encoding.from_der(data)
    assert taken is None or encoding.to_der(*taken) == data


@given(numbers, numbers, st.data())
def test_every_changed_byte_gives_other_numbers_or_nothing(r, s, data):
    der = bytearray(encoding.to_der(r, s))
    position = data.draw(st.integers(0, len(der) - 1))
    der[position] ^= data.draw(st.integers(1, 255))
    assert encoding.from_der(bytes(der)) != (r, s)


@pytest.mark.parametrize("size", [0, 63, 65])
def test_concatenation_has_one_length(size):
    assert encoding.from_concatenation(b"\x01" * size) is None


def test_concatenation_out_of_range():
    assert encoding.from_concatenation(bytes(32) + b"\x01" * 32) is None
    assert encoding.from_concatenation(curve.N.to_bytes(32) + b"\x01" * 32) is None
