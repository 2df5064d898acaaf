from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from idbridge.sandbox import memory
from idbridge.sandbox.memory import Expiring

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_value_is_taken_once() -> None:
    kept: Expiring[str] = Expiring(MINUTE)
    key = kept.issue("v", NOW)
    assert kept.peek(key, NOW) == "v"
    assert kept.take(key, NOW) == "v"
    assert kept.take(key, NOW) is None
    assert kept.peek(key, NOW) is None


def test_a_value_expires_to_the_moment() -> None:
    kept: Expiring[str] = Expiring(MINUTE)
    key = kept.issue("v", NOW)
    assert kept.peek(key, NOW + MINUTE - timedelta(microseconds=1)) == "v"
    assert kept.peek(key, NOW + MINUTE) is None
    assert kept.take(key, NOW + MINUTE) is None


def test_a_live_key_is_not_overwritten_and_a_dead_one_is() -> None:
    kept: Expiring[str] = Expiring(MINUTE)
    assert kept.put_if_absent("k", "a", NOW)
    assert not kept.put_if_absent("k", "b", NOW)
    assert kept.peek("k", NOW) == "a"
    assert kept.put_if_absent("k", "b", NOW + MINUTE)


def test_memory_does_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MAX_KEPT", 3)
    kept: Expiring[int] = Expiring(MINUTE)
    for number in range(5):
        kept.put_if_absent(str(number), number, NOW)
    assert [kept.peek(str(number), NOW) for number in range(5)] == [None, None, 2, 3, 4]


def test_of_many_takers_one_wins() -> None:
    kept: Expiring[str] = Expiring(MINUTE)
    key = kept.issue("v", NOW)
    won: list[str | None] = []
    threads = [threading.Thread(target=lambda: won.append(kept.take(key, NOW))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won, key=str) == [None] * 15 + ["v"]
