"""Whose login it is, and every rule that stands against a link."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from idbridge.identity.assertion import Attributes, IdentityDocument, Issuer, RegionAssertion, RegionCode, UpstreamSubject
from idbridge.identity.assurance import Assurance
from idbridge.identity.linking import (
    CLOCK_SKEW,
    LINKING_FRESHNESS,
    Created,
    Found,
    LinkingAttempt,
    LinkingRefusal,
    link_to_remove,
    needs_attributes,
    resolve,
    second_link,
)
from idbridge.identity.person import LinkId, PersonId

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
IDS = (PersonId("person-1"), LinkId("link-1"))
ATTRIBUTES = Attributes(email="a@example.hk", documents=(IdentityDocument("HKID", "A1234563"),))
ASSERTION = RegionAssertion(
    region=RegionCode("HK"),
    issuer=Issuer("https://iamsmart.example"),
    subject=UpstreamSubject("open-id"),
    assurance=Assurance.SUBSTANTIAL,
    authenticated_at=NOW,
    version="7",
    attributes=ATTRIBUTES,
)
FIRST = resolve(ASSERTION, None, IDS)
HELD = (FIRST.person, FIRST.link)


def test_a_first_login_creates_a_person_and_a_link():
    assert isinstance(FIRST, Created)
    assert (FIRST.person.id, FIRST.person.created_at) == ("person-1", NOW)
    link = FIRST.link
    assert (link.id, link.person, link.region, link.issuer, link.subject) == (
        "link-1",
        "person-1",
        "HK",
        "https://iamsmart.example",
        "open-id",
    )
    assert (link.version, link.attributes, link.linked_at, link.last_used_at) == ("7", ATTRIBUTES, NOW, NOW)


def test_a_later_login_finds_the_person():
    assert resolve(ASSERTION, HELD, (PersonId("x"), LinkId("x"))) == Found(*HELD, refreshed=False)


@pytest.mark.parametrize(
    ("told", "version"),
    [({"version": "8"}, "8"), ({"attributes": Attributes(email="b@example.hk")}, "7")],
)
def test_what_the_region_says_anew_refreshes_the_link(told, version):
    found = resolve(replace(ASSERTION, **told), HELD, IDS)
    assert found.refreshed
    assert found.link.version == version
    assert found.link.attributes == told.get("attributes", ATTRIBUTES)
    assert (found.link.id, found.link.linked_at) == (HELD[1].id, HELD[1].linked_at)


def test_a_new_version_without_attributes_is_asked_for_until_they_come():
    silent = replace(ASSERTION, version="8", attributes=None)
    assert needs_attributes(silent, HELD[1])
    assert resolve(silent, HELD, IDS) == Found(*HELD, refreshed=False)
    told = resolve(replace(silent, attributes=ATTRIBUTES), HELD, IDS).link
    assert not needs_attributes(silent, told)


def test_attributes_are_asked_for_when_never_given():
    silent = replace(ASSERTION, attributes=None)
    assert not needs_attributes(ASSERTION, None)
    assert needs_attributes(silent, None)
    first = resolve(silent, None, IDS).link
    assert first.version == ""
    assert needs_attributes(silent, first)
    assert not needs_attributes(silent, HELD[1])


@pytest.mark.parametrize("other", [{"issuer": Issuer("other")}, {"subject": UpstreamSubject("other")}])
def test_another_account_s_link_is_never_taken_for_it(other):
    with pytest.raises(ValueError, match="another account"):
        resolve(replace(ASSERTION, **other), HELD, IDS)


def attempt(**changes) -> LinkingAttempt:
    sound = LinkingAttempt(
        person=PersonId("person-1"),
        authenticated_at=NOW,
        assurance=Assurance.SUBSTANTIAL,
        browser="b",
        second=replace(ASSERTION, region=RegionCode("GD"), subject=UpstreamSubject("gd")),
        second_browser="b",
        consented=True,
        owner=None,
    )
    return replace(sound, **changes)


def test_a_second_account_is_linked_to_the_signed_in_person():
    link = second_link(attempt(), LinkId("link-2"), NOW + LINKING_FRESHNESS)
    assert (link.id, link.person, link.region, link.subject) == ("link-2", "person-1", "GD", "gd")


def second_at(at: datetime) -> RegionAssertion:
    return replace(ASSERTION, authenticated_at=at)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"second_browser": "c"}, "other-browser"),
        ({"browser": "", "second_browser": ""}, "other-browser"),
        ({"consented": False}, "no-consent"),
        ({"authenticated_at": NOW - LINKING_FRESHNESS - SECOND}, "stale-login"),
        ({"authenticated_at": NOW + CLOCK_SKEW + SECOND}, "stale-login"),
        ({"second": second_at(NOW - LINKING_FRESHNESS - SECOND)}, "stale-second-login"),
        ({"second": second_at(NOW + CLOCK_SKEW + SECOND)}, "stale-second-login"),
        ({"assurance": Assurance.NONE}, "insufficient"),
        ({"second": replace(ASSERTION, assurance=Assurance.NONE)}, "insufficient"),
        ({"owner": PersonId("person-1")}, "already-linked"),
        ({"owner": PersonId("person-2")}, "taken"),
        ({"owner": PersonId("")}, "taken"),
    ],
)
def test_each_rule_refuses_with_its_own_code(changes, code):
    with pytest.raises(LinkingRefusal) as refusal:
        second_link(attempt(**changes), LinkId("link-2"), NOW)
    assert refusal.value.code == code


def test_the_least_assurance_counts_at_both_ends():
    with pytest.raises(LinkingRefusal) as refusal:
        second_link(attempt(assurance=Assurance.HIGH), LinkId("link-2"), NOW, least=Assurance.HIGH)
    assert refusal.value.code == "insufficient"


def test_only_a_link_that_is_not_the_last_may_go():
    link = HELD[1]
    other = replace(link, id=LinkId("link-2"))
    assert link_to_remove((link, other), link.id) == link
    for links, wanted, code in (((link,), link.id, "last"), ((link, other), LinkId("x"), "unknown"), ((), link.id, "unknown")):
        with pytest.raises(LinkingRefusal) as refusal:
            link_to_remove(links, wanted)
        assert refusal.value.code == code


def test_nothing_upstream_shows():
    assert "open-id" not in repr(FIRST)
    assert "A123456" not in repr(FIRST)
