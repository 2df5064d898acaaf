from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.sandbox.words import WORDS, choose_language


@pytest.mark.parametrize("language", WORDS)
def test_every_language_has_every_word(language: str) -> None:
    assert WORDS[language].keys() == WORDS["en"].keys()
    assert all(WORDS[language].values())


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("zh-Hans", "zh-Hans"),
        ("zh-Hant", "zh-Hant"),
        ("zh-Hant-MO", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-MO,zh;q=0.9", "zh-Hant"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("pt-PT", "pt"),
        ("en-US", "en"),
        ("fr pt en", "pt"),
        ("fr", "en"),
        ("", "en"),
        (",;-,", "en"),
    ],
)
def test_the_first_language_known_is_chosen(asked: str, language: str) -> None:
    assert choose_language(asked) == language


@given(st.text())
def test_any_wish_has_an_answer(asked: str) -> None:
    assert choose_language(asked) in WORDS
