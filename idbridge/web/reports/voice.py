"""One language, speaking: our sentences, with strangers' names put in so that they can do no harm.

Our own text is of type `Words`. Whatever else is put into a sentence came from a document, a certificate or a list: it is
bounded, loses what would move a cursor or reverse the text around it, and is set apart from it where it runs the other way.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from gettext import NullTranslations
from itertools import islice
from typing import Final

from babel.lists import format_list

from idbridge.web.languages import LANGUAGES, TRANSLATIONS, Language, language, read_catalogue
from idbridge.web.moments import Moments
from idbridge.web.reports.wording import MORE

NAME_LIMIT: Final = 300
"""Letters of a stranger's name or text that are shown: longer ones are made to hide what stands behind them."""

LISTED_LIMIT: Final = 12
"""Things that one sentence lists; a reader counts no further, and JSON has them all."""

RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN"})
ISOLATE: Final = "\u2068{}\u2069"
"""UAX #9 §2.4: text between these does not change the direction of what is around it."""


class Words(str):
    """Text of our own, in the reader's language: it may be put into a sentence as it is."""

    __slots__ = ()


def quoted(text: object) -> Words:
    """Return a stranger's text made harmless: one line, bounded, without what cannot be seen."""
    letters = islice(str(text), NAME_LIMIT + 1)
    shown = "".join(
        " " if letter.isspace() else letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in letters
    )
    if len(shown) > NAME_LIMIT:
        shown = f"{shown[:NAME_LIMIT]}…"
    turns = any(unicodedata.bidirectional(letter) in RIGHT_TO_LEFT for letter in shown)
    return Words(ISOLATE.format(shown) if turns else shown)


@dataclass(frozen=True, slots=True)
class Voice:
    """A language with its catalogue."""

    language: Language
    catalogue: NullTranslations

    @property
    def moments(self) -> Moments:
        """How dates and times are written."""
        return Moments(self.language.locale)

    def say(self, message: str, /, **values: object) -> Words:
        """Return *message* in this language, with *values* in their places."""
        return Words(self.catalogue.gettext(message) % self._values(values) if values else self.catalogue.gettext(message))

    def count(self, one: str, many: str, number: int, /, **values: object) -> Words:
        """Return one of two messages by *number*, ``%(count)s``. Chinese knows no plural, and Portuguese that of English."""
        return self.say(one if number == 1 else many, count=number, **values)

    def code(self, table: Mapping[str, str], code: str) -> Words:
        """Return the words for a code; of one that the table does not know, the code itself."""
        return self.say(table[code]) if code in table else quoted(code)

    def moment(self, time: datetime) -> Words:
        """Return a moment, to the second and with its zone."""
        return Words(self.moments.exact(time))

    def listed(self, items: Iterable[object], limit: int = LISTED_LIMIT) -> Words:
        """Return a list in one sentence: the first few, and how many more there are."""
        known = list(dict.fromkeys(item if isinstance(item, Words) else quoted(item) for item in items))
        shown: list[str] = list(known[:limit])
        if len(known) > limit:
            shown.append(self.say(MORE, count=len(known) - limit))
        return Words(format_list(shown, locale=self.language.locale))

    def _values(self, values: Mapping[str, object]) -> dict[str, str]:
        return {name: self._value(value) for name, value in values.items()}

    def _value(self, value: object) -> str:
        match value:
            case Words():
                return value
            case datetime():
                return self.moment(value)
            case int():
                return self.moments.number(value)
            case _:
                return quoted(value)


def read_voices() -> dict[str, Voice]:
    """Return a voice for every language of ours, by tag."""
    return {spoken.tag: read_voice(spoken.tag) for spoken in LANGUAGES}


def read_voice(tag: str) -> Voice:
    """Return the voice for a language of ours."""
    return Voice(language(tag), read_catalogue(TRANSLATIONS, "messages", tag))
