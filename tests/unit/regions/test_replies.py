from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.exchange import HttpRequest, HttpResponse
from idbridge.identity.assertion import RegionCode
from idbridge.regions.connector import RegionRefusal
from idbridge.regions.replies import MAX_LOGGED_NAME, clean_name, fetch_object, read_object, text
from tests.simulators.driver import drive, nobody

HK = RegionCode("HK")
REQUEST = HttpRequest("GET", "https://provider.example/x")


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"7", b"null", b'{"a":}', b'{"a":NaN}', b'{"a":' * 100_000, b"\xff", b'{"a":1}x', '{"a":1', "\ud800"]
)
def test_what_is_no_object_is_a_value_error(data: bytes | str) -> None:
    with pytest.raises(ValueError, match="no JSON object"):
        read_object(data)


@given(st.dictionaries(st.text(), st.integers(-(2**53), 2**53) | st.text() | st.none() | st.booleans(), max_size=5))
def test_objects_are_read_as_json_reads_them(value: dict[str, Any]) -> None:
    written = json.dumps(value)
    assert read_object(written) == read_object(written.encode()) == value


@pytest.mark.parametrize(
    ("response", "check"),
    [
        (HttpResponse(500, {}, b"{}"), "keys:status"),
        (HttpResponse(302, {"location": "https://evil.example"}, b"{}"), "keys:status"),
        (HttpResponse(200, {}, b"<html>"), "keys:json"),
    ],
)
def test_a_fetch_needs_a_200_with_an_object(response: HttpResponse, check: str) -> None:
    with pytest.raises(RegionRefusal) as caught:
        drive(fetch_object(HK, REQUEST, "keys"), lambda request: response)
    assert (caught.value.code, caught.value.check) == ("unavailable", check)


def test_a_failed_exchange_is_named() -> None:
    with pytest.raises(RegionRefusal, match="HK: unavailable keys:unreachable"):
        drive(fetch_object(HK, REQUEST, "keys"), nobody)


@pytest.mark.parametrize(("value", "found"), [("abc", "abc"), ("abcd", ""), ("", ""), (7, ""), (None, ""), (["a"], "")])
def test_a_text_is_a_bounded_string(value: Any, found: str) -> None:
    assert text({"n": value}, "n", 3) == found


@given(st.text())
def test_a_clean_name_is_short_and_harmless(name: str) -> None:
    cleaned = clean_name(name)
    assert len(cleaned) <= MAX_LOGGED_NAME
    assert cleaned.isascii()
    assert not set(cleaned) & set("<>&\"'\r\n %")
