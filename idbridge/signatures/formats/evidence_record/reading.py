"""An evidence record over the objects that it archives: every digest of it, and every timestamp, from the first on.

RFC 4998 clauses 3.3, 4.3 and 5.3; RFC 6283 clauses 3.3 and 4.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from idbridge.signatures.contents import Content, HashedContent, digest
from idbridge.signatures.evidence import (
    NOTHING_COVERED,
    Coverage,
    Document,
    DocumentFormat,
    EvidenceId,
    EvidenceRecordEvidence,
    Reference,
    ReferenceKind,
    Scope,
    ScopeKind,
    TimestampEvidence,
    TimestampKind,
)
from idbridge.signatures.formats.evidence_record.asn1 import read_asn1
from idbridge.signatures.formats.evidence_record.chains import ArchiveTimestamp, Chain, Record, combined, root_of
from idbridge.signatures.formats.evidence_record.xml import read_xml
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.formats.recognition import is_xml
from idbridge.signatures.formats.signed_data import read_signed_data
from idbridge.signatures.formats.timestamp import TokenPlace, read_token, read_tst_info

ARCHIVED = "archived object"


def read(data: bytes, *, detached: tuple[Content, ...] = (), name: str | None = None, limits: Limits = LIMITS) -> Document:
    """Read an evidence record over *detached* content.

    :raises NotADocument: it is none.
    :raises FormatRefusal: it is beyond *limits*.
    """
    del name
    record = over(parse_record(data, limits), detached, limits, EvidenceId("E1"), Coverage(content=True))
    return Document(DocumentFormat.EVIDENCE_RECORD, evidence_records=(record,))


def parse_record(data: bytes, limits: Limits) -> Record:
    """Read a record of either syntax.

    :raises NotADocument: it is none.
    :raises FormatRefusal: it is beyond *limits*.
    """
    return read_xml(data, limits) if is_xml(data) else read_asn1(data, limits)


def over(
    record: Record, contents: tuple[Content, ...], limits: Limits, identifier: EvidenceId, covers: Coverage
) -> EvidenceRecordEvidence:
    """Return the evidence of *record* over *contents*, the archived objects; *covers* is what these hold."""
    reader = _Reader(record, contents, limits, identifier)
    references = tuple(reference for chain in record.chains for reference in reader.references(chain))
    scope = tuple(Scope(ScopeKind.FILE, content.name or ARCHIVED, whole_document=True) for content in contents)
    return EvidenceRecordEvidence(identifier, record.form, references, tuple(reader.timestamps()), covers, scope=scope)


def archives(record: Record, content: Content, limits: Limits) -> bool:
    """Return whether *content* is an archived object of *record*: for one that may have been archived in several forms."""
    reader = _Reader(record, (content,), limits, EvidenceId(""))
    return all(reference.intact for reference in reader.references(record.chains[0]))


class _Reader:
    """Computes the digests of one record."""

    def __init__(self, record: Record, contents: tuple[Content, ...], limits: Limits, identifier: EvidenceId) -> None:
        self.record = record
        self.contents = contents
        self.limits = limits
        self.id = identifier

    def references(self, chain: Chain) -> Iterator[Reference]:
        """Yield a reference for each object in *chain*, whose first timestamp's first list has their digests."""
        if not self.contents:
            missing = "the archived objects were not given, or cannot be told"
            yield Reference(ReferenceKind.EVIDENCE_RECORD, ARCHIVED, chain.algorithm, b"", None, missing)
        own = [content.digest(chain.algorithm) for content in self.contents]
        leaves = [self._leaves(chain, (one,)) if one is not None else None for one in own]
        tree = chain.timestamps[0].tree
        known = {leaf for one in leaves if one is not None for leaf in one}
        strangers = tuple(one for one in (tree[0] if tree else ()) if one not in known)
        for content, one in zip(self.contents, leaves, strict=True):
            yield self._reference(content, chain, one, strangers)
        # RFC 4998 clause 4.3 step 4: a group is archived whole, and nothing else with it
        if len(self.contents) > 1 and None not in own:
            for stranger in strangers:
                how = "in the first list of the hash tree, and of no object in the group"
                yield Reference(ReferenceKind.EVIDENCE_RECORD, ARCHIVED, chain.algorithm, stranger, b"", how=how)

    def _reference(
        self, content: Content, chain: Chain, leaves: tuple[bytes, ...] | None, strangers: tuple[bytes, ...]
    ) -> Reference:
        name, kind = content.name or ARCHIVED, ReferenceKind.EVIDENCE_RECORD
        if not leaves:
            missing = f"its digest by {chain.algorithm or 'no algorithm'} is not known"
            return Reference(kind, name, chain.algorithm, b"", None, missing)
        first = chain.timestamps[0]
        if not first.tree:
            computed = combined(chain.algorithm, leaves) or b""
            return Reference(kind, name, chain.algorithm, self._imprint(first), computed)
        if all(leaf in first.tree[0] for leaf in leaves):
            how = "in the first list of the hash tree"
            return Reference(kind, name, chain.algorithm, leaves[0], leaves[0], how=how)
        if not strangers:  # no digest is left that could be of another version of it
            return Reference(kind, name, chain.algorithm, b"", None, "the record does not archive it")
        return Reference(kind, name, chain.algorithm, strangers[0], leaves[0], how="not in the first list of the hash tree")

    def _leaves(self, chain: Chain, digests: tuple[bytes, ...]) -> tuple[bytes, ...] | None:
        """What the tree of *chain* has for objects with *digests*."""
        return self.record.renewed(chain.algorithm, digests, chain.before) if chain.before else digests

    def _imprint(self, timestamp: ArchiveTimestamp) -> bytes:
        try:
            return read_tst_info(read_signed_data(timestamp.token, self.limits, trailing=True)).imprint.value
        except ValueError:
            return b""

    def timestamps(self) -> Iterator[TimestampEvidence]:
        """Yield the timestamps, first one first; each covers those before it."""
        earlier: list[EvidenceId] = []
        for chain in self.record.chains:
            previous: ArchiveTimestamp | None = None
            for timestamp in chain.timestamps:
                identifier = EvidenceId(f"{self.id}.T{len(earlier) + 1}")
                yield self._timestamp(identifier, chain, timestamp, previous, frozenset(earlier))
                earlier.append(identifier)
                previous = timestamp

    def _timestamp(
        self,
        identifier: EvidenceId,
        chain: Chain,
        timestamp: ArchiveTimestamp,
        previous: ArchiveTimestamp | None,
        earlier: frozenset[EvidenceId],
    ) -> TimestampEvidence:
        covers = Coverage(timestamps=earlier) if earlier else NOTHING_COVERED
        place = TokenPlace(identifier, TimestampKind.EVIDENCE_RECORD, covers, len(earlier))
        root = root_of(chain.algorithm, timestamp.tree) if timestamp.tree else self._alone(chain, previous)
        contents: tuple[Content, ...] = (HashedContent({chain.algorithm: root}),) if root else ()
        token = read_token(timestamp.token, place, contents, limits=self.limits)
        links = tuple(self._link(chain, timestamp, previous)) if timestamp.tree else ()
        return replace(token, signed=replace(token.signed, references=(*token.signed.references, *links)))

    def _alone(self, chain: Chain, previous: ArchiveTimestamp | None) -> bytes | None:
        """What a timestamp without tree is over: the timestamp before it, or the objects."""
        if previous is not None:
            return digest(chain.algorithm, previous.stated)
        own = tuple(content.digest(chain.algorithm) for content in self.contents)
        known = tuple(one for one in own if one is not None)
        leaves = self._leaves(chain, known) if known and len(known) == len(own) else None
        return combined(chain.algorithm, leaves) if leaves else None

    def _link(self, chain: Chain, timestamp: ArchiveTimestamp, previous: ArchiveTimestamp | None) -> Iterator[Reference]:
        """A renewal's tree has the digest of the timestamp that it renews (RFC 4998 clause 5.2, RFC 6283 clause 4.2.1)."""
        if previous is None:
            return
        computed = digest(chain.algorithm, previous.stated)
        expected = computed if computed is not None and computed in timestamp.tree[0] else b""
        how = "the timestamp before, in the first list of the hash tree"
        missing = None if computed is not None else f"the digest algorithm {chain.algorithm} is not known"
        kind = ReferenceKind.EVIDENCE_RECORD
        yield Reference(kind, "previous timestamp", chain.algorithm, expected, computed, missing, how)
