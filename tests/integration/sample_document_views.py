"""Verdicts on documents as their page shows them, with the kind of words and pictures that real ones carry."""

from __future__ import annotations

from datetime import UTC, datetime

from idbridge.web.document_views import (
    ChangedView,
    DocumentVerdict,
    Download,
    Drawn,
    MarkView,
    PagesView,
    PageView,
)
from idbridge.web.reports.account import (
    CheckLine,
    DocumentAccount,
    Fact,
    ProofAccount,
    RegionLine,
    RuleLine,
    SignatureAccount,
)
from idbridge.web.reports.voice import Words
from idbridge.web.trust_views import PathLine

PICTURE = "data:image/svg+xml;base64,PHN2Zy8+"
NOW = datetime(2026, 3, 9, 2, 5, tzinfo=UTC)


def fact(label: str, *lines: str) -> Fact:
    return Fact(Words(label), tuple(map(Words, lines)))


def check(name: str, outcome: str, why: str = "", technical: str = "") -> CheckLine:
    return CheckLine(name, Words(f"The {name} fits"), outcome, Words(outcome), Words(why), Words(technical), "5.2.7")


def region(code: str, place: str, answer: str) -> RegionLine:
    rules = (
        RuleLine("policy", Words("It was issued under the policy in the entry"), "passed", Words("yes"), Words("2.16.344")),
    )
    return RegionLine(code, Words(place), answer, Words(answer), Words(f"{place} says so."), rules if code != "XX" else ())


def signature(number: int, indication: str, **changed: object) -> SignatureAccount:
    return SignatureAccount(
        **{
            "id": f"S{number}",
            "title": Words(f"Signature S{number}"),
            "indication": indication,
            "verdict": Words("Valid: CHAN Tai Man signed this document, and it has not been changed since."),
            "who": (fact("Name", "陳大文 CHAN Tai Man"), fact("Organisation", "Company"), fact("Issued by", "CN=CA")),
            "what": (fact("Covered", "The whole document."),),
            "when": (fact("Time that is proved", "9 March 2026 at the latest."),),
            "why": (Words("Everything that was checked holds."),),
            "regions": (
                region("GD", "Guangdong", "recognised"),
                region("HK", "Hong Kong", "not-recognised"),
                region("XX", "Elsewhere", "cannot-tell"),
            ),
            "checks": (check("value", "passed"), check("digests", "failed", "One differs.", "SHA-256 is " + "ab" * 32)),
            **changed,
        }
    )


def account(indication: str, verdict: str, *signatures: SignatureAccount, **changed: object) -> DocumentAccount:
    return DocumentAccount(
        **{
            "language": "en",
            "at": NOW,
            "name": Words("a very_long_name_of_a_contract_that_does_not_break_anywhere_" * 2 + ".pdf"),
            "indication": indication,
            "sub_indication": None,
            "verdict": Words(verdict),
            "facts": (fact("Kind", "PDF document"),),
            "notes": (Words("The index of the file is irregular."),),
            "signatures": signatures,
            "proofs": (),
            "lists": (Words(f"Hong Kong, number 7 (SHA-256 {'cd' * 32})"),),
            **changed,
        }
    )


SHEET = PageView(
    number=1,
    width=1000,
    height=1414,
    address=PICTURE,
    marks=(MarkView("signature", 100, 100, 300, 80, "Signature S1"), MarkView("changed", 100, 300, 300, 80)),
)
DRAWN = Drawn(PICTURE, PICTURE, (PathLine(names=("陳大文", "CA", "Root"), indication="PASSED", chosen=True),))
STAMP = ProofAccount(
    "T1", Words("Time stamp T1"), "PASSED", Words("Good: what it covers existed then."), (fact("By", "TSA"),), (Words("So."),)
)
LONG = Words("The digest of the part is not the one that was signed, " + "0123456789abcdef" * 12)

DOCUMENT_SAMPLES: dict[str, object] = {
    "document-verdict": DocumentVerdict(
        account=account("TOTAL_PASSED", "Valid: the signature is valid.", signature(1, "TOTAL_PASSED"), proofs=(STAMP,)),
        drawn={"S1": DRAWN},
        technical=frozenset({"Issued by"}),
        pages=PagesView(pages=(SHEET,), total=28),
        fetched=(("crl", "http://crl.example/a.crl", "fetched"),),
        downloads=(Download("json", "a.report.json", "data:application/json;base64,e30="),),
    ),
    "document-verdict-changed": DocumentVerdict(
        account=account(
            "TOTAL_FAILED",
            "Not valid: what was signed has been changed since.",
            signature(1, "TOTAL_FAILED", why=(Words("It was changed."), LONG)),
            signature(2, "INDETERMINATE", who=(), regions=(), checks=(check("value", "skipped"), check("x", "warned"))),
        ),
        drawn={"S1": DRAWN, "S2": Drawn()},
        pages=PagesView(
            changed=(ChangedView("Signature S1", SHEET, SHEET), ChangedView("", SHEET, None), ChangedView("", None, SHEET)),
            problem="picture-timeout",
        ),
    ),
    "document-verdict-unlike": DocumentVerdict(
        account=account("TOTAL_FAILED", "Not valid.", signature(1, "TOTAL_FAILED")),
        drawn={"S1": Drawn()},
        pages=PagesView(
            pages=tuple(
                PageView(
                    number=number,
                    width=210,
                    height=297,
                    address=PICTURE,
                    state=state,
                    parts=("Doc_0/Pages/Page_0/Content.xml",),
                    partial=True,
                )
                for number, state in enumerate(("signed", "changed", "unprotected", ""), 1)
            ),
            total=4,
        ),
    ),
    "document-verdict-none": DocumentVerdict(
        account=account("INDETERMINATE", "There is no signature in this document.", notes=(), lists=()),
        drawn={},
    ),
}
