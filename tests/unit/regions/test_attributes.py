from __future__ import annotations

from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.identity.assertion import Attributes, RegionCode
from idbridge.regions.attributes import MAX_TEXT, Unreadable, read_attributes, read_date, read_text
from idbridge.regions.claims import ClaimRow, ClaimTable, Meaning, Need
from idbridge.regions.connector import RegionRefusal

MO = RegionCode("MO")
MEANINGS: tuple[Meaning, ...] = get_args(Meaning)


def read(meaning: Meaning, value: Any, need: Need = Need.OPTIONAL, **row: Any) -> Attributes:
    table = ClaimTable((ClaimRow("c", need, meaning, **row),))
    return read_attributes(MO, table, table.sift(MO, {"c": value}))


@pytest.mark.parametrize(
    ("meaning", "value", "member", "expected"),
    [
        ("birthdate", "1990-08-15", "birthdate", date(1990, 8, 15)),
        ("birthdate", "19900815", "birthdate", date(1990, 8, 15)),
        ("birthdate", "1990-0815", "birthdate", None),
        ("birthdate", "0000-08-15", "birthdate", None),
        ("birthdate", "1990-02-30", "birthdate", None),
        ("birthdate", "1990", "birthdate", None),
        ("birthdate", 19900815, "birthdate", None),
        ("gender", "female", "gender", "female"),
        ("gender", "Female", "gender", None),
        ("gender", ["female"], "gender", None),
        ("email", "a@example.mo", "email", "a@example.mo"),
        ("email", "a@b@c", "email", None),
        ("email", "a b@c", "email", None),
        ("email", "@", "email", None),
        ("email", "a" * 65 + "@c", "email", None),
        ("email-verified", True, "email_verified", True),
        ("email-verified", "true", "email_verified", False),
        ("email-verified", 1, "email_verified", False),
        ("phone", "+853 6600 0001", "phone", "+853 6600 0001"),
        ("phone", "call me", "phone", None),
        ("phone-verified", True, "phone_verified", True),
        ("phone-verified", "false", "phone_verified", False),
        ("address", " Rua 1 ", "address", "Rua 1"),
        ("address", {"formatted": "Rua 1\nMacau"}, "address", "Rua 1 Macau"),
        ("address", {"formatted": 7}, "address", None),
        ("address", {}, "address", None),
        ("address", "a\x00", "address", None),
        ("address", "a" * (MAX_TEXT + 1), "address", None),
    ],
)
def test_values(meaning: Meaning, value: Any, member: str, expected: Any) -> None:
    assert getattr(read(meaning, value), member) == expected


@pytest.mark.parametrize("meaning", [meaning for meaning in MEANINGS if meaning != "nothing"])
@pytest.mark.parametrize("value", ["", "\n", 7.5, [], {}, "x\x7f"])
def test_a_required_claim_that_cannot_be_read_refuses(meaning: Meaning, value: Any) -> None:
    with pytest.raises(RegionRefusal, match="MO: untrusted claim:c"):
        read(meaning, value, Need.REQUIRED, document="HKID")


@pytest.mark.parametrize(
    ("claims", "names"),
    [
        ({"l": "Ana Sousa"}, [("Latn", "Ana Sousa", "", "")]),
        ({"l": "SAN, Chi Nan"}, [("Latn", "SAN, Chi Nan", "SAN", "Chi Nan")]),
        ({"l": "A, B, C"}, [("Latn", "A, B, C", "", "")]),
        ({"f": "Sousa", "g": "Ana"}, [("Latn", "Ana Sousa", "Sousa", "Ana")]),
        ({"l": "ANA S", "f": "Sousa", "g": "Ana"}, [("Latn", "ANA S", "Sousa", "Ana")]),
        ({"s": "陈", "t": "陳"}, [("Hans", "陈", "", ""), ("Hant", "陳", "", "")]),
        ({}, []),
    ],
)
def test_names(claims: dict[str, str], names: list[tuple[str, ...]]) -> None:
    rows = {"l": "name-latn", "f": "family-latn", "g": "given-latn", "s": "name-hans", "t": "name-hant"}
    table = ClaimTable(tuple(ClaimRow(name, meaning=meaning) for name, meaning in rows.items()))  # type: ignore[arg-type] # as above
    attributes = read_attributes(MO, table, table.sift(MO, claims))
    assert [(name.script, name.full, name.family, name.given) for name in attributes.names] == names


def test_several_documents_are_kept_and_an_invalid_one_is_left_out() -> None:
    table = ClaimTable(
        (ClaimRow("h", meaning="document", document="HKID"), ClaimRow("p", meaning="document", document="PASSPORT"))
    )
    attributes = read_attributes(MO, table, table.sift(MO, {"h": "Y123456(9)", "p": "CA123456"}))
    assert [(document.kind, document.number) for document in attributes.documents] == [
        ("HKID", "Y1234569"),
        ("PASSPORT", "CA123456"),
    ]
    attributes = read_attributes(MO, table, table.sift(MO, {"h": "Y123456(8)", "p": "CA123456"}))
    assert [document.kind for document in attributes.documents] == ["PASSPORT"]


def test_a_document_row_without_a_kind_reads_nothing() -> None:
    assert read("document", "Y123456(9)").documents == ()


@pytest.mark.parametrize(
    ("value", "found"),
    [({"a": "Y123456", "b": "9"}, 1), ({"b": "9"}, 0), ({"a": "Y123456", "b": 9}, 0), ("Y123456(9)", 0), ({}, 0)],
)
def test_wrapped_values_are_joined_from_their_parts(value: Any, found: int) -> None:
    assert len(read("document", value, document="HKID", parts=("a", "b")).documents) == found


@given(
    st.sampled_from(list(MEANINGS)),
    st.text() | st.integers() | st.binary() | st.lists(st.text(), max_size=3),
)
def test_any_value_is_read_or_left_out(meaning: Meaning, value: Any) -> None:
    read(meaning, value, document="PASSPORT")


@given(st.text())
def test_a_text_is_printable_and_bounded_or_unreadable(value: str) -> None:
    try:
        found = read_text(value)
    except Unreadable:
        return
    assert found == value.strip()
    assert found.isprintable()
    assert 0 < len(found) <= MAX_TEXT


@given(st.dates())
def test_dates_are_read_as_they_were_written(day: date) -> None:
    assert read_date(day.isoformat()) == read_date(day.isoformat().replace("-", "")) == day
