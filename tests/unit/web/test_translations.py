"""Every word of every page is translated, into every language, with the same placeholders."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from jinja2 import Environment

from idbridge.sandbox import portal
from idbridge.web import languages, pages

ROOMS = {"messages": pages.HERE, "portal": Path(portal.__file__).parent}
TRANSLATED = [spoken.tag for spoken in languages.LANGUAGES if spoken.tag != languages.SOURCE_LANGUAGE]
PLACEHOLDER = re.compile(r"%\(\w+\)s")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
TEMPLATES = [path for room in ROOMS.values() for path in sorted(room.glob("templates/*.html"))]


def messages(room: Path) -> set[str | tuple[str, str]]:
    sources = [("**.py", "python"), ("templates/**.html", "jinja2")]
    options = {"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}
    found = extract_from_dir(room, sources, options, KEYWORDS)
    return {message for _, _, message, _, _ in found}


@pytest.mark.parametrize("domain", ROOMS)
@pytest.mark.parametrize("tag", TRANSLATED)
def test_every_message_is_translated_and_none_is_left_over(domain: str, tag: str) -> None:
    path = ROOMS[domain] / "translations" / tag.replace("-", "_") / "LC_MESSAGES" / f"{domain}.po"
    catalogue = read_po(BytesIO(path.read_bytes()), abort_invalid=True)
    entries: list[Message] = [entry for entry in catalogue if entry.id]
    assert {entry.id for entry in entries} == messages(ROOMS[domain])
    for entry in entries:
        originals, translations = _forms(entry.id), _forms(entry.string)
        assert all(translations), entry.id
        assert not entry.fuzzy, entry.id
        for translation in translations:
            assert sorted(PLACEHOLDER.findall(translation)) == sorted(PLACEHOLDER.findall(originals[0])), entry.id
            assert "%" not in PLACEHOLDER.sub("", translation), entry.id


def _forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


# What English keeps in every script: product names, protocols, codes.
NOT_CHINESE = re.compile(
    r"%\(\w+\)s|JavaScript|OpenAPI|WCAG|Cookie|\bID\b|\bAA\b|2\.2|\b(?:PEM|DER|XML|MB)\b|\.(?:cer|crt|pem|p7[ms])|[\d\s]"
    r"|\b(?:[CPXJ]AdES|ASiC(?:-[SE])?|CMS|JSON|JWS|PKCS|DSig|PDF|OFD|ODF|EPUB|ZIP|SHA)\b"
)
ONLY_SIMPLIFIED = "录户证业务会应这为广东门请开关时间简说"
ONLY_TRADITIONAL = "錄戶證業務會應這為廣東門請開關時間簡說"


@pytest.mark.parametrize("domain", ROOMS)
@pytest.mark.parametrize(("tag", "foreign"), [("zh_Hans", ONLY_TRADITIONAL), ("zh_Hant", ONLY_SIMPLIFIED)])
def test_the_two_scripts_are_not_mixed(domain: str, tag: str, foreign: str) -> None:
    catalogue = read_po(BytesIO((ROOMS[domain] / "translations" / tag / "LC_MESSAGES" / f"{domain}.po").read_bytes()))
    for entry in (entry for entry in catalogue if entry.id):
        for form in _forms(entry.string):
            assert not set(form) & set(foreign), form
            assert not re.search(r"[A-Za-z]", NOT_CHINESE.sub("", form)), form


# Shown as they are in every language: the product's name, and the protocol's own parameter names on the sample portal.
LITERAL_ELEMENTS = re.compile(r"<b>idbridge</b>|<code>[a-z_]+</code>")
WORDED_ATTRIBUTES = re.compile(r'\b(?:aria-label|alt|title|placeholder)="([^"]*)"')


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_words_stand_outside_gettext(path: Path) -> None:
    text = _bare_text(path.read_text())
    assert not re.search(r"[^\W\d_]", "".join(WORDED_ATTRIBUTES.findall(text)))
    visible = re.sub(r"<[^>]*>", " ", LITERAL_ELEMENTS.sub("", text))
    assert re.findall(r"[^\W\d_]+", visible) == []


def _bare_text(source: str) -> str:
    """Return what a template says literally: without expressions, statements, comments and the insides of ``trans``."""
    bare, statement, inside = [], [], False
    for _, kind, value in Environment(extensions=["jinja2.ext.i18n"]).lex(source):
        if kind == "block_begin":
            statement = []
        elif kind == "name":
            statement.append(value)
        elif kind == "block_end":
            inside = statement[0] == "trans" if statement[0] in ("trans", "endtrans") else inside
        elif kind == "data" and not inside:
            bare.append(value)
    return "".join(bare)
