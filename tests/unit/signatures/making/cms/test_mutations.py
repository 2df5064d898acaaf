"""Whatever document is to be augmented, co-signed or countersigned: a document comes out, or a refusal with its code.

Mutations of genuine files, `IDBRIDGE_FUZZ_COUNT` of them for each kind of making (100,000 before a release; few by default).
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import pytest

from idbridge.signatures.contents import KnownContent
from idbridge.signatures.making.asic_cades import add_asic_cades, augment_asic_cades, make_asic_cades
from idbridge.signatures.making.cms.augmenting import augment_cades
from idbridge.signatures.making.cms.signing import add_cades, counter_sign, make_cades
from idbridge.signatures.making.files import SignedFile
from idbridge.signatures.making.refusals import MakingRefused
from idbridge.signatures.making.steps import BaselineLevel, LongTermMaterial, Making
from tests.unit.signatures.making.workshop import STATEMENT, Authority, holder, made, material

COUNT = int(os.environ.get("IDBRIDGE_FUZZ_COUNT", "150"))
T, LT, LTA = BaselineLevel.T, BaselineLevel.LT, BaselineLevel.LTA
CONTENT = KnownContent.of(b"Tender", name="tender.txt")


def archived(data: bytes, augment: Callable[..., Making]) -> list[bytes]:
    documents = [data]
    for level in (T, LT, LTA):
        given = material() if level is LT else LongTermMaterial()
        documents.append(made(augment(documents[-1], level, given)))
    return documents


def messages() -> list[bytes]:
    by = holder()
    data = made(make_cades(CONTENT, by.signatory, STATEMENT, attached=True), by)
    data = made(counter_sign(data, 1, holder("sm2").signatory, STATEMENT), holder("sm2"))
    return archived(data, augment_cades)


def containers() -> list[bytes]:
    by = holder()
    data = made(make_asic_cades((SignedFile(CONTENT),), by.signatory, STATEMENT), by)
    return archived(data, augment_asic_cades)


MAKINGS: dict[str, tuple[Callable[[], list[bytes]], Callable[[bytes], Making]]] = {
    "augment-t": (messages, lambda data: augment_cades(data, T)),
    "augment-lt": (messages, lambda data: augment_cades(data, LT, material())),
    "augment-lta": (messages, lambda data: augment_cades(data, LTA)),
    "beside": (messages, lambda data: add_cades(data, holder().signatory, STATEMENT)),
    "over": (messages, lambda data: counter_sign(data, 1, holder().signatory, STATEMENT)),
    "asic-augment-t": (containers, lambda data: augment_asic_cades(data, T)),
    "asic-augment-lta": (containers, lambda data: augment_asic_cades(data, LTA, material())),
    "asic-beside": (containers, lambda data: add_asic_cades(data, holder().signatory, STATEMENT)),
}


def changed(data: bytes, dice: random.Random) -> bytes:
    mutable = bytearray(data)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(mutable))
        match dice.randrange(4):
            case 0:
                mutable[at] ^= 1 << dice.randrange(8)
            case 1:
                del mutable[at : at + dice.randint(1, 40)]
            case 2:
                mutable[at:at] = mutable[at : at + dice.randint(1, 40)]
            case _:
                mutable[at] = dice.choice((0x00, 0x30, 0x31, 0x80, 0xA0, 0xA1, 0xFF))
        if not mutable:
            break
    return bytes(mutable)


@pytest.mark.parametrize("name", MAKINGS)
def test_documents_or_refusals(name: str) -> None:
    source, making = MAKINGS[name]
    originals, stamper, by = source(), Authority(), holder()
    for number in range(COUNT):
        dice = random.Random(f"{name} {number}")
        document = changed(dice.choice(originals), dice)
        try:
            assert made(making(document), by, stamper)
        except MakingRefused:
            continue
        except Exception as error:
            raise AssertionError(f"{name} {number}: {document.hex()}") from error
