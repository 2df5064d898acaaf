"""PDF: the published classes of attack on signed and on certified documents, each by one of its makes.

Universal forgery, incremental saving and wrapping are of "1 trillion dollar refund" (Mladenov and others, 2019), shadow
attacks of the paper of that name (Mainka and others, 2021), those on certifications of "Breaking the specification: PDF
certification" (Rohlmann and others, 2021). All their variants are in `tests/unit/signatures/formats/test_pdf*.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from idbridge.signatures.ber import read_value
from tests.contracts.attacks.scene import ALICE, BOB, EVE, IN_PART, Attack
from tests.unit.signatures.forge import cades
from tests.unit.signatures.formats import pdf_forge as forge
from tests.unit.signatures.formats.pdf_forge import CATALOGUE, CONTENTS, FORM, NOTE, PAGE, PAGES, TEXT, WIDGET

SIGNED = forge.signed(ALICE)
FIELDS = forge.signature_objects()
BASE = forge.base()
OVERLAY = forge.stream(b"1 g 0 0 300 60 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 300 60]")


def certified(level: int) -> bytes:
    return forge.signed(ALICE, level=level)


def second(data: bytes, *, rect: bytes = b"0 0 0 0", extra: bytes = b"", objects: forge.Objects | None = None) -> bytes:
    """Another signature, by Bob."""
    fields = forge.signature_objects(20, 21, rect=rect, extra=extra)
    fields[FORM] = FIELDS[FORM].replace(b"6 0 R]", b"6 0 R 20 0 R]")
    fields[PAGE] = FIELDS[PAGE].replace(b"6 0 R]", b"6 0 R 20 0 R]")
    return forge.sign(data, BOB, objects={**fields, **(objects or {})}, number=21)


def updated(objects: forge.Objects, data: bytes = SIGNED) -> Callable[[], bytes]:
    return lambda: forge.update(data, objects)


# --- universal forgery: what is checked is taken away


def value_with(pattern: bytes, replacement: bytes) -> bytes:
    """An update whose signature dictionary lacks what says what is signed, or by what."""
    written = SIGNED[SIGNED.index(b"7 0 obj") + 8 : SIGNED.index(b"\nendobj", SIGNED.index(b"7 0 obj"))]
    changed = re.sub(pattern, replacement, written)
    assert changed != written
    return forge.update(SIGNED, {forge.VALUE: changed, CONTENTS: forge.text(b"Pay 900 to Eve")})


def in_place(old: bytes, new: bytes) -> bytes:
    """The same without an update, at the same length."""
    assert len(old) == len(new)
    assert old in SIGNED
    return SIGNED.replace(old, new, 1)


def gap_widened() -> bytes:
    """What was signed ends before the words that were changed; the gap takes them in."""
    start = SIGNED.index(b"Pay 100")
    first, rest, length = (int(n) for n in re.findall(rb"/ByteRange \[0 (\d+) (\d+) (\d+)", SIGNED)[0])
    data = SIGNED.replace(b"/ByteRange [0 %d %d" % (first, rest), b"/ByteRange [0 %d %d" % (start, rest))
    assert length
    return data.replace(b"Pay 100", b"Pay 900")


# --- wrapping: what was signed is moved to the end, and something else put where it was


def wrapped() -> bytes:
    """The second half of what was signed, moved; before it an update, found where the first one was, with a range to there."""
    start, end = (int(number) for number in re.findall(rb"/ByteRange \[0 (\d+) (\d+)", SIGNED)[0])
    table = int(re.findall(rb"startxref\s+(\d+)", SIGNED)[-1])
    contents = b"<%s>" % read_value(bytes.fromhex(SIGNED[start + 1 : end - 1].decode()), trailing=True).encoding.hex().encode()
    value = SIGNED[SIGNED.index(b"7 0 obj") : start] + contents + b" >>\nendobj\n"
    evil = b"4 0 obj\n%s\nendobj\n" % forge.text(b"Pay 900 to Eve")
    inserted = contents + b" >>\nendobj\n" + evil + value
    places = {number: SIGNED.index(b"\n%d 0 obj" % number) + 1 for number in (*BASE, WIDGET)}
    places |= {CONTENTS: start + inserted.index(evil), forge.VALUE: start + inserted.index(value)}
    rows = b"".join(b"%d 1\n%010d 00000 n \n" % (number, places[number]) for number in sorted(places))
    section = b"xref\n0 1\n0000000000 65535 f \n%strailer\n<< /Size 100 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    inserted = inserted.ljust(table - start) + section % (rows, table)
    moved = start + len(inserted)
    data = SIGNED[:start] + inserted + SIGNED[end:]
    at = data.rindex(b"/ByteRange [", 0, moved) + 12
    numbers = b"0 %d %d %d" % (start, moved, len(SIGNED) - end)
    return data[:at] + numbers.ljust(40) + data[at + 40 :]


# --- others


def removed() -> forge.Objects:
    return {FORM: BASE[FORM], PAGE: BASE[PAGE], WIDGET: b"null"}


def replaced_by_eve() -> bytes:
    """Eve's signature in the place of Alice's, by the same name."""
    contents = forge.text(b"Pay 900 to Eve")
    return forge.sign(forge.update(SIGNED, {CONTENTS: contents}), EVE, objects={WIDGET: FIELDS[WIDGET]})


def contents_of_another(holder) -> bytes:
    """A genuine signature of the same person over something else."""
    start = SIGNED.index(b"/Contents <30") + 11
    other = cades(holder, b"another document", attached=False)
    return SIGNED[:start] + other.hex().encode().ljust(forge.PLACE, b"0") + SIGNED[start + forge.PLACE :]


def annotated(data: bytes, subtype: bytes) -> bytes:
    note = b"<< /Type /Annot /Subtype %s /Rect [72 690 300 730] /Contents (Pay 900) /AP << /N 31 0 R >> >>" % subtype
    page = FIELDS[PAGE].replace(b"6 0 R]", b"6 0 R 30 0 R]")
    return forge.update(data, {PAGE: page, 30: note, 31: OVERLAY})


def overlaid() -> forge.Objects:
    """A text field over what is said."""
    field = b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (fake) /V (Pay 900) /Rect [72 690 300 730] /P 3 0 R >>"
    page = FIELDS[PAGE].replace(b"6 0 R]", b"6 0 R 30 0 R]")
    return {FORM: FIELDS[FORM].replace(b"6 0 R]", b"6 0 R 30 0 R]"), PAGE: page, 30: field}


def drawing(words: bytes, more: bytes = b"") -> bytes:
    octets = b"BT /F1 24 Tf 72 600 Td (%s) Tj ET /X Do" % words
    return forge.stream(octets, b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] " + more)


LAYERED = {
    **BASE,
    **FIELDS,
    CATALOGUE: BASE[CATALOGUE].replace(b" >>", b" /OCProperties << /OCGs [51 0 R] /D 52 0 R >> >>"),
    PAGE: FIELDS[PAGE]
    .replace(b"/Contents 4 0 R", b"/Contents [4 0 R 55 0 R]")
    .replace(b"/Resources <<", b"/Resources << /XObject << /X 53 0 R >> /Properties << /Layer 51 0 R >>"),
    51: b"<< /Type /OCG /Name (Layer) >>",
    52: b"<< /OFF [51 0 R] >>",
    53: drawing(b"100", b"/Resources << /XObject << /X 54 0 R >> >>"),
    54: drawing(b"MOP"),
    55: forge.stream(b"/OC /Layer BDC BT /F1 24 Tf 72 650 Td (Pay 900) Tj ET EMC"),
}


def layered() -> bytes:
    """Signed with a layer that is hidden, and drawings within one another."""
    return forge.sign(b"", ALICE, objects=LAYERED, first=True)


FILLED = BASE[TEXT].replace(b"(100)", b"(900)")
LOCKED = b"/Lock << /Type /SigFieldLock /Action /Include /Fields [(amount)] >>"
SPOOFED = FIELDS[WIDGET].replace(b"/Rect [0 0 0 0]", b"/Rect [72 690 300 730]").replace(b"/P 3", b"/AP << /N 30 0 R >> /P 3")
HIDDEN_PAGE = FIELDS[PAGE].replace(b"4 0 R", b"51 0 R")
LAYERS = b" /OCProperties << /OCGs [52 0 R] /D << /OFF [52 0 R] >> >> >>"
GENUINE: Mapping[str, Callable[[], bytes]] = {
    "signed": lambda: SIGNED,
    "signed by two": lambda: second(SIGNED),
    "signed with a layer": layered,
    "certified, level 1": lambda: certified(1),
    "certified, level 2, and signed": lambda: second(certified(2)),
}

FORMAT, HASH = "TOTAL_FAILED FORMAT_FAILURE", "TOTAL_FAILED HASH_FAILURE"


def changed(make: Callable[[], bytes], names: str) -> Attack:
    return Attack(make, FORMAT, names)


ATTACKS: Mapping[str, Attack] = {
    "universal forgery: no range": changed(lambda: value_with(rb"/ByteRange \[.*?\]", b""), "byte-range-malformed"),
    "universal forgery: a range that is null": changed(
        lambda: value_with(rb"/ByteRange \[.*?\]", b"/ByteRange null"), "byte-range-malformed"
    ),
    "universal forgery: a range of nothing": changed(
        lambda: value_with(rb"/ByteRange \[.*?\]", b"/ByteRange [0 0 0 0]"), "byte-range"
    ),
    "universal forgery: a negative range": changed(
        lambda: value_with(rb"/ByteRange \[.*?\]", b"/ByteRange [0 9 -9 9]"), "byte-range-negative"
    ),
    "universal forgery: no contents": changed(lambda: value_with(rb"/Contents <.*?>", b""), "contents-unreadable"),
    "universal forgery: contents that are null": changed(
        lambda: value_with(rb"/Contents <.*?>", b"/Contents null"), "contents-unreadable"
    ),
    "universal forgery: contents of zero": changed(
        lambda: value_with(rb"/Contents <.*?>", b"/Contents <00>"), "contents-unreadable"
    ),
    "universal forgery: no way of signing": changed(lambda: value_with(rb"/SubFilter /[\w.]+", b""), "changed-after-signing"),
    "contents emptied in place": changed(
        lambda: in_place(SIGNED[(at := SIGNED.index(b"<30")) : at + 9], b"<00000000"), "contents-unreadable"
    ),
    "contents of another signature of the signer": Attack(lambda: contents_of_another(ALICE), HASH, "references-intact"),
    "contents of a stranger": Attack(lambda: contents_of_another(EVE), HASH, "references-intact"),
    "an octet in place": Attack(lambda: in_place(b"Pay 100", b"Pay 900"), HASH, "references-intact"),
    "a gap that is wider": changed(gap_widened, "byte-range-gap"),
    "wrapping": changed(wrapped, "byte-range-gap"),
    "a tail": Attack(lambda: SIGNED + b"% pay 900\n", IN_PART, "octets after the last revision"),
    "a tail that is a document": changed(lambda: SIGNED + forge.write(BASE), "cross-references are broken"),
    "incremental saving: words replaced": changed(updated({CONTENTS: forge.text(b"Pay 900 to Eve")}), "Contents changed"),
    "incremental saving: a page added": changed(
        updated({PAGES: b"<< /Type /Pages /Kids [3 0 R 30 0 R] /Count 2 >>", 30: HIDDEN_PAGE, 51: forge.text(b"More")}),
        "page added",
    ),
    "incremental saving: without cross-references": changed(
        lambda: SIGNED + b"4 0 obj\n%s\nendobj\n%%%%EOF\n" % forge.text(b"Pay 900"), "octets that no cross-references lead to"
    ),
    "shadow: another page in its place": changed(
        updated({PAGES: b"<< /Type /Pages /Kids [50 0 R] /Count 1 >>", 50: HIDDEN_PAGE, 51: forge.text(b"Pay 900")}), "page"
    ),
    "shadow: a layer that was hidden": changed(updated({52: b"<< /ON [51 0 R] >>"}, layered()), "OCProperties"),
    "shadow: a drawing within a drawing": changed(updated({54: drawing(b"Pay 900")}, layered()), "Resources changed"),
    "shadow: the order of two contents": changed(
        updated({PAGE: LAYERED[PAGE].replace(b"4 0 R 55 0 R", b"55 0 R 4 0 R")}, layered()), "Contents changed"
    ),
    "a script as the page is opened": changed(
        updated({PAGE: FIELDS[PAGE].replace(b"/Annots", b"/AA << /O << /S /JavaScript /JS (x) >> >> /Annots")}), "AA changed"
    ),
    "a signature field that acts": changed(
        lambda: second(SIGNED, extra=b"/AA << /PO << /S /JavaScript /JS (x) >> >>"), "field Signature20 added"
    ),
    "shadow: layers": changed(updated({CATALOGUE: BASE[CATALOGUE].replace(b" >>", LAYERS), 52: b"<< /Type /OCG >>"}), "OCProp"),
    "shadow: a script": changed(
        updated({CATALOGUE: BASE[CATALOGUE].replace(b" >>", b" /Names << /JavaScript 50 0 R >> >>"), 50: b"<< >>"}), "Names"
    ),
    "a form drawn anew": Attack(
        updated({FORM: FIELDS[FORM].replace(b" >>", b" /NeedAppearances true >>")}), IN_PART, "NeedAppearances of the form"
    ),
    "a form of XFA": changed(updated({FORM: FIELDS[FORM].replace(b" >>", b" /XFA (<xdp/>) >>")}), "XFA of the form"),
    "a field filled in": Attack(updated({TEXT: FILLED}), IN_PART, "field amount filled in"),
    "a field filled in that is locked": changed(
        lambda: forge.update(forge.signed(ALICE, lock=LOCKED), {TEXT: FILLED}), "field-lock-violated"
    ),
    "a field over the words": changed(updated(overlaid()), "field fake added"),
    "an annotation over the words": Attack(lambda: annotated(SIGNED, b"/FreeText"), IN_PART, "FreeText annotation added"),
    "an annotation changed": Attack(
        updated({NOTE: BASE[NOTE].replace(b"A note", b"Pay 900")}), IN_PART, "Text annotation altered"
    ),
    "a signature removed": changed(updated(removed()), "signature Signature6 removed"),
    "a signature of two removed": changed(lambda: forge.update(second(SIGNED), {20: b"null"}), "signature Signature20 removed"),
    "a signature replaced by a stranger's": changed(replaced_by_eve, "signature Signature6 replaced"),
    "a signature drawn otherwise": changed(updated({WIDGET: SPOOFED, 30: OVERLAY}), "drawn otherwise"),
    "a signature drawn over the words": Attack(
        lambda: second(SIGNED, rect=b"60 680 360 740", extra=b"/AP << /N 22 0 R >>", objects={22: OVERLAY}),
        IN_PART,
        "signature Signature20",
    ),
    "evil annotation, certified at level 3": Attack(
        lambda: annotated(certified(3), b"/Stamp"), IN_PART, "Stamp annotation added"
    ),
    "evil annotation, certified at level 2": changed(lambda: annotated(certified(2), b"/Stamp"), "mdp-violated"),
    "sneaky signature, certified at level 2": Attack(
        lambda: second(certified(2), rect=b"60 680 360 740", extra=b"/AP << /N 22 0 R >>", objects={22: OVERLAY}),
        IN_PART,
        "signature Signature20",
    ),
    "sneaky signature, certified at level 1": changed(lambda: second(certified(1)), "mdp-violated"),
    "a field filled in, certified at level 1": changed(lambda: forge.update(certified(1), {TEXT: FILLED}), "mdp-violated"),
    "words replaced, certified at level 3": changed(
        lambda: forge.update(certified(3), {CONTENTS: forge.text(b"Pay 900")}), "mdp-violated"
    ),
}
