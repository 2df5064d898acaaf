"""Whom lists trust, and in which periods."""

from __future__ import annotations

from dataclasses import replace

from idbridge.trust.anchors import listed_anchors, periods, trust_anchors
from idbridge.trust.model import DigitalIdentity
from idbridge.trust.reliance import reliance_at
from idbridge.trust.vocabulary import CA_QC, service_type
from tests.unit.trust.authorities import NOW, at
from tests.unit.trust.lists import GD, HK, MO, authorities, draft, relied_on, signed


def names(anchors):
    return {str(anchor.certificate.subject).partition(",")[0].removeprefix("CN=") for anchor in anchors}


def test_a_service_is_an_anchor_while_it_is_approved():
    former = [a for a in listed_anchors(draft(HK)) if a.certificate.der == authorities()["hk-former"].der]
    assert [(anchor.trusted_from, anchor.trusted_until) for anchor in former] == [(at(2003), at(2019))]
    assert not former[0].certificate_binds


def test_an_approved_service_has_no_end():
    issuing = [a for a in listed_anchors(draft(HK)) if a.certificate.der == authorities()["hk-issuing"].der]
    assert [anchor.trusted_until for anchor in issuing] == [None]


def test_entries_make_no_anchors():
    assert {a.certificate.der for a in listed_anchors(draft(GD))} == {authorities()["gd-root"].der}


def test_types_are_told_apart():
    assert not list(listed_anchors(draft(HK), {CA_QC}))
    assert len(list(listed_anchors(draft(MO), {CA_QC}))) == 1


def test_only_lists_in_force_are_relied_upon():
    lists = relied_on()
    everyone = {anchor.certificate.der for anchor in trust_anchors(lists)}
    assert everyone == {authorities()[name].der for name in ("gd-root", "hk-issuing", "hk-former", "mo-root")}
    without = {**lists, MO: reliance_at(signed(draft(MO)), at(2030))}
    assert authorities()["mo-root"].der not in {anchor.certificate.der for anchor in trust_anchors(without)}


def test_what_an_agreement_calls_approved_is_an_anchor_while_the_agreement_stands():
    def own_words(values):
        for service in values["provider"][0]["service"]:
            service |= {"type": "urn:hk:ca", "status": "urn:hk:in-force"}
            service.pop("history", None)

    def agree(values):
        service = values["pointer"][0]["agreement"][0]["service"][0]
        service |= {"pointed": ["urn:hk:ca"], "valid": ["urn:hk:in-force"], "status": "repealed"}
        service["history"] = [{"status": "enacted", "since": service["since"], "valid": ["urn:hk:in-force"]}]
        service["since"] = at(2024)

    anchors = [
        a for a in trust_anchors(relied_on(hk=own_words, gd=agree)) if a.certificate.der == authorities()["hk-issuing"].der
    ]
    assert len(anchors) == 1
    assert not anchors[0].is_trusted(at(2015))
    assert anchors[0].is_trusted(at(2023))
    assert not anchors[0].is_trusted(at(2024))


def test_a_listed_certificate_that_cannot_be_read_anchors_nothing():
    content = draft(MO)
    service = content.providers[0].services[0]
    spoilt = replace(service, current=replace(service.current, identity=DigitalIdentity((b"\x30\x00",))))
    assert not list(listed_anchors(replace(content, providers=(replace(content.providers[0], services=(spoilt,)),))))


def test_a_state_that_another_replaced_at_once_has_no_period():
    state = draft(MO).providers[0].services[0].current
    first, second = replace(state, status=service_type("x")), state
    assert list(periods((first, second))) == [(first, None)]


def test_nothing_is_trusted_by_no_lists():
    assert trust_anchors({}) == ()
    assert trust_anchors({HK: reliance_at(None, NOW)}) == ()
