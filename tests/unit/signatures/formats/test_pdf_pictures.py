"""Documents that are changed at random, before they are signed and after: what another program draws otherwise is told.

The oracle is PDFium, which reads a file by itself: where the pages of an update look different from those that were signed,
the report must not say that nothing was changed. `IDBRIDGE_FUZZ_COUNT` of them (few by default).
"""

from __future__ import annotations

import os
import random
import re

import pypdfium2

from idbridge.signatures.refusals import DocumentRefused
from tests.contracts.attacks.papers import BASE, FIELDS, LAYERED, drawing
from tests.unit.signatures.formats import pdf_forge as forge
from tests.unit.signatures.formats.pdf_forge import CATALOGUE, NOTE, PAGES, TEXT, VALUE
from tests.unit.signatures.formats.test_pdf import ALICE, untouched

COUNT = int(os.environ.get("IDBRIDGE_FUZZ_COUNT", "150"))
PAGES_DRAWN = 5
SQUARE = b"/Type /XObject /Subtype /Form /BBox [0 0 30 30]"
FIELD = b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (100) /P 3 0 R /Rect [72 500 200 520] /AP << /N 81 0 R >> >>"

RICH: dict[int, bytes] = {
    **LAYERED,
    CATALOGUE: LAYERED[CATALOGUE],
    TEXT: FIELD,
    NOTE: b"<< /Type /Annot /Subtype /Square /Rect [300 300 330 330] /P 3 0 R /AP << /N 82 0 R >> >>",
    PAGES: b"<< /Type /Pages /Kids [83 0 R 3 0 R] /Count 2 /MediaBox [0 0 595 842] >>",
    81: forge.stream(b"BT /F1 12 Tf 2 4 Td (100) Tj ET", SQUARE + b" /Resources << /Font << /F1 8 0 R >> >>"),
    82: forge.stream(b"1 0 0 rg 0 0 30 30 re f", SQUARE),
    83: b"<< /Type /Pages /Parent 2 0 R /Kids [84 0 R] /Count 1 /Resources << /Font << /F1 8 0 R >> >> >>",
    84: b"<< /Type /Page /Parent 83 0 R /Contents [85 0 R 86 0 R] >>",
    85: forge.text(b"Page one"),
    86: forge.stream(b"0 1 0 rg 50 50 20 20 re f"),
    # what nothing leads to, until something does
    87: b"<< /Type /Page /Parent 2 0 R /Contents 88 0 R >>",
    88: forge.text(b"Pay 900 to Eve"),
    89: drawing(b"Pay 900"),
    90: b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
    91: b"<< /Type /Annot /Subtype /Square /Rect [400 400 500 500] /IC [0 0 1] /AP << /N 82 0 R >> >>",
    92: b"<< /Type /Catalog /Pages 93 0 R >>",
    93: b"<< /Type /Pages /Kids [87 0 R] /Count 1 /MediaBox [0 0 595 842] /Rotate 90 >>",
}
"""Two pages, the first by way of a node; a layer that is hidden, drawings within drawings, a field, an annotation."""

NUMBERS = [number for number in RICH if number != VALUE]
ENTRIES = [
    *(b"/Rotate 90", b"/CropBox [0 0 200 200]", b"/MediaBox [0 0 100 100]", b"/UserUnit 3", b"/Count 1", b"/Count 3"),
    *(b"/Contents 88 0 R", b"/Kids [87 0 R]", b"/Annots [91 0 R]", b"/Pages 93 0 R", b"/Parent 93 0 R", b"/Parent 83 0 R"),
    *(b"/AP << /N 89 0 R >>", b"/AS /Off", b"/F 2", b"/F 4", b"/OC 51 0 R", b"/Rect [10 10 500 800]", b"/MK << /BG [0 0 1] >>"),
    *(b"/Type /Page", b"/Type /Pages", b"/Subtype /Square", b"/Subtype /Widget", b"/FT /Sig", b"/FT /Tx", b"/V (900)"),
    *(b"/Resources << /Font << /F1 90 0 R >> >>", b"/BaseFont /Courier", b"/XObject << /X 89 0 R >>", b"/Matrix [2 0 0 2 0 0]"),
    *(b"/OFF []", b"/ON [51 0 R]", b"/BaseState /OFF", b"/NeedAppearances true", b"/Fields []", b"/Length 3", b"/P 84 0 R"),
    *(b"/Filter /ASCIIHexDecode", b"/Metadata 89 0 R", b"/DSS << /Certs [] >>", b"/StructParent 0", b"/BBox [0 0 5 5]"),
]


def with_entry(value: bytes, dice: random.Random) -> bytes:
    """At the beginning or at the end of the dictionary, where it may be the second of its key."""
    places = [value.find(b"<<") + 2, value.rfind(b">>", 0, value.find(b"stream") if b"stream" in value else len(value))]
    at = dice.choice(places)
    return value[:at] + b" " + dice.choice(ENTRIES) + b" " + value[at:]


def with_another(pattern: bytes, value: bytes, replacement: bytes, dice: random.Random) -> bytes:
    found = list(re.finditer(pattern, value))
    if not found:
        return value
    chosen = dice.choice(found)
    return value[: chosen.start(1)] + replacement + value[chosen.end(1) :]


def mutated(dice: random.Random) -> dict[int, bytes]:
    """One object, changed."""
    number = dice.choice(NUMBERS)
    value = RICH[number]
    match dice.randrange(8):
        case 0 | 1:
            changed = with_entry(value, dice)
        case 2:
            changed = with_another(rb"(\d+) 0 R", value, b"%d" % dice.choice(NUMBERS), dice)
        case 3:
            changed = with_another(rb"(?<![\w/])(\d+)(?! 0 R)", value, b"%d" % dice.randrange(900), dice)
        case 4:
            changed = with_another(rb"/(\w+)", value, b"Else", dice)
        case 5:
            changed = RICH[dice.choice(NUMBERS)]
        case 6:
            changed = value.replace(b"[", b"[ %d 0 R " % dice.choice(NUMBERS), 1)
        case _:
            changed = b"null"
    return {number: changed}


def updated(data: bytes, dice: random.Random) -> bytes:
    """An update of one object or two; sometimes its trailer says something else as well, or another follows."""
    objects = mutated(dice) | (mutated(dice) if dice.random() < 0.3 else {})
    once = forge.update(data, objects)
    match dice.randrange(6):
        case 0:
            return forge.update(once, mutated(dice))
        case 1:
            return data + once[len(data) :].replace(b"/Size 100", b"/Size %d" % dice.choice([5, 9, 60, 85, 200]))
        case 2:
            roots = [b"/Root 92 0 R /Root 1 0 R", b"/Root 1 0 R /Root 92 0 R", b"/Root 92 0 R"]
            return data + once[len(data) :].replace(b"/Root 1 0 R", dice.choice(roots))
        case _:
            return once


def pictures(data: bytes) -> list[tuple[int, int, bytes]] | str:
    """Every page as PDFium draws it, small; or what it says of a file that it cannot open."""
    try:
        with pypdfium2.PdfDocument(data) as document:
            document.init_forms()
            bitmaps = (document[number].render(scale=0.25) for number in range(min(len(document), PAGES_DRAWN)))
            return [(bitmap.width, bitmap.height, bytes(bitmap.buffer)) for bitmap in bitmaps]
    except (pypdfium2.PdfiumError, IndexError) as error:
        return str(error)


def passes(data: bytes) -> bool:
    try:
        return untouched(data)
    except DocumentRefused:
        return False


def test_what_looks_different_is_told() -> None:
    dice = random.Random("idbridge PDF pictures")
    different = 0
    for number in range(COUNT):
        objects = RICH | (mutated(dice) if number % 2 else {})
        signed = forge.sign(b"", ALICE, objects=objects, first=True)
        later = updated(signed, dice)
        looks_different = pictures(later) != pictures(signed)
        different += looks_different
        assert not (looks_different and passes(later)), later[len(signed) :]
    assert different > COUNT // 10


def test_the_document_itself_is_drawn_and_passes() -> None:
    signed = forge.sign(b"", ALICE, objects=RICH, first=True)
    assert BASE.keys() | FIELDS.keys() <= RICH.keys()
    assert untouched(signed)
    assert len(pictures(signed)) == 2
    assert pictures(forge.update(signed, {85: forge.text(b"Page 1")})) != pictures(signed)
