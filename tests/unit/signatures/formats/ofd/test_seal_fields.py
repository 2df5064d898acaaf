"""Fields of seals in the types that makers write, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.signatures.algorithms import encode_oid
from idbridge.signatures.ber import BerError, encode, read_value
from idbridge.signatures.formats.ofd import seal_fields as fields

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tag", "octets"),
    [(0x0C, "章".encode()), (0x16, "章".encode()), (0x0C, "章".encode("gb18030")), (0x1E, "章".encode("utf-16-be"))],
)
def test_text(tag: int, octets: bytes) -> None:
    assert fields.text(read_value(encode(tag, octets))) == "章"


def test_text_in_no_encoding_is_read_as_far_as_it_goes() -> None:
    assert fields.text(read_value(encode(0x0C, b"a\xff"))) == "a\ufffd"


@pytest.mark.parametrize(
    ("tag", "octets"),
    [
        (0x18, b"20260301120000Z"),
        (0x17, b"260301120000Z"),
        (0x18, b"20260301200000+0800"),
        (0x18, b"20260301200000"),
        (0x17, b"260301200000"),
        (0x18, b"202603012000"),
    ],
)
def test_time_without_an_offset_is_chinas(tag: int, octets: bytes) -> None:
    assert fields.time(read_value(encode(tag, octets))) == NOON


@pytest.mark.parametrize("octets", [b"00010101000000", b"20261301000000Z", b"", b"yesterday"])
def test_no_time(octets: bytes) -> None:
    with pytest.raises(BerError):
        fields.time(read_value(encode(0x18, octets)))


@given(st.binary(max_size=40))
def test_octets_of_bits_are_those_of_the_value(value: bytes) -> None:
    assert fields.octets(read_value(encode(0x03, b"\0", value))) == value
    assert fields.octets(read_value(encode(0x04, value))) == value


@given(st.integers(0, 255), st.binary(min_size=1, max_size=4))
def test_unused_bits_are_noughts(unused: int, value: bytes) -> None:
    bits = read_value(encode(0x03, bytes((unused,)), value))
    if unused < 8 and not value[-1] % (1 << unused):
        assert fields.octets(bits) == value
        assert fields.unaligned(bits) is (unused > 0)
    else:
        with pytest.raises(BerError):
            fields.octets(bits)


@pytest.mark.parametrize("reading", [fields.text, fields.time, fields.certificate, fields.algorithm, fields.octets])
@pytest.mark.parametrize("der", [encode(0x05), encode(0x02, b"\1"), encode(0x03), encode(0x31)])
def test_other_types_are_none_of_them(reading, der: bytes) -> None:
    with pytest.raises(BerError):
        reading(read_value(der))


def test_algorithm_by_itself_or_with_parameters() -> None:
    oid = encode_oid("1.2.156.10197.1.501")
    assert fields.algorithm(read_value(oid)) == fields.algorithm(read_value(encode(0x30, oid, encode(0x05))))
    with pytest.raises(BerError):
        fields.algorithm(read_value(encode(0x30)))
