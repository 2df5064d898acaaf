"""EU DSS and this software on the same documents: its test documents, mutants of them, and whatever it can make itself.

Of every document the number of signatures and of those that are intact is compared, and of those that nobody mutated the
levels too. Nobody is trusted, as where the manifest of the documents was taken. Disagreements stand in ``dss_ledger.toml``
beside this file, each with its reason. `IDBRIDGE_DSS_DOCUMENTS` and `IDBRIDGE_DSS_VARIANTS` set how many are tried, taken
evenly; 0 is all of them. Every `IDBRIDGE_DSS_MUTANTS`-th mutant of these documents is tried, from the
`IDBRIDGE_DSS_FIRST`-th on.

What is not held against either, since it is the same finding:

* DSS knows no "unknown": a digest that cannot be computed is one that is not intact.
* It throws where we report: at a second SignatureMethod, an attribute without value, a signer named by an unknown key. And
  it does not recognise UTF-16, PEM, base64 and white space before JSON. A refusal counts as no intact signature, so that
  only what one of us calls intact has to be in the ledger.
* Levels from LT on rest on trust there: it wants revocation data for every certificate up to an anchor, and has none
  (`BaselineRequirementsChecker.minimalLTRequirement`). We want it for the signer, whose issuer may be the anchor. What it
  calls T, we may call LT, LTA or ERS; XL and A come down likewise.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TypeVar

import pytest

from tests.interop.dss_examiner import Examiner, Findings, differences, ours
from tests.interop.dss_peer import class_path
from tests.interop.dss_variants import Makings
from tests.interop.mutants import mutants
from tests.requirements import vectors

DOCUMENTS = int(os.environ.get("IDBRIDGE_DSS_DOCUMENTS", "40"))
MUTANTS = int(os.environ.get("IDBRIDGE_DSS_MUTANTS", "50"))
FIRST = int(os.environ.get("IDBRIDGE_DSS_FIRST", "0"))
VARIANTS = int(os.environ.get("IDBRIDGE_DSS_VARIANTS", "50"))

SIZE_LIMIT = 600_000
"""Octets of a document that is mutated; larger ones say nothing more, and take long."""

RESTS_ON_TRUST = {"BASELINE-LT", "BASELINE-LTA", "LT", "LTA", "ERS"}
T = {"BASELINE-T", "T"}

Item = TypeVar("Item")


def evenly(items: Sequence[Item], number: int) -> Sequence[Item]:
    """Return *number* of *items*, evenly over all; 0 is all."""
    return items if number in (0, len(items)) else items[:: max(1, len(items) // number)]


@pytest.fixture(scope="module")
def examiner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Examiner]:
    started = Examiner(class_path(), tmp_path_factory.mktemp("examiner"))
    yield started
    started.close()


@dataclass(frozen=True)
class Difference:
    """A disagreement: about which document, changed how; what each says; and why."""

    file: re.Pattern[str]
    change: re.Pattern[str]
    ours: str
    theirs: str
    reason: str

    def is_of(self, file: str, change: str, here: str, there: str) -> bool:
        return bool(
            self.file.fullmatch(file)
            and self.change.search(change)
            and re.fullmatch(self.ours, here)
            and re.fullmatch(self.theirs, there)
        )


@cache
def ledger() -> tuple[Difference, ...]:
    rows = tomllib.loads((Path(__file__).parent / "dss_ledger.toml").read_text("utf-8"))["difference"]
    return tuple(
        Difference(re.compile(r["file"]), re.compile(r.get("change", "")), r["ours"], r["dss"], r["reason"]) for r in rows
    )


def unexplained(file: str, change: str, here: Findings, there: Findings) -> str | None:
    """Return what the two disagree about, unless it is explained. Where nothing is intact, nobody counts what is left."""
    if here.intact == there.intact and here.intact * (here.signatures - there.signatures) == 0:
        return None
    if any(difference.is_of(file, change, here.shown, there.shown) for difference in ledger()):
        return None
    return f"{file} ({change or 'as it is'}): we say {here.shown}, DSS {there.shown}"


def level_difference(file: str, here: Findings, there: Findings) -> str | None:
    """Return how the levels differ, unless it is explained."""
    if here.refused or there.refused:
        return None
    mine, theirs = differences(here, there)
    for level in list(mine.elements()):
        form, _, name = level.partition("-")
        below = next((other for other in theirs if other.partition("-")[0] == form and other.partition("-")[2] in T), None)
        if name in RESTS_ON_TRUST and below:
            mine[level] -= 1
            theirs[below] -= 1
            theirs = +theirs
    mine = +mine
    shown = ", ".join(sorted(mine.elements())), ", ".join(sorted(theirs.elements()))
    if not any(shown) or any(difference.is_of(file, "levels", *shown) for difference in ledger()):
        return None
    return f"{file}: we say {shown[0] or 'nothing'}, DSS {shown[1] or 'nothing'}"


def test_documents(examiner: Examiner) -> None:
    found = []
    for path in evenly(sorted(vectors("dss").glob("*/*")), DOCUMENTS):
        data = path.read_bytes()
        here, there = ours(data), examiner.examine(data)
        found += [unexplained(path.name, "", here, there), level_difference(path.name, here, there)]
    assert list(filter(None, found)) == []


def test_mutants(examiner: Examiner) -> None:
    every = (
        (path.name, mutant)
        for path in evenly(sorted(vectors("dss").glob("*/*")), DOCUMENTS)
        if path.stat().st_size <= SIZE_LIMIT
        for mutant in mutants(path.parent.name, path.read_bytes())
    )
    found = []
    for name, mutant in islice(every, FIRST, None, MUTANTS):
        found.append(unexplained(name, mutant.change, ours(mutant.data), examiner.examine(mutant.data)))
    assert list(filter(None, found)) == []
    assert found


def test_variants(examiner: Examiner, tmp_path: Path) -> None:
    """What DSS cannot make in some combination of parameters is passed over; most it can."""
    wanted = evenly(list(Makings(tmp_path).variants()), VARIANTS)
    examiner.make("\n".join(line for variant in wanted for line in variant.steps), tmp_path / "pki")
    made = [variant for variant in wanted if variant.out.exists()]
    assert len(made) > 0.8 * len(wanted)
    found = []
    for variant in made:
        data = variant.out.read_bytes()
        here = ours(data, {path.name: path.read_bytes() for path in variant.originals})
        there = examiner.examine(data, variant.originals)
        found += [unexplained(variant.name, "", here, there), level_difference(variant.name, here, there)]
        if there.intact != there.signatures:
            found.append(f"{variant.name}: DSS takes only {there.shown} of its own")
    assert list(filter(None, found)) == []
