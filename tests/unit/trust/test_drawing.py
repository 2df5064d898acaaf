"""Pictures of path searches: what they show, that they are well formed and accessible, and that they stay within bounds."""

from __future__ import annotations

import pytest
from lxml import etree

from idbridge.pki.paths import verify_certificate
from idbridge.trust import picture as pictures
from idbridge.trust.drawing import draw_search, explanations
from tests.unit.trust.authorities import NOW, at, issue
from tests.unit.trust.lists import authorities

SVG = "{http://www.w3.org/2000/svg}"


def territory(certificate):
    (country,) = certificate.subject.values("2.5.4.6")
    return {"CN": "GD"}.get(country, country)


def search(anchors=("gd-root",), name="CHAN Tai Man", when=NOW):
    made = authorities()
    leaf = issue(name, made["hk-issuing"], country="HK", ca=False)
    between = [made[each].der for each in ("hk-issuing", "hk-cross", "hk-root", "gd-root")]
    anchors = [made[each].der for each in anchors]
    return verify_certificate(leaf.der, anchors=anchors, intermediates=between, at=when, revocation="off", strict=False)


def drawn(report, *others):
    return etree.fromstring(draw_search(report, territory, [authorities()[name].facts for name in others]).encode())


def groups(svg, kind):
    return [group for group in svg.iter(SVG + "g") if kind in group.get("class").split()]


def test_the_chosen_path_is_bold_and_crosses_territories():
    svg = drawn(search())
    assert search().indication == "PASSED"
    assert len([g for g in groups(svg, "chosen") if g.find(SVG + "rect") is not None]) == 4  # boxes, the certificate's own too
    arrows = [g for g in groups(svg, "chosen") if g.find(SVG + "path") is not None]
    assert len(arrows) == 3
    (cross,) = groups(svg, "cross")
    assert cross.findtext(SVG + "title").startswith("Cross-certificate for CN=Hongkong Test Root CA 2,C=HK")


def test_nothing_is_bold_where_nothing_holds():
    report = search(when=at(2095))
    assert report.indication == "FAILED"
    assert groups(drawn(report), "chosen") == []


def test_why_a_path_failed_is_said_in_words():
    lines = explanations(search(("hk-root", "gd-root"), when=at(2095)))
    assert lines[0].startswith("FAILED at 2095-01-01T00:00:00Z: EXPIRED")
    assert sum("validity of" in line and "2090-01-01T00:00:00Z" in line for line in lines) == 2
    assert explanations(search(("mo-root",)))[1] == "No path to an anchor was found."


def test_it_can_be_read_without_eyes():
    svg = drawn(search())
    assert (svg.get("role"), svg.get("aria-labelledby")) == ("img", "title description")
    assert svg.findtext(SVG + "title").startswith("Certificate paths of CN=CHAN Tai Man,C=HK")
    assert "Path 1 (chosen)" in svg.findtext(SVG + "desc")
    assert all(group.find(SVG + "title") is not None for group in svg.iter(SVG + "g"))


def test_other_authorities_are_shown_too():
    svg = drawn(search(), "mo-root", "gd-issuing", "hk-other")
    shown = " ".join(svg.itertext())
    assert all(name in shown for name in ("Macao Test Root CA", "Guangdong Test CA", "Hongkong Test Other CA"))
    assert {text.text for text in svg.iter(SVG + "text") if text.get("class") == "head"} == {"GD", "HK", "MO"}


@pytest.mark.parametrize("name", ["</title><script>alert(1)</script>", "a\x08b\x1b[31m", "陳大文" * 7, "&amp;", "\ufffe"])
def test_names_of_strangers_stay_names(name):
    svg = drawn(search(name=name))
    assert not list(svg.iter("{*}script"))


def test_boxes_do_not_lie_on_each_other():
    layout = pictures.picture(search(), [authority.facts for authority in authorities().values()], territory)
    places = [(box.column, box.row) for box in layout.boxes]
    assert len(places) == len(set(places))
    assert all(0 <= start < start + width <= layout.columns for _, start, width in layout.territories)


def test_a_picture_is_bounded(monkeypatch):
    monkeypatch.setattr(pictures, "MAX_AUTHORITIES", 5)
    layout = pictures.picture(search(), [authority.facts for authority in authorities().values()], territory)
    assert len(layout.boxes) == 5
    assert layout.boxes[0].row == 0
