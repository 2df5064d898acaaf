"""Attacks on PDF signatures that rest on what one reader takes for one thing and another for another.

Prepared before signing, as in "Shadow attacks" (Mainka and others, 2021), or added as what a certification permits, as in
"Breaking the specification: PDF certification" (Rohlmann and others, 2021).
"""

from __future__ import annotations

import pytest

from idbridge.signatures.refusals import FormatRefusal, Refusal
from tests.guards import no_growth, no_hang
from tests.unit.signatures.formats import pdf_forge as forge
from tests.unit.signatures.formats.pdf_forge import CATALOGUE, CONTENTS, FONT, FORM, PAGE, PAGES, TEXT, WIDGET
from tests.unit.signatures.formats.test_pdf import ALICE, BOB, SIGNED, codes, only, report, second, untouched, whole

Prepared = tuple[dict[int, bytes], dict[int, bytes]]
"""Objects that are signed, and objects that an update writes."""

SIGNED_PAGE = forge.signature_objects()[PAGE]
BASE = forge.base()


def signed(objects: dict[int, bytes]) -> bytes:
    return forge.sign(b"", ALICE, objects={**BASE, **forge.signature_objects(), **objects}, first=True)


def drawing(words: bytes) -> bytes:
    octets = b"BT /F1 24 Tf 72 600 Td (%s) Tj ET" % words
    return forge.stream(octets, b"/Type /XObject /Subtype /Form /BBox [0 0 595 842]")


def with_resources(entries: bytes, more: bytes = b"") -> bytes:
    return SIGNED_PAGE.replace(b"/F1 8 0 R >>", b"/F1 8 0 R >> " + entries).replace(b"/Type /Page ", b"/Type /Page " + more)


OTHER_PAGE = b"<< /Type /Page /Parent 3 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>"
LONG = b"BT /F1 24 Tf 72 700 Td (Pay 100) Tj ET\nendstream\nendobj\n BT /F1 24 Tf 72 600 Td (if delivered) Tj ET"
SYMBOLS = BASE[FONT].replace(b"Helvetica", b"Symbol")
NODE = BASE[PAGES].replace(b" >>", b" /Subtype /Type1 /BaseFont /Helvetica >>")
FIELD = BASE[TEXT].replace(b"/P 3 0 R", b"/P 3 0 R /M 50 0 R /AP << /N 51 0 R >>")
POSING_FIELD = forge.stream(b"/M Do", b"/Subtype /Form /BBox [0 0 100 100] /Resources << /XObject 10 0 R >>")


def elements(said: bytes, *, more: bytes = b"") -> dict[int, bytes]:
    return {
        CATALOGUE: BASE[CATALOGUE].replace(b" >>", b" /StructTreeRoot 70 0 R >>"),
        70: b"<< /Type /StructTreeRoot /K [71 0 R %s] >>" % more,
        71: b"<< /Type /StructElem /S /Document /P 70 0 R /K [72 0 R] >>",
        72: b"<< /Type /StructElem /S /P /P 71 0 R /ActualText (%s) /K 0 >>" % said,
    }


POSING: dict[str, Prepared] = {
    "a drawing by the name of a parent": (
        {PAGE: with_resources(b"/XObject << /P 50 0 R >>"), 50: drawing(b"100"), CONTENTS: forge.stream(b"/P Do")},
        {50: drawing(b"900")},
    ),
    "the same, in a dictionary of its own": (
        {PAGE: with_resources(b"/XObject 52 0 R"), 50: drawing(b"100"), 52: b"<< /P 50 0 R >>"},
        {50: drawing(b"900")},
    ),
    "a font by the name of a parent": ({PAGE: SIGNED_PAGE.replace(b"/F1 8", b"/Parent 8")}, {FONT: SYMBOLS}),
    "a page whose metadata are drawn": (
        {PAGE: with_resources(b"/XObject 3 0 R", b"/Metadata 50 0 R "), 50: drawing(b"100")},
        {50: drawing(b"900")},
    ),
    "the catalogue, whose metadata are drawn": (
        {
            PAGE: with_resources(b"/XObject 1 0 R"),
            CATALOGUE: BASE[CATALOGUE].replace(b" >>", b" /Metadata 50 0 R >>"),
            50: drawing(b"100"),
        },
        {50: drawing(b"900")},
    ),
    "the parent of the page, as a font": (
        {PAGE: SIGNED_PAGE.replace(b"/Font << /F1 8 0 R >>", b"/Font 3 0 R"), PAGES: NODE},
        {PAGES: NODE.replace(b"Helvetica", b"Symbol")},
    ),
    "a field whose time is drawn": ({TEXT: FIELD, 50: drawing(b"100"), 51: POSING_FIELD}, {50: drawing(b"900")}),
    "a length that is an object of its own": (
        {CONTENTS: b"<< /Length 50 0 R >>\nstream\n%s\nendstream" % LONG, 50: b"%d" % len(LONG)},
        {50: b"%d" % LONG.index(b"\nendstream")},
    ),
    "a page that becomes a node of the tree, to readers who go by Type": (
        {PAGE: SIGNED_PAGE.replace(b"/Type /Page ", b"/Type /Page /Kids [50 0 R] /Count 1 "), 50: OTHER_PAGE},
        {PAGE: SIGNED_PAGE.replace(b"/Type /Page ", b"/Type /Pages /Kids [50 0 R] /Count 1 ")},
    ),
    "a page that is a stream": (
        {},
        {PAGES: BASE[PAGES].replace(b"3 0 R", b"3 0 R 50 0 R"), 50: forge.stream(b"", OTHER_PAGE[2:-2])},
    ),
    "an annotation that is a stream": (
        {},
        {
            PAGE: SIGNED_PAGE.replace(b"6 0 R]", b"6 0 R 50 0 R]"),
            50: forge.stream(b"", b"/Subtype /Square /Rect [9 9 500 800]"),
        },
    ),
    "contents of a page that has two": (
        {PAGE: SIGNED_PAGE.replace(b"/Contents", b"/Contents 50 0 R /Contents"), 50: forge.text(b"Pay 100 to Bob")},
        {50: forge.text(b"Pay 900")},
    ),
    "logical structure replaced": (elements(b"Pay 100"), {72: elements(b"Pay 900")[72]}),
    "logical structure removed": (elements(b"Pay 100"), {71: elements(b"")[71].replace(b"72 0 R", b"")}),
}


@pytest.mark.parametrize("name", POSING)
def test_what_poses_as_something_else_is_seen(name: str) -> None:
    before, after = POSING[name]
    document = signed(before)
    assert untouched(document), name
    signature = only(forge.update(document, after))
    assert not whole(signature), name
    assert codes(signature) & {"changed-after-signing", "extended-after-signing"}


def test_a_page_below_all_limits_is_not_passed_by() -> None:
    """What stands deeper than is looked at could be changed unseen."""
    nodes = {number: b"<< /Type /Pages /Kids [%d 0 R] /Count 1 /Parent %d 0 R >>" % (number + 1, number - 1) for number in DEEP}
    nodes |= {PAGES: BASE[PAGES].replace(b"3 0 R", b"3 0 R %d 0 R" % DEEP.start), DEEP.stop: OTHER_PAGE}
    document = forge.write({**BASE, **forge.signature_objects(), **nodes}, size=1_000)
    with pytest.raises(FormatRefusal) as refused:
        report(forge.update(forge.sign(document, ALICE), {CONTENTS: forge.text(b"Pay 900")}))
    assert refused.value.code is Refusal.TOO_DEEP


DEEP = range(200, 270)


def test_logical_structure_may_grow() -> None:
    grown = {**elements(b"Pay 100", more=b"73 0 R"), 73: b"<< /Type /StructElem /S /Form /P 70 0 R >>"}
    assert whole(only(forge.update(signed(elements(b"Pay 100")), grown)))


def test_what_software_writes_of_itself_into_the_page_tree_is_nothing() -> None:
    noted = BASE[PAGES].replace(b" >>", b" /ITXT (5.5.10) >>")
    assert whole(only(forge.update(SIGNED, {PAGES: noted})))


# --- signature fields that draw


PLACED = {
    **forge.signature_objects(),
    FORM: b"<< /Fields [10 0 R 6 0 R 20 0 R] /SigFlags 3 >>",
    PAGE: SIGNED_PAGE.replace(b"6 0 R]", b"6 0 R 20 0 R]"),
}
EMPTY = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Second) /Rect [%s] /P 3 0 R >>"


@pytest.mark.parametrize(("rectangle", "untouched"), [(b"400 20 580 80", True), (b"0 0 595 842", False)])
def test_a_place_for_a_signature_may_be_filled_but_not_hide_the_page(rectangle: bytes, untouched: bool) -> None:
    empty = EMPTY % rectangle
    document = forge.sign(b"", ALICE, objects={**BASE, **PLACED, 20: empty}, first=True)
    filled = empty.replace(b"/P 3", b"/V 21 0 R /AP << /N 22 0 R >> /P 3")
    later = forge.sign(document, BOB, objects={20: filled, 22: drawing(b"Pay 900")}, number=21)
    assert whole(report(later).signatures[0]) is untouched


@pytest.mark.parametrize(
    ("place", "page"),
    [(b"/P 40 0 R", b"/Type /Page"), (b"/P 3 0 R", b"/Type /Page /CropBox [-9000 -9000 9000 9000]")],
    ids=["said to be on a larger page", "within a larger crop box"],
)
def test_no_pretended_page_makes_a_place_small(place: bytes, page: bytes) -> None:
    objects = {
        **PLACED,
        20: EMPTY.replace(b"/P 3 0 R", place) % b"0 0 595 842",
        PAGE: PLACED[PAGE].replace(b"/Type /Page", page),
        PAGES: b"<< /Type /Pages /Kids [3 0 R 40 0 R] /Count 2 >>",
        40: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9000 9000] >>",
    }
    document = forge.sign(b"", ALICE, objects={**BASE, **objects}, first=True)
    filled = objects[20].replace(b"/P ", b"/V 21 0 R /AP << /N 22 0 R >> /P ")
    assert untouched(document)
    assert not untouched(forge.sign(document, BOB, objects={20: filled, 22: drawing(b"Pay 900")}, number=21))


@pytest.mark.parametrize(
    "extra",
    [
        b"/AA << /PO << /S /JavaScript /JS (evil) >> >>",
        b"/A << /S /Launch /F (evil) >>",
        b"/Subtype /FreeText /Contents (Pay 900) /DA (/Helv 12 Tf)",
        b"/Subtype /Square /IC [1 1 1]",
    ],
)
def test_a_signature_field_that_is_more_than_one_is_told(extra: bytes) -> None:
    """It acts without being seen, or is drawn as an annotation without an appearance of its own."""
    fields = forge.signature_objects(20, 21, rect=b"60 680 360 740", extra=extra)
    objects = {**PLACED, 20: fields[20].replace(b"/Subtype /Widget ", b"" if b"/Subtype" in extra else b"/Subtype /Widget ")}
    first, _ = report(forge.sign(SIGNED, BOB, objects=objects, number=21)).signatures
    assert "changed-after-signing" in codes(first)


@pytest.mark.parametrize(
    ("rectangle", "extra"),
    [(b"60 680 360 740", b"/MK << /BG [1 1 1] /CA (Pay 900) >>"), (b"60 680 360", b"/AP << /N 22 0 R >>")],
)
def test_whatever_may_be_drawn_counts_as_drawn(rectangle: bytes, extra: bytes) -> None:
    first, _ = report(second(SIGNED, rect=rectangle, extra=extra, objects={22: drawing(b"x")})).signatures
    assert not whole(first)


def test_a_widget_more_for_what_was_signed_is_told() -> None:
    """The genuine appearance, shown where another signer's belongs."""
    more = b"<< /Type /Annot /Subtype /Widget /Parent 6 0 R /Rect [72 690 300 730] /AP << /N 22 0 R >> /P 3 0 R >>"
    objects = {
        WIDGET: forge.signature_objects()[WIDGET].replace(b" >>", b" /Kids [30 0 R] >>"),
        PAGE: SIGNED_PAGE.replace(b"6 0 R]", b"6 0 R 30 0 R]"),
        30: more,
        22: drawing(b"Alice"),
    }
    assert not whole(only(forge.update(SIGNED, objects)))


# --- effort


def many_signers(count: int, objects: int) -> bytes:
    """A signature after another, each deleting an object of many that stand in a row."""
    row = {1000 + n: b"<< /Next %d 0 R >>" % (1001 + n) for n in range(objects)}
    data, fields = forge.write({**BASE, **forge.signature_objects(), **row}, size=9_000), b""
    for place in range(count):
        widget, value = 200 + 2 * place, 201 + 2 * place
        fields += b"%d 0 R " % widget
        written = {
            widget: (EMPTY % b"0 0 0 0").replace(b"/P 3", b"/V %d 0 R /P 3" % value),
            FORM: b"<< /Fields [%s] /SigFlags 3 >>" % fields,
            1000 + place: b"null",
        }
        data = forge.sign(data, ALICE, objects=written, number=value, make=lambda _: b"\x30\x02\x02\x00")
    return data


def test_many_signers_of_many_objects_take_neither_long_nor_much() -> None:
    data = many_signers(25, 4_000)
    with no_hang("many signers"), no_growth():
        assert len(report(data).signatures) == 25
