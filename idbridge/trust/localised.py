"""Texts and URIs with their languages (ETSI TS 119 612 clause 5.1.4)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Localised:
    """A text or a URI with the language it is in."""

    language: str
    text: str


Names = tuple[Localised, ...]


def preferred(names: Names, *languages: str) -> str:
    """Return the name in the first of *languages* that there is, else in English, else the first one; '' if there is none."""
    by_language = {name.language.casefold(): name.text for name in reversed(names)}
    for language in (*languages, "en"):
        if text := by_language.get(language.casefold()):
            return text
    return names[0].text if names else ""
