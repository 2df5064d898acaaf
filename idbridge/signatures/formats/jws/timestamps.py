"""The timestamps within a JAdES signature: which parameter holds which kind, what each is over and what it covers.

TS 119 182-1 clauses 5.2.6, 5.3.4, 5.3.6 and A.1.5.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from idbridge.signatures.contents import Buffer, KnownContent
from idbridge.signatures.evidence import (
    NOTHING_COVERED,
    Coverage,
    EvidenceId,
    TimestampEvidence,
    TimestampKind,
    sha256,
)
from idbridge.signatures.formats.jws.payload import Payload
from idbridge.signatures.formats.jws.serialization import Written
from idbridge.signatures.formats.jws.unsigned import Component, certificates_in, revocations_in, tokens_in
from idbridge.signatures.formats.jws.values import as_object, shown
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.formats.timestamp import NESTING, TokenPlace, read_token
from idbridge.signatures.refusals import FormatRefusal, Refusal

KINDS: Final = {
    "sigTst": TimestampKind.SIGNATURE,
    "rfsTst": TimestampKind.REFERENCES,
    "sigRTst": TimestampKind.SIGNATURE_AND_REFERENCES,
    "arcTst": TimestampKind.ARCHIVE,
}
"""Components of etsiU that hold timestamp tokens."""

REFERENCES: Final = ("xRefs", "rRefs", "axRefs", "arRefs")
"""Components with references to validation data (clause A.1)."""


@dataclass(frozen=True, slots=True)
class SignatureParts:
    """The signature that timestamps are within. `counters` are its counter-signatures, by their place in the array."""

    id: EvidenceId
    written: Written
    payload: Payload
    components: tuple[Component, ...]
    certificates: tuple[bytes, ...]
    counters: tuple[tuple[int, EvidenceId], ...]
    limits: Limits


@dataclass(frozen=True, slots=True)
class _Stamp:
    """A token in its component, before it is read. Content timestamps, which are signed, have the place -1."""

    id: EvidenceId
    kind: TimestampKind
    holder: object
    place: int
    der: bytes


def read_timestamps(parts: SignatureParts) -> tuple[TimestampEvidence, ...]:
    """Read all timestamps of one signature, those of its content first.

    :raises FormatRefusal: there are more than its limits allow.
    """
    stamps = tuple(itertools.islice(_stamps(parts), parts.limits.timestamps + 1))
    if len(stamps) > parts.limits.timestamps:
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"a signature with more than {parts.limits.timestamps} timestamps")
    return tuple(_read(stamp, stamps, parts) for stamp in stamps)


def _stamps(parts: SignatureParts) -> Iterator[_Stamp]:
    holders: list[tuple[int, TimestampKind, object]] = []
    if "adoTst" in parts.written.protected:
        holders.append((-1, TimestampKind.CONTENT, parts.written.protected["adoTst"]))
    for place, component in enumerate(parts.components):
        if component.name in KINDS:
            holders.append((place, KINDS[component.name], component.value))
    number = 0
    for place, kind, holder in holders:
        for der in tokens_in(holder):
            number += 1
            yield _Stamp(EvidenceId(f"{parts.id}.T{number}"), kind, holder, place, der)


def _read(stamp: _Stamp, stamps: tuple[_Stamp, ...], parts: SignatureParts) -> TimestampEvidence:
    order = NESTING[stamp.kind] + (stamp.place if stamp.kind is TimestampKind.ARCHIVE else 0)
    partial = stamp.kind is TimestampKind.ARCHIVE and as_object(stamp.holder).get("timeStamped", "all") != "all"
    missing: str | None = None
    contents: tuple[KnownContent, ...] = ()
    try:
        contents = tuple(KnownContent(pieces) for pieces in _octets(stamp, parts)) if not partial else ()
    except ValueError as error:
        missing = str(error)
    if partial:
        missing = "an archive timestamp of the previous one alone is shown only"
    covers = _coverage(stamp, stamps, parts) if missing is None else NOTHING_COVERED
    return read_token(
        stamp.der, TokenPlace(stamp.id, stamp.kind, covers, order), contents, limits=parts.limits, missing=missing
    )


def _octets(stamp: _Stamp, parts: SignatureParts) -> Iterable[tuple[Buffer, ...]]:
    """Return the readings of what a timestamp is over."""
    algorithm = shown(as_object(stamp.holder).get("canonAlg"))
    value = parts.written.value_text
    match stamp.kind:
        case TimestampKind.CONTENT:
            return _data(parts)
        case TimestampKind.SIGNATURE:
            return ((value,),)
        case TimestampKind.REFERENCES:
            return _components(_before(stamp, parts, *REFERENCES), algorithm)
        case TimestampKind.SIGNATURE_AND_REFERENCES:
            rest = _components(_before(stamp, parts, "sigTst", *REFERENCES), algorithm)
            return tuple((value, b".", *pieces) for pieces in rest) + tuple((value, *pieces) for pieces in rest)
        case _:
            rest = _components(_before(stamp, parts), algorithm)
            signed = (b".", parts.written.protected_text, b".", value, b".")
            return tuple((*data, *signed, *pieces) for data in _data(parts) for pieces in rest)


def _data(parts: SignatureParts) -> tuple[tuple[Buffer, ...], ...]:
    if not parts.payload.data:
        raise ValueError("the content is not in the signature and was not given")
    return parts.payload.data


def _before(stamp: _Stamp, parts: SignatureParts, *names: str) -> tuple[Component, ...]:
    """The components that stand before the timestamp's own (of *names*, if any are given)."""
    return tuple(c for c in parts.components[: max(stamp.place, 0)] if not names or c.name in names)


def _components(components: tuple[Component, ...], algorithm: str) -> tuple[tuple[bytes, ...], ...]:
    """Return the octets of *components*, once for each way that all of them may have been written."""
    readings = [component.readings(algorithm) for component in components]
    ways = max(map(len, readings), default=1)
    return tuple(tuple(reading[min(way, len(reading) - 1)] for reading in readings) for way in range(ways))


def _coverage(stamp: _Stamp, stamps: tuple[_Stamp, ...], parts: SignatureParts) -> Coverage:
    this = frozenset({parts.id})
    before = frozenset(other.id for other in stamps if other.place < stamp.place)
    match stamp.kind:
        case TimestampKind.CONTENT:
            return Coverage(content=True)
        case TimestampKind.SIGNATURE:
            return Coverage(signatures=this)
        case TimestampKind.REFERENCES:
            return NOTHING_COVERED
        case TimestampKind.SIGNATURE_AND_REFERENCES:
            timed = frozenset(other.id for other in stamps if other.id in before and other.kind is TimestampKind.SIGNATURE)
            return Coverage(signatures=this, timestamps=timed)
        case _:
            return _archive_coverage(stamp, before, parts)


def _archive_coverage(stamp: _Stamp, before: frozenset[EvidenceId], parts: SignatureParts) -> Coverage:
    components = _before(stamp, parts)
    counters = {identifier for place, identifier in parts.counters if place < stamp.place}
    certificates = {sha256(found.der) for component in components for found in certificates_in(component)}
    if "x5c" in parts.written.protected:
        certificates |= {sha256(der) for der in parts.certificates}
    return Coverage(
        signatures=frozenset({parts.id} | counters),
        timestamps=before,
        certificates=frozenset(certificates),
        revocations=frozenset(sha256(found.der) for component in components for found in revocations_in(component)),
        content=True,
    )
