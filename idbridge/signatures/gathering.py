"""What is at hand to judge a document with: everything in it, and what was given beside it, each thing once, bounded."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.signatures.evidence import (
    Document,
    EvidenceRecordEvidence,
    Fault,
    FoundCertificate,
    FoundRevocation,
    RevocationKind,
    SignatureEvidence,
    SignedObject,
    TimestampEvidence,
)

Thing = TypeVar("Thing")

CERTIFICATES_LIMIT: Final = 2_000
"""Different certificates of one document, all signatures and timestamps together; the largest archives hold some 300."""

REVOCATIONS_LIMIT: Final = 1_000
"""Different CRLs and OCSP responses, likewise; about one a certificate and renewal."""

TIMESTAMPS_LIMIT: Final = 400
"""Timestamps that are judged; each takes a path of its own, about a millisecond."""


@dataclass(frozen=True, slots=True)
class ValidationData:
    """Evidence that is not in the document: what was fetched, or what a caller has at hand. DER."""

    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsp_responses: tuple[bytes, ...] = ()


NO_DATA: Final = ValidationData()


@dataclass(frozen=True, slots=True)
class Gathered:
    """The document's parts, flat: counter-signatures after what they are over. `limits` names what was left out."""

    signatures: tuple[SignatureEvidence, ...]
    timestamps: tuple[TimestampEvidence, ...]
    records: tuple[EvidenceRecordEvidence, ...]
    certificates: tuple[FoundCertificate, ...]
    revocations: tuple[FoundRevocation, ...]
    limits: tuple[Fault, ...]


def gather(document: Document, data: ValidationData) -> Gathered:
    """Collect what *document* and *data* hold. A certificate that cannot be read is left out: it signs nothing."""
    limits = list(document.limits)
    signatures = tuple(_all_signatures(document.signatures))
    records = tuple(itertools.chain(document.evidence_records, *(s.evidence_records for s in signatures)))
    timestamps = _at_most(TIMESTAMPS_LIMIT, _all_timestamps(document, signatures, records), "timestamps", limits)
    objects = tuple(_signed_objects(signatures, timestamps))
    certificates = _at_most(CERTIFICATES_LIMIT, _readable(_certificates(objects, data)), "certificates", limits)
    revocations = dict.fromkeys(_revocations(objects, data))
    return Gathered(
        signatures=signatures,
        timestamps=timestamps,
        records=records,
        certificates=certificates,
        revocations=_at_most(REVOCATIONS_LIMIT, revocations, "revocations", limits),
        limits=tuple(limits),
    )


def _at_most(limit: int, things: Iterable[Thing], what: str, limits: list[Fault]) -> tuple[Thing, ...]:
    kept = tuple(itertools.islice(things, limit + 1))
    if len(kept) > limit:
        limits.append(Fault(f"too-many-{what}", f"of the document's {what} the first {limit} were looked at"))
    return kept[:limit]


def _all_signatures(signatures: Iterable[SignatureEvidence]) -> Iterator[SignatureEvidence]:
    for signature in signatures:
        yield signature
        yield from _all_signatures(signature.counter_signatures)


def _all_timestamps(
    document: Document, signatures: Iterable[SignatureEvidence], records: Iterable[EvidenceRecordEvidence]
) -> Iterator[TimestampEvidence]:
    yield from document.timestamps
    yield from itertools.chain.from_iterable(signature.timestamps for signature in signatures)
    yield from itertools.chain.from_iterable(record.timestamps for record in records)


def _signed_objects(signatures: Iterable[SignatureEvidence], timestamps: Iterable[TimestampEvidence]) -> Iterator[SignedObject]:
    for signature in signatures:
        yield signature.signed
        if signature.attributes.seal is not None:
            yield signature.attributes.seal.maker
    for timestamp in timestamps:
        yield timestamp.signed


def _certificates(objects: Iterable[SignedObject], data: ValidationData) -> Iterator[FoundCertificate]:
    for signed in objects:
        yield from (FoundCertificate(der, "signer") for der in signed.signer.certificates)
        yield from signed.certificates
    yield from (FoundCertificate(der, "given") for der in data.certificates)


def _revocations(objects: Iterable[SignedObject], data: ValidationData) -> Iterator[FoundRevocation]:
    for signed in objects:
        yield from signed.revocations
    yield from (FoundRevocation(RevocationKind.CRL, der, "given") for der in data.crls)
    yield from (FoundRevocation(RevocationKind.OCSP, der, "given") for der in data.ocsp_responses)


def _readable(found: Iterable[FoundCertificate]) -> Iterator[FoundCertificate]:
    """Walk through the certificates that are some, each once, at the first place it was found."""
    seen: set[bytes] = set()
    for item in found:
        if item.der in seen:
            continue
        seen.add(item.der)
        try:
            Certificate.from_der(item.der)
        except PkiError:
            continue
        yield item
