"""A workshop that writes small PDFs, signs them and appends updates to them, honest ones and attacks.

It writes octets, not objects of a library, so that everything a library would refuse to write can be tried.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from tests.unit.signatures.forge import Holder, cades, token

AT = datetime(2024, 6, 1, 12, tzinfo=UTC)
PLACE = 12_000
"""Hexadecimal digits kept for Contents."""

CATALOGUE, PAGES, PAGE, CONTENTS, FORM, WIDGET, VALUE, FONT, NOTE, TEXT = range(1, 11)
"""Object numbers of the base document: a page with a text field and a note, and a form."""

Objects = Mapping[int, bytes]


def stream(octets: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(octets), entries, octets)


def text(words: bytes) -> bytes:
    return stream(b"BT /F1 24 Tf 72 700 Td (%s) Tj ET" % words)


def base(*, certifies: bool = False) -> dict[int, bytes]:
    return {
        CATALOGUE: b"<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R%s >>"
        % (b" /Perms << /DocMDP 7 0 R >>" if certifies else b""),
        PAGES: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        PAGE: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 8 0 R >> >> /Annots [9 0 R 10 0 R] >>",
        CONTENTS: text(b"Pay 100 to Bob"),
        FORM: b"<< /Fields [10 0 R] /SigFlags 3 >>",
        FONT: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        NOTE: b"<< /Type /Annot /Subtype /Text /Rect [10 10 30 30] /Contents (A note) /P 3 0 R >>",
        TEXT: b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /Rect [72 600 200 620] /V (100) /P 3 0 R >>",
    }


def write(
    objects: Objects,
    *,
    head: bytes = b"%PDF-1.7\n",
    previous: int | None = None,
    start: int = 0,
    root: int = 1,
    size: int = 100,
) -> bytes:
    """A section: objects, cross-references, trailer. *start* is where it will stand."""
    out, places = bytearray(head), {}
    for number, value in objects.items():
        places[number] = start + len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, value)
    table = start + len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    before = b"" if previous is None else b" /Prev %d" % previous
    out += b"trailer\n<< /Size %d /Root %d 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (size, root, before, table)
    return bytes(out)


def update(data: bytes, objects: Objects, *, root: int = 1) -> bytes:
    """Append an incremental update."""
    previous = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    size = max(int(found) for found in re.findall(rb"/Size (\d+)", data))
    return data + write(objects, head=b"", previous=previous, start=len(data), root=root, size=size)


def sign(
    data: bytes,
    holder: Holder,
    *,
    objects: Objects | None = None,
    number: int = VALUE,
    value: bytes = b"/Type /Sig /SubFilter /ETSI.CAdES.detached",
    extra: bytes = b"",
    make: Callable[[bytes], bytes] | None = None,
    first: bool = False,
    place: int = PLACE,
) -> bytes:
    """Append (*first*: write) *objects* with a signature dictionary, fill in its range and sign it."""
    room = b"0" * place
    dictionary = b"<< %s /Filter /Adobe.PPKLite /M (D:20240601120000Z) %s /ByteRange [%s] /Contents <%s> >>"
    written = {**(objects or {}), number: dictionary % (value, extra, b" " * 40, room)}
    whole = write(written) if first else update(data, written)
    start = whole.rindex(b"<" + room)
    end = start + place + 2
    numbers = b"0 %d %d %d" % (start, end, len(whole) - end)
    at = whole.rindex(b"/ByteRange [") + 12
    whole = whole[:at] + numbers.ljust(40) + whole[at + 40 :]
    content = whole[:start] + whole[end:]
    der = make(content) if make is not None else cades(holder, content, attached=False)
    return whole[: start + 1] + der.hex().encode().ljust(place, b"0") + whole[end - 1 :]


def signature_objects(
    widget: int = WIDGET, value: int = VALUE, *, rect: bytes = b"0 0 0 0", extra: bytes = b""
) -> dict[int, bytes]:
    """Form, page and an invisible signature field for the base document."""
    objects = base()
    field = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature%d) /V %d 0 R /Rect [%s] /P 3 0 R %s >>"
    return {
        FORM: b"<< /Fields [10 0 R %d 0 R] /SigFlags 3 >>" % widget,
        PAGE: objects[PAGE].replace(b"10 0 R]", b"10 0 R %d 0 R]" % widget),
        widget: field % (widget, value, rect, extra),
    }


def signed(holder: Holder, *, level: int | None = None, lock: bytes = b"", value: bytes | None = None) -> bytes:
    """The base document, signed in one go; *level* certifies it."""
    reference = b""
    if level is not None:
        parameters = b"<< /Type /TransformParams /P %d /V /1.2 >>" % level
        reference = b"/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams %s >>]" % parameters
    objects = {**base(certifies=level is not None), **signature_objects(extra=lock)}
    given = {} if value is None else {"value": value}
    return sign(b"", holder, objects=objects, extra=reference, first=True, **given)


def document_timestamp(data: bytes, authority: Holder, *, widget: int = 20, value: int = 21) -> bytes:
    """Append a document timestamp in a field of its own."""
    fields = signature_objects(widget, value)
    fields[FORM] = b"<< /Fields [10 0 R 6 0 R %d 0 R] /SigFlags 3 >>" % widget
    fields[PAGE] = base()[PAGE].replace(b"10 0 R]", b"10 0 R 6 0 R %d 0 R]" % widget)
    return sign(
        data,
        authority,
        objects=fields,
        number=value,
        value=b"/Type /DocTimeStamp /SubFilter /ETSI.RFC3161",
        make=lambda content: token(authority, content, AT),
    )


def security_store(data: bytes, certificates: list[bytes], crls: list[bytes]) -> bytes:
    """Append a DSS."""
    objects = {40 + place: stream(der) for place, der in enumerate([*certificates, *crls])}
    certs = b" ".join(b"%d 0 R" % (40 + place) for place in range(len(certificates)))
    lists = b" ".join(b"%d 0 R" % (40 + len(certificates) + place) for place in range(len(crls)))
    objects[39] = b"<< /Certs [%s] /CRLs [%s] >>" % (certs, lists)
    catalogue = base()[CATALOGUE].replace(b" >>", b" /DSS 39 0 R >>")
    return update(data, {CATALOGUE: catalogue, **objects})
