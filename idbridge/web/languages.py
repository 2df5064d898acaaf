"""The four languages of the pages: which one a request gets, and the words in it.

Message ids are the English sentences, so that English needs no catalogue. The others are gettext ``.po`` files, read into
memory at start: a clean clone works without a build step, and a worker never writes beside its code. Which request wants
which language is `negotiate`; setting the cookie that remembers it is left to the routes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

LANGUAGE_COOKIE: Final = "lang"
LANGUAGE_PARAMETER: Final = "lang"
SOURCE_LANGUAGE: Final = "en"
TRANSLATIONS: Final = Path(__file__).parent / "translations"

MAX_LANGUAGE_RANGES: Final = 32
"""Ranges read of a header or of ``ui_locales``: browsers send under ten, and the header is a stranger's."""

MAX_TAG_LENGTH: Final = 35
"""RFC 5646 §4.4.1: buffers of 35 characters hold every sensible tag."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the pages: its BCP 47 tag, what its speakers call it, and the CLDR locale for dates and numbers."""

    tag: str
    own_name: str
    locale: Locale


LANGUAGES: Final = (
    Language("zh-Hans", "简体中文", Locale("zh", "CN", script="Hans")),
    Language("zh-Hant", "繁體中文", Locale("zh", "HK", script="Hant")),
    Language("en", "English", Locale("en", "HK")),
    Language("pt", "Português", Locale("pt", "MO")),
)

_BY_PRIMARY: Final = {"zh": "zh-Hans", "cmn": "zh-Hans", "yue": "zh-Hant", "en": "en", "pt": "pt"}
_TRADITIONAL: Final = frozenset({"hant", "hk", "mo", "tw"})


def language(tag: str) -> Language:
    """Return the language of one of our own tags; KeyError for any other."""
    for candidate in LANGUAGES:
        if candidate.tag == tag:
            return candidate
    raise KeyError(tag)


def match(tag: str) -> str | None:
    """Map any BCP 47 tag to the language that serves it best: ``zh-HK`` → ``zh-Hant``, ``pt-BR`` → ``pt``; None if none."""
    if len(tag) > MAX_TAG_LENGTH:
        return None
    primary, *subtags = tag.strip().replace("_", "-").lower().split("-")
    found = _BY_PRIMARY.get(primary)
    if found is None or not found.startswith("zh") or "hans" in subtags:
        return "zh-Hans" if found == "zh-Hant" else found
    return "zh-Hant" if _TRADITIONAL.intersection(subtags) else found


def negotiate(
    *, asked: str | None, ui_locales: str | None, remembered: str | None, accept: str | None, default: str = SOURCE_LANGUAGE
) -> str:
    """Choose the page's language.

    *asked* is ``?lang=`` (the person pressed a link on this very page, so it wins), *ui_locales* is the portal's wish
    (OpenID Connect Core §3.1.2.1: space-separated, by preference), *remembered* is the cookie, *accept* the
    ``Accept-Language`` header.
    """
    wishes = (asked or "", *(ui_locales or "").split()[:MAX_LANGUAGE_RANGES], remembered or "", *_accepted(accept or ""))
    return next((found for wish in wishes if (found := match(wish))), default)


def _accepted(header: str) -> list[str]:
    """Read ``Accept-Language`` (RFC 9110 §12.5.4) into tags by falling weight; what is malformed or refused is left out."""
    weighted: list[tuple[float, str]] = []
    for part in header.split(",")[:MAX_LANGUAGE_RANGES]:
        tag, _, parameter = part.partition(";")
        weight = _weight(parameter)
        if weight > 0:
            weighted.append((weight, tag.strip()))
    return [tag for _, tag in sorted(weighted, key=lambda item: -item[0])]


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        weight = float(value) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0
    return weight if 0.0 <= weight <= 1.0 else 0.0


def in_language(url: str, tag: str) -> str:
    """Return the same place (a path with its query) in another language."""
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != LANGUAGE_PARAMETER]
    return f"{parts.path}?{urlencode([*query, (LANGUAGE_PARAMETER, tag)])}"


def read_catalogues(folder: Path, domain: str) -> dict[str, NullTranslations]:
    """Read the catalogues of all languages, by tag. Raises as `read_catalogue`."""
    return {spoken.tag: read_catalogue(folder, domain, spoken.tag) for spoken in LANGUAGES}


@cache
def read_catalogue(folder: Path, domain: str, tag: str) -> NullTranslations:
    """Read ``<folder>/<locale>/LC_MESSAGES/<domain>.po`` of a language of ours, once: ready to translate.

    Raises FileNotFoundError when the language has no catalogue. Entries that a translator marked fuzzy are left out.
    """
    if tag == SOURCE_LANGUAGE:
        return NullTranslations()
    with (folder / tag.replace("-", "_") / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        compiled = BytesIO()
        write_mo(compiled, read_po(file, abort_invalid=True))
    compiled.seek(0)
    return Translations(compiled, domain)
