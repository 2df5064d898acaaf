"""The BER reader against asn1crypto, and at its edges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import core, parser
from hypothesis import given
from hypothesis import strategies as st

from idbridge.signatures.ber import (
    BOOLEAN,
    GENERALIZED_TIME,
    INTEGER,
    OCTET_STRING,
    SEQUENCE,
    SET,
    UTC_TIME,
    BerError,
    dotted,
    encode,
    moment,
    read_value,
    to_der,
)

primitives = st.builds(encode, st.sampled_from([BOOLEAN, INTEGER, OCTET_STRING, 0x80, 0x0C]), st.binary(max_size=300))
values = st.recursive(
    primitives, lambda inner: st.builds(lambda members: encode(SEQUENCE, *members), st.lists(inner, max_size=4))
)


def indefinite(der: bytes) -> bytes:
    """The same value with indefinite lengths wherever a constructed value stands."""
    value = read_value(der)
    if not value.tag & 0x20:
        return der
    return bytes((value.tag, 0x80)) + b"".join(indefinite(member.encoding) for member in value.children()) + b"\0\0"


@given(values)
def test_agrees_with_asn1crypto(der: bytes) -> None:
    value = read_value(der)
    _, _, _, header, content, trailer = parser.parse(der)
    assert (value.content, value.encoding) == (content, header + content + trailer)


@given(values)
def test_indefinite_lengths_are_the_same_value(der: bytes) -> None:
    value = read_value(indefinite(der))
    assert to_der(value) == der


@given(st.binary(max_size=60))
def test_any_bytes_are_a_value_or_refused(data: bytes) -> None:
    try:
        value = read_value(data, trailing=True)
        to_der(value)
    except BerError:
        return
    assert 0 < value.end <= len(data)


@given(st.integers())
def test_integers(number: int) -> None:
    assert read_value(core.Integer(number).dump()).integer() == number


@given(st.lists(st.integers(0, 2**70), min_size=1, max_size=8), st.integers(0, 2), st.integers(0, 39))
def test_object_identifiers(arcs: list[int], first: int, second: int) -> None:
    oid = ".".join(map(str, (first, second, *arcs)))
    content = core.ObjectIdentifier(oid).contents
    if len(content) <= 64:
        assert dotted(content) == oid


@pytest.mark.parametrize("content", [b"", b"\x80", b"\x2a\x86", bytes(65)])
def test_no_object_identifier(content: bytes) -> None:
    with pytest.raises(BerError):
        dotted(content)


def test_strings_in_pieces() -> None:
    inner = b"\x24\x80" + encode(OCTET_STRING, b"b") + encode(OCTET_STRING, b"c") + b"\0\0"
    value = read_value(b"\x24\x80" + encode(OCTET_STRING, b"a") + inner + b"\0\0")
    assert value.octets() == b"abc"
    assert [bytes(piece) for piece in value.pieces()] == [b"a", b"b", b"c"]


def test_sets_are_put_in_order() -> None:
    unordered = encode(SET, encode(INTEGER, b"\x02"), encode(INTEGER, b"\x01"))
    assert to_der(read_value(unordered)) == encode(SET, encode(INTEGER, b"\x01"), encode(INTEGER, b"\x02"))


@pytest.mark.parametrize(
    "data",
    [
        b"\x30",
        b"\x30\x05\x02\x01\x01",
        b"\x1f\x81\x01\x00",
        b"\x30\x89" + bytes(9),
        b"\x04\x80\x00\x00",
        b"\x30\x80\x02\x01\x01",
        b"\x30\x80" * 200 + b"\x00\x00" * 200,
    ],
    ids=["cut", "too-long", "high-tag", "length-of-length", "primitive-indefinite", "no-end", "deep"],
)
def test_malformed(data: bytes) -> None:
    with pytest.raises(BerError):
        read_value(data)


def test_trailing_octets() -> None:
    with pytest.raises(BerError):
        read_value(b"\x05\x00\x00")
    assert read_value(b"\x05\x00\x00", trailing=True).end == 2


@pytest.mark.parametrize(
    ("tag", "text", "expected"),
    [
        (UTC_TIME, "240601120000Z", datetime(2024, 6, 1, 12, tzinfo=UTC)),
        (UTC_TIME, "500601120000Z", datetime(1950, 6, 1, 12, tzinfo=UTC)),
        (UTC_TIME, "2406011200Z", datetime(2024, 6, 1, 12, tzinfo=UTC)),
        (UTC_TIME, "240601120000+0800", datetime(2024, 6, 1, 4, tzinfo=UTC)),
        (GENERALIZED_TIME, "20240601120000Z", datetime(2024, 6, 1, 12, tzinfo=UTC)),
        (GENERALIZED_TIME, "20240601120000.5Z", datetime(2024, 6, 1, 12, tzinfo=UTC) + timedelta(seconds=0.5)),
        (GENERALIZED_TIME, "20240601120000-0100", datetime(2024, 6, 1, 13, tzinfo=UTC)),
    ],
)
def test_times(tag: int, text: str, expected: datetime) -> None:
    assert moment(tag, text.encode()) == expected


@pytest.mark.parametrize("text", ["", "Z", "20241301120000Z", "2024060112000Z", "２０２４0601120000Z", "00000101000000+2359"])
def test_no_times(text: str) -> None:
    with pytest.raises(BerError):
        moment(GENERALIZED_TIME, text.encode())
