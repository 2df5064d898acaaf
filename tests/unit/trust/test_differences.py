"""What changed between two versions, as an operator sees it before signing."""

from __future__ import annotations

from dataclasses import replace

from idbridge.trust.differences import differences
from tests.unit.trust.authorities import at
from tests.unit.trust.lists import GD, draft


def changes(change):
    return {(found.kind, found.what): (found.before, found.after) for found in differences(draft(GD), draft(GD, change))}


def test_nothing_changed():
    assert differences(draft(GD), draft(GD)) == ()


def test_the_scheme():
    assert changes(lambda v: v.update(sequence=13)) == {("changed", "list: sequence"): ("12", "13")}
    closed = differences(draft(GD), replace(draft(GD), next_update=None))
    assert [(found.what, found.after) for found in closed] == [("list: next update", "closed")]


PERSONAL = "Hongkong Post / e-Cert (Personal) with mutual recognition status / CA/PKC"


def test_a_status_and_its_history():
    def withdraw(values):
        service = values["provider"][1]["service"][0]
        service["history"] = [{"status": "granted", "since": service["since"]}]
        service |= {"status": "withdrawn", "since": at(2026)}

    assert changes(withdraw) == {
        ("changed", f"{PERSONAL}: status"): ("granted since 2015-07-10T16:00:00Z", "withdrawn since 2026-01-01T00:00:00Z"),
        ("changed", f"{PERSONAL}: history"): ("", "granted since 2015-07-10T16:00:00Z"),
    }


def test_every_condition_of_an_entry():
    def loosen(values):
        values["provider"][1]["service"][0]["entry"] |= {"policy": "2.16.344", "subject": [], "level": "qualified"}

    assert {what for _, what in changes(loosen)} == {f"{PERSONAL}: {fact}" for fact in ("policy", "subject", "level")}


def test_services_that_came_and_went():
    def swap(values):
        former = values["provider"][1]["service"].pop()
        values["provider"][0]["service"].append({**former, "names": {"en": "New"}})

    found = changes(swap)
    assert {kind for kind, _ in found} == {"added", "removed"}
    assert ("added", "Guangdong / New / CA/PKC") in found


def test_services_of_one_name_are_told_apart():
    def double(values):
        values["provider"][0]["service"].append(values["provider"][0]["service"][0])

    assert list(changes(double)) == [("added", "Guangdong / Guangdong certificates / CA/PKC #2")]


def test_agreements_and_signers():
    def repeal(values):
        values["pointer"][0]["signers"].append("mo-signer")
        values["pointer"][0]["agreement"][0]["service"][0] |= {"status": "repealed", "since": at(2026)}

    found = changes(repeal)
    pointer = "pointer to HK https://hk.example/list.xml"
    assert {what for _, what in found} == {
        f"{pointer}: signers",
        f"{pointer}: agreement gd-hk, e-Cert with mutual recognition status",
    }
