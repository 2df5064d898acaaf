"""Documents of strangers, mutated, given to what adds to them: they are added to, or refused by code; nothing else, and soon.

`IDBRIDGE_FUZZ_COUNT` of each kind (few by default).
"""

from __future__ import annotations

import copy
import json
import os
import random
from collections.abc import Callable

import pytest
from lxml import etree

from idbridge.signatures.contents import KnownContent
from idbridge.signatures.making.asic_xades import add_asic_xades, augment_asic_xades, make_asic_xades
from idbridge.signatures.making.files import SignedFile
from idbridge.signatures.making.jades import Attached, add_jades, augment_jades, counter_sign_jades, make_jades
from idbridge.signatures.making.refusals import MakingRefused
from idbridge.signatures.making.steps import BaselineLevel, Making
from idbridge.signatures.making.xades import Enveloped, augment_xades, counter_sign_xades, make_xades
from tests.guards import no_hang
from tests.requirements import vectors
from tests.unit.signatures.formats.xmldsig.test_mutations import MUTATIONS
from tests.unit.signatures.making.people import STATEMENT, driven, material, person

COUNT = int(os.environ.get("IDBRIDGE_FUZZ_COUNT", "60"))
SAMPLE_SIZE = 60_000
WHO = person()
LTA, OWN, KEPT = BaselineLevel.LTA, WHO.signatory, material(WHO)

Steps = dict[str, Callable[[bytes], Making]]
XML: Steps = {
    "augment": lambda data: augment_xades(data, LTA, KEPT),
    "counter-sign": lambda data: counter_sign_xades(data, 1, OWN, STATEMENT),
    "sign": lambda data: make_xades(Enveloped(data), OWN, STATEMENT),
}
JSON: Steps = {
    "augment": lambda data: augment_jades(data, LTA, KEPT),
    "counter-sign": lambda data: counter_sign_jades(data, 1, OWN, STATEMENT),
    "add": lambda data: add_jades(data, OWN, STATEMENT),
}
ASIC: Steps = {
    "augment": lambda data: augment_asic_xades(data, LTA, KEPT),
    "add": lambda data: add_asic_xades(data, OWN, STATEMENT),
}


def samples(family: str, *made: bytes) -> list[bytes]:
    files = sorted(vectors("dss", family).iterdir())
    return [*made, *(file.read_bytes() for file in files if file.stat().st_size <= SAMPLE_SIZE)]


def attempt(step: Callable[[bytes], Making], data: bytes) -> bool:
    """Whether something was made of *data*."""
    try:
        with no_hang(repr(data[:2000])):
            return bool(driven(step(data), WHO))
    except MakingRefused:
        return False


def mutated_xml(data: bytes, dice: random.Random) -> bytes:
    """Change the structure, so that it stays well-formed."""
    root = etree.fromstring(data)
    for _ in range(dice.choice((1, 1, 2, 4))):
        elements = list(root.iter("*"))
        dice.choice(MUTATIONS)(dice.choice(elements), dice.choice(elements), dice)
    return etree.tostring(root)


def mutated_octets(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 3, 8))):
        at = dice.randrange(len(changed))
        match dice.randrange(3):
            case 0:
                changed[at] ^= 1 << dice.randrange(8)
            case 1:
                del changed[at : at + dice.randrange(1, 20)]
            case _:
                changed[at:at] = bytes(changed[at : at + dice.randrange(1, 20)])
        if not changed:
            return data
    return bytes(changed)


def mutated_json(data: bytes, dice: random.Random) -> bytes:
    """Change a value of the JSON, so that it stays JSON; or octets, where it is none."""
    try:
        document = json.loads(data)
    except ValueError:
        return mutated_octets(data, dice)
    places: list[tuple[dict | list, object]] = []
    pending = [document]
    while pending:
        holder = pending.pop()
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder))) if isinstance(holder, list) else []
        places += [(holder, key) for key in keys]
        pending += [holder[key] for key in keys]
    if places:
        holder, key = dice.choice(places)
        other, name = dice.choice(places)
        holder[key] = dice.choice([None, [], {}, "", "AAAA", 1.5, [1], {"etsiU": [1]}, copy.deepcopy(other[name])])
    return json.dumps(document).encode()


@pytest.mark.parametrize("step", XML)
def test_xml(step: str) -> None:
    dice = random.Random(step)
    sources = samples("xades", driven(make_xades(Enveloped(b"<a><b/></a>", shared=True), OWN, STATEMENT), WHO))
    done = [attempt(XML[step], mutated_xml(dice.choice(sources), dice)) for _ in range(COUNT)]
    assert attempt(XML[step], sources[0])
    assert len(done) == COUNT


@pytest.mark.parametrize("step", JSON)
def test_json(step: str) -> None:
    dice = random.Random(step)
    sources = samples("jades", driven(make_jades(Attached(b"{}"), OWN, STATEMENT), WHO))
    done = [attempt(JSON[step], mutated_json(dice.choice(sources), dice)) for _ in range(COUNT)]
    assert attempt(JSON[step], sources[0])
    assert len(done) == COUNT


@pytest.mark.parametrize("step", ASIC)
def test_containers(step: str) -> None:
    dice = random.Random(step)
    files = (SignedFile(KnownContent.of(b"a", name="a")),)
    sources = samples("asic-xades", driven(make_asic_xades(files, OWN, STATEMENT), WHO))
    done = [attempt(ASIC[step], mutated_octets(dice.choice(sources), dice)) for _ in range(COUNT)]
    assert attempt(ASIC[step], sources[0])
    assert len(done) == COUNT
