"""Lists arranged for readers: nothing left out, nothing judged, what was withdrawn as history."""

from __future__ import annotations

from dataclasses import replace

from idbridge.trust.model import DigitalIdentity
from idbridge.trust.overview import NOTHING, Spell, overview, readable
from idbridge.trust.vocabulary import CA_PKC, ENACTED, GRANTED, REPEALED, WITHDRAWN
from tests.unit.trust.authorities import at
from tests.unit.trust.lists import GD, HK, MO, authorities, draft


def test_own_services_stand_with_their_periods_newest_first():
    current, former = overview(draft(HK)).own
    assert (current.names[0].text, current.type, current.granted) == ("e-Cert", CA_PKC, True)
    assert current.certificates == (authorities()["hk-issuing"].facts,)
    assert not former.granted
    assert former.spells == (Spell(False, WITHDRAWN, at(2019), None), Spell(True, GRANTED, at(2003), at(2019)))


def test_recognised_types_stand_apart_from_own_services():
    seen = overview(draft(GD))
    assert [service.certificates[0] for service in seen.own] == [authorities()["gd-root"].facts]
    personal, former = seen.recognised
    assert (personal.entry.id, personal.granted, former.entry.id, former.granted) == (
        "hk-personal",
        True,
        "hk-personal-former",
        False,
    )
    assert personal.issuers == (authorities()["hk-issuing"].facts,)
    assert personal.roots == (authorities()["hk-root"].facts,)
    assert [spell.granted for spell in former.spells] == [False, True]
    assert personal.provider[0].text == "Hongkong Post"


def test_a_template_that_nobody_has_confirmed_is_not_recognised():
    def unconfirmed(values):
        values["provider"][1]["service"][0]["entry"]["confirmed"] = False

    personal, _ = overview(draft(GD, unconfirmed)).recognised
    assert personal.spells[0].granted
    assert not personal.granted


def test_agreements_stand_with_what_was_before():
    def repeal(values):
        service = values["pointer"][0]["agreement"][0]["service"][0]
        service["history"] = [{"status": "enacted", "since": service["since"]}]
        service |= {"status": "repealed", "since": at(2024)}

    (agreed,) = overview(draft(GD, repeal)).agreements
    assert (agreed.territory, agreed.scheme, agreed.identifier) == (HK, "gd-hk", "e-Cert with mutual recognition status")
    assert [(spell.status, spell.until) for spell in agreed.spells] == [(REPEALED, None), (ENACTED, at(2024))]


def test_a_list_without_services_is_empty():
    assert overview(replace(draft(MO), providers=(), pointers=())) == NOTHING


def test_certificates_that_cannot_be_read_are_left_out():
    good = authorities()["mo-root"].der
    assert readable((b"\x30\x00", good, b"")) == (authorities()["mo-root"].facts,)
    content = draft(MO)
    (service,) = content.providers[0].services
    spoilt = replace(service, current=replace(service.current, identity=DigitalIdentity((b"\x30\x00",))))
    (seen,) = overview(replace(content, providers=(replace(content.providers[0], services=(spoilt,)),))).own
    assert (seen.certificates, seen.granted) == ((), True)
