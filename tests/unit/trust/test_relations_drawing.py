"""The drawing of the lists: what it shows of the relations, in form and in words, and that names stay names."""

from __future__ import annotations

from itertools import pairwise

import pytest
from lxml import etree

from idbridge.trust.relations import relations
from idbridge.trust.relations_drawing import draw_relations
from tests.unit.trust.authorities import issue
from tests.unit.trust.lists import authorities, relied_on

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*certificates, **changes):
    return etree.fromstring(draw_relations(relations(relied_on(**changes), certificates)).encode())


def groups(svg, kind):
    return [group for group in svg.iter(SVG + "g") if kind in group.get("class").split()]


def titles(svg, kind):
    return [group.findtext(SVG + "title") for group in groups(svg, kind)]


def test_every_authority_is_a_box_former_ones_look_former():
    svg = drawn()
    assert len(groups(svg, "authority")) == 4
    assert titles(svg, "former") == ["CN=Hongkong Test Root CA 1,C=HK", "CN=Hongkong Test e-Cert CA 1,C=HK"]
    assert [text.text for text in svg.iter(SVG + "text") if text.get("class") == "head"] == ["GD", "HK", "MO"]


def test_recognition_is_drawn_once_for_each_authority_and_said_in_the_key():
    svg = drawn()
    (recognises,) = groups(svg, "recognises")
    assert recognises.findtext(SVG + "title") == "粤 GD → 港 HK  粤港互认"
    assert len([path for path in recognises.iter(SVG + "path") if path.get("class")]) == 1
    assert "粤 GD → 港 HK  粤港互认" in [text.text for text in svg.iter(SVG + "text")]


def test_cross_certificates_point_at_whom_they_are_for():
    made = authorities()
    one_way = drawn(made["hk-cross"].facts)
    assert titles(one_way, "cross") == ["Guangdong Test Root CA → Hongkong Test Root CA 2"]
    assert len([path for path in groups(one_way, "cross")[0].iter(SVG + "path") if path.get("class") == "tip"]) == 1
    both = drawn(made["hk-cross"].facts, issue("", made["hk-root"], of=made["gd-root"]).facts)
    (title,) = titles(both, "cross")
    assert "↔" in title
    assert len([path for path in groups(both, "cross")[0].iter(SVG + "path") if path.get("class") == "tip"]) == 2


def test_it_can_be_read_without_eyes():
    svg = drawn(authorities()["hk-cross"].facts)
    assert (svg.get("role"), svg.get("aria-labelledby")) == ("img", "title")
    assert svg.findtext(SVG + "title") == "GD · HK · MO"
    assert all(group.find(SVG + "title") is not None for group in svg.iter(SVG + "g"))


def test_boxes_do_not_lie_on_each_other():
    tops = sorted(int(group.find(SVG + "rect").get("y")) for kind in ("authority", "former") for group in groups(drawn(), kind))
    assert all(below - above >= 34 for above, below in pairwise(tops))


@pytest.mark.parametrize("name", ["</title><script>alert(1)</script>", "a\x08b\x1b[31m", "陳大文" * 7, "&amp;"])
def test_names_of_strangers_stay_names(name, monkeypatch):
    made = {**authorities(), "mo-root": issue(name, country="MO")}
    monkeypatch.setattr("tests.unit.trust.lists.authorities", lambda: made)
    svg = drawn(mo=lambda values: values)
    assert not list(svg.iter("{*}script"))
    assert len(groups(svg, "authority")) == 4


def test_no_lists_are_an_empty_picture():
    svg = etree.fromstring(draw_relations(relations({})).encode())
    assert not list(svg.iter(SVG + "g"))
