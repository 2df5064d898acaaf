"""How a list stands at a moment, how old it is, how reports cite it, and which list a pointer means."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from idbridge.trust.model import Pointer
from idbridge.trust.reliance import Standing, cited, pointed_list, reliance_at
from idbridge.trust.vocabulary import LIST_OF_LISTS, REGION_LIST
from tests.unit.trust.authorities import ISSUED, NOW, at
from tests.unit.trust.lists import GD, HK, MO, authorities, draft, relied_on, signed

SECOND = timedelta(seconds=1)


def test_a_list_stands_until_its_next_update_inclusive():
    one = signed(draft(HK))
    end = one.content.next_update
    assert end is not None
    assert [reliance_at(one, end + later).standing for later in (-SECOND, timedelta(0), SECOND)] == [
        Standing.CURRENT,
        Standing.CURRENT,
        Standing.EXPIRED,
    ]


def test_a_closed_list_is_not_relied_upon():
    closed = replace(signed(draft(HK)), content=replace(draft(HK), next_update=None))
    assert reliance_at(closed, NOW).standing is Standing.EXPIRED
    assert reliance_at(closed, NOW).content is None


def test_age_is_since_the_issue():
    assert reliance_at(signed(draft(HK)), NOW).age == NOW - ISSUED
    assert reliance_at(None, NOW).age is None


def test_every_list_there_is_is_cited_with_its_version_and_age():
    one, other = signed(draft(HK)), signed(draft(MO))
    lists = {HK: reliance_at(one, NOW), GD: reliance_at(None, NOW), MO: reliance_at(other, at(2030))}
    first, second = cited(lists)
    assert first == {
        "region": "HK",
        "sequence": 7,
        "sha256": one.sha256,
        "standing": "current",
        "issued": ISSUED,
        "age_seconds": 10 * 86400,
    }
    assert (second["region"], second["standing"], second["age_seconds"]) == (
        "MO",
        "expired",
        (at(2030) - ISSUED).total_seconds(),
    )


@pytest.mark.parametrize(
    ("signer", "kind", "found"),
    [
        ("hk-signer", REGION_LIST, True),
        ("hk-signer", None, True),
        ("hk-signer", LIST_OF_LISTS, False),
        ("gd-signer", None, False),
    ],
)
def test_a_pointer_means_the_list_of_its_signer_and_type(signer, kind, found):
    pointer = Pointer("https://elsewhere.example/", (authorities()[signer].der,), MO, kind)
    lists = {HK: relied_on()[HK]}
    assert (pointed_list(pointer, lists) is not None) is found


def test_a_pointer_to_a_list_that_has_ended_means_none():
    pointer = Pointer("https://hk.example/", (authorities()["hk-signer"].der,), HK)
    assert pointed_list(pointer, {HK: reliance_at(signed(draft(HK)), at(2030))}) is None
    assert pointed_list(pointer, {HK: reliance_at(None, NOW)}) is None
