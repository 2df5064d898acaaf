"""`idbridge db purge` beside a running instance: what is old goes, what is young stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from subprocess import CalledProcessError

import pytest

from idbridge.settings import load
from idbridge.storage.records import AuditEvent
from idbridge.stores import open_stores
from tests.bridge.demo import Demo

DAY = timedelta(days=1)


def test_old_events_go_and_young_ones_stay(demo: Demo) -> None:
    durable, now = open_stores(load({"IDBRIDGE_HOME": str(demo.home)})).durable, datetime.now(UTC)
    for age in (182 * DAY, 184 * DAY, 2000 * DAY):
        durable.audit.append(AuditEvent(now - age, "operator:test", "test", "client:test"))
    assert demo.command("db", "purge") == "Forgotten: 0 offline grants, 0 sign-ins, 1 audit events.\n"
    assert demo.command("db", "purge", "--audit-days", "183").endswith("1 audit events.\n")
    kept = [event.at for event in durable.audit.newest(50) if event.actor == "operator:test"]
    assert kept == [now - 182 * DAY]
    durable.database.close()


def test_less_than_six_months_is_refused(demo: Demo) -> None:
    with pytest.raises(CalledProcessError):
        demo.command("db", "purge", "--sign-in-days", "182")
