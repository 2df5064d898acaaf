"""What is told of a report: values in words, which every shape for people puts in order on a page, a sheet or a screen.

Texts are `Words`: ours, with strangers' names made harmless. `indication` is TOTAL_PASSED, TOTAL_FAILED or INDETERMINATE
(of a time stamp or evidence record PASSED, FAILED or INDETERMINATE), for the colour and the mark beside the words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from idbridge.pki.report import PathReport
from idbridge.web.reports.voice import Words


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what there is to say under it, one or more lines."""

    label: Words
    lines: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A check that ran: what was looked at, what came of it and, unless it held, why.

    `technical` is the evidence as the report's JSON has it, in English.
    """

    name: str
    words: Words
    outcome: str
    outcome_words: Words
    why: Words
    technical: Words
    clause: str


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule of recognition that was looked at, what came of it, and by which values."""

    rule: str
    words: Words
    outcome: str
    outcome_words: Words
    technical: Words


@dataclass(frozen=True, slots=True)
class RegionLine:
    """What one region says of a signature, in a sentence, with every rule. `answer` is the code."""

    region: str
    place: Words
    answer: str
    answer_words: Words
    sentence: Words
    rules: tuple[RuleLine, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture of a seal: its kind as the seal names it, its bytes, and its width in millimetres (0: not stated)."""

    kind: str
    data: bytes
    width_mm: int


@dataclass(frozen=True, slots=True)
class SignatureAccount:
    """One signature: the verdict in a sentence, then who, what, when and why, what each region says, and every check.

    `path` is the search that the certificate's verdict comes from, for those who draw it. `whole` is whether nothing of the
    document is left out: a signature that passed is good for the document only if it is.
    """

    id: str
    title: Words
    indication: str
    verdict: Words
    who: tuple[Fact, ...]
    what: tuple[Fact, ...]
    when: tuple[Fact, ...]
    why: tuple[Words, ...]
    regions: tuple[RegionLine, ...]
    checks: tuple[CheckLine, ...]
    picture: Picture | None = None
    path: PathReport | None = None
    whole: bool = True


@dataclass(frozen=True, slots=True)
class ProofAccount:
    """A time stamp or an evidence record: what it proves, or why it proves nothing."""

    id: str
    title: Words
    indication: str
    verdict: Words
    facts: tuple[Fact, ...]
    why: tuple[Words, ...]
    checks: tuple[CheckLine, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentAccount:
    """The whole report in words, in the language of `language` (a tag). `whole`: every signature covers the document."""

    language: str
    at: datetime
    name: Words
    indication: str
    sub_indication: str | None
    verdict: Words
    facts: tuple[Fact, ...]
    notes: tuple[Words, ...]
    signatures: tuple[SignatureAccount, ...]
    proofs: tuple[ProofAccount, ...]
    lists: tuple[Words, ...]
    whole: bool = True
