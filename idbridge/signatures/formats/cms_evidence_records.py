"""Evidence records in the unsigned attributes of a CMS signature: RFC 4998 appendix A, TS 119 122-3.

A record archives the whole message as it was without the records of that signer, in DER, and with it the content where
that stands elsewhere: the two are a group of data objects. What a record itself holds is read by `evidence_record`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from idbridge.signatures.ber import SEQUENCE, SET, Value, encode, header, read_value, to_der
from idbridge.signatures.contents import Buffer, Content, HashedContent, KnownContent
from idbridge.signatures.evidence import Coverage, EvidenceId, EvidenceRecordEvidence, Fault, SignatureEvidence
from idbridge.signatures.formats.cms_attributes import EVIDENCE_RECORD_EXTERNAL, EVIDENCE_RECORDS
from idbridge.signatures.formats.coverage import everything_in
from idbridge.signatures.formats.evidence_record.asn1 import read_asn1
from idbridge.signatures.formats.evidence_record.reading import archives, over
from idbridge.signatures.formats.limits import MIB, Limits
from idbridge.signatures.formats.signed_data import SignedData, SignerInfo
from idbridge.signatures.refusals import FormatRefusal, NotADocument, Refusal

_UNSIGNED: Final = 0xA1

DIGESTED: Final = 128 * MIB
"""Octets of one message that are digested anew for each signer with records, times the signers."""

SIGNERS: Final = 2
"""With records of their own, whose message may have any size: who archives a message adds one record, to one signer."""


def with_evidence_records(
    signed_data: SignedData, signatures: tuple[SignatureEvidence, ...], detached: tuple[Content, ...], limits: Limits
) -> tuple[SignatureEvidence, ...]:
    """Return *signatures*, those of the signers of *signed_data* in order, each with its evidence records.

    :raises FormatRefusal: a record is beyond *limits*.
    """
    stated = [tuple(_values(signer)) for signer in signed_data.signers]
    if not any(stated):
        return signatures
    _check_effort(signed_data, [len(records) for records in stated if records], limits)
    covers = everything_in(signatures)
    found = []
    for place, (signature, records) in enumerate(zip(signatures, stated, strict=True)):
        reader = _Reader(signed_data, place, detached, limits, covers)
        found.append(reader.with_records(signature, records) if records else signature)
    return tuple(found)


def _check_effort(signed_data: SignedData, counts: list[int], limits: Limits) -> None:
    size = len(signed_data.encapsulated.data)
    if max(counts) > limits.evidence_records:
        detail = f"{max(counts)} evidence records in one signature are more than {limits.evidence_records}"
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, detail)
    if len(counts) * size > max(DIGESTED, SIGNERS * size):
        raise FormatRefusal(Refusal.TOO_LARGE, f"{len(counts)} signers have evidence records over {size} octets each")


def _values(signer: SignerInfo) -> Iterator[tuple[str, Value]]:
    for oid in EVIDENCE_RECORDS:
        yield from ((oid, value) for attribute in signer.unsigned_attributes(oid) for value in attribute.values)


class _Reader:
    """Reads the records of one signer."""

    def __init__(
        self, signed_data: SignedData, place: int, detached: tuple[Content, ...], limits: Limits, covers: Coverage
    ) -> None:
        self.place = place
        self.content = signed_data.content
        self.detached = detached
        self.limits = limits
        self.covers = covers
        self.messages = tuple(_without_records(signed_data, place, limits))

    def with_records(self, signature: SignatureEvidence, records: tuple[tuple[str, Value], ...]) -> SignatureEvidence:
        """Return *signature* with its records; one that is none is a fault."""
        found: list[EvidenceRecordEvidence] = []
        faults: list[Fault] = []
        for number, (oid, value) in enumerate(records, 1):
            identifier = EvidenceId(f"{signature.id}.E{number}")
            try:
                found.append(self._record(oid, value.encoding, identifier))
            except NotADocument as error:
                faults.append(Fault("evidence-record-malformed", f"{identifier}: {error.detail}"))
        signed = replace(signature.signed, faults=(*signature.signed.faults, *faults))
        return replace(signature, signed=signed, evidence_records=tuple(found))

    def _record(self, oid: str, der: bytes, identifier: EvidenceId) -> EvidenceRecordEvidence:
        record = read_asn1(der, self.limits)
        candidates = [KnownContent(message, name="the signature") for message in self.messages]
        message = next((one for one in candidates if archives(record, one, self.limits)), candidates[0])
        contents: tuple[Content, ...] = (message,)
        if self.content is None or oid == EVIDENCE_RECORD_EXTERNAL:
            contents = (message, *(self.detached or (HashedContent({}, name="detached content"),)))
        return over(record, contents, self.limits, identifier, self.covers)


def _without_records(signed_data: SignedData, place: int, limits: Limits) -> Iterator[tuple[Buffer, ...]]:
    """Yield the message as it may have been archived: without the records of the signer at *place*, or of any signer.

    The members' encodings stand as they are in DER; a set of signers may have been in another order, since DER orders it by
    octets, which the records changed. A message in BER was archived in DER (RFC 4998 appendix A). What is large is not
    copied, but where it has to be brought to DER: beyond `Limits.archive_whole` that is left out.
    """
    outer = read_value(signed_data.encapsulated.data, trailing=True)
    kind, explicit, *_ = outer.children(SEQUENCE)
    *members, signers = explicit.member(0).children(SEQUENCE)
    kept = tuple(member.view for member in members)
    in_der = not any(value.indefinite for value in (outer, explicit, *members))
    for infos in _forms(signers, place):
        inner = _enclosed(SEQUENCE, (*kept, *_enclosed(SET, infos)))
        message = _enclosed(SEQUENCE, (kind.view, *_enclosed(explicit.tag, inner)))
        yield message
        if not in_der and len(outer.view) <= limits.archive_whole:
            yield (to_der(read_value(b"".join(message))),)


def _forms(signers: Value, place: int) -> Iterable[tuple[bytes, ...]]:
    found: list[tuple[bytes, ...]] = []
    members = signers.children()
    for of in ({place}, set(range(len(members)))):
        infos = [_without(signer) if number in of else signer.encoding for number, signer in enumerate(members)]
        found += (tuple(infos), tuple(sorted(infos)))
    return dict.fromkeys(found)


def _enclosed(tag: int, pieces: tuple[Buffer, ...]) -> tuple[Buffer, ...]:
    return (header(tag, sum(map(len, pieces))), *pieces)


def _without(signer: Value) -> bytes:
    """Return a SignerInfo without records; a set of attributes that is empty then is left out (RFC 4998 appendix A)."""
    *members, last = signer.children(SEQUENCE)
    if last.tag != _UNSIGNED:
        return signer.encoding
    kept = [member.encoding for member in last.children() if _oid(member) not in EVIDENCE_RECORDS]
    unsigned = encode(_UNSIGNED, *kept) if kept else b""
    return encode(SEQUENCE, *(member.encoding for member in members), unsigned)


def _oid(attribute: Value) -> str:
    return attribute.member(0, SEQUENCE).identifier()
