"""Every code that a report can have has words, in every language."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest

import idbridge.outbound
import idbridge.pki
from idbridge.identity.assertion import DocumentKind
from idbridge.identity.matching import MatchReason
from idbridge.pki.profile import RULES as PROFILE
from idbridge.pki.report import Indication as PathIndication
from idbridge.pki.report import SubIndication as PathSubIndication
from idbridge.pki.revocation.judging import OUTCOMES as REVOCATIONS
from idbridge.services.evidence import Kind as EvidenceKind
from idbridge.services.extractors import CERTS
from idbridge.services.samples import SampleKind
from idbridge.signatures import levels
from idbridge.signatures.checks import CHECK_NAMES
from idbridge.signatures.evidence import DocumentFormat, ScopeKind, SignatureForm, TimestampKind
from idbridge.signatures.formats.ofd.seal import KINDS
from idbridge.signatures.formats.pdf.changes import ChangeKind
from idbridge.signatures.indications import Indication, SubIndication
from idbridge.signatures.judgement import Outcome
from idbridge.trust.answers import Answer, Rule
from idbridge.trust.answers import Outcome as RuleOutcome
from idbridge.web import document_wording, trust_wording
from idbridge.web.languages import LANGUAGES
from idbridge.web.reports import (
    change_wording,
    check_wording,
    fault_wording,
    identity_wording,
    path_wording,
    region_wording,
    wording,
)
from idbridge.web.reports.voice import read_voices
from tests.fault_codes import fault_codes

LEVEL_NAMES = set(re.findall(r'"(B-\w+|[A-Z]{1,4}|NOT_ETSI)"', Path(levels.__file__).read_text("utf-8")))
PROFILES = {"ASiC-S", "ASiC-E", "ODF", "EPUB", "OFD", "ZIP"}


def path_checks() -> set[str]:
    """The names of the path engine's checks, as they stand in its source: it has no table of them."""
    found: set[str] = set()
    for path in Path(idbridge.pki.__file__).parent.rglob("*.py"):
        found.update(re.findall(r'(?:\bCheck|\.check)\(\s*"([a-z-]+)"', path.read_text("utf-8")))
    return found - {"profile"}  # passed: the rules that a certificate breaks go by their own names


def number_types() -> set[str]:
    """The types of identity number that the project's own table has."""
    table = tomllib.loads((CERTS / "extractors.toml").read_text("utf-8"))
    return {extractor["type"] for authority in table["authority"] for extractor in authority.get("number", ())}


def exchange_codes() -> set[str]:
    """The codes with which asking an address fails, as they stand in the source."""
    found: set[str] = set()
    for path in Path(idbridge.outbound.__file__).parent.rglob("*.py"):
        found.update(re.findall(r'ExchangeFailed\(\s*"([a-z-]+)"', path.read_text("utf-8")))
    return found


TABLES = [
    (wording.REASONS, SubIndication),
    (wording.INDICATIONS, Indication),
    (wording.INTEGRITY, ("intact", "broken", "unknown")),
    (wording.DOCUMENTS, {*DocumentFormat, *PROFILES}),
    (wording.FORMS, SignatureForm),
    (wording.LEVELS, LEVEL_NAMES),
    (wording.SCOPES, ScopeKind),
    (wording.STAMPS, TimestampKind),
    (wording.OUTCOMES, Outcome),
    (wording.SEALS, KINDS.values()),
    (change_wording.CHANGES, ChangeKind),
    (fault_wording.FAULTS, fault_codes()),
    (identity_wording.MATCHES, MatchReason),
    (identity_wording.NUMBERS, number_types() | {*get_args(DocumentKind)}),
    (document_wording.SAMPLES, SampleKind),
    (document_wording.FETCHED, exchange_codes() | {"fetched", "kept", "unreadable", "http", "scheme"}),
    (document_wording.ASKED_FOR, get_args(EvidenceKind)),
    (trust_wording.VERDICTS, get_args(PathIndication)),
    (trust_wording.REASONS, get_args(PathSubIndication)),
    (check_wording.CHECKS, {*CHECK_NAMES, "policy-states-checks"}),
    (path_wording.REVOCATION, set(REVOCATIONS) - {"good"}),
    (region_wording.REFUSALS, Rule),
    (trust_wording.RULES, Rule),
    (trust_wording.ANSWERS, Answer),
    (trust_wording.OUTCOMES, RuleOutcome),
]


@pytest.mark.parametrize(("table", "codes"), TABLES)
def test_every_code_has_words_and_no_word_is_without_a_code(table, codes) -> None:
    assert set(table) == {str(code) for code in codes}


def test_every_check_of_the_path_engine_has_a_sentence() -> None:
    assert path_checks() >= {"revocation", "validity", "signature", "path-found"}
    assert path_checks() <= path_wording.PATHS.keys()
    assert path_wording.PATHS.keys() - path_checks() == {"critical-extensions-known"}


def test_every_rule_of_how_a_certificate_is_made_has_a_sentence() -> None:
    assert path_wording.PROFILE.keys() | {"critical-extensions-known"} == {rule.name for rule in PROFILE}
    assert trust_wording.CHECKS.keys() == path_checks() | {rule.name for rule in PROFILE}


@pytest.mark.parametrize("tag", [spoken.tag for spoken in LANGUAGES if spoken.tag != "en"])
def test_every_word_is_said_in_every_language(tag: str) -> None:
    """That no message lacks a translation is tested with the catalogues; that they are found by a voice, here."""
    voice = read_voices()[tag]
    for table, _ in TABLES:
        for words in table.values():
            for message in (words,) if isinstance(words, str) else words:
                assert voice.say(message) != message
