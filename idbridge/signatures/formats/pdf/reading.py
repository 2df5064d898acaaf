"""A PDF into evidence: its signatures and document timestamps, the validation data beside them, and what each covers.

EN 319 142-1. Reads the structure through qpdf and judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pikepdf

from idbridge.signatures.contents import Content
from idbridge.signatures.evidence import (
    NOTHING_COVERED,
    Coverage,
    Document,
    DocumentFormat,
    EvidenceId,
    Fault,
    SignatureEvidence,
    SignedObject,
    TimestampEvidence,
    TimestampKind,
    sha256,
)
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.formats.pdf.byte_range import ByteRange
from idbridge.signatures.formats.pdf.permissions import usage_rights_faults
from idbridge.signatures.formats.pdf.placing import Placed, Placement, place_signatures
from idbridge.signatures.formats.pdf.scopes import Scopes, SignedRevision
from idbridge.signatures.formats.pdf.security_store import SecurityStore, read_store
from idbridge.signatures.formats.pdf.signatures import read_signature
from idbridge.signatures.formats.timestamp import TokenPlace, read_token
from idbridge.signatures.material import Material
from idbridge.signatures.refusals import DocumentRefused, NotADocument, Refusal

_NO_RANGE = ByteRange((0, 0, 0, 0))


def read(data: bytes, *, detached: tuple[Content, ...] = (), name: str | None = None, limits: Limits = LIMITS) -> Document:  # noqa: ARG001 - the shape of all readers; a PDF holds what it signs
    """Read a PDF with all its signatures and document timestamps.

    :raises NotADocument: it is no PDF, not even after repair.
    :raises FormatRefusal: it is encrypted, or beyond *limits*.
    """
    try:
        return _Reader(data, limits).document()
    except DocumentRefused:
        raise
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, RuntimeError, ValueError) as error:
        raise NotADocument(Refusal.MALFORMED, f"the PDF cannot be read: {error}") from error


def signed_revisions(data: bytes, *, limits: Limits = LIMITS) -> dict[EvidenceId, SignedRevision]:
    """Return, by the id of each signature, where its revision ends and which pages look different since.

    `data[: revision.end]` is the document that was signed; `revision.pages` are to be drawn before and after.

    :raises NotADocument: it is no PDF.
    :raises FormatRefusal: it is encrypted, or beyond *limits*.
    """
    placement = place_signatures(data, limits)
    scopes = Scopes(data, placement, limits.pdf_revisions)
    return {identifier: scopes.of(placed) for identifier, placed in _numbered(placement.placed)}


class _Reader:
    """Reads one file. Validation data of every revision serves all signatures; what a timestamp covers is its own's."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.limits = limits
        self.placement: Placement = place_signatures(data, limits)
        self.scopes = Scopes(data, self.placement, limits.pdf_revisions)
        self.store = read_store(self.placement.final, limits)
        self.signatures: list[tuple[Placed, SignatureEvidence]] = []
        self.timestamps: list[tuple[Placed, TimestampEvidence]] = []

    def document(self) -> Document:
        """Read signatures and timestamps in the order in which they were made."""
        for identifier, placed in _numbered(self.placement.placed):
            if placed.signed.is_timestamp:
                self.timestamps.append((placed, self._timestamp(placed, identifier)))
            else:
                self.signatures += ((placed, evidence) for evidence in self._signature(placed, identifier))
        return Document(
            DocumentFormat.PDF,
            signatures=tuple(self._completed(placed, evidence) for placed, evidence in self.signatures),
            timestamps=tuple(replace(e, signed=_with(e.signed, self.store)) for _, e in self.timestamps),
            faults=tuple(self._faults()),
            limits=(*self.placement.limits, *self.store.limits),
        )

    def _faults(self) -> Iterator[Fault]:
        yield from self.store.faults
        yield from usage_rights_faults(self.placement.final)
        if self.placement.final.repaired:
            yield Fault("pdf-repaired", "the cross-references are broken; the objects were searched for")
        elif warnings := self.placement.final.warnings:
            yield Fault("pdf-irregular", warnings[0])
        if not self.data.startswith(b"%PDF-"):
            yield Fault("pdf-leading-octets", "the header does not stand at the start")

    def _signature(self, placed: Placed, identifier: EvidenceId) -> Iterator[SignatureEvidence]:
        covered = self.scopes.of(placed)
        content = (placed.signed.byte_range or _NO_RANGE).content(self.data)
        for evidence in read_signature(placed.signed, content, f"{identifier}.", self.limits):
            signed = replace(evidence.signed, faults=(*evidence.signed.faults, *placed.faults, *covered.faults))
            yield replace(evidence, signed=signed, scope=(covered.scope,))

    def _timestamp(self, placed: Placed, identifier: EvidenceId) -> TimestampEvidence:
        content = (placed.signed.byte_range or _NO_RANGE).content(self.data)
        covers = NOTHING_COVERED if any(fault.fatal for fault in placed.faults) else self._covered(placed)
        order = 10 + len(self.timestamps)  # later than anything within a signature of the same second
        place = TokenPlace(identifier, TimestampKind.DOCUMENT, covers, order, name="byte range")
        token = read_token(placed.signed.contents, place, (content,), limits=self.limits)
        return replace(token, signed=replace(token.signed, faults=(*token.signed.faults, *placed.faults)))

    def _covered(self, placed: Placed) -> Coverage:
        """Everything in its revision: earlier signatures and timestamps with all that is in them, and the store then."""
        signatures = [evidence for earlier, evidence in self.signatures if earlier.end < placed.end]
        timestamps = [evidence for earlier, evidence in self.timestamps if earlier.end < placed.end]
        timestamps += (timestamp for signature in signatures for timestamp in signature.timestamps)
        store = SecurityStore() if placed.revision is None else read_store(placed.revision, self.limits)
        objects = [*(part.signed for part in signatures), *(part.signed for part in timestamps)]
        certificates = [*store.certificates, *(found for part in objects for found in part.certificates)]
        revocations = [*store.revocations, *(found for part in objects for found in part.revocations)]
        return Coverage(
            signatures=frozenset(_with_counters(signatures)),
            timestamps=frozenset(timestamp.id for timestamp in timestamps),
            certificates=frozenset(sha256(found.der) for found in certificates),
            revocations=frozenset(sha256(found.der) for found in revocations),
            content=True,
        )

    def _completed(self, placed: Placed, evidence: SignatureEvidence) -> SignatureEvidence:
        """Add what the document holds for the signature's level (EN 319 142-1 clause 6.3)."""
        later = [ours for ours, timestamp in self.timestamps if evidence.id in timestamp.covers.signatures]
        found = set(evidence.material)
        if later:
            found.add(Material.SIGNATURE_TIMESTAMP)  # a document timestamp proves the signature's existence as well
        stored = self._store_after(placed)
        if stored is not None:
            found |= _stored_material(stored)
        if any(ours.revision is not None and self._has_values(ours, found) for ours in later):
            found.add(Material.DOCUMENT_TIMESTAMP)
        return replace(evidence, material=frozenset(found), signed=_with(evidence.signed, self.store))

    def _store_after(self, placed: Placed) -> SecurityStore | None:
        """Return the store if it was written after the signature, and so may serve it."""
        if placed.revision is None or placed.revision is self.placement.final or not self.store.present:
            return None
        before = {found.der for found in read_store(placed.revision, self.limits).revocations}
        return self.store if any(found.der not in before for found in self.store.revocations) else None

    def _has_values(self, placed: Placed, found: set[Material]) -> bool:
        """Tell whether a document timestamp is over validation data too; over a signature alone it makes level T."""
        if placed.revision is None or Material.REVOCATION_VALUES not in found:
            return False
        return read_store(placed.revision, self.limits).present or not self.store.present


def _numbered(placed: Iterable[Placed]) -> Iterator[tuple[EvidenceId, Placed]]:
    signatures = timestamps = 0
    for item in placed:
        if item.signed.is_timestamp:
            timestamps += 1
            yield EvidenceId(f"T{timestamps}"), item
        else:
            signatures += 1
            yield EvidenceId(f"S{signatures}"), item


def _with(signed: SignedObject, store: SecurityStore) -> SignedObject:
    """Add the final store: it may serve any signature; only after coverage is known, which is of earlier revisions."""
    return replace(
        signed,
        certificates=(*signed.certificates, *store.certificates),
        revocations=(*signed.revocations, *store.revocations),
    )


def _with_counters(signatures: Iterable[SignatureEvidence]) -> Iterator[EvidenceId]:
    for signature in signatures:
        yield signature.id
        yield from _with_counters(signature.counter_signatures)


def _stored_material(store: SecurityStore) -> frozenset[Material]:
    found = {Material.DSS}
    if store.certificates:
        found.add(Material.CERTIFICATE_VALUES)
    if store.revocations:
        found.add(Material.REVOCATION_VALUES)
    return frozenset(found)
