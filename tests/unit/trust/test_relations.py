"""Who stands to whom: authorities under their roots, recognition in its direction, cross-certificates between regions."""

from __future__ import annotations

from dataclasses import replace

from idbridge.trust import relations as module
from idbridge.trust.relations import Crossing, key_of, relations
from idbridge.trust.reliance import reliance_at
from tests.unit.trust.authorities import NOW, at, issue
from tests.unit.trust.lists import GD, HK, MO, authorities, draft, relied_on, signed


def key(name: str):
    return key_of(authorities()[name].facts)


def named(found, name: str):
    return next(authority for authority in found.authorities if authority.key == key(name))


def test_authorities_stand_by_region_each_under_its_root():
    found = relations(relied_on())
    assert found.territories == (GD, HK, MO)
    assert [(authority.territory, authority.key) for authority in found.authorities] == [
        (GD, key("gd-root")),
        (HK, key("hk-root")),
        (HK, key("hk-issuing")),
        (HK, key("hk-former-root")),
        (HK, key("hk-former")),
        (MO, key("mo-root")),
    ]
    assert named(found, "hk-root").above is None
    assert named(found, "hk-issuing").above == key("hk-root")
    assert named(found, "hk-former").above == key("hk-former-root")


def test_what_an_authoritys_own_list_says_of_it_counts():
    def withdraw(values):
        values["provider"][0]["service"][0] |= {"status": "withdrawn", "since": at(2025)}

    assert named(relations(relied_on()), "hk-issuing").granted
    assert not named(relations(relied_on(hk=withdraw)), "hk-issuing").granted
    assert not named(relations(relied_on()), "hk-former").granted


def test_recognition_has_a_direction_and_a_scheme_and_leaves_out_what_was_withdrawn():
    (recognises,) = relations(relied_on()).recognitions
    assert (recognises.by, recognises.of, recognises.scheme) == (GD, HK, "gd-hk")
    assert recognises.authorities == (key("hk-issuing"),)


def test_several_types_of_one_authority_are_one_recognition():
    def twice(values):
        service = values["provider"][1]["service"][0]
        values["provider"][1]["service"].append({**service, "entry": {**service["entry"], "id": "hk-organisational"}})

    (recognises,) = relations(relied_on(gd=twice)).recognitions
    assert recognises.authorities == (key("hk-issuing"),)


def test_cross_certificates_of_one_region_for_another():
    made = authorities()
    cross, inner = made["hk-cross"].facts, made["hk-issuing"].facts
    assert relations(relied_on(), (cross, inner, cross)).crossings == (Crossing(key("gd-root"), key("hk-root"), mutual=False),)


def test_cross_certificates_in_both_directions_are_one_crossing():
    made = authorities()
    back = issue("", made["hk-root"], of=made["gd-root"]).facts
    (crossing,) = relations(relied_on(), (made["hk-cross"].facts, back)).crossings
    assert crossing.mutual
    assert {crossing.issuer, crossing.subject} == {key("gd-root"), key("hk-root")}


def test_cross_certificates_of_strangers_are_not_shown():
    stranger = issue("Stranger")
    certificates = (issue("", stranger, of=authorities()["hk-root"]).facts, issue("X", authorities()["gd-root"]).facts)
    assert relations(relied_on(), certificates).crossings == ()


def test_a_list_that_has_ended_is_still_shown_and_a_missing_one_is_only_named():
    ended = reliance_at(signed(draft(HK)), at(2030))
    found = relations({GD: reliance_at(None, NOW), HK: ended})
    assert found.territories == (GD, HK)
    assert {authority.territory for authority in found.authorities} == {HK}
    assert found.recognitions == ()


def test_a_picture_is_bounded_and_shows_no_line_to_what_is_left_out(monkeypatch):
    monkeypatch.setattr(module, "MAX_AUTHORITIES", 2)
    found = relations(relied_on(), (authorities()["hk-cross"].facts,))
    assert [authority.key for authority in found.authorities] == [key("gd-root"), key("hk-root")]
    assert [recognises.authorities for recognises in found.recognitions] == [()]


def test_authorities_of_regions_without_a_list_are_not_shown():
    lists = relied_on()
    assert {authority.territory for authority in relations({GD: lists[GD]}).authorities} == {GD}


def test_an_authority_is_its_name_and_its_key():
    made = authorities()
    assert key_of(made["hk-cross"].facts) == key_of(made["hk-root"].facts)
    assert key_of(issue("Hongkong Test Root CA 2", country="HK").facts) != key("hk-root")


def test_lists_of_nobody_relate_nothing():
    found = relations({})
    assert (found.territories, found.authorities, found.recognitions, found.crossings) == ((), (), (), ())
    empty = replace(signed(draft(MO)), content=replace(draft(MO), providers=()))
    assert relations({MO: reliance_at(empty, NOW)}).authorities == ()
