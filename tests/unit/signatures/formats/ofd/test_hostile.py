"""Mutations below the archive: parts of sealed packages packed again, and seals whose encoding stays DER.

`IDBRIDGE_FUZZ_COUNT` of each (100,000 before a release; few by default). A verdict or a coded refusal, soon; and whatever
was signed does not pass once it is another.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from itertools import islice

import pytest

from idbridge.signatures.ber import BerError, Value, encode, read_value
from idbridge.signatures.refusals import DocumentRefused
from idbridge.signatures.report import DocumentReport
from tests.contracts.test_formats import MUTATIONS
from tests.guards import hostile, no_growth
from tests.unit.signatures.checks.test_seal import LIST, office, sealed, twice, verify
from tests.unit.signatures.seals import make_seal, make_sealing, pack, signature_xml

COUNT = int(os.environ.get("IDBRIDGE_FUZZ_COUNT", "300"))


def mutated(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 2))):
        if changed:
            dice.choice(MUTATIONS)(changed, dice)
    return bytes(changed)


def packages(dice: random.Random) -> Iterator[tuple[bytes, bool]]:
    originals = [sealed(), twice()]
    while True:
        parts = dict(dice.choice(originals))
        name = dice.choice(list(parts))
        before = parts[name]
        parts[name] = mutated(before, dice)
        yield pack(parts), parts[name] != before and name != LIST  # which these signatures leave to later ones


def reencoded(value: Value, dice: random.Random, depth: int = 0) -> bytes:
    """The same value with a member changed, left out or doubled somewhere inside; lengths fit."""
    if not value.tag & 0x20:
        return encode(dice.choice((value.tag, value.tag, 0x02, 0x05, 0x30)), mutated(value.content, dice))
    members = list(value.children())
    if not members or dice.random() < 0.05 * depth:
        return encode(value.tag, *(member.encoding for member in dice.choices(members or [value], k=len(members))))
    chosen = dice.randrange(len(members))
    inner = [m.encoding if i != chosen else reencoded(m, dice, depth + 1) for i, m in enumerate(members)]
    return encode(value.tag, *inner)


def values(dice: random.Random) -> Iterator[tuple[bytes, bool]]:
    plan = office().plan
    originals = [make_seal(plan), make_sealing(office().sealing(), signature_xml({"a": b"a"}))]
    while True:
        before = dice.choice(originals)
        try:
            after = reencoded(read_value(before), dice)
        except BerError:
            continue
        yield after, after != before


@pytest.mark.parametrize("generate", [packages, values], ids=["packages", "seals"])
def test_a_verdict_or_a_coded_refusal(generate: Callable[[random.Random], Iterator[tuple[bytes, bool]]]) -> None:
    mutants = generate(random.Random("idbridge OFD"))
    with no_growth():
        for data, differs in islice(mutants, COUNT):
            with hostile(data):
                try:
                    report = verify(data)
                except DocumentRefused:
                    continue
                report.to_dict()
                assert not differs or report.indication != "TOTAL_PASSED" or unaligned(report)


def unaligned(report: DocumentReport) -> bool:
    """Whether a value says otherwise how many of its bits count, which is outside what is signed, and is said."""
    return any(fault.code == "value-unaligned" for s in report.signatures for fault in s.evidence.signed.faults)
