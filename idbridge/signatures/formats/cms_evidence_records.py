"""Evidence records in the unsigned attributes of a CMS signature: RFC 4998 appendix A, TS 119 122-3.

A record archives the whole message as it was without the records of that signer, in DER, and with it the content where
that stands elsewhere: the two are a group of data objects. What a record itself holds is read by `evidence_record`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from idbridge.signatures.ber import SEQUENCE, SET, Value, encode, read_value, to_der
from idbridge.signatures.contents import Content, HashedContent, KnownContent
from idbridge.signatures.evidence import Coverage, EvidenceId, EvidenceRecordEvidence, Fault, SignatureEvidence, sha256
from idbridge.signatures.formats.cms_attributes import EVIDENCE_RECORD_EXTERNAL, EVIDENCE_RECORDS
from idbridge.signatures.formats.evidence_record.asn1 import read_asn1
from idbridge.signatures.formats.evidence_record.reading import archives, over
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.formats.signed_data import SignedData, SignerInfo
from idbridge.signatures.refusals import NotADocument

_UNSIGNED: Final = 0xA1


def with_evidence_records(
    signed_data: SignedData, signatures: tuple[SignatureEvidence, ...], detached: tuple[Content, ...], limits: Limits
) -> tuple[SignatureEvidence, ...]:
    """Return *signatures*, those of the signers of *signed_data* in order, each with its evidence records.

    :raises FormatRefusal: a record is beyond *limits*.
    """
    stated = [tuple(_values(signer)) for signer in signed_data.signers]
    if not any(stated):
        return signatures
    covers = _coverage(signatures)
    found = []
    for place, (signature, records) in enumerate(zip(signatures, stated, strict=True)):
        reader = _Reader(signed_data, place, detached, limits, covers)
        found.append(reader.with_records(signature, records) if records else signature)
    return tuple(found)


def _values(signer: SignerInfo) -> Iterator[tuple[str, Value]]:
    for oid in EVIDENCE_RECORDS:
        yield from ((oid, value) for attribute in signer.unsigned_attributes(oid) for value in attribute.values)


def _coverage(signatures: Iterable[SignatureEvidence]) -> Coverage:
    """All that is in the message: the records' own absence is the only difference."""
    within = tuple(_all(signatures))
    return Coverage(
        signatures=frozenset(signature.id for signature in within),
        timestamps=frozenset(timestamp.id for signature in within for timestamp in signature.timestamps),
        certificates=frozenset(sha256(found.der) for one in within for found in one.signed.certificates),
        revocations=frozenset(sha256(found.der) for one in within for found in one.signed.revocations),
        content=True,
    )


def _all(signatures: Iterable[SignatureEvidence]) -> Iterator[SignatureEvidence]:
    for signature in signatures:
        yield signature
        yield from _all(signature.counter_signatures)


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
        self.messages = tuple(dict.fromkeys(_without_records(signed_data, place)))

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
        candidates = [KnownContent.of(message, name="the signature") for message in self.messages]
        message = next((one for one in candidates if archives(record, one, self.limits)), candidates[0])
        contents: tuple[Content, ...] = (message,)
        if self.content is None or oid == EVIDENCE_RECORD_EXTERNAL:
            contents = (message, *(self.detached or (HashedContent({}, name="detached content"),)))
        return over(record, contents, self.limits, identifier, self.covers)


def _without_records(signed_data: SignedData, place: int) -> Iterator[bytes]:
    """Yield the message as it may have been archived: without the records of the signer at *place*, or of any signer.

    The members' encodings stand as they are in DER; a set of signers may have been in another order, since DER orders it by
    octets, which the records changed. A message in BER was archived in DER (RFC 4998 appendix A).
    """
    outer = read_value(signed_data.encapsulated.data, trailing=True)
    kind, explicit, *_ = outer.children(SEQUENCE)
    *members, signers = explicit.member(0).children(SEQUENCE)
    for of in ({place}, set(range(len(signed_data.signers)))):
        infos = [_without(signer) if number in of else signer.encoding for number, signer in enumerate(signers.children())]
        for listed in (infos, sorted(infos)):
            inner = encode(SEQUENCE, *(member.encoding for member in members), encode(SET, *listed))
            message = encode(SEQUENCE, kind.encoding, encode(explicit.tag, inner))
            yield message
            if any(value.indefinite for value in (outer, explicit, *members)):
                yield to_der(read_value(message))


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
