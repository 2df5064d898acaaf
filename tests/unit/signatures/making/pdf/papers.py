"""PDFs to sign: of every kind of cross-reference section, written by qpdf or octet by octet."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, ObjectStreamMode

from tests.unit.signatures.formats import pdf_forge as forge


def saved(pdf: pikepdf.Pdf, **settings: Any) -> bytes:
    out = io.BytesIO()
    pdf.save(out, static_id=True, **settings)
    return out.getvalue()


def plain(pages: int = 2, **page_entries: Any) -> pikepdf.Pdf:
    pdf = pikepdf.new()
    for number in range(1, pages + 1):
        content = pdf.make_stream(b"BT /F1 24 Tf 72 700 Td (Page %d) Tj ET" % number)
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        resources = Dictionary(Font=Dictionary(F1=font))
        entries = {"/Type": Name.Page, "/MediaBox": Array([0, 0, 595, 842]), "/Contents": content, "/Resources": resources}
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(Dictionary({**entries, **page_entries}))))
    return pdf


def hybrid() -> bytes:
    """A table, and beside it a stream of cross-references with one object more (ISO 32000-2 clause 7.5.8.4)."""
    base = forge.write(forge.base(), size=11)
    hidden = len(base)
    body = b"11 0 obj\n<< /Hidden true >>\nendobj\n"
    stream_at = hidden + len(body)
    record = b"\x01" + hidden.to_bytes(4) + b"\x00\x00"
    stream = b"12 0 obj\n<< /Type /XRef /Size 12 /W [1 4 2] /Index [11 1] /Length %d >>\nstream\n%b\nendstream\nendobj\n"
    body += stream % (len(record), record)
    table = hidden + len(body)
    previous = int(base.rsplit(b"startxref\n", 1)[1].split()[0])
    trailer = b"xref\n0 0\ntrailer\n<< /Size 12 /Root 1 0 R /Prev %d /XRefStm %d >>\nstartxref\n%d\n%%%%EOF\n"
    return base + body + trailer % (previous, stream_at, table)


def with_indirect_arrays() -> bytes:
    """Annots, AcroForm and Fields as objects of their own."""
    pdf = plain()
    pdf.pages[0].obj["/Annots"] = pdf.make_indirect(Array())
    pdf.Root["/AcroForm"] = pdf.make_indirect(Dictionary(Fields=pdf.make_indirect(Array()), SigFlags=0))
    return saved(pdf)


def with_direct_form() -> bytes:
    pdf = plain()
    pdf.Root["/AcroForm"] = Dictionary(Fields=Array())
    return saved(pdf)


PAPERS: Mapping[str, bytes] = {
    "table": saved(plain(), object_stream_mode=ObjectStreamMode.disable),
    "stream": saved(plain(), object_stream_mode=ObjectStreamMode.generate),
    "linearized": saved(plain(), linearize=True),
    "linearized stream": saved(plain(), linearize=True, object_stream_mode=ObjectStreamMode.generate),
    "hybrid": hybrid(),
    "written by hand": forge.write(forge.base()),
    "no line end": forge.write(forge.base()).rstrip(b"\n"),
    "PDF 2.0": saved(plain(), min_version="2.0"),
    "direct form": with_direct_form(),
    "indirect arrays": with_indirect_arrays(),
}


def with_field(**entries: Any) -> bytes:
    """A page with an empty signature field at a place, called `Here`, and a text field called `amount`."""
    pdf = plain(1)
    page = pdf.pages[0].obj
    field = Dictionary(
        {
            "/Type": Name.Annot,
            "/Subtype": Name.Widget,
            "/FT": Name.Sig,
            "/T": pikepdf.String("Here"),
            "/Rect": Array([72, 100, 272, 160]),
            "/P": page,
            **{f"/{key}": value for key, value in entries.items()},
        }
    )
    amount = Dictionary(
        {
            "/Type": Name.Annot,
            "/Subtype": Name.Widget,
            "/FT": Name.Tx,
            "/T": pikepdf.String("amount"),
            "/Rect": Array([72, 600, 200, 620]),
            "/P": page,
        }
    )
    fields = Array([pdf.make_indirect(field), pdf.make_indirect(amount)])
    page["/Annots"] = fields
    pdf.Root["/AcroForm"] = pdf.make_indirect(Dictionary(Fields=fields))
    return saved(pdf)
