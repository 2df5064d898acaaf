"""An instance's lists: loaded, refreshed, kept, and never replaced by worse ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from idbridge.exchange import ExchangeFailed, HttpResponse
from idbridge.services.trust_lists import ListSource, TrustLists
from idbridge.storage.list_versions import ListVersions
from idbridge.trust.model import Pointer
from idbridge.trust.reliance import Standing
from idbridge.trust.vocabulary import REGION_LIST
from tests.unit.trust.authorities import ISSUED, NOW
from tests.unit.trust.lists import GD, HK, authorities, draft, sign

LOCATION = "https://hk.example/list.xml"
CURRENT = draft(HK)
DATA = sign(CURRENT)
NEXT = replace(CURRENT, sequence=8, issued=ISSUED + timedelta(days=1))


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


class Publisher:
    """A publisher of one list: answers what it is told to, and remembers the last request."""

    def __init__(self, body=DATA, status=200, failure=None):
        self.body, self.status, self.failure = body, status, failure
        self.asked = None

    def __call__(self, request, *, max_bytes):
        self.asked = request, max_bytes
        if self.failure:
            raise ExchangeFailed(self.failure, "hk.example")
        return HttpResponse(self.status, {}, self.body)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def lists(tmp_path, clock):
    return open_lists(tmp_path, clock)


def open_lists(directory, clock, signer="hk-signer"):
    source = ListSource(HK, (authorities()[signer].der,), LOCATION)
    return TrustLists([source], ListVersions(directory), clock)


def test_without_any_version_the_list_is_missing(lists):
    assert lists.in_force()[HK].standing is Standing.MISSING
    assert lists.anchors() == ()
    (status,) = lists.status()
    assert (status.ready, status.age, status.last_attempt) == (False, None, None)
    assert lists.version(HK) is None


def test_a_refresh_brings_the_list_into_force_and_keeps_it(lists, tmp_path, clock):
    publisher = Publisher()
    assert {t: attempt.code for t, attempt in lists.refresh(publisher).items()} == {HK: "accepted"}
    assert publisher.asked[0].url == LOCATION
    (status,) = lists.status()
    assert (status.ready, status.sequence, status.age) == (True, 7, NOW - ISSUED)
    assert lists.version(HK) == DATA
    again = open_lists(tmp_path, clock)
    assert again.in_force()[HK].signed == lists.in_force()[HK].signed
    assert again.status()[0].last_attempt.code == "accepted"


@pytest.mark.parametrize(
    ("publisher", "code"),
    [
        (Publisher(failure="timeout"), "timeout"),
        (Publisher(status=503, body=b"<html>"), "http-503"),
        (Publisher(body=b"<!DOCTYPE html><html>login</html>"), "list-is-html"),
        (Publisher(body=b""), "list-empty"),
        (Publisher(body=DATA.replace(b"e-Cert", b"e-Kert")), "signature-digest-mismatch"),
        (Publisher(body=sign(replace(NEXT, sequence=6))), "sequence-rolled-back"),
        (Publisher(body=sign(NEXT, "mo-signer")), "signer-not-pinned"),
    ],
)
def test_a_refresh_that_fails_leaves_the_last_good_list_in_force(lists, publisher, code):
    lists.refresh(Publisher())
    assert lists.refresh(publisher)[HK].code == code
    (status,) = lists.status()
    assert (status.ready, status.sequence, status.last_attempt.code) == (True, 7, code)
    assert len(lists.history(HK)) == 1


def test_a_list_is_relied_upon_until_its_own_next_update(lists, clock):
    lists.refresh(Publisher())
    clock.now = CURRENT.next_update
    assert lists.status()[0].ready
    assert lists.status()[0].expires_soon(clock.now)
    clock.now += timedelta(seconds=1)
    assert lists.status()[0].standing is Standing.EXPIRED
    assert lists.anchors() == ()
    assert lists.version(HK) == DATA  # still shown, no longer relied upon


def test_every_version_relied_upon_is_kept_and_cited_by_number_and_hash(lists):
    lists.offer(HK, DATA)
    first = lists.in_force()[HK].signed
    lists.offer(HK, sign(NEXT))
    assert [version.sequence for version in lists.history(HK)] == [8, 7]
    assert lists.version(HK, first.sha256) == DATA
    assert lists.version(HK, "0" * 64) is None


def test_another_process_sees_a_new_version(lists, tmp_path, clock):
    other = open_lists(tmp_path, clock)
    assert other.in_force()[HK].standing is Standing.MISSING
    lists.offer(HK, DATA)
    assert other.in_force()[HK].standing is Standing.CURRENT
    lists.offer(HK, sign(NEXT))
    assert other.in_force()[HK].content.sequence == 8


def test_a_damaged_file_is_passed_over_for_the_version_before(lists, tmp_path, clock):
    lists.offer(HK, DATA)
    lists.offer(HK, sign(NEXT))
    (newest,) = (tmp_path / "HK").glob("000000000008-*.xml")
    newest.write_bytes(newest.read_bytes()[:-100])
    again = open_lists(tmp_path, clock)
    assert again.in_force()[HK].content.sequence == 7


def test_a_planted_file_is_not_relied_upon(tmp_path, clock):
    ListVersions(tmp_path).keep(HK, 99, sign(replace(NEXT, sequence=99), "mo-signer"))
    ListVersions(tmp_path).keep(HK, 98, b"not a list")
    assert open_lists(tmp_path, clock).in_force()[HK].standing is Standing.MISSING


def test_announced_signers_are_followed_when_loading_too(lists, tmp_path, clock):
    own = Pointer(LOCATION, (authorities()["mo-signer"].der,), HK, REGION_LIST)
    lists.offer(HK, sign(replace(CURRENT, pointers=(own,))))
    assert lists.offer(HK, sign(NEXT, "mo-signer")).accepted
    assert open_lists(tmp_path, clock).in_force()[HK].content.sequence == 8


def test_a_version_missing_among_those_announced_ends_the_chain(lists, tmp_path, clock):
    """Whoever takes a version away from the disk makes the list older, never another."""

    def announcing(content, name):
        return replace(content, pointers=(Pointer(LOCATION, (authorities()[name].der,), HK, REGION_LIST),))

    first, second = announcing(CURRENT, "mo-signer"), announcing(NEXT, "gd-signer")
    for data in (sign(first), sign(second, "mo-signer"), sign(replace(NEXT, sequence=9), "gd-signer")):
        assert lists.offer(HK, data).accepted
    assert open_lists(tmp_path, clock).in_force()[HK].content.sequence == 9
    (middle,) = (tmp_path / "HK").glob("000000000008-*.xml")
    middle.unlink()
    assert open_lists(tmp_path, clock).in_force()[HK].content.sequence == 7


def test_a_list_that_is_not_configured_is_not_taken(lists):
    with pytest.raises(KeyError):
        lists.offer(GD, sign(draft(GD)))
