"""A report as a PDF for people: tagged, with all its fonts in it, the same octets for the same report.

The sheet is `report.typ`, typeset by Typst; what it shows comes to it as JSON and is never read as markup. PDF/A-2a is
made wherever a glyph exists for every letter; a name in letters that no font of ours has makes it a plain PDF with gaps in
that name, and a seal whose picture cannot be drawn is left out, for a report there must be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Final, cast

from idbridge.pki.report import PathReport
from idbridge.rendering.typesetting import NotTypeset, typeset
from idbridge.trust.drawing import draw_search
from idbridge.trust.picture import TerritoryOf
from idbridge.web.reports.account import CheckLine, DocumentAccount, Fact, Picture, ProofAccount, SignatureAccount
from idbridge.web.reports.pictures import drawable, width_of
from idbridge.web.reports.voice import Voice, Words
from idbridge.web.reports.wording import DISCLAIMER, MORE_SIGNATURES, Label

if TYPE_CHECKING:
    from typst import PDFStandard

SIGNATURES_LIMIT: Final = 60
"""Signatures, and likewise proofs, that are printed: each takes some two sheets, and the report as data has them all."""

FOOTER_LIMIT: Final = 60
"""Letters of the document's name at the foot of each page, a line; the first page has more of it."""

FONTS: Final[Mapping[str, list[str]]] = {
    "zh-Hans": ["Noto Sans CJK SC"],
    "zh-Hant": ["Noto Sans CJK HK"],
    "en": ["Noto Sans", "Noto Sans CJK HK"],
    "pt": ["Noto Sans", "Noto Sans CJK HK"],
}
"""By language; letters that these lack come from any other font of the packages."""

MOODS: Final = {"TOTAL_PASSED": "good", "PASSED": "good", "TOTAL_FAILED": "bad", "FAILED": "bad", "INDETERMINATE": "open"}
CHECK_MOODS: Final = {"passed": "good", "failed": "bad", "warned": "open", "skipped": "none"}

Sheet = dict[str, object]
"""What `report.typ` is given, as JSON has it."""

ARCHIVAL: Final[tuple[PDFStandard, ...]] = ("a-2a",)


def write_pdf(account: DocumentAccount, voice: Voice, territory_of: TerritoryOf) -> bytes:
    """Return *account* as a PDF. *territory_of* says whose an authority is, for the drawing of the path."""
    sheet = _sheet(account, voice, territory_of)
    for made, standards in ((sheet, ARCHIVAL), (sheet, ()), (_without_seals(sheet), ARCHIVAL)):
        try:
            return _typeset(made, account.at, standards)
        except NotTypeset:
            continue  # a letter without a glyph, or a seal whose picture is none: the next attempt does without
    return _typeset(_without_seals(sheet), account.at, ())


def _typeset(sheet: Sheet, at: datetime, standards: tuple[PDFStandard, ...]) -> bytes:
    return typeset((files(__package__) / "report.typ").read_bytes(), {"account": sheet}, at, standards)


# --- what the sheet is given -------------------------------------------------------------------------------------------


def _sheet(account: DocumentAccount, voice: Voice, territory_of: TerritoryOf) -> Sheet:
    signatures, proofs = account.signatures[:SIGNATURES_LIMIT], account.proofs[:SIGNATURES_LIMIT]
    left = len(account.signatures) - len(signatures)
    judged: tuple[SignatureAccount | ProofAccount, ...] = (*signatures, *proofs)
    return {
        "title": voice.say(Label.REPORT),
        "lang": voice.language.locale.language,
        "region": (voice.language.locale.territory or "").lower(),
        "fonts": FONTS[account.language],
        "footer": f"{account.name[:FOOTER_LIMIT]} · {voice.moment(account.at)}",
        "labels": _labels(voice),
        "mood": _mood(account.indication, whole=account.whole),
        "verdict": account.verdict,
        "facts": _facts(account.facts),
        "notes": account.notes,
        "signatures": [_signature(signature, voice, territory_of) for signature in signatures],
        "proofs": [_proof(proof) for proof in proofs],
        "lists": account.lists,
        "checked": [{"title": one.title, "checks": _checks(one.checks)} for one in judged if one.checks],
        "more": voice.say(MORE_SIGNATURES, count=left) if left else "",
        "disclaimer": voice.say(DISCLAIMER),
    }


def _without_seals(sheet: Sheet) -> Sheet:
    signatures = cast("list[Sheet]", sheet["signatures"])
    return {**sheet, "signatures": [{**signature, "seal": None} for signature in signatures]}


def _labels(voice: Voice) -> dict[str, Words]:
    labels = {
        "notes": Label.NOTES,
        "who": Label.WHO,
        "what": Label.WHAT,
        "when": Label.WHEN,
        "why": Label.WHY,
        "regions": Label.REGIONS,
        "checks": Label.CHECKS,
        "proofs": Label.PROOFS,
        "lists": Label.LISTS,
        "path": Label.PATH,
    }
    page = voice.say(Label.PAGE, number=Words("{number}"), total=Words("{total}"))
    return {name: voice.say(label) for name, label in labels.items()} | {"page": page}


def _mood(indication: str, *, whole: bool = True) -> str:
    """What passed for a part only is not shown in the colour of what is good for the document."""
    mood = MOODS[indication]
    return mood if whole or mood != "good" else "open"


def _facts(facts: Iterable[Fact]) -> list[Sheet]:
    return [{"label": fact.label, "lines": fact.lines} for fact in facts]


def _signature(signature: SignatureAccount, voice: Voice, territory_of: TerritoryOf) -> Sheet:
    return {
        "title": signature.title,
        "mood": _mood(signature.indication, whole=signature.whole),
        "verdict": signature.verdict,
        "who": _facts(signature.who),
        "what": _facts(signature.what),
        "when": _facts(signature.when),
        "why": signature.why,
        "regions": [line.sentence for line in signature.regions],
        "seal": None if signature.picture is None else _seal(signature.picture, voice),
        "drawing": None if signature.path is None else _drawing(signature.path, voice, territory_of),
    }


def _seal(picture: Picture, voice: Voice) -> Sheet | None:
    kind = drawable(picture.data)
    if kind is None:
        return None
    return {"format": kind, "data": list(picture.data), "width": width_of(picture.width_mm), "alt": voice.say(Label.SEAL)}


def _drawing(path: PathReport, voice: Voice, territory_of: TerritoryOf) -> Sheet | None:
    if not path.paths:
        return None
    drawn = draw_search(path, territory_of, captioned=False)
    return {"data": list(drawn.encode()), "alt": voice.say(Label.PATH)}


def _proof(proof: ProofAccount) -> Sheet:
    return {
        "title": proof.title,
        "mood": _mood(proof.indication),
        "verdict": proof.verdict,
        "facts": _facts(proof.facts),
        "why": proof.why,
    }


def _checks(checks: Iterable[CheckLine]) -> list[Sheet]:
    return [
        {
            "words": check.words,
            "outcome": check.outcome_words,
            "mood": CHECK_MOODS[check.outcome],
            "why": check.why,
            "technical": f"{check.name}, {check.clause}" + (f": {check.technical}" if check.technical else ""),
        }
        for check in checks
    ]
