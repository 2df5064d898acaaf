"""Incremental updates: appended only, in the file's own kind of cross-references, and readable by others."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2
import pytest
from pikepdf import Dictionary, Encryption, String

from idbridge.signatures.formats.limits import LIMITS
from idbridge.signatures.formats.pdf.revisions import open_revision
from idbridge.signatures.making.pdf.cross_references import last_section
from idbridge.signatures.making.pdf.revision import Update
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.refusals import DocumentRefused, Refusal
from tests.unit.signatures.making.pdf.papers import PAPERS, plain, saved


def updated(data: bytes, note: str = "added") -> bytes:
    update = Update(data)
    update.root.value["/Note"] = update.add(Dictionary(Text=String(note)))
    update.root.value["/Blob"] = update.add_stream(b"endstream endobj")
    update.change(update.root)
    return update.written()


@pytest.mark.parametrize("kind", PAPERS)
def test_an_update_keeps_every_octet_and_reads_back(kind: str) -> None:
    data = PAPERS[kind]
    once = updated(data)
    twice = updated(once, "again")
    assert once.startswith(data)
    assert twice.startswith(once)
    for made, note in ((once, "added"), (twice, "again")):
        pdf = open_revision(made, len(made), LIMITS)
        assert not pdf.repaired
        assert str(pdf.root["/Note"]["/Text"]) == note
        assert pdf.root["/Blob"].read_bytes() == b"endstream endobj"
        opened = pikepdf.open(io.BytesIO(made), attempt_recovery=False)
        assert [problem for problem in opened.check_pdf_syntax() if "number of objects" not in problem] == []
        assert len(pypdfium2.PdfDocument(made)) == len(opened.pages)


@pytest.mark.parametrize("kind", PAPERS)
def test_the_section_is_of_the_kind_of_the_last(kind: str) -> None:
    before = PAPERS[kind]
    made = updated(before)
    kinds = [data[last_section(data) :].startswith(b"xref") for data in (before, made)]
    assert kinds[0] == kinds[1]
    assert b"/XRefStm" not in made[len(before) :]


def test_the_same_calls_write_the_same_octets() -> None:
    assert updated(PAPERS["stream"]) == updated(PAPERS["stream"])


def test_the_identifier_keeps_its_first_part() -> None:
    before = PAPERS["table"]
    first, second = (pikepdf.open(io.BytesIO(data)).trailer["/ID"] for data in (before, updated(before)))
    assert bytes(first[0]) == bytes(second[0])
    assert bytes(first[1]) != bytes(second[1])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"hello", Refusal.MALFORMED),
        (b"", Refusal.MALFORMED),
        (saved(plain(), encryption=Encryption(owner="o", user="")), Refusal.ENCRYPTED),
        (saved(plain(), encryption=Encryption(owner="o", user="u")), Refusal.ENCRYPTED),
        (PAPERS["table"] + b"<html>", MakingRefusal.DAMAGED),
        (b"junk\n" + PAPERS["table"], MakingRefusal.DAMAGED),
        (PAPERS["table"].replace(b"xref\n0", b"xrxf\n0"), MakingRefusal.DAMAGED),
        (PAPERS["table"][: PAPERS["table"].rindex(b"startxref")] + b"%%EOF\n", MakingRefusal.DAMAGED),
    ],
)
def test_what_cannot_be_appended_to_is_refused(data: bytes, code: str) -> None:
    with pytest.raises((DocumentRefused, MakingRefused)) as refused:
        Update(data)
    assert refused.value.code == code
