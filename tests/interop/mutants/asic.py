"""Changes to containers: entries dropped, renamed, doubled, altered, compressed otherwise; and the signatures within."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice

from tests.interop.mutants import cms, xml
from tests.interop.mutants.change import Mutant, flipped

Entry = tuple[str, bytes]
INNER = 400
"""Changes to a signature within that are tried, evenly over all."""


def mutants(data: bytes) -> Iterator[Mutant]:
    """Yield the mutants of a ZIP file; of another one nothing."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as read:
            entries = [(info.filename, read.read(info)) for info in read.infolist()]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return
    if len({name for name, _ in entries}) != len(entries):
        return  # names twice are a matter of their own
    yield Mutant("written anew", _written(entries))
    yield Mutant("all compressed", _written(entries, stored=False))
    yield Mutant("reversed", _written(entries[::-1]))
    yield Mutant("a comment", _written(entries, comment=b"mimetype=application/vnd.etsi.asic-e+zip"))
    yield Mutant("a folder", _written([*entries, ("folder/", b"")]))
    yield Mutant("an unknown file", _written([*entries, ("unknown.txt", b"?")]))
    yield Mutant("an unknown file in META-INF", _written([*entries, ("META-INF/unknown.txt", b"?")]))
    yield Mutant("octets behind", data + b"more")
    yield Mutant("octets before", b"more" + data)
    for place, (name, content) in enumerate(entries):
        yield from _entry(entries, place, name, content)


def _entry(entries: Sequence[Entry], place: int, name: str, content: bytes) -> Iterator[Mutant]:
    def with_one(*instead: Entry) -> bytes:
        return _written([*entries[:place], *instead, *entries[place + 1 :]])

    yield Mutant(f"without {name}", with_one())
    if _renamed(name) not in {other for other, _ in entries}:
        yield Mutant(f"{name} renamed", with_one((_renamed(name), content)))
        yield Mutant(f"{name} copied", with_one((name, content), (_renamed(name), content)))
    if not content:
        return
    yield Mutant(f"{name} altered", with_one((name, flipped(content, len(content) // 2))))
    yield Mutant(f"{name} ends in a line", with_one((name, content + b"\n")))
    inner = list(
        cms.mutants(content) if name.endswith((".p7s", ".tst")) else xml.mutants(content) if name.endswith(".xml") else ()
    )
    for change, changed in islice(inner, 0, None, max(1, len(inner) * len(entries) // INNER)):
        yield Mutant(f"{name}: {change}", with_one((name, changed)))


def _renamed(name: str) -> str:
    folder, slash, last = name.rpartition("/")
    stem, dot, suffix = last.rpartition(".")
    return f"{folder}{slash}{stem}2{dot}{suffix}" if dot else f"{name}2"


def _written(entries: Sequence[Entry], *, stored: bool = True, comment: bytes = b"") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as writing:
        writing.comment = comment
        for name, content in entries:
            method = zipfile.ZIP_STORED if stored and name == "mimetype" else zipfile.ZIP_DEFLATED
            writing.writestr(zipfile.ZipInfo(name), content, method)
    return target.getvalue()
