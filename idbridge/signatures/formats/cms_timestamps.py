"""The timestamps within a CMS signature: which attribute holds which kind, what each is over and what it covers."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from idbridge.signatures.ber import BerError
from idbridge.signatures.contents import Content, KnownContent
from idbridge.signatures.evidence import (
    NOTHING_COVERED,
    Coverage,
    EvidenceId,
    Fault,
    Sha256,
    TimestampEvidence,
    TimestampKind,
    sha256,
)
from idbridge.signatures.formats import cms_attributes as oids
from idbridge.signatures.formats.archive_timestamps import (
    encoded,
    match_index,
    read_hash_index,
    version_2_contents,
    version_3_contents,
)
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.formats.revocations import read_revocation_choice, read_revocation_values
from idbridge.signatures.formats.signed_data import Attribute, SignedData, SignerInfo, read_signed_data
from idbridge.signatures.formats.timestamp import NESTING, TokenPlace, read_token, read_tst_info
from idbridge.signatures.refusals import DocumentRefused, FormatRefusal, Refusal

KINDS: Final = {
    oids.CONTENT_TIMESTAMP: TimestampKind.CONTENT,
    oids.SIGNATURE_TIMESTAMP: TimestampKind.SIGNATURE,
    oids.MICROSOFT_TIMESTAMP: TimestampKind.SIGNATURE,
    oids.REFERENCES_TIMESTAMP: TimestampKind.REFERENCES,
    oids.SIGNATURE_AND_REFERENCES_TIMESTAMP: TimestampKind.SIGNATURE_AND_REFERENCES,
    oids.ARCHIVE_TIMESTAMP_V1: TimestampKind.ARCHIVE,
    oids.ARCHIVE_TIMESTAMP_V2: TimestampKind.ARCHIVE,
    oids.ARCHIVE_TIMESTAMP_V3: TimestampKind.ARCHIVE,
}
"""Attributes that hold timestamp tokens (EN 319 122-1 clauses 5.2.8, 5.3 to 5.5 and annex A.1)."""

_VERSIONS: Final = {oids.ARCHIVE_TIMESTAMP_V1: "1", oids.ARCHIVE_TIMESTAMP_V2: "2", oids.ARCHIVE_TIMESTAMP_V3: "3"}
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Token:
    """A token in its attribute, before it is read in full."""

    id: EvidenceId
    kind: TimestampKind
    attribute: Attribute
    der: bytes
    time: datetime


@dataclass(frozen=True, slots=True)
class SignatureParts:
    """The signature that timestamps are within: its id, those of its counter-signatures, and what it consists of."""

    id: EvidenceId
    counter_ids: frozenset[EvidenceId]
    signed_data: SignedData
    signer: SignerInfo
    content: Content | None
    limits: Limits


def read_timestamps(parts: SignatureParts) -> tuple[TimestampEvidence, ...]:
    """Read all timestamps of one signature, those of its content first, then in the order of their attributes.

    :raises FormatRefusal: there are more than its limits allow.
    """
    tokens = tuple(itertools.islice(_tokens(parts), parts.limits.timestamps + 1))
    if len(tokens) > parts.limits.timestamps:
        limit = parts.limits.timestamps
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"a signature with more than {limit} timestamps")
    return tuple(_read(token, tokens, parts) for token in tokens)


def _tokens(parts: SignatureParts) -> Iterator[_Token]:
    number = 0
    for attribute in (*parts.signer.signed, *parts.signer.unsigned):
        kind = KINDS.get(attribute.oid)
        for value in attribute.values if kind is not None else ():
            number += 1
            der = value.encoding
            yield _Token(EvidenceId(f"{parts.id}.T{number}"), kind or TimestampKind.ARCHIVE, attribute, der, _time(der, parts))


def _time(der: bytes, parts: SignatureParts) -> datetime:
    """A token that cannot be read is taken for the youngest: it must not hide others from an archive timestamp."""
    try:
        return read_tst_info(read_signed_data(der, parts.limits, trailing=True)).time
    except (BerError, DocumentRefused, ValueError):
        return _NEVER


def _read(token: _Token, tokens: tuple[_Token, ...], parts: SignatureParts) -> TimestampEvidence:
    match token.attribute.oid:
        case oids.ARCHIVE_TIMESTAMP_V3:
            return _version_3(token, tokens, parts)
        case oids.ARCHIVE_TIMESTAMP_V2:
            return _version_2(token, tokens, parts)
        case oids.ARCHIVE_TIMESTAMP_V1:
            missing = "version 1 of archive timestamps was withdrawn; it is shown only"
            return _plain(token, parts, (), NOTHING_COVERED, missing)
        case _:
            return _plain(token, parts, *_subject(token, tokens, parts))


def _subject(token: _Token, tokens: tuple[_Token, ...], parts: SignatureParts) -> tuple[tuple[Content, ...], Coverage]:
    """Return what a token that is no archive timestamp is over, and what it covers by that."""
    this = frozenset({parts.id})
    match token.kind:
        case TimestampKind.CONTENT:
            return (parts.content,) if parts.content is not None else (), Coverage(content=True)
        case TimestampKind.REFERENCES:
            return (_references(parts),), NOTHING_COVERED
        case TimestampKind.SIGNATURE_AND_REFERENCES:
            covered = _ids(tokens, (oids.SIGNATURE_TIMESTAMP,))
            return (_signature_and_references(parts),), Coverage(signatures=this, timestamps=covered)
        case _:
            return (KnownContent.of(parts.signer.signature),), Coverage(signatures=this)


def _plain(
    token: _Token, parts: SignatureParts, contents: Iterable[Content], covers: Coverage, missing: str | None = None
) -> TimestampEvidence:
    version = _VERSIONS.get(token.attribute.oid, "")
    place = TokenPlace(token.id, token.kind, covers, NESTING[token.kind], version)
    return read_token(token.der, place, contents, limits=parts.limits, missing=missing)


def _ids(tokens: tuple[_Token, ...], attributes: tuple[str, ...]) -> frozenset[EvidenceId]:
    return frozenset(token.id for token in tokens if token.attribute.oid in attributes)


def _attribute_octets(parts: SignatureParts, *kinds: str) -> Iterator[bytes]:
    """Type and values of attributes, without the SEQUENCE around them (EN 319 122-1 clauses A.1.5.1 and A.1.5.2)."""
    for kind in kinds:
        for attribute in parts.signer.unsigned_attributes(kind):
            members = attribute.value.children()
            yield members[0].encoding
            yield encoded(members[1], as_found=False)


def _references(parts: SignatureParts) -> KnownContent:
    kinds = (oids.CERTIFICATE_REFERENCES, oids.REVOCATION_REFERENCES)
    return KnownContent.of(*_attribute_octets(parts, *kinds))


def _signature_and_references(parts: SignatureParts) -> KnownContent:
    kinds = (oids.SIGNATURE_TIMESTAMP, oids.CERTIFICATE_REFERENCES, oids.REVOCATION_REFERENCES)
    return KnownContent.of(parts.signer.signature, *_attribute_octets(parts, *kinds))


def _version_2(token: _Token, tokens: tuple[_Token, ...], parts: SignatureParts) -> TimestampEvidence:
    """Everything but the archive timestamps that came later (TS 101 733 clause 6.4.1)."""
    archives = (oids.ARCHIVE_TIMESTAMP_V2, oids.ARCHIVE_TIMESTAMP_V3)
    later = {id(t.attribute) for t in tokens if t.attribute.oid in archives and t.time >= token.time}
    earlier = [attribute for attribute in parts.signer.unsigned if id(attribute) not in later]
    covered = {id(attribute) for attribute in (*earlier, *parts.signer.signed)}
    covers = Coverage(
        signatures=frozenset({parts.id}) | parts.counter_ids,
        timestamps=frozenset(t.id for t in tokens if id(t.attribute) in covered),
        certificates=frozenset(sha256(found.der) for found in parts.signed_data.certificates) | _certificates_in(earlier),
        revocations=frozenset(sha256(found.der) for found in parts.signed_data.revocations) | _revocations_in(earlier),
        content=True,
    )
    missing = _content_missing(parts)
    contents = version_2_contents(parts.signed_data, parts.signer, parts.content, earlier) if missing is None else ()
    return _plain(token, parts, contents, covers, missing)


def _content_missing(parts: SignatureParts) -> str | None:
    if parts.content is None:
        return "the content is not in the signature and was not given"
    return "the content itself is needed, not its digest" if parts.content.pieces is None else None


def _version_3(token: _Token, tokens: tuple[_Token, ...], parts: SignatureParts) -> TimestampEvidence:
    """The signature, and what the token's own hash index lists (EN 319 122-1 clause 5.5.3)."""
    try:
        inner = read_signed_data(token.der, parts.limits, trailing=True)
        algorithm = read_tst_info(inner).imprint.algorithm
        index = read_hash_index(inner)
        indexed = match_index(index, parts.signed_data, parts.signer)
    except (BerError, DocumentRefused, ValueError, IndexError) as error:
        evidence = _plain(token, parts, (), NOTHING_COVERED, missing="its hash index cannot be read")
        fault = Fault("hash-index-malformed", str(error), fatal=True)
        return replace(evidence, signed=replace(evidence.signed, faults=(*evidence.signed.faults, fault)))
    covered = {id(attribute) for attribute in (*indexed.attributes, *parts.signer.signed)}
    revocations = (read_revocation_choice(value, "cms") for value in indexed.revocations)
    counters = oids.COUNTER_SIGNATURE in {attribute.oid for attribute in indexed.attributes}
    covers = Coverage(
        signatures=frozenset({parts.id}) | (parts.counter_ids if counters else frozenset()),
        timestamps=frozenset(t.id for t in tokens if id(t.attribute) in covered),
        certificates=frozenset(sha256(value.encoding) for value in indexed.certificates) | _certificates_in(indexed.attributes),
        revocations=frozenset(sha256(found.der) for found in revocations if found is not None)
        | _revocations_in(indexed.attributes),
        content=True,
    )
    contents = version_3_contents(parts.signed_data, parts.signer, parts.content, index, algorithm)
    evidence = _plain(token, parts, contents, covers)
    signed = replace(evidence.signed, references=(*evidence.signed.references, *indexed.unmatched))
    return replace(evidence, signed=signed)


def _certificates_in(attributes: list[Attribute] | tuple[Attribute, ...]) -> frozenset[Sha256]:
    """Certificates in certificate-values and in the tokens of timestamps."""
    found: set[Sha256] = set()
    for attribute in attributes:
        try:
            if attribute.oid == oids.CERTIFICATE_VALUES:
                found.update(sha256(member.encoding) for member in attribute.first.children())
        except BerError:
            continue
    return frozenset(found)


def _revocations_in(attributes: list[Attribute] | tuple[Attribute, ...]) -> frozenset[Sha256]:
    found: set[Sha256] = set()
    for attribute in attributes:
        try:
            if attribute.oid == oids.REVOCATION_VALUES:
                found.update(sha256(revocation.der) for revocation in read_revocation_values(attribute.first, ""))
        except BerError:
            continue
    return frozenset(found)
