"""Refreshing while serving: one process at a time, when a list is due, and sooner where a publisher failed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from idbridge.services.refreshing import LOCK_FILE, Refreshing
from idbridge.storage.exclusion import exclusive
from idbridge.trust.reliance import Standing
from tests.unit.services.test_trust_lists import DATA, Clock, Publisher, open_lists
from tests.unit.trust.lists import HK

HOUR = timedelta(hours=1)


@pytest.fixture
def clock():
    return Clock()


def refreshing(directory, clock, publisher):
    lists = open_lists(directory, clock)
    return lists, Refreshing(lists, directory, publisher, clock, HOUR)


def test_a_list_is_asked_for_when_it_is_due_and_not_before(tmp_path, clock):
    publisher = Publisher()
    lists, refresh = refreshing(tmp_path, clock, publisher)
    assert refresh.look() == (HK,)
    assert lists.in_force()[HK].standing is Standing.CURRENT
    clock.now += HOUR - timedelta(seconds=1)
    assert refresh.look() == ()
    clock.now += timedelta(seconds=1)
    assert refresh.look() == (HK,)


def test_a_publisher_that_failed_is_asked_sooner(tmp_path, clock):
    publisher = Publisher(failure="timeout")
    _, refresh = refreshing(tmp_path, clock, publisher)
    assert refresh.look() == (HK,)
    clock.now += timedelta(minutes=4)
    assert refresh.look() == ()
    clock.now += timedelta(minutes=1)
    publisher.failure = None
    assert refresh.look() == (HK,)
    clock.now += timedelta(minutes=5)
    assert refresh.look() == ()


def test_what_one_process_did_another_does_not_repeat(tmp_path, clock):
    _, one = refreshing(tmp_path, clock, Publisher())
    lists, other = refreshing(tmp_path, clock, Publisher())
    assert one.look() == (HK,)
    assert other.look() == ()
    assert lists.version(HK) == DATA


def test_only_one_process_is_at_it_at_a_time(tmp_path, clock):
    _, refresh = refreshing(tmp_path, clock, Publisher())
    with exclusive(tmp_path / LOCK_FILE) as ours:
        assert ours
        assert refresh.look() == ()
    assert refresh.look() == (HK,)


def test_a_directory_that_cannot_be_written_ends_no_thread(tmp_path, clock, caplog):
    lists = open_lists(tmp_path / "versions", clock)
    assert Refreshing(lists, tmp_path / "missing", Publisher(), clock, HOUR).look() == ()
    assert "cannot be refreshed" in caplog.text


def test_it_goes_on_until_it_is_told_to_stop_and_pauses_are_not_in_step(tmp_path, clock):
    publisher = Publisher()
    _, refresh = refreshing(tmp_path, clock, publisher)
    pauses = []

    def pause(seconds):
        pauses.append(seconds)
        clock.now += HOUR
        publisher.asked = None
        return len(pauses) == 5

    refresh.run(pause)
    assert 15 <= pauses[0] <= 25
    assert all(45 <= seconds <= 75 for seconds in pauses[1:])
    assert len(set(pauses)) == 5
