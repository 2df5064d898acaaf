"""Which of a person's or an organisation's names to tell: by the languages asked for, else in the region's own script.

A name is not translated and not transliterated: when none was given in a script that was asked for, the next best is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from idbridge.identity.assertion import PersonName, RegionCode

NamePart = Literal["full", "family", "given"]
Script = Literal["Hans", "Hant", "Latn"]

MAX_LOCALES = 8
"""Languages looked at in one request: twice what the bridge has pages in."""

_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")

_OWN_SCRIPT: Mapping[str, Script] = {"GD": "Hans", "HK": "Hant", "MO": "Hant"}

_SUBTAG_SCRIPT: Mapping[str, Script] = {
    "hans": "Hans",
    "hant": "Hant",
    "cn": "Hans",
    "sg": "Hans",
    "hk": "Hant",
    "mo": "Hant",
    "tw": "Hant",
}

# Who reads one Han script can make out the other, and would rather have it than a romanisation.
_LEGIBLE: Mapping[Script, tuple[Script, ...]] = {"Hans": ("Hans", "Hant"), "Hant": ("Hant", "Hans"), "Latn": ("Latn",)}


def script_of(locale: str, region: RegionCode | None = None) -> Script:
    """Return the script in which readers of a language (a BCP 47 tag) expect names; plain ``zh`` is as the region writes it."""
    language, *subtags = locale.lower().split("-")
    if language != "zh":
        return "Latn"
    known = (_SUBTAG_SCRIPT[subtag] for subtag in subtags if subtag in _SUBTAG_SCRIPT)
    return next(known, _OWN_SCRIPT.get(region or "", "Hans"))


def best_name(names: tuple[PersonName, ...], part: NamePart, locales: tuple[str, ...], region: RegionCode) -> str | None:
    """Return that part of the best name which has it; None when none has."""
    return _best([(name.script, getattr(name, part)) for name in names], locales, region)


def best_text(names: tuple[tuple[str, str], ...], locales: tuple[str, ...], region: RegionCode) -> str | None:
    """Return the best of names given by language tag: in the first language that has one, else by script."""
    for locale in locales[:MAX_LOCALES]:
        spoken = [(script_of(tag, region), text) for tag, text in names if _language(tag) == _language(locale)]
        if text := _best(spoken, (locale,), region):
            return text
    return _best([(script_of(tag, region), text) for tag, text in names], locales, region)


def _language(tag: str) -> str:
    return tag.partition("-")[0].lower()


def _best(texts: list[tuple[Script, str]], locales: tuple[str, ...], region: RegionCode) -> str | None:
    """Choose by the languages in order, then by the region's script, then by the region's own order."""
    wanted = [script_of(locale, region) for locale in locales[:MAX_LOCALES]]
    wanted.append(_OWN_SCRIPT.get(region, "Latn"))
    ranking = list(dict.fromkeys(script for each in wanted for script in _LEGIBLE[each]))
    present = [(script, text) for script, text in texts if text]
    present.sort(key=lambda one: ranking.index(one[0]) if one[0] in ranking else len(ranking))
    return present[0][1] if present else None


def tagged_names(names: tuple[PersonName, ...], part: NamePart, claims_locales: tuple[str, ...]) -> dict[str, str]:
    """Return that part by each language tag asked for in whose script there is a name (OpenID Connect Core §5.2)."""
    by_script = {name.script: getattr(name, part) for name in names}
    told = {tag: by_script.get(script_of(tag), "") for tag in _tags(claims_locales)}
    return {tag: text for tag, text in told.items() if text}


def tagged_texts(names: tuple[tuple[str, str], ...], claims_locales: tuple[str, ...]) -> dict[str, str]:
    """Return names given by language tag, by each tag asked for in whose language and script there is one."""
    by_language = {(_language(tag), script_of(tag)): text for tag, text in names}
    told = {tag: by_language.get((_language(tag), script_of(tag)), "") for tag in _tags(claims_locales)}
    return {tag: text for tag, text in told.items() if text}


def _tags(claims_locales: tuple[str, ...]) -> list[str]:
    """Return the tags as asked, so that the portal finds its answer by them; what is no tag would become a member's name."""
    return [locale for locale in claims_locales[:MAX_LOCALES] if _LANGUAGE_TAG.fullmatch(locale)]
