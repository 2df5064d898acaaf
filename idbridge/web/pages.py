"""Turns a view (`views`) into HTML in the person's language.

One Jinja environment a language: its gettext, its dates and its numbers are bound once, so that nothing about the language
travels through a request but its tag. Knows nothing of requests, sessions or routes; other folders of templates (the
sandbox's portal) use the same class with their own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from gettext import NullTranslations
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from idbridge.web import document_wording, trust_wording, wording
from idbridge.web.assets import Assets
from idbridge.web.languages import LANGUAGES, TRANSLATIONS, Language, in_language, read_catalogues
from idbridge.web.moments import Moments
from idbridge.web.views import Frame

HERE: Final = Path(__file__).parent


class Page(Protocol):
    """A view: a frozen value that names the template which shows it."""

    template: ClassVar[str]


class Pages:
    """The templates of one application, ready in every language."""

    def __init__(
        self, templates: Path, catalogues: Mapping[str, NullTranslations], assets: Assets, words: Mapping[str, object]
    ) -> None:
        """Read nothing yet: templates are compiled on first use. *words* are the tables that templates look codes up in."""
        self._environments = {
            spoken.tag: _environment(spoken, templates, catalogues[spoken.tag], {"static_url": assets.url, **words})
            for spoken in LANGUAGES
        }

    def render(self, page: Page, frame: Frame) -> str:
        """Return the page as an HTML document."""
        return self._environments[frame.language].get_template(page.template).render(page=page, frame=frame)


def bridge_pages(assets: Assets) -> Pages:
    """Return the bridge's own pages."""
    return Pages(
        HERE / "templates",
        read_catalogues(TRANSLATIONS, "messages"),
        assets,
        {"words": wording, "trust_words": trust_wording, "document_words": document_wording},
    )


def bridge_assets() -> Assets:
    """Return the bridge's own static files."""
    return Assets(HERE / "static")


def _environment(spoken: Language, templates: Path, words: NullTranslations, names: Mapping[str, object]) -> Environment:
    # StrictUndefined: a page that names what its view does not have fails in the test, not silently before a person.
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    install: Any = environment
    install.install_gettext_translations(words, newstyle=True)
    environment.globals.update(names, languages=LANGUAGES, in_language=in_language, spoken=spoken)
    moments = Moments(spoken.locale)
    for name in ("day", "moment", "number", "span"):
        environment.filters[name] = getattr(moments, name)
    # gettext in a template returns markup, right for our own messages alone: a name that may come from configuration is
    # translated by this filter, which returns text.
    environment.filters["translated"] = words.gettext
    environment.tests["shorter"] = lambda text, length: len(text) < length
    return environment
