"""The plan of the demonstration PKI: the project's own is good, and what does not hang together is refused."""

import tomllib
from datetime import UTC, datetime, timedelta

import pytest
import tomli_w

from idbridge.pki.issuing.errors import DataError
from idbridge.services.demo_pki import DemoPki, read_profiles
from idbridge.services.demo_plan import read_plan
from tests.requirements import CHECKOUT

PLAN = CHECKOUT / "certs" / "plan.toml"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_plan_has_what_the_demonstration_needs():
    plan, profiles = read_plan(PLAN), read_profiles(CHECKOUT / "certs" / "profiles.toml")
    keys = {region: {a.key.partition("-")[0] for a in plan.authority if a.region == region} for region in ("GD", "HK", "MO")}
    assert keys == {"GD": {"sm2", "rsa"}, "HK": {"rsa", "ec"}, "MO": {"rsa", "ec"}}
    assert {planned.profile for planned in (*plan.authority, *plan.certificate)} <= set(profiles)
    assert {event.action for planned in plan.certificate for event in planned.events} == {"revoke", "suspend", "resume"}
    assert all(cross.mappings and cross.permitted and cross.path_length is not None for cross in plan.cross)


def test_periods():
    plan = read_plan(PLAN)
    root = next(planned for planned in plan.authority if planned.id == "hk-root")
    assert root.validity(NOW).not_before == datetime(2015, 9, 5, tzinfo=UTC)
    person = next(planned for planned in plan.certificate if planned.id == "hk-chan")
    assert person.validity(NOW).not_before == NOW - timedelta(days=30)


def changed(tmp_path, change):
    table = tomllib.loads(PLAN.read_text(encoding="utf-8"))
    change(table)
    path = tmp_path / "plan.toml"
    path.write_text(tomli_w.dumps(table), encoding="utf-8")
    return path


CHANGES = {
    "unknown member": lambda plan: plan["authority"][0].update(colour="red"),
    "missing member": lambda plan: plan["authority"][0].pop("key"),
    "wrong region": lambda plan: plan["authority"][0].update(region="TW"),
    "issuer after the issued": lambda plan: plan["authority"].reverse(),
    "authority twice": lambda plan: plan["authority"].append(plan["authority"][0]),
    "id twice": lambda plan: plan["certificate"][0].update(id="hk-root"),
    "unknown authority": lambda plan: plan["certificate"][0].update(authority="nobody"),
    "unknown policy": lambda plan: plan["certificate"][0].update(policies=["nothing"]),
    "unknown policy in a mapping": lambda plan: plan["cross"][0].update(mappings=[["mr", "nothing"]]),
    "cross-certificate for nobody": lambda plan: plan["cross"][0].update(subject="nobody"),
    "unknown change": lambda plan: plan["certificate"][0].update(events=[{"action": "forget", "days_ago": 1}]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_does_not_hang_together_is_refused(tmp_path, change):
    with pytest.raises(DataError) as caught:
        read_plan(changed(tmp_path, change))
    assert caught.value.code == "bad-pki-data"


def test_files_that_are_not_there_or_no_toml(tmp_path):
    (tmp_path / "odd.toml").write_text("[[[")
    for path in (tmp_path / "none.toml", tmp_path / "odd.toml"):
        with pytest.raises(DataError):
            read_plan(path)
        with pytest.raises(DataError):
            read_profiles(path)
    with pytest.raises(DataError):
        DemoPki(tmp_path)
