"""Which name is told."""

from __future__ import annotations

import pytest

from idbridge.identity.assertion import PersonName, RegionCode
from idbridge.identity.names import MAX_LOCALES, best_name, best_text, script_of, tagged_names, tagged_texts

GD, HK, MO, XX = (RegionCode(code) for code in ("GD", "HK", "MO", "XX"))
HANS = PersonName("Hans", "陈大文", "陈", "大文")
HANT = PersonName("Hant", "陳大文")
LATN = PersonName("Latn", "CHAN Tai Man", "CHAN", "Tai Man")


@pytest.mark.parametrize(
    ("locale", "script"),
    [
        ("zh-Hans", "Hans"),
        ("zh-hant", "Hant"),
        ("zh-Hant-HK", "Hant"),
        ("zh-Hans-HK", "Hans"),
        ("zh-CN", "Hans"),
        ("zh-HK", "Hant"),
        ("ZH-MO", "Hant"),
        ("zh-TW", "Hant"),
        ("zh", "Hans"),
        ("zh-x-y", "Hans"),
        ("en", "Latn"),
        ("pt-PT", "Latn"),
        ("", "Latn"),
        ("-", "Latn"),
    ],
)
def test_a_language_expects_a_script(locale, script):
    assert script_of(locale) == script


def test_plain_chinese_is_as_the_region_writes_it():
    assert [script_of("zh", region) for region in (GD, HK, MO, XX)] == ["Hans", "Hant", "Hant", "Hans"]


@pytest.mark.parametrize(
    ("names", "locales", "region", "expected"),
    [
        ((HANS, HANT, LATN), (), GD, HANS),
        ((HANS, HANT, LATN), (), HK, HANT),
        ((HANS, HANT, LATN), (), MO, HANT),
        ((HANS, HANT, LATN), (), XX, LATN),
        ((HANS, HANT, LATN), ("en",), GD, LATN),
        ((HANS, HANT, LATN), ("pt", "zh-Hans"), HK, LATN),
        ((HANS, HANT), ("pt", "zh-Hant"), GD, HANT),
        ((LATN, HANT), ("zh-Hans",), GD, HANT),  # the other Han script before a romanisation
        ((LATN,), ("zh-Hans",), GD, LATN),
        ((HANT, LATN), (), GD, HANT),
        ((HANT, HANS), (), XX, HANT),  # the region's own order
        ((HANT, LATN), ("en",) * MAX_LOCALES + ("zh",), HK, LATN),
    ],
)
def test_the_best_name(names, locales, region, expected):
    assert best_name(names, "full", locales, region) == expected.full


def test_a_part_comes_from_a_name_that_has_it():
    assert best_name((HANT, LATN), "family", (), HK) == "CHAN"
    assert best_name((HANT,), "given", (), HK) is None
    assert best_name((), "full", (), HK) is None


def test_tagged_names_answer_by_the_tags_asked_for():
    assert tagged_names((HANS, LATN), "full", ("zh-CN", "en-GB", "zh-Hant")) == {"zh-CN": "陈大文", "en-GB": "CHAN Tai Man"}
    assert tagged_names((HANS, LATN), "full", ()) == {}
    assert tagged_names((HANT,), "family", ("zh-Hant",)) == {}


@pytest.mark.parametrize("tag", ["", "zh#x", '"><script>', "zh-" + "a" * 9, "漢", "zh_CN", "a" * 1000])
def test_what_is_no_language_tag_names_no_member(tag):
    assert tagged_names((HANS, HANT, LATN), "full", (tag,)) == {}


def test_names_by_language_tag():
    names = (("zh-Hant", "示例"), ("en", "Example"), ("pt", "Exemplo"))
    assert best_text(names, (), HK) == "示例"
    assert best_text(names, ("en",), HK) == "Example"
    assert best_text(names, ("pt", "en"), HK) == "Exemplo"
    assert best_text(names, ("zh-Hans", "en"), HK) == "示例"
    assert best_text(names, ("fr",), HK) == "Example"
    assert best_text((("en", ""),), (), HK) is None
    assert best_text((), (), HK) is None
    assert tagged_texts(names, ("zh-HK", "en", "fr", "zh-CN")) == {"zh-HK": "示例", "en": "Example"}
