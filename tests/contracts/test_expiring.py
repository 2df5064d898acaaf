"""What every store of expiring things has to do."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from idbridge.identity.sealing import Keyring
from idbridge.storage.expiring import Add, Kind, Put, Tombstone
from idbridge.storage.redis import RedisExpiring
from idbridge.storage.redis_clients import connect
from tests.contracts.conftest import KEYRING, look_inside, open_expiring


@dataclass(frozen=True, slots=True)
class Pending:
    client_id: str
    at: datetime
    scopes: tuple[str, ...] = ()
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Renamed:
    something_else: int


CODE = Kind("code", 60, Pending)
USED_CODE = Kind("used-code", 60, str, remembered=600)
GUARD = Kind("guard", 60, str)
RATE = Kind("rate", 60, int)
SESSIONS = Kind("sessions", 60, str)
SHORT = Kind("short", 1, str)

PENDING = Pending("portal", datetime(2026, 7, 1, 12, tzinfo=UTC), ("openid",), b"\0\xff")


def life(store: RedisExpiring, kind: Kind, key: str) -> int:
    return store._do("TTL", store._name(kind, key))


def swapped(store: RedisExpiring, kind: Kind, key: str) -> object:
    return store.get_then_swap(RATE, kind, key)[1]


def test_returns_what_was_put_as_it_was(expiring):
    expiring.put(CODE, "a", PENDING)
    assert expiring.get(CODE, "a") == PENDING
    assert expiring.get(CODE, "b") is None
    assert life(expiring, CODE, "a") in (59, 60)


@pytest.mark.parametrize("key", ["", "\0", "\ud800", "漢" * 5000, "a b\r\nDEL x"])
def test_any_text_is_a_key(expiring, key):
    expiring.put(GUARD, key, "value")
    assert expiring.get(GUARD, key) == "value"
    assert expiring.get(GUARD, key + "x") is None


def test_kinds_do_not_share_keys(expiring):
    expiring.put(GUARD, "a", "value")
    assert expiring.get(SHORT, "a") is None
    assert expiring.delete(SHORT, "a") is False


def test_a_lifetime_can_be_given_and_is_at_least_a_second(expiring):
    expiring.put(GUARD, "a", "value", 7)
    assert life(expiring, GUARD, "a") in (6, 7)
    expiring.put(GUARD, "b", "value", 0)
    assert life(expiring, GUARD, "b") in (0, 1)


def test_things_expire(expiring):
    expiring.put(SHORT, "a", "value")
    expiring.count_up(RATE, "a", 1)
    expiring.add(SESSIONS, "a", "s", 1)
    time.sleep(1.1)
    assert expiring.get(SHORT, "a") is None
    assert expiring.extend(SHORT, "a") is False
    assert expiring.replace(SHORT, "a", "again") is False
    assert expiring.get(SHORT, "a") is None
    assert expiring.count_up(RATE, "a") == 1
    assert expiring.members(SESSIONS, "a") == ()


def test_put_if_absent_takes_the_first(expiring):
    assert expiring.put_if_absent(GUARD, "nonce", "first") is True
    assert expiring.put_if_absent(GUARD, "nonce", "second") is False
    assert expiring.get(GUARD, "nonce") == "first"


def test_take_gives_once(expiring):
    expiring.put(CODE, "a", PENDING)
    assert expiring.take(CODE, "a") == PENDING
    assert expiring.take(CODE, "a") is None


def test_a_used_thing_leaves_a_tombstone(expiring):
    expiring.put(USED_CODE, "a", "value")
    assert swapped(expiring, USED_CODE, "a") == "value"
    assert swapped(expiring, USED_CODE, "a") == Tombstone()
    assert expiring.get(USED_CODE, "a") is None
    assert life(expiring, USED_CODE, "a") in (599, 600), "remembered longer than it lived"
    assert swapped(expiring, USED_CODE, "never") is None


def test_something_is_read_before_another_thing_is_swapped(expiring):
    expiring.put(CODE, "a", PENDING)
    expiring.put(USED_CODE, "a", "value")
    assert expiring.get_then_swap(CODE, USED_CODE, "a") == (PENDING, "value")
    assert expiring.get_then_swap(CODE, USED_CODE, "a") == (PENDING, Tombstone())
    expiring.delete(CODE, "a")
    assert expiring.get_then_swap(CODE, USED_CODE, "a") == (None, Tombstone())
    assert expiring.get_then_swap(CODE, USED_CODE, "never") == (None, None)


def test_a_tombstone_stays_the_rest_of_the_life_unless_told(expiring):
    expiring.put(CODE, "a", PENDING, 30)
    assert swapped(expiring, CODE, "a") == PENDING
    assert life(expiring, CODE, "a") in (29, 30)


def test_replace_only_what_is_there_and_keep_its_life(expiring):
    assert expiring.replace(GUARD, "a", "value") is False
    expiring.put(GUARD, "a", "value", 30)
    assert expiring.replace(GUARD, "a", "other") is True
    assert expiring.get(GUARD, "a") == "other"
    assert life(expiring, GUARD, "a") in (29, 30)


def test_delete_and_extend_say_whether_there_was_something(expiring):
    expiring.put(GUARD, "a", "value", 5)
    assert expiring.extend(GUARD, "a") is True
    assert life(expiring, GUARD, "a") in (59, 60)
    assert expiring.delete(GUARD, "a") is True
    assert expiring.delete(GUARD, "a") is False
    assert expiring.extend(GUARD, "a") is False


def test_counts_within_a_window_that_counting_does_not_prolong(expiring):
    assert [expiring.count_up(RATE, "a", 30) for _ in range(3)] == [1, 2, 3]
    expiring.count_up(RATE, "a", 600)
    assert life(expiring, RATE, "a") in (29, 30)
    assert expiring.count_up(RATE, "b") == 1


def test_a_set_holds_each_member_once(expiring):
    for member in ("s1", "s2", "s1"):
        expiring.add(SESSIONS, "person", member)
    assert sorted(expiring.members(SESSIONS, "person")) == ["s1", "s2"]
    expiring.remove(SESSIONS, "person", "s1")
    expiring.remove(SESSIONS, "person", "never")
    assert expiring.members(SESSIONS, "person") == ("s2",)
    assert expiring.members(SESSIONS, "nobody") == ()
    assert life(expiring, SESSIONS, "person") in (59, 60)


def test_several_writes_in_one_step(expiring):
    expiring.put_many(Put(CODE, "a", PENDING), Put(GUARD, "b", "value", 5), Add(SESSIONS, "p", "s1"), Add(SESSIONS, "p", "s2"))
    assert expiring.get(CODE, "a") == PENDING
    assert expiring.get(GUARD, "b") == "value"
    assert sorted(expiring.members(SESSIONS, "p")) == ["s1", "s2"]
    expiring.put_many()


def stored(expiring_url: str) -> bytes:
    """Everything that stands in the store, keys and values."""
    client = look_inside(expiring_url)
    found = b""
    for key in client.scan_iter():
        kind = client.type(key)
        found += key + (
            b"".join(b"%s%s" % pair for pair in client.hgetall(key).items()) if kind == b"hash" else client.get(key)
        )
    client.close()
    return found


def test_nothing_readable_stands_in_the_store(expiring, expiring_url):
    expiring.put(GUARD, "SECRET-key", "SECRET-value")
    expiring.put(CODE, "SECRET-code", Pending("SECRET-client", PENDING.at))
    expiring.add(SESSIONS, "SECRET-person", "SECRET-session")
    expiring.count_up(RATE, "SECRET-address")
    everything = stored(expiring_url)
    assert len(everything) > 200
    assert b"SECRET" not in everything


def test_a_value_moved_to_another_key_or_kind_counts_as_gone(expiring):
    expiring.put(GUARD, "mine", "value")
    sealed = expiring._do("GET", expiring._name(GUARD, "mine"))
    for kind, key in ((GUARD, "yours"), (SHORT, "mine")):
        expiring._do("SET", expiring._name(kind, key), sealed)
        assert expiring.get(kind, key) is None
        assert expiring.take(kind, key) is None


@pytest.mark.parametrize("planted", [b"", b"\x01", b"value", b"\x01" * 60])
def test_what_does_not_open_counts_as_gone(expiring, planted):
    expiring._do("SET", expiring._name(GUARD, "a"), planted)
    assert expiring.get(GUARD, "a") is None
    assert swapped(expiring, GUARD, "a") is None


def test_a_value_of_an_older_shape_counts_as_gone(expiring):
    expiring.put(CODE, "a", PENDING)
    assert expiring.get(Kind("code", 60, Renamed), "a") is None


def test_old_keys_still_open_and_lost_keys_do_not(expiring, expiring_url):
    expiring.put(GUARD, "a", "value")
    rotated = RedisExpiring(connect(expiring_url), KEYRING.rotated(bytes([3]) * 32))
    assert rotated.get(GUARD, "a") == "value"
    lost = RedisExpiring(connect(expiring_url), Keyring(active=bytes([3]) * 32, index=KEYRING.index))
    assert lost.get(GUARD, "a") is None
    rotated.close()
    lost.close()


def take(store, number):
    return store.take(GUARD, "contested")


def swap(store, number):
    return swapped(store, GUARD, "contested")


def read_and_swap(store, number):
    held, swapped = store.get_then_swap(CODE, GUARD, "contested")
    if swapped == Tombstone():
        store.delete(CODE, "contested")  # as who notices a replay does
    return held == PENDING and swapped


def put_if_absent(store, number):
    return store.put_if_absent(GUARD, "contested", str(number))


def count_up(store, number):
    return store.count_up(RATE, "contested")


def test_one_of_many_takes(race, expiring, expiring_url):
    expiring.put(GUARD, "contested", "value")
    assert sorted(race(open_expiring, expiring_url, take), key=str) == [None] * 7 + ["value"]


def test_one_of_many_swaps_and_all_others_see_the_tombstone(race, expiring, expiring_url):
    expiring.put(GUARD, "contested", "value")
    results = race(open_expiring, expiring_url, swap)
    assert results.count("value") == 1
    assert results.count(Tombstone()) == 7


def test_the_one_who_swaps_has_read_what_the_others_then_delete(race, expiring, expiring_url):
    expiring.put(CODE, "contested", PENDING)
    expiring.put(GUARD, "contested", "value")
    assert race(open_expiring, expiring_url, read_and_swap).count("value") == 1


def test_one_of_many_is_first(race, expiring, expiring_url):
    assert race(open_expiring, expiring_url, put_if_absent).count(True) == 1


def test_no_count_is_lost(race, expiring_url):
    assert sorted(race(open_expiring, expiring_url, count_up)) == list(range(1, 9))
