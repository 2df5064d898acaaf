"""Lists from their sources: complete, or refused with the place of the fault."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from idbridge.trust.drafting import draft_list
from idbridge.trust.entries import Purpose
from idbridge.trust.localised import preferred
from idbridge.trust.model import ServiceState
from idbridge.trust.reading import read_unverified_list
from idbridge.trust.tables import Table, TableRefused
from idbridge.trust.vocabulary import CA_QC, FOR_SIGNATURES, GRANTED, REGION_LIST, WITHDRAWN
from idbridge.trust.writing import write_list
from tests.unit.trust.authorities import ISSUED, at
from tests.unit.trust.lists import GD, HK, MO, authorities, draft, load, source


def test_what_follows_is_filled_in():
    content = draft(HK)
    assert (content.version, content.scheme.type, content.issued) == (6, REGION_LIST, ISSUED)
    assert content.next_update == ISSUED + timedelta(days=180)
    assert preferred(content.scheme.operator_names, "zh-Hant") == "信任清單"


@pytest.mark.parametrize("territory", [GD, HK, MO])
def test_a_draft_written_and_read_says_the_same(territory):
    assert read_unverified_list(write_list(draft(territory))) == draft(territory)


def test_a_former_state_is_as_the_current_one_where_it_does_not_say_otherwise():
    service = draft(GD).providers[1].services[1]
    current, former = service.current, service.history[0]
    assert isinstance(former, ServiceState)
    assert (current.status, former.status) == (WITHDRAWN, GRANTED)
    assert former.extensions.entry == current.extensions.entry
    assert (former.type, former.names, former.identity) == (current.type, current.names, current.identity)


def test_a_former_state_may_say_otherwise():
    def change(values):
        service = values["provider"][1]["service"][1]
        service["history"][0] |= {"certificates": ["hk-other"], "type": "CA/QC", "information": ["ForeSignatures"]}

    former = draft(GD, change).providers[1].services[1].history[0]
    assert former.identity.certificates == (authorities()["hk-other"].der,)
    assert former.type == CA_QC
    assert former.extensions.additional[0].uri == FOR_SIGNATURES
    assert former.extensions.entry is None


def test_times_are_in_utc():
    assert draft(GD).providers[1].services[0].current.since == datetime(2015, 7, 10, 16, tzinfo=UTC)


def test_an_entry_is_read_in_full():
    entry = draft(GD).providers[1].services[0].current.extensions.entry
    assert entry is not None
    assert (entry.id, entry.region, entry.scheme, entry.confirmed) == ("hk-personal", "HK", "gd-hk", True)
    assert entry.purposes == {Purpose.SIGNATURE}
    assert entry.roots == (authorities()["hk-root"].der,)
    assert entry.policy.prefix == "2.16.344.8.2.2008.810.2"


def service(values):
    return values["provider"][1]["service"][0]


def entry(values):
    return service(values)["entry"]


def agreement(values):
    return values["pointer"][0]["agreement"][0]


FAULTS = {
    "territory is missing": lambda v: v.pop("territory"),
    "sequence is missing": lambda v: v.pop("sequence"),
    "sequence: int": lambda v: v.update(sequence="7"),
    "sequence: int is": lambda v: v.update(sequence=True),
    "sequence is from 1": lambda v: v.update(sequence=0),
    "sequence is from 1 to 999999999999": lambda v: v.update(sequence=10**12),
    "valid_days is from 1 to 184": lambda v: v.update(valid_days=185),
    "valid_days is from 1": lambda v: v.update(valid_days=0),
    "not -1": lambda v: v.update(valid_days=-1),
    "unknown keys: teritory": lambda v: v.update(teritory="GD"),
    "operator.street is missing": lambda v: v["operator"].update(street=""),
    "operator.names is missing": lambda v: v["operator"].pop("names"),
    "operator: unknown keys": lambda v: v["operator"].update(fax="1"),
    "scheme.information is missing": lambda v: v["scheme"].pop("information"),
    "a text for each language": lambda v: v["scheme"].update(names={"en": 1}),
    "list of texts": lambda v: v.update(distribution_points=[1]),
    "at least one service": lambda v: v["provider"][0].update(service=[]),
    "names, certificates and a type": lambda v: service(v).pop("certificates"),
    "status is missing": lambda v: service(v).pop("status"),
    "time has no zone": lambda v: service(v).update(since=datetime(2020, 1, 1)),  # noqa: DTZ001
    "since: datetime": lambda v: service(v).update(since="2020"),
    "service[0]: unknown keys: sinse": lambda v: service(v).update(sinse=at(2020)),
    "entry: unknown keys: polcy": lambda v: entry(v).update(polcy="1.2"),
    "roots, purposes, and a policy": lambda v: entry(v).update(roots=[]),
    "no purpose": lambda v: entry(v).update(purposes=["everything"]),
    "no level": lambda v: entry(v).update(level="good"),
    "policy_exact narrows": lambda v: entry(v).update(policy_exact=entry(v).pop("policy")),
    "value is missing": lambda v: entry(v).update(subject=[{"attribute": "2.5.4.3"}]),
    "table is expected": lambda v: entry(v).update(subject=["x"]),
    "who signs the list": lambda v: v["pointer"][0].update(signers=[]),
    "at least one kind of service": lambda v: agreement(v).update(service=[]),
    "kinds of service on both sides": lambda v: agreement(v)["service"][0].pop("pointed"),
    "pointed_policies is empty": lambda v: agreement(v)["service"][0].update(
        content=[{"context": "urn:x", "pointing_policies": ["1.2"]}]
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_source_is_refused_with_its_place(fault):
    with pytest.raises(TableRefused, match=fault.replace("[", r"\[").replace("]", r"\]")) as refused:
        draft(GD, FAULTS[fault])
    assert refused.value.code == "table-invalid"


def test_an_entry_that_asks_nothing_of_the_certificate_is_refused():
    def change(values):
        del entry(values)["policy"], entry(values)["subject"]

    with pytest.raises(TableRefused, match="policy or a subject"):
        draft(GD, change)


def test_agreements_carry_content_that_must_be_met():
    def change(values):
        agreement(values)["service"][0]["content"] = [
            {"context": "urn:gba:policy", "pointing_policies": ["1.2.3"], "pointed_policies": ["1.2.4"]}
        ]

    content = draft(GD, change)
    stated = content.pointers[0].agreements[0].services[0].current.contents[0]
    assert stated.pointed.criteria[0].policies == {"1.2.4"}
    assert read_unverified_list(write_list(content)) == content


def test_a_source_is_a_table():
    with pytest.raises(TableRefused):
        draft_list([], issued=ISSUED, load=load)  # type: ignore[arg-type]


def test_a_fault_inside_a_table_is_not_hidden_by_unknown_keys():
    with pytest.raises(KeyError), Table({"unknown": 1}, "x"):
        raise KeyError


def test_sources_are_not_changed_by_drafting():
    values = source(GD)
    draft_list(values, issued=ISSUED, load=load)
    assert values == source(GD)
