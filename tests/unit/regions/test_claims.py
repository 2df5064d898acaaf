from __future__ import annotations

import logging

import pytest

from idbridge.identity.assertion import RegionCode
from idbridge.regions.claims import MAX_LOGGED_CLAIMS, ClaimRow, ClaimTable, Need
from idbridge.regions.connector import RegionRefusal

MO = RegionCode("MO")
TABLE = ClaimTable(
    (ClaimRow("name", Need.REQUIRED, "name-latn"), ClaimRow("email", meaning="email"), ClaimRow("x", Need.IGNORED))
)


def test_what_is_used_is_picked_and_what_is_ignored_is_not() -> None:
    sifted = TABLE.sift(MO, {"name": "Ana", "x": 1, "email": None})
    assert [(row.name, value) for row, value in sifted] == [("name", "Ana")]


@pytest.mark.parametrize("claims", [{}, {"name": None}, {"email": "a@b"}])
def test_a_missing_required_claim_refuses(claims: dict[str, object]) -> None:
    with pytest.raises(RegionRefusal, match="MO: untrusted claim:name"):
        TABLE.sift(MO, claims)


def test_an_unknown_claim_is_logged_by_name_and_the_protocols_own_are_not(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        TABLE.sift(MO, {"name": "Ana", "iss": "i", "y": "secret"}, frozenset({"iss"}))
    assert caplog.messages == ["MO: unknown claim y"]


def test_a_flood_of_unknown_claims_is_logged_in_part(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        TABLE.sift(MO, {"name": "Ana", **{f"c{number}\n" * 99: number for number in range(1000)}})
    assert len(caplog.messages) == MAX_LOGGED_CLAIMS
    assert all(len(message) < 100 and message.isprintable() for message in caplog.messages)


@pytest.mark.parametrize(("claims", "lacks"), [({"name": "Ana", "email": "a@b"}, False), ({"name": "Ana"}, True), ({}, True)])
def test_a_table_knows_what_is_lacking(claims: dict[str, object], lacks: bool) -> None:
    assert TABLE.lacks(claims) is lacks


@pytest.mark.parametrize("rows", [(), (ClaimRow("a"), ClaimRow("a"))])
def test_an_empty_or_ambiguous_table_is_none(rows: tuple[ClaimRow, ...]) -> None:
    with pytest.raises(ValueError, match="claim table"):
        ClaimTable(rows)
