"""Attacks on PDF signatures that rest on what one reader takes for one thing and another for another.

Prepared before signing, as in "Shadow attacks" (Mainka and others, 2021), or on how updates are written, as in "1 trillion
dollar refund" (Mladenov and others, 2019) and "Breaking the specification: PDF certification" (Rohlmann and others, 2021).
"""

from __future__ import annotations

import re
import zlib

import pytest

from tests.guards import no_growth, no_hang
from tests.requirements import vectors
from tests.unit.signatures.formats import pdf_forge as forge
from tests.unit.signatures.formats.pdf_forge import CATALOGUE, CONTENTS, FONT, FORM, PAGE, PAGES, TEXT, WIDGET
from tests.unit.signatures.formats.test_pdf import ALICE, BOB, SIGNED, codes, only, report, second, whole

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
    "logical structure replaced": (elements(b"Pay 100"), {72: elements(b"Pay 900")[72]}),
    "logical structure removed": (elements(b"Pay 100"), {71: elements(b"")[71].replace(b"72 0 R", b"")}),
}


@pytest.mark.parametrize("name", POSING)
def test_what_poses_as_something_else_is_seen(name: str) -> None:
    before, after = POSING[name]
    document = signed(before)
    assert whole(only(document)), name
    signature = only(forge.update(document, after))
    assert not whole(signature), name
    assert codes(signature) & {"changed-after-signing", "extended-after-signing"}


def test_logical_structure_may_grow() -> None:
    grown = {**elements(b"Pay 100", more=b"73 0 R"), 73: b"<< /Type /StructElem /S /Form /P 70 0 R >>"}
    assert whole(only(forge.update(signed(elements(b"Pay 100")), grown)))


def test_what_software_writes_of_itself_into_the_page_tree_is_nothing() -> None:
    noted = BASE[PAGES].replace(b" >>", b" /ITXT (5.5.10) >>")
    assert whole(only(forge.update(SIGNED, {PAGES: noted})))


def test_an_object_stream_that_is_read_otherwise_is_seen() -> None:
    """Where its objects begin is an object of its own: all of them change, and none is written."""
    value = b"<< /N (Pay 100) >> "
    stream = b"40 0 " + value + value.replace(b"100", b"900")
    objects = {
        **BASE,
        50: b"5",
        60: b"<< /Type /ObjStm /N 1 /First 50 0 R /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    }
    page = with_resources(b"/Properties << /A 40 0 R >>")
    prepared = with_reference_stream(forge.write(objects), {40: (60, 0)})
    document = forge.sign(prepared, ALICE, objects={**forge.signature_objects(), PAGE: page})
    changed = forge.update(document, {50: b"%d" % (5 + len(value))})
    assert whole(only(document))
    assert "Resources changed" in str(only(changed).evidence.scope)


def with_reference_stream(data: bytes, held: dict[int, tuple[int, int]]) -> bytes:
    """Append an update whose cross-references say which objects stand in object streams."""
    previous = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    rows = {99: b"\x01" + len(data).to_bytes(4) + b"\x00\x00"}
    rows |= {number: b"\x02" + stream.to_bytes(4) + index.to_bytes(2) for number, (stream, index) in held.items()}
    index = b" ".join(b"%d 1" % number for number in sorted(rows))
    octets = zlib.compress(b"".join(rows[number] for number in sorted(rows)))
    entries = b"/Type /XRef /W [1 4 2] /Index [%s] /Size 100 /Root 1 0 R /Prev %d /Filter /FlateDecode" % (index, previous)
    return data + b"99 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (forge.stream(octets, entries), len(data))


# --- updates that readers understand differently


def leading_back(data: bytes) -> bytes:
    start = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    return data + b"4 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (forge.text(b"Pay 900"), start)


def leading_nowhere(data: bytes) -> bytes:
    return data + b"4 0 obj\n%s\nendobj\n%%%%EOF\n" % forge.text(b"Pay 900")


def hybrid(data: bytes, name: bytes = b"/XRefStm") -> bytes:
    """The table leads to the object that was signed, the stream beside it to another."""
    previous = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    row = b"\x01" + len(data).to_bytes(4) + b"\x00\x00"
    evil = b"4 0 obj\n%s\nendobj\n" % forge.text(b"Pay 900")
    entries = b"/Type /XRef /W [1 4 2] /Index [4 1] /Size 100 /Root 1 0 R"
    at = len(data) + len(evil)
    beside = b"61 0 obj\n%s\nendobj\n" % forge.stream(row, entries)
    genuine = data.index(b"\n4 0 obj") + 1
    table = b"xref\n0 1\n0000000000 65535 f \n4 1\n%010d 00000 n \n61 1\n%010d 00000 n \n" % (genuine, at)
    trailer = b"trailer\n<< /Size 100 /Root 1 0 R /Prev %d %s %d >>\nstartxref\n%d\n%%%%EOF\n"
    return data + evil + beside + table + trailer % (previous, name, at, at + len(beside))


def beyond_size(data: bytes) -> bytes:
    """Numbers beyond Size are no objects to some readers, of which ours is one."""
    return forge.update(data, {5000: b"(Pay 900)"})


@pytest.mark.parametrize("attack", [leading_back, leading_nowhere, hybrid, beyond_size])
def test_updates_that_only_some_readers_see(attack) -> None:
    for document in (SIGNED, signed({60: b"(/XRefStm)"})):
        signature = only(attack(document))
        assert not whole(signature)
        assert signature.indication == "TOTAL_FAILED"


def test_names_are_read_by_their_letters_numbers_too() -> None:
    assert not whole(only(hybrid(SIGNED, b"/XRef#53tm")))


def test_a_hybrid_document_may_be_updated_as_one() -> None:
    """What was signed is hybrid, and the update leads to one thing by both ways: nothing is hidden."""
    data = vectors("dss", "pades", "pdf-structtreeroot-changes.pdf").read_bytes()
    assert not any(
        "XRefStm" in part for s in report(data).signatures for scope in s.evidence.scope for part in scope.not_covered
    )


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
