"""What is wrong with a document's form, and what was changed in it, in words that name the thing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from idbridge import verify_document
from idbridge.signatures.evidence import Fault, LaterChange, Scope, ScopeKind
from idbridge.signatures.indications import Indication, SubIndication
from idbridge.web.reports.documents import tell
from idbridge.web.reports.fault_wording import AFTERWARDS, FAULTS, THINGS
from idbridge.web.reports.faults import after_signing, changes_since, fault_things, fault_words
from idbridge.web.reports.text import text_lines
from tests.fault_codes import PLACE, fault_codes
from tests.unit.signatures.forge import Authority
from tests.unit.signatures.formats import pdf_forge as forge

AT = datetime(2026, 9, 1, tzinfo=UTC)
CODES = fault_codes()


def revision(*changes: LaterChange) -> Scope:
    return Scope(ScopeKind.PDF_REVISION, "revision 1 of 2", whole_document=False, changes=changes)


def test_every_fault_that_a_format_finds_has_words_and_no_word_is_without_a_fault() -> None:
    assert FAULTS.keys() == CODES.keys()
    assert FAULTS.keys() >= AFTERWARDS


@pytest.mark.parametrize("code", THINGS)
def test_the_evidence_of_a_fault_names_the_file_as_the_formats_write_it(code: str) -> None:
    found = [match for detail in CODES[code] if (match := THINGS[code].fullmatch(detail))]
    assert found
    assert all(set(match.groups()) == {PLACE} for match in found)
    counted = {"part-unprotected"}  # of further parts their number alone is told
    assert len(found) == len(CODES[code]) or code in counted


def test_a_fault_names_the_file_that_it_is_about(english) -> None:
    faults = (
        Fault("archive-duplicate-entry", "bid/price.xml is in the archive twice", fatal=True),
        Fault("archive-traversal", "'../../etc/passwd' leads out of the package", fatal=True),
        Fault("archive-hidden-entry", "an entry after the last one is not in the directory", fatal=True),
        Fault("part-unprotected", "Doc_0/a.xml is protected by no signature, and nothing refers to it"),
    )
    assert list(fault_words(faults, english)) == [
        "two files in it have the same name (bid/price.xml)",
        "a name in it is made to mislead (../../etc/passwd)",
        "it holds a file that its own list does not name",
        "no signature protects a part of it (Doc_0/a.xml)",
    ]
    assert list(fault_things(faults[2:], english)) == ["it holds a file that its own list does not name", "Doc_0/a.xml"]


def test_a_fault_without_words_goes_by_its_code(english) -> None:
    assert list(fault_words((Fault("new-rule", "detail"),), english)) == ["rule “new-rule” of the format"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ((LaterChange("page-contents", 2),), "after it was signed, page 2 was changed."),
        (
            (LaterChange("page-contents", 5), LaterChange("annotation-added", 2), LaterChange("page-contents", 2)),
            "after it was signed, pages 2 and 5 were changed.",
        ),
        (
            (LaterChange("page-added", 3), LaterChange("page-contents", 1), LaterChange("page-removed", 4)),
            "after it was signed, page 3 was added, page 1 was changed and page 4 was removed.",
        ),
        ((LaterChange("catalogue"),), "after it was signed, what it shows was changed."),
        ((), "after it was signed, what it shows was changed."),
    ],
)
def test_the_pages_that_were_changed_are_named(changes: tuple[LaterChange, ...], said: str, english) -> None:
    assert after_signing((revision(*changes),), english) == said


def test_every_change_is_listed(english) -> None:
    changes = (LaterChange("page-contents", 2), LaterChange("field-filled", 1, "Total"))
    assert changes_since((revision(*changes),), english) == (
        "The document was changed after it was signed: "
        "page 2: what the page shows changed and page 1: a form field filled in (“Total”)."
    )


CHANGED = {
    "zh-Hans": "无效：签署之后，第1页被更改。",
    "zh-Hant": "無效：簽署之後，第1頁被更改。",
    "en": "Not valid: after it was signed, page 1 was changed.",
    "pt": "Não válido: depois de assinado, a página 1 foi alterada.",
}


def test_a_changed_document_is_told_as_one_in_every_shape_for_people(voice) -> None:
    data = forge.update(forge.signed(Authority().issue("Alice")), {forge.CONTENTS: forge.text(b"Pay 999 to Bob")})
    account = tell(verify_document(data, trust=None, at=AT, name="a.pdf"), voice)
    assert account.verdict == CHANGED[voice.language.tag]
    (signature,) = account.signatures
    assert signature.verdict == account.verdict
    check = next(check for check in signature.checks if check.name == "format-sound")
    assert check.why == signature.why[0]
    assert any(check.why in line for line in text_lines(account, voice))


def failed(report, sub_indication: SubIndication, **changed: object):
    (signature,) = report.signatures
    signed = replace(signature.evidence.signed, **changed)
    evidence = replace(signature.evidence, signed=signed, scope=(Scope(ScopeKind.FILE, "price.xml", whole_document=True),))
    bad = replace(signature, evidence=evidence, sub_indication=sub_indication, indication=Indication.TOTAL_FAILED)
    return replace(report, signatures=(bad,), sub_indication=sub_indication, indication=Indication.TOTAL_FAILED)


def test_a_verdict_names_the_rule_that_is_broken(judged, english) -> None:
    fault = Fault("asic-manifest-missing", "no manifest names META-INF/signature.p7s", fatal=True)
    report = failed(judged(), SubIndication.FORMAT_FAILURE, faults=(fault,))
    assert tell(report, english).verdict == "Not valid: no list in it says what was signed (META-INF/signature.p7s)."


def test_a_verdict_names_the_file_that_was_changed(judged, english) -> None:
    (reference,) = judged().signatures[0].evidence.signed.references
    broken = replace(reference, name="price.xml", computed=bytes(32))
    report = failed(judged(), SubIndication.HASH_FAILURE, references=(broken,))
    assert tell(report, english).verdict == "Not valid: this was changed after it was signed: price.xml."
