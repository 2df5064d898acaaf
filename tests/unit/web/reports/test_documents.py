"""What is told of documents: the verdict in one sentence, and reasons that name the thing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from idbridge.signatures.evidence import LaterChange, Scope, ScopeKind
from idbridge.signatures.indications import Indication
from idbridge.signatures.judgement import Outcome
from idbridge.web.reports.documents import tell
from idbridge.web.reports.paths import path_sentences
from idbridge.web.reports.regions import region_lines
from idbridge.web.reports.scopes import covered, left_out
from idbridge.web.reports.text import text_lines

SCHEME = "Guangdong–Hong Kong mutual recognition (粤港互认)"
REVOKED = datetime(2024, 6, 1, tzinfo=UTC)
VALID = {
    "zh-Hans": "有效：此文件由Ng Sio Fong签名，其后未经改动。",
    "zh-Hant": "有效：此文件由Ng Sio Fong簽署，其後未經改動。",
    "en": "Valid: Ng Sio Fong signed this document, and it has not been changed since.",
    "pt": "Válido: Ng Sio Fong assinou este documento, que não foi alterado desde então.",
}


def whys(account):
    return [line for signature in account.signatures for line in signature.why]


def test_a_good_signature_in_every_language(judged, voice):
    account = tell(judged(), voice)
    assert account.verdict == VALID[voice.language.tag]
    (signature,) = account.signatures
    assert [line.outcome for line in signature.checks if line.outcome == "failed"] == []
    lines = list(text_lines(account, voice, every=True))
    assert any(VALID[voice.language.tag] in line for line in lines)
    assert any("certificate-path" in line for line in lines)


def test_revocation_is_named_with_whose_and_since_when(judged, english):
    account = tell(judged(revoked=REVOKED), english)
    assert account.verdict == (
        "It cannot be told whether this is valid: "
        "the certificate has been revoked, and nothing proves that it was used before that."
    )
    assert any(
        line.startswith("The certificate of Ng Sio Fong was revoked at 1 June 2024, 08:00:00 (UTC+8)") for line in whys(account)
    )


def test_a_time_stamp_from_before_is_named_as_what_proves_the_time(judged, authority, english):
    stamper = authority.issue("TSA of Hengqin", timestamping=True)
    early = datetime(2024, 5, 1, tzinfo=UTC)
    account = tell(judged(revoked=REVOKED, authority=stamper, timed_at=early), english)
    assert account.verdict.startswith("Valid: ")
    when = [line for fact in account.signatures[0].when for line in fact.lines]
    proof = "time stamp over the signature S1.T1 of TSA of Hengqin"
    assert f"1 May 2024, 08:00:00 (UTC+8) at the latest, proved by {proof}." in when
    assert account.proofs[0].verdict == "Good: what it covers existed at 1 May 2024, 08:00:00 (UTC+8)."


def test_a_digest_that_differs_is_named(judged, english):
    report = judged()
    (signature,) = report.signatures
    (reference,) = signature.evidence.signed.references
    broken = replace(reference, name="tender.xml", computed=bytes(32), expected=b"")
    evidence = replace(signature.evidence, signed=replace(signature.evidence.signed, references=(broken,)))
    check = next(check for check in signature.checks if check.name == "references-intact")
    failed = replace(check, outcome=Outcome.FAILED)
    changed = replace(signature, evidence=evidence, checks=(failed,), indication=Indication.TOTAL_FAILED)
    account = tell(replace(report, signatures=(changed,), indication=Indication.TOTAL_FAILED), english)
    digests = "its SHA-256 digest is 0000000000000000…, and the signature states none stated"
    assert whys(account) == [f"It is no longer what was signed: tender.xml ({digests})."]


def test_a_signature_over_a_part_is_never_told_as_one_over_the_document(judged, voice):
    report = judged()
    part = Scope(ScopeKind.ELEMENT, "/Tender/Price", whole_document=False, not_covered=("/Tender/Terms",))
    partial = replace(report.signatures[0], evidence=replace(report.signatures[0].evidence, scope=(part,)))
    for signatures in ((partial,), (partial, *report.signatures)):
        account = tell(replace(report, signatures=signatures), voice)
        assert not account.whole
        assert account.verdict != VALID[voice.language.tag]
        told = [line for fact in account.signatures[0].what for line in fact.lines]
        assert any("/Tender/Price" in line for line in told)
        assert any("/Tender/Terms" in line for line in told)


def test_changes_after_signing_are_told_by_page(english):
    changes = (LaterChange("page-contents", 3), LaterChange("field-filled", 1, "Total"))
    scope = Scope(ScopeKind.PDF_REVISION, "revision 1 of 2", whole_document=False, changes=changes)
    assert list(covered([scope], english)) == ["Only a part: the document as it stood when this signature was made."]
    assert left_out([scope], english) == (
        "page 3: what the page shows changed",
        "page 1: a form field filled in (“Total”)",
    )


def test_a_document_without_a_signature(judged, english):
    assert tell(judged(data=b"<a/>"), english).verdict == "There is no signature in this document."


def test_several_signatures_are_counted(judged, english):
    report = judged()
    bad = replace(report.signatures[0], indication=Indication.TOTAL_FAILED)
    mixed = replace(report, signatures=(*report.signatures, bad), indication=Indication.TOTAL_FAILED)
    assert tell(mixed, english).verdict == "Not valid: 1 of the 2 signatures is not valid."
    double = replace(report, signatures=report.signatures * 2)
    assert tell(double, english).verdict == "Valid: all 2 signatures are valid, and the document has not been changed since."


def test_an_unknown_issuer_is_named(judged, authority, english):
    report = judged().signatures[0].path
    lost = replace(report, path=None, paths=())
    assert next(path_sentences(lost, english)) == (
        "No way leads from the certificate of Ng Sio Fong, issued by CN=Root, to an authority that we trust."
    )


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            {"answer": "recognised", "rule": "policy", "entry": "hk-personal", "scheme": "gd-hk", "level": "advanced"},
            f"Recognised in Guangdong, by the entry “hk-personal” of its list: {SCHEME}, as advanced electronic signature.",
        ),
        ({"answer": "recognised", "rule": "service", "entry": None}, "Recognised in Guangdong, by its own list."),
        (
            {"answer": "not-recognised", "rule": "status-period", "entry": "hk-personal"},
            "Not recognised in Guangdong by the entry “hk-personal”: the entry was not in force at that time.",
        ),
        (
            {"answer": "not-recognised", "rule": "entry-exists", "entry": None},
            "Not recognised in Guangdong: its list says nothing about certificates of this issuer.",
        ),
        (
            {"answer": "cannot-tell", "rule": "list-in-force", "entry": None},
            "Whether it is recognised in Guangdong cannot be told. What is not known: The region’s list is in force.",
        ),
    ],
)
def test_what_a_region_says(said, sentence, english):
    rules = [{"rule": said["rule"], "outcome": "unknown", "detail": "x"}]
    (line,) = region_lines({"GD": {**said, "rules": rules}}, english)
    assert line.sentence == sentence
    assert line.rules[0].outcome_words == "cannot be told"
