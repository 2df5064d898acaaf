"""Updates that readers understand differently: one reader sees what was signed, another what was put beside it.

As in "1 trillion dollar refund" (Mladenov and others, 2019), with what the several ways to write cross-references add.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence

import pytest

from tests.requirements import vectors
from tests.unit.signatures.formats import pdf_forge as forge
from tests.unit.signatures.formats.pdf_forge import PAGE, PAGES
from tests.unit.signatures.formats.test_pdf import ALICE, SIGNED, only, report, untouched, whole
from tests.unit.signatures.formats.test_pdf_disguises import BASE, SIGNED_PAGE, signed, with_resources


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


EVIL = b"4 0 obj\n%s\nendobj\n" % forge.text(b"Pay 900")


def appended(data: bytes, body: bytes, listed: Sequence[tuple[int, int, int]], *, more: bytes = b"") -> bytes:
    """Append *body* and a table of number, place and generation, in this order, whatever it says."""
    previous = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    rows = b"".join(b"%d 1\n%010d %05d n \n" % (number, place, generation) for number, place, generation in listed)
    table = b"xref\n0 1\n0000000000 65535 f \n%strailer\n<< %s /Size 100 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
    return data + body + table % (rows, more, previous, len(data) + len(body))


def passed_by(data: bytes) -> bytes:
    """The table lists another object, and not the one that who searches for objects finds last."""
    other = b"60 0 obj\n(x)\nendobj\n"
    return appended(data, EVIL + other, [(60, len(data) + len(EVIL), 0)])


def named_twice(data: bytes) -> bytes:
    return appended(data, EVIL, [(4, data.index(b"\n4 0 obj") + 1, 0), (4, len(data), 0)])


def named_twice_by_a_stream(data: bytes) -> bytes:
    """The stream does not list itself, so that it is not among the objects either."""
    previous = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    places = (data.index(b"\n4 0 obj") + 1, len(data))
    octets = b"".join(b"\x01" + place.to_bytes(4) + b"\0\0" for place in places)
    entries = b"/Type /XRef /W [1 4 2] /Index [4 1 4 1] /Size 100 /Root 1 0 R /Prev %d" % previous
    start = len(data) + len(EVIL)
    return data + EVIL + b"99 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (forge.stream(octets, entries), start)


def another_generation(data: bytes) -> bytes:
    """Some readers do not look at generations."""
    return appended(data, EVIL.replace(b"4 0 obj", b"4 1 obj"), [(4, len(data), 1)])


def a_gap_in_the_table(data: bytes) -> bytes:
    """A table that one reader repairs is one that another searches the file for."""
    return passed_by(data).replace(b"xref\n0 1\n0000000000 65535 f \n60", b"xref %\n0 1\n0000000000 65535 f \n60")


def passed_by_in_odd_spacing(data: bytes) -> bytes:
    return passed_by(data).replace(EVIL, EVIL.replace(b"4 0 obj", b"4\t0 \robj"))


def two_trailers(data: bytes) -> bytes:
    updated = appended(data, b"", [])
    return data + updated[len(data) :].replace(b"startxref", b"trailer\n<< /Size 100 /Root 50 0 R >>\nstartxref")


def beyond_a_size_that_shrank(data: bytes) -> bytes:
    """Some readers forget all objects from Size on: here the note, and the field."""
    return data + forge.update(data, {PAGES: BASE[PAGES]})[len(data) :].replace(b"/Size 100", b"/Size 9")


def within_a_size_that_grew(data: bytes) -> bytes:
    """They had left them out when this was signed."""
    del data
    objects = {**BASE, **forge.signature_objects()}
    small = forge.sign(forge.write(objects, size=9), ALICE, objects={}, number=forge.VALUE)
    assert untouched(small)
    return small + forge.update(small, {PAGES: BASE[PAGES]})[len(small) :].replace(b"/Size 9", b"/Size 99")


UPDATES = [
    leading_back,
    leading_nowhere,
    hybrid,
    beyond_size,
    passed_by,
    named_twice,
    named_twice_by_a_stream,
    another_generation,
    a_gap_in_the_table,
    passed_by_in_odd_spacing,
    two_trailers,
    beyond_a_size_that_shrank,
    within_a_size_that_grew,
]


@pytest.mark.parametrize("attack", UPDATES)
def test_updates_that_only_some_readers_see(attack) -> None:
    for document in (SIGNED, signed({60: b"(/XRefStm)"})):
        assert untouched(document)
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


def packed_twice(first: bytes, second: bytes, number: int = PAGE) -> bytes:
    """The page moved into an object stream, which has two objects for it, or another where its entry leads."""
    head = b"%d 0 %d %d " % (PAGE, number, len(first) + 1)
    octets = b" ".join((first, second, b""))
    entries = b"/Type /ObjStm /N 2 /First %d" % len(head)
    updated = forge.update(SIGNED, {60: forge.stream(head + octets, entries), 61: forge.text(b"Pay 900")})
    return with_reference_stream(updated, {PAGE: (60, 0 if number == PAGE else 1)})


@pytest.mark.parametrize(
    "make",
    [
        lambda: packed_twice(EVIL_PAGE, SIGNED_PAGE),
        lambda: packed_twice(SIGNED_PAGE, EVIL_PAGE),
        lambda: packed_twice(SIGNED_PAGE, EVIL_PAGE, number=62),
    ],
)
def test_objects_packed_so_that_readers_differ_are_seen(make: Callable[[], bytes]) -> None:
    signature = only(make())
    assert "read in two ways" in str(signature.evidence.scope)
    assert signature.indication == "TOTAL_FAILED"


EVIL_PAGE = SIGNED_PAGE.replace(b"4 0 R", b"61 0 R")


def test_an_object_may_be_packed() -> None:
    octets = b"3 0 " + SIGNED_PAGE
    packed = forge.update(SIGNED, {60: forge.stream(octets, b"/Type /ObjStm /N 1 /First 4")})
    assert untouched(with_reference_stream(packed, {PAGE: (60, 0)}))


def test_a_trailer_of_two_roots_is_told() -> None:
    shadow = {50: b"<< /Type /Catalog /Pages 51 0 R /AcroForm 5 0 R >>", 51: b"<< /Type /Pages /Kids [] /Count 0 >>"}
    assert not untouched(appended(signed(shadow), b"", [], more=b"/Root 50 0 R"))
    assert untouched(appended(signed(shadow), b"", []))


def test_what_is_written_again_and_again_hides_nothing() -> None:
    """Of an object written by several updates the last one counts, for who follows the references and for who searches."""
    noted = BASE[PAGES].replace(b" >>", b" /ITXT (5.5.10) >>")
    assert untouched(forge.update(forge.update(SIGNED, {PAGES: noted}), {PAGES: noted}))
