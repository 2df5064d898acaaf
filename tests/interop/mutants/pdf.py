"""Changes to signed PDF: revisions cut off and appended, octets around, and the CMS within Contents, which no digest covers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.interop.mutants import cms
from tests.interop.mutants.change import Mutant, flipped

CONTENTS = re.compile(rb"/Contents\s*<([0-9A-Fa-f\s]{200,})>")
SAME_LENGTH = (
    (b"ETSI.CAdES.detached", b"adbe.pkcs7.detached"),
    (b"adbe.pkcs7.detached", b"ETSI.CAdES.detached"),
    (b"adbe.pkcs7.detached", b"adbe.unknown.detach"),
    (b"/Type/Sig", b"/Type/Gis"),
    (b"/DocTimeStamp", b"/DocTimeStomp"),
    (b"/DSS", b"/DST"),
)


def mutants(data: bytes) -> Iterator[Mutant]:
    """Yield the mutants of a PDF."""
    ends = [match.end() for match in re.finditer(rb"%%EOF\r?\n?", data)]
    for number, end in enumerate(ends[:-1]):
        yield Mutant(f"cut off after revision {number}", data[:end])
    yield Mutant("octets behind", data + b"\nmore\n")
    yield Mutant("octets before", b"\r\n" + data)
    yield Mutant("white space behind", data + b"\n\n")
    yield Mutant("cut off", data[:-8])
    for place in range(1, 6):
        yield Mutant(f"octet at {place}/6 altered", flipped(data, len(data) * place // 6))
    for old, new in SAME_LENGTH:
        if old in data:
            yield Mutant(f"{old.decode()} → {new.decode()}", data.replace(old, new, 1))
    yield from _updates(data)
    for number, match in enumerate(CONTENTS.finditer(data)):
        yield from _contents(data, number, match)


def _updates(data: bytes) -> Iterator[Mutant]:
    """Append a revision with an object that nothing refers to, and one without any."""
    starts = re.findall(rb"startxref\s+(\d+)", data)
    root = re.findall(rb"/Root\s+(\d+ \d+ R)", data)
    size = re.findall(rb"/Size\s+(\d+)", data)
    if not (starts and root and size):
        return
    number = max(map(int, size))
    for what, objects in (("an object", b"%d 0 obj\n(unused)\nendobj\n" % number), ("nothing", b"")):
        table = b"xref\n%d 1\n%010d 00000 n \n" % (number, len(data) + 1) if objects else b"xref\n0 0\n"
        trailer = b"trailer\n<< /Size %d /Root %s /Prev %s >>\n" % (number + 1, root[-1], starts[-1])
        place = len(data) + 1 + len(objects)
        yield Mutant(f"update with {what}", data + b"\n" + objects + table + trailer + b"startxref\n%d\n%%%%EOF\n" % place)


def _contents(data: bytes, number: int, match: re.Match[bytes]) -> Iterator[Mutant]:
    octets = bytes.fromhex(re.sub(rb"\s", b"", match[1]).decode())
    length = 4 + int.from_bytes(octets[2:4]) if octets[1] == 0x82 else 0
    for change, changed in cms.mutants(octets[:length]):
        digits = changed.hex().encode()
        if len(digits) <= len(match[1]):
            padded = digits.ljust(len(match[1]), b"0")
            yield Mutant(f"contents {number} {change}", data[: match.start(1)] + padded + data[match.end(1) :])
