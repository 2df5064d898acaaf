"""The language of a terminal: what was asked for, else that of its locale (POSIX.1 §8.2), else English."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from idbridge.web.languages import SOURCE_LANGUAGE, match
from idbridge.web.reports.voice import Voice, read_voice

VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
"""By precedence; the first that is set decides."""


def chosen_voice(asked: str | None, environment: Mapping[str, str] = os.environ) -> Voice:
    """Return the voice for *asked* (any BCP 47 tag), or for the locale that *environment* names (``zh_HK.UTF-8``)."""
    locale = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    wished = asked or locale.partition(".")[0].partition("@")[0]
    return read_voice(match(wished) or SOURCE_LANGUAGE)
