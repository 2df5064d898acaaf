"""The contract of every format module: whatever the bytes, a document or a coded refusal, soon, and the same every time.

Mutations of genuine files, `IDBRIDGE_FUZZ_COUNT` of them for each format (100,000 before a release; few by default).
"""

from __future__ import annotations

import hashlib
import inspect
import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import chain

import pytest

from idbridge import verify_document
from idbridge.signatures.contents import KnownContent
from idbridge.signatures.evidence import DocumentFormat
from idbridge.signatures.formats.catalogue import FORMATS, reader, recognise
from idbridge.signatures.refusals import DocumentRefused
from idbridge.signatures.report import DocumentReport
from idbridge.signatures.verification import judge_document
from tests.guards import hostile, no_growth
from tests.requirements import vectors
from tests.unit.signatures.forge import Authority, cades, evidence_record, token

AT = datetime(2026, 1, 1, tzinfo=UTC)
COUNT = int(os.environ.get("IDBRIDGE_FUZZ_COUNT", "150"))
SAMPLE_SIZE = 300_000
"""Octets. Larger files only slow the mutations down; nothing about them is different."""

SAMPLES = {
    DocumentFormat.CMS: ("dss/cades",),
    DocumentFormat.TIMESTAMP: (),
    DocumentFormat.PDF: ("dss/pades",),
    DocumentFormat.XML: ("dss/xades", "xsw"),
    DocumentFormat.JWS: ("dss/jades",),
    DocumentFormat.ASIC: ("dss/asic-cades", "dss/asic-xades"),
    DocumentFormat.OFD: ("ofd",),
    DocumentFormat.EVIDENCE_RECORD: (),
}
"""Folders of the vectors with genuine files of each format; those without any are made in `made`."""

AVAILABLE = [kind for kind, (module, _) in FORMATS.items() if find_spec(f"idbridge.signatures.formats.{module}")]


def made(kind: DocumentFormat) -> list[bytes]:
    authority = Authority()
    signer, stamper = authority.issue("Signer"), authority.issue("TSA", timestamping=True)
    if kind is DocumentFormat.CMS:
        return [
            cades(signer, b"content"),
            cades(signer, b"content", authority=stamper, timed_at=AT, crls=[authority.crl(AT)]),
        ]
    if kind is DocumentFormat.EVIDENCE_RECORD:
        leaf = hashlib.sha256(b"content").digest()
        return [evidence_record(stamper, b"content"), evidence_record(stamper, leaf + leaf, [leaf], [leaf])]
    return [token(stamper, b"content", AT)] if kind is DocumentFormat.TIMESTAMP else []


def samples(kind: DocumentFormat) -> list[bytes]:
    found = made(kind)
    for folder in SAMPLES[kind]:
        files = [path for path in sorted(vectors(*folder.split("/")).rglob("*")) if path.is_file()]
        found += [path.read_bytes() for path in files if path.stat().st_size <= SAMPLE_SIZE]
    return [data for data in found if recognised_as(data) is kind]


def recognised_as(data: bytes) -> DocumentFormat | None:
    try:
        return recognise(data)
    except DocumentRefused:
        return None


def flip(data: bytearray, dice: random.Random) -> None:
    for _ in range(dice.randint(1, 8)):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)


def set_to_extreme(data: bytearray, dice: random.Random) -> None:
    data[dice.randrange(len(data))] = dice.choice((0x00, 0x7F, 0x80, 0x84, 0x88, 0xFF, 0x30, 0x31, 0xA0))


def cut(data: bytearray, dice: random.Random) -> None:
    start = dice.randrange(len(data))
    del data[start : start + dice.randint(1, 64)]


def truncate(data: bytearray, dice: random.Random) -> None:
    del data[dice.randrange(len(data)) :]


def repeat(data: bytearray, dice: random.Random) -> None:
    start = dice.randrange(len(data))
    data[start:start] = data[start : start + dice.randint(1, 2000)]


def insert(data: bytearray, dice: random.Random) -> None:
    start = dice.randrange(len(data))
    data[start:start] = dice.randbytes(dice.randint(1, 16))


MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (flip, set_to_extreme, cut, truncate, repeat, insert)


def mutants(kind: DocumentFormat, count: int) -> Iterator[bytes]:
    dice = random.Random(f"idbridge {kind}")
    originals = samples(kind)
    for _ in range(count):
        data = bytearray(dice.choice(originals))
        for _ in range(dice.choice((1, 1, 1, 2, 3))):
            if data:
                dice.choice(MUTATIONS)(data, dice)
        yield bytes(data)


def outcome(kind: DocumentFormat, data: bytes) -> DocumentReport | None:
    """Read *data* as *kind* and judge it; None for a coded refusal."""
    try:
        document = reader(kind)(data, detached=(KnownContent.of(b"content"),))
    except DocumentRefused:
        return None
    return judge_document(document, trust=None, at=AT)


@pytest.mark.parametrize("kind", AVAILABLE, ids=str)
def test_any_bytes_give_a_verdict_or_a_coded_refusal(kind: DocumentFormat) -> None:
    tried = mutants(kind, COUNT)
    first = next(tried)  # reads the originals, which are no growth
    with no_growth():
        for data in chain((first,), tried):
            with hostile(data):
                report = outcome(kind, data)
                if report is not None:
                    report.to_dict()


@pytest.mark.parametrize("kind", AVAILABLE, ids=str)
def test_no_mutation_makes_a_broken_signature_pass(kind: DocumentFormat) -> None:
    """With nobody trusted nothing passes, whatever was done to the file."""
    for data in mutants(kind, min(COUNT, 100)):
        report = outcome(kind, data)
        assert report is None or report.indication != "TOTAL_PASSED"


@pytest.mark.parametrize("kind", AVAILABLE, ids=str)
def test_reading_twice_gives_the_same(kind: DocumentFormat) -> None:
    for data in samples(kind)[:5]:
        reports = [verify_document(data, trust=None, at=AT, name="name").to_dict() for _ in range(2)]
        assert reports[0] == reports[1]


@pytest.mark.parametrize("kind", AVAILABLE, ids=str)
def test_identifiers_are_unique(kind: DocumentFormat) -> None:
    for data in samples(kind):
        report = verify_document(data, trust=None, at=AT)
        found = [o.evidence.id for o in (*report.signatures, *report.timestamps, *report.evidence_records)]
        assert len(found) == len(set(found))


@pytest.mark.parametrize("kind", AVAILABLE, ids=str)
def test_module_has_the_shape_of_a_reader(kind: DocumentFormat) -> None:
    parameters = inspect.signature(reader(kind)).parameters
    assert list(parameters) == ["data", "detached", "name", "limits"]


@pytest.mark.parametrize("kind", AVAILABLE, ids=str)
@pytest.mark.parametrize("data", [b"", b"\x30", b"PK\x03\x04", b"%PDF-1.7", b"{", b"<", b"\x00" * 100], ids=repr)
def test_reader_refuses_what_only_looks_like_its_format(kind: DocumentFormat, data: bytes) -> None:
    try:
        document = reader(kind)(data)
    except DocumentRefused:
        return
    assert not document.signatures
