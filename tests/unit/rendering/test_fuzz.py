"""Mutations of PDFs and OFD packages through the drawing: pictures or a coded reason, always an answer, never harm.

`IDBRIDGE_FUZZ_COUNT` packages are drawn, and a tenth as many PDFs: each of those is a process of its own.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

from lxml import etree

from idbridge.rendering.ofd.pages import MAX_OCTETS, draw_ofd, seal_picture
from idbridge.rendering.pdf.drawing import PdfDrawing
from idbridge.rendering.pdf.pages import draw_pdf
from idbridge.rendering.pictures import Pictures
from idbridge.signatures.formats.catalogue import read_document
from idbridge.signatures.refusals import DocumentRefused
from tests.contracts.test_formats import MUTATIONS
from tests.requirements import vectors
from tests.unit.rendering.ofd.test_pages import TEXT, package, page
from tests.unit.signatures.forge import Authority
from tests.unit.signatures.formats import pdf_forge as forge
from tests.unit.signatures.seals import pack, unpack

COUNT = int(os.environ.get("IDBRIDGE_FUZZ_COUNT", "150"))
SEED = int(os.environ.get("IDBRIDGE_FUZZ_SEED", "1"))

ELEMENTS = {"svg", "defs", "clipPath", "g", "rect", "path", "text", "image"}
"""All that a picture of ours is made of, whatever the document holds; nothing of it runs, and only addresses could fetch."""
ATTACKS = (
    b"<script>",
    b'"/><script>',
    b"javascript:alert(1)",
    b" onload=",
    b"]]>",
    b"&#0;",
    b"9" * 400,
    b"-1",
    b"1e308",
    b"NaN",
)


def mutated(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4))):
        if changed:
            dice.choice(MUTATIONS)(changed, dice)
    if dice.random() < 0.3 and changed:
        at = dice.randrange(len(changed))
        changed[at:at] = dice.choice(ATTACKS)
    return bytes(changed)


def packages(dice: random.Random) -> Iterator[bytes]:
    """Real packages and ours, one part changed, or the archive itself."""
    originals = [unpack(path.read_bytes()) for path in sorted(vectors("ofd").glob("*.ofd")) if path.stat().st_size < 100_000]
    originals.append(unpack(package(page(TEXT.format("a") + '<ofd:ImageObject ResourceID="7" Boundary="0 0 9 9"/>'))))
    while True:
        parts = dict(dice.choice(originals))
        name = dice.choice([name for name in parts if not name.endswith("/")])
        parts[name] = mutated(parts[name], dice)
        whole = pack(parts)
        yield whole if dice.random() < 0.9 else mutated(whole, dice)


def test_packages() -> None:
    dice = random.Random(SEED)
    for _, data in zip(range(COUNT), packages(dice), strict=False):
        try:
            signatures = read_document(data).signatures
        except DocumentRefused:
            signatures = ()
        check(draw_ofd(data, signatures))
        for signature in signatures:
            seal = signature.attributes.seal
            seal_picture(mutated(seal.picture, dice) if seal is not None else b"")


def check(pictures: Pictures) -> None:
    assert pictures.pages or pictures.code is not None or pictures.total == 0
    assert sum(len(picture.data) for picture in pictures.pages) <= MAX_OCTETS
    for picture in pictures.pages:
        for element in etree.fromstring(picture.data, etree.XMLParser(huge_tree=True)).iter():
            assert etree.QName(element).localname in ELEMENTS
            assert not [name for name in element.attrib if name == "style" or name.startswith("on")]
            assert element.get("href", "data:image/").startswith("data:image/")
            assert element.get("clip-path", "url(#").startswith("url(#")


def test_files() -> None:
    dice, drawing = random.Random(SEED), PdfDrawing()
    originals = [path.read_bytes() for path in sorted(vectors("dss").rglob("*.pdf")) if path.stat().st_size < 200_000]
    originals.append(forge.signed(Authority().issue("Alice")))
    for _ in range(max(COUNT // 10, 1)):
        pictures = draw_pdf(drawing, mutated(dice.choice(originals), dice))
        assert pictures.pages or pictures.changed or pictures.code is not None or pictures.total == 0
