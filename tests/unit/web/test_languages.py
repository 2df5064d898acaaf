import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.web.languages import LANGUAGES, in_language, language, match, negotiate, read_catalogues

TAGS = {spoken.tag for spoken in LANGUAGES}


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh-SG", "zh-Hans"),
        ("zh-Hans", "zh-Hans"),
        ("zh-Hans-HK", "zh-Hans"),
        ("zh_CN", "zh-Hans"),
        ("cmn", "zh-Hans"),
        ("zh-HK", "zh-Hant"),
        ("zh-MO", "zh-Hant"),
        ("ZH-tw", "zh-Hant"),
        ("zh-Hant-CN", "zh-Hant"),
        ("yue", "zh-Hant"),
        ("yue-Hans", "zh-Hans"),
        ("en-GB", "en"),
        ("pt-BR", "pt"),
        ("pt_MO", "pt"),
        ("fr", None),
        ("english", None),
        ("*", None),
        ("", None),
        ("zh-" + "x" * 40, None),
    ],
)
def test_any_tag_goes_to_the_language_that_serves_it(tag: str, expected: str | None) -> None:
    assert match(tag) == expected


def wish(**given_: str) -> str:
    return negotiate(**{"asked": None, "ui_locales": None, "remembered": None, "accept": None, **given_})


def test_the_person_comes_before_the_portal_before_the_cookie_before_the_browser() -> None:
    everything = {"asked": "pt", "ui_locales": "zh-HK", "remembered": "zh-Hans", "accept": "en"}
    assert wish(**everything) == "pt"
    assert wish(**everything | {"asked": "xx"}) == "zh-Hant"
    assert wish(**everything | {"asked": "", "ui_locales": "fr de"}) == "zh-Hans"
    assert wish(accept="en") == "en"
    assert wish(default="pt") == "pt"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("fr, pt;q=0.5, zh-TW;q=0.8", "zh-Hant"),
        ("en;q=0, zh", "zh-Hans"),
        ("pt;q=nan, zh-HK;q=0.1", "zh-Hant"),
        ("pt;q=2, zh-HK;q=0.1", "zh-Hant"),
        ("pt;level=1, zh-HK", "zh-Hant"),
        (";;;,,,", "en"),
        (",".join(["fr"] * 40 + ["pt"]), "en"),
    ],
)
def test_accept_language_is_read_by_weight_and_what_is_malformed_is_left_out(header: str, expected: str) -> None:
    assert wish(accept=header) == expected


@given(st.text(), st.text(), st.text(), st.text())
def test_whatever_a_stranger_sends_ends_in_one_of_the_languages(a: str, b: str, c: str, d: str) -> None:
    assert negotiate(asked=a, ui_locales=b, remembered=c, accept=d) in TAGS


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("/me", "/me?lang=pt"),
        ("/me?", "/me?lang=pt"),
        ("/x?a=1&lang=en&b=&a=2", "/x?a=1&b=&a=2&lang=pt"),
        ("/x?next=%2F%3Flang%3Den", "/x?next=%2F%3Flang%3Den&lang=pt"),
    ],
)
def test_the_same_place_in_another_language(here: str, there: str) -> None:
    assert in_language(here, "pt") == there


@pytest.mark.parametrize("url", ["https://evil.example/x?a=1", "//evil.example/x"])
def test_a_language_link_never_leaves_the_site(url: str) -> None:
    assert in_language(url, "en").startswith("/x?")


def test_a_language_that_is_not_ours_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        language("fr")
    assert language("pt").own_name == "Português"


def test_a_missing_catalogue_stops_the_start(tmp_path) -> None:
    with pytest.raises(FileNotFoundError):
        read_catalogues(tmp_path, "messages")
