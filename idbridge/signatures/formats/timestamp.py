"""RFC 3161 timestamps: a token or response alone, and tokens within signatures of every other format."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from idbridge.signatures.ber import INTEGER, OCTET_STRING, SEQUENCE, BerError, Value, read_value
from idbridge.signatures.contents import Content
from idbridge.signatures.evidence import (
    NOTHING_COVERED,
    Coverage,
    Document,
    DocumentFormat,
    EvidenceId,
    Fault,
    MessageDigest,
    Reference,
    ReferenceKind,
    SignatureValue,
    SignedObject,
    SignerHint,
    TimestampEvidence,
    TimestampKind,
)
from idbridge.signatures.formats.envelopes import unwrapped
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.formats.recognition import TST_INFO
from idbridge.signatures.formats.signed_data import SignedData, digest_name, read_signed_data
from idbridge.signatures.formats.signer_objects import signed_object
from idbridge.signatures.refusals import NotADocument, Refusal


def read(data: bytes, *, detached: tuple[Content, ...] = (), name: str | None = None, limits: Limits = LIMITS) -> Document:
    """Read a timestamp token, or a whole response, over *detached* content.

    :raises NotADocument: it is neither, or a response that carries no token.
    """
    der = token_of(unwrapped(data))
    read_signed_data(der, limits)  # here a token that cannot be read is no document; within a signature it is a fault
    place = TokenPlace(EvidenceId("T1"), TimestampKind.STANDALONE, Coverage(content=True), name=name)
    token = read_token(der, place, detached, limits=limits)
    return Document(DocumentFormat.TIMESTAMP, timestamps=(token,))


def token_of(data: bytes) -> bytes:
    """Return the token of a TimeStampResp (RFC 3161 clause 2.4.2); anything else as it is.

    :raises NotADocument: the response carries none.
    """
    try:
        members = read_value(data, trailing=True).children(SEQUENCE)
        if not members or members[0].tag != SEQUENCE:
            return data
        status = members[0].children()
        if len(members) < 2:
            raise NotADocument(Refusal.MALFORMED, f"a time-stamping response of status {status[0].integer()}, without token")
        return members[1].encoding
    except BerError as error:
        raise NotADocument(Refusal.MALFORMED, f"no timestamp: {error}") from error


@dataclass(frozen=True, slots=True)
class TstInfo:
    """What a token says (RFC 3161 clause 2.4.2)."""

    policy: str
    imprint: MessageDigest
    serial_number: int
    time: datetime
    accuracy_microseconds: int | None
    authority: str | None
    nonce: int | None = None


NESTING: Final = {
    TimestampKind.CONTENT: 0,
    TimestampKind.SIGNATURE: 1,
    TimestampKind.REFERENCES: 2,
    TimestampKind.SIGNATURE_AND_REFERENCES: 2,
    TimestampKind.ARCHIVE: 3,
}
"""What can be within what, where two were taken in the same second; archive timestamps then by their places."""


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """Where a token stands, and what follows from that: its kind, what it covers, its rank among others (`order`)."""

    id: EvidenceId
    kind: TimestampKind
    covers: Coverage = NOTHING_COVERED
    order: int = 0
    version: str = ""
    name: str | None = None


def read_token(
    der: bytes,
    place: TokenPlace,
    contents: Iterable[Content],
    *,
    limits: Limits = LIMITS,
    missing: str | None = None,
) -> TimestampEvidence:
    """Read a token that was taken of one of *contents*. Several are readings of a standard that left room for them.

    A token that cannot be read becomes evidence too, with a fatal fault and without a time. *missing* says why there are
    no contents.
    """
    try:
        signed_data = read_signed_data(der, limits, trailing=True)
        info = read_tst_info(signed_data)
        signed = signed_object(signed_data, signed_data.signers[0], signed_data.content, limits)
    except (ValueError, IndexError) as error:
        return _unreadable(place, der, str(error))
    if len(signed_data.signers) != 1:
        fault = Fault("timestamp-signers", f"{len(signed_data.signers)} signers where one is asked for", fatal=True)
        signed = replace(signed, faults=(*signed.faults, fault))
    return TimestampEvidence(
        id=place.id,
        kind=place.kind,
        signed=signed,
        imprint=_imprint(info.imprint, contents, place.name or place.kind.value, missing),
        time=info.time,
        covers=place.covers,
        policy=info.policy,
        serial_number=info.serial_number,
        accuracy_microseconds=info.accuracy_microseconds,
        authority=info.authority,
        order=place.order,
        version=place.version,
        der=der,
    )


def _imprint(stated: MessageDigest, contents: Iterable[Content], name: str, missing: str | None) -> Reference:
    """Compute the imprint over each reading, and take the one that agrees, else the first."""
    best: bytes | None = None
    tried = False
    for content in contents:
        tried = True
        computed = content.digest(stated.algorithm)
        best = best if best is not None else computed
        if computed == stated.value:
            best = computed
            break
    if best is None and missing is None:
        missing = f"the digest algorithm {stated.algorithm} is not known" if tried else "what it was taken of is not at hand"
    return Reference(
        ReferenceKind.TIMESTAMP_IMPRINT, name, stated.algorithm, stated.value, best, missing if best is None else None
    )


def _unreadable(place: TokenPlace, der: bytes, detail: str) -> TimestampEvidence:
    signed = SignedObject(
        references=(),
        value=SignatureValue(None, "", b"", ()),
        signer=SignerHint(),
        faults=(Fault("timestamp-unreadable", detail, fatal=True),),
    )
    imprint = Reference(ReferenceKind.TIMESTAMP_IMPRINT, place.kind.value, "", b"", None, "the timestamp cannot be read")
    return TimestampEvidence(place.id, place.kind, signed, imprint, None, order=place.order, version=place.version, der=der)


def read_tst_info(signed_data: SignedData) -> TstInfo:
    """Read the TSTInfo that a token signs.

    :raises BerError: there is none, or it is malformed.
    """
    if signed_data.content_type != TST_INFO or signed_data.content is None:
        raise BerError(f"content of type {signed_data.content_type} is no TSTInfo")
    encoded = b"".join(signed_data.content.pieces)
    version, policy, imprint, serial_number, time, *rest = read_value(encoded).children(SEQUENCE)
    version.expect(INTEGER)
    algorithm, value = imprint.children(SEQUENCE)
    accuracy = authority = nonce = None
    for member in rest:
        if member.tag == SEQUENCE:
            accuracy = _accuracy(member)
        elif member.tag == INTEGER:
            nonce = member.integer()
        elif member.tag == 0xA0:
            authority = _name(member)
    return TstInfo(
        policy=policy.identifier(),
        imprint=MessageDigest(digest_name(algorithm), value.expect(OCTET_STRING).content),
        serial_number=serial_number.expect(INTEGER).integer(),
        time=time.time(),
        accuracy_microseconds=accuracy,
        authority=authority,
        nonce=nonce,
    )


def _accuracy(value: Value) -> int:
    """Return seconds, [0] milliseconds and [1] microseconds in microseconds, no more than a year of them."""
    units = {INTEGER: 1_000_000, 0x80: 1_000, 0x81: 1}
    total = sum(units[member.tag] * member.integer() for member in value.children() if member.tag in units)
    return max(0, min(total, 366 * 86_400 * 1_000_000))


def _name(value: Value) -> str | None:
    """Return the texts of the directory name that tsa states, for the report alone."""
    texts: list[str] = []
    for general in value.children():
        if general.tag != 0xA4:
            continue
        for rdn in general.member(0).children():
            texts.extend(attribute.member(1).text() for attribute in rdn.children())
    return ", ".join(texts) or None
