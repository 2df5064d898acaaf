"""Files whose shell is whole and whose inside is not: checksums, lengths, base64 and offsets hide that from changed octets.

Genuine files, taken apart as their format says, changed in one place and put together again; `IDBRIDGE_FUZZ_COUNT` of each
(100,000 before a release; few by default). XML and OFD are changed below their own rooms (`xmldsig/test_mutations.py`,
`ofd/test_hostile.py`).
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import os
import random
import re
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import Any

import pytest

from idbridge.signatures.ber import BerError, read_value
from idbridge.signatures.evidence import DocumentFormat
from tests.contracts.test_formats import outcome, samples
from tests.guards import hostile, no_growth
from tests.unit.signatures.formats.ofd.test_hostile import mutated, reencoded

COUNT = int(os.environ.get("IDBRIDGE_FUZZ_COUNT", "150"))

Dice = random.Random
Change = Callable[[bytes, Dice], bytes]

EXTREMES: tuple[Any, ...] = (None, True, 0, -1, 1e308, 2**63, "", "\x00", "none", "é" * 1000, [], {}, [[]], {"": None})
JSON_TEXT = re.compile(rb"\s*[{\[]")
TOKEN = re.compile(rb"/[A-Za-z0-9.]+|\d+ \d+ R|\d+|<[0-9A-Fa-f]{2,80}>|\b(?:true|false|null)\b")
"""What PDF objects are written in (ISO 32000-1 clause 7.3), as far as it stands in no compressed stream."""


def members_changed(data: bytes, dice: Dice) -> bytes:
    """DER with a member changed, left out or doubled somewhere inside, and lengths that fit."""
    try:
        return reencoded(read_value(data), dice)
    except BerError:  # BER as some signers write it
        return mutated(data, dice)


def text_changed(text: str, dice: Dice) -> str:
    """The text changed; what base64 hides in it is changed inside."""
    try:
        inside = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return mutated(text.encode(), dice).decode("utf-8", "replace")
    return base64.urlsafe_b64encode(inside_changed(inside, dice)).decode().rstrip("=")


def inside_changed(octets: bytes, dice: Dice) -> bytes:
    if JSON_TEXT.match(octets):
        return json_changed(octets, dice)
    return members_changed(octets, dice) if octets[:1] == b"\x30" else mutated(octets, dice)


def value_changed(value: Any, dice: Dice) -> Any:
    """The JSON value with one in it changed, left out, doubled or set to an extreme."""
    if dice.random() < 0.1:
        return dice.choice(EXTREMES)
    if isinstance(value, dict) and value:
        return object_changed(value, dice)
    if isinstance(value, list) and value:
        chosen = dice.randrange(len(value))
        other = value_changed(value[chosen], dice)
        between = dice.choice(([], [value[chosen]] * 2, [other], [other]))
        return [*value[:chosen], *between, *value[chosen + 1 :]]
    return text_changed(value, dice) if isinstance(value, str) else dice.choice(EXTREMES)


def object_changed(value: dict[str, Any], dice: Dice) -> dict[str, Any]:
    name = dice.choice(list(value))
    rest = {key: one for key, one in value.items() if key != name}
    match dice.randrange(6):
        case 0:
            return rest
        case 1:
            return {**rest, dice.choice(("alg", "b64", "crit", "sigD", "x5c", "etsiU", "sigT", "kid", "")): value[name]}
        case _:
            return {**value, name: value_changed(value[name], dice)}


def json_changed(data: bytes, dice: Dice) -> bytes:
    try:
        return json.dumps(value_changed(json.loads(data), dice)).encode()
    except (ValueError, RecursionError):
        return mutated(data, dice)


def jws_changed(data: bytes, dice: Dice) -> bytes:
    """A JWS in any serialization, changed below it."""
    if JSON_TEXT.match(data):
        return json_changed(data, dice)
    parts = data.decode("ascii", "replace").strip().split(".")
    chosen = dice.randrange(len(parts))
    parts[chosen] = text_changed(parts[chosen], dice)
    return ".".join(parts).encode()


def files_changed(data: bytes, dice: Dice) -> bytes:
    """An archive with a file changed, renamed or left out, and all checksums right."""
    files = unpacked(data)
    chosen = dice.randrange(len(files))
    name, content = files[chosen]
    match dice.randrange(8):
        case 0:
            between = []
        case 1:
            between = [(dice.choice(files)[0] + dice.choice(("", "x", "/", ".p7s")), content)]
        case 2:
            between = [(name, dice.choice(files)[1])]
        case _:
            between = [(name, inside_changed(content, dice) if content else b"\x00")]
    return packed([*files[:chosen], *between, *files[chosen + 1 :]])


@cache
def unpacked(data: bytes) -> tuple[tuple[str, bytes], ...]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return tuple((entry.filename, archive.read(entry)) for entry in archive.infolist())


def packed(files: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in dict(files).items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tokens_changed(data: bytes, dice: Dice) -> bytes:
    """A PDF with tokens in the place of others, padded to the length of those: every offset still leads to its object."""
    changed, places = bytearray(data), tokens(data)
    for _ in range(dice.choice((1, 1, 2, 3))):
        start, end = dice.choice(places)
        fitting = [data[a:b] for a, b in dice.choices(places, k=20) if b - a <= end - start] or [b"0"]
        changed[start:end] = dice.choice(fitting).ljust(end - start)
    return bytes(changed)


@cache
def tokens(data: bytes) -> tuple[tuple[int, int], ...]:
    return tuple(found.span() for found in TOKEN.finditer(data))


CHANGES: dict[DocumentFormat, Change] = {
    DocumentFormat.CMS: members_changed,
    DocumentFormat.TIMESTAMP: members_changed,
    DocumentFormat.EVIDENCE_RECORD: members_changed,
    DocumentFormat.JWS: jws_changed,
    DocumentFormat.ASIC: files_changed,
    DocumentFormat.PDF: tokens_changed,
}


def readable(kind: DocumentFormat) -> list[bytes]:
    """The originals that are whole: a broken archive cannot be taken apart."""
    if kind is not DocumentFormat.ASIC:
        return samples(kind)
    return [data for data in samples(kind) if zipfile.is_zipfile(io.BytesIO(data)) and intact(data)]


def intact(data: bytes) -> bool:
    try:
        return bool(unpacked(data))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError, OSError):
        return False


def changed(kind: DocumentFormat) -> Iterator[bytes]:
    dice = random.Random(f"idbridge inside {kind}")
    originals = readable(kind)
    while True:
        yield CHANGES[kind](dice.choice(originals), dice)


@pytest.mark.parametrize("kind", CHANGES, ids=str)
def test_any_inside_gives_a_verdict_or_a_coded_refusal(kind: DocumentFormat) -> None:
    mutants = changed(kind)
    next(mutants)  # reads the originals, which are no growth
    with no_growth():
        for data in islice(mutants, COUNT):
            with hostile(data):
                report = outcome(kind, data)
                if report is not None:
                    report.to_dict()
