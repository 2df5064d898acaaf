"""What a stranger's text can do in our sentences: nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.web.reports.voice import LISTED_LIMIT, NAME_LIMIT, Voice, Words, quoted, read_voices

VOICES = read_voices()


@given(st.text())
def test_what_is_quoted_is_one_bounded_printable_line(text: str) -> None:
    shown = str(quoted(text)).strip("\u2068\u2069")
    assert len(shown) <= NAME_LIMIT + 1
    assert shown.isprintable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("CN=\x1b[2Jx\u202ey", "CN=\ufffd[2Jx\ufffdy"),
        ("two\nlines\u3000here", "two lines here"),
        ("שלום", "\u2068שלום\u2069"),
        ("a" * 400, "a" * NAME_LIMIT + "…"),
        ("%(signer)s %d", "%(signer)s %d"),
    ],
)
def test_quoting(text: str, shown: str) -> None:
    assert quoted(text) == shown


def test_a_message_takes_our_words_as_they_are_and_quotes_the_rest() -> None:
    voice = VOICES["en"]
    assert voice.say("%(a)s and %(b)s", a=Words("\u2028"), b="\u2028") == "\u2028 and  "
    assert voice.say("%(at)s", at=datetime(2024, 6, 1, 20, 30, tzinfo=UTC)) == "2 June 2024, 04:30:00 (UTC+8)"
    assert voice.say("100%") == "100%"


def test_lists_are_bounded_and_each_thing_is_named_once() -> None:
    voice = VOICES["en"]
    assert voice.listed(["a", "b", "a", "c"]) == "a, b and c"
    many = voice.listed(map(str, range(LISTED_LIMIT + 5)))
    assert many.endswith("11 and 5 more")


@pytest.mark.parametrize(("tag", "text"), [("zh-Hans", "a、b和c"), ("zh-Hant", "a、b及c"), ("pt", "a, b e c")])
def test_lists_are_written_as_in_the_language(tag: str, text: str) -> None:
    assert VOICES[tag].listed("abc") == text


def test_numbers_choose_between_one_and_many() -> None:
    voice: Voice = VOICES["en"]
    assert voice.count("%(count)s thing", "%(count)s things", 1) == "1 thing"
    assert voice.count("%(count)s thing", "%(count)s things", 1200) == "1,200 things"
