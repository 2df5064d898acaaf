"""Takes CAdES signatures from B to T, LT and LTA (EN 319 122-1 clauses 5.3 to 5.5 and 6.3), all those of a message together.

Counter-signatures are part of the signature that they stand in: its archive timestamp is over them too.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Set
from dataclasses import replace
from typing import Final

from idbridge.signatures.algorithms import encode_oid
from idbridge.signatures.ber import OCTET_STRING, SEQUENCE, BerError, encode, read_value
from idbridge.signatures.contents import Content, digest
from idbridge.signatures.formats import cms_attributes as oids
from idbridge.signatures.formats.limits import LIMITS
from idbridge.signatures.formats.revocations import OCSP_RESPONSE
from idbridge.signatures.formats.signed_data import SignerInfo, read_signer_info
from idbridge.signatures.making.cms.envelope import Envelope, read_envelope, with_unsigned_attributes
from idbridge.signatures.making.cms.signing import SIGNED_DATA, content_of, read_message, refuse_archived
from idbridge.signatures.making.der import attribute, digest_algorithm
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import BaselineLevel, LongTermMaterial, Making, TimestampWanted, Wanted

NO_MATERIAL: Final = LongTermMaterial()
_OTHER_REVOCATION: Final = 0xA1

Stamping = Generator[Wanted, bytes, bytes]
"""Yields the wish for a token, is sent it, returns the SignerInfo that carries it."""


def augment_cades(
    document: bytes,
    level: BaselineLevel,
    material: LongTermMaterial = NO_MATERIAL,
    *,
    content: Content | None = None,
    digest_name: str = "SHA-256",
) -> Making:
    """Take all signatures of *document* one level up.

    T: a signature timestamp for each that has none. LT: *material* into the message's own sets. LTA: *material* too, then an
    archive timestamp for each signature, with *digest_name* throughout; again for a message that has some. Detached *content*
    is needed for LTA alone.

    :raises MakingRefused: it is no CMS message; there is nothing to add; an archive timestamp of an old version is in the way;
        the content is missing, or not what was signed.
    """
    envelope = before = read_envelope(document)
    if envelope.kind != encode_oid(SIGNED_DATA):
        raise MakingRefused(MakingRefusal.LEVEL, "levels are those of CMS itself; GB/T 35275 has none")
    match level:
        case BaselineLevel.T:
            envelope = yield from _for_each(envelope, _signature_timestamp)
        case BaselineLevel.LT:
            refuse_archived(read_message(document))
            envelope = with_material(envelope, material)
        case BaselineLevel.LTA:
            message = read_message(document)
            signed = content_of(message, content)
            if material != NO_MATERIAL:
                refuse_archived(message)
                envelope = with_material(envelope, material)
            archived = envelope
            envelope = yield from _for_each(envelope, lambda signer: _archive_timestamp(archived, signer, signed, digest_name))
        case BaselineLevel.B:
            raise MakingRefused(MakingRefusal.LEVEL, "a signature is made at level B, not augmented to it")
    if envelope == before:
        raise MakingRefused(MakingRefusal.NOTHING_TO_AUGMENT, f"every signature has what {level} asks for")
    return envelope.encoding()


def _for_each(envelope: Envelope, stamp: Callable[[bytes], Stamping]) -> Generator[Wanted, bytes, Envelope]:
    signers: list[bytes] = []
    for signer in envelope.signers:
        signers.append((yield from stamp(signer)))  # noqa: PERF401 - a generator may not yield within a comprehension
    return replace(envelope, signers=tuple(signers))


def _signature_timestamp(signer: bytes) -> Stamping:
    """signature-time-stamp, over the octets of the signature value (clause 5.3)."""
    read = _read(signer)
    if read.unsigned_attributes(oids.SIGNATURE_TIMESTAMP):
        return signer
    if _archived(read):
        raise MakingRefused(MakingRefusal.ARCHIVED, "an archive timestamp came before any signature timestamp")
    token = yield TimestampWanted(read.signature)
    return with_unsigned_attributes(signer, attribute(oids.SIGNATURE_TIMESTAMP, token))


def _archived(signer: SignerInfo) -> bool:
    return any(signer.unsigned_attributes(kind) for kind in (oids.ARCHIVE_TIMESTAMP_V1, oids.ARCHIVE_TIMESTAMP_V2))


def with_material(envelope: Envelope, material: LongTermMaterial, known: Set[bytes] = frozenset()) -> Envelope:
    """Return *envelope* with what of *material* is not yet in it, nor among the encodings *known* elsewhere (clause 5.4).

    Certificates and CRLs stand where CMS has them, OCSP responses in the form of RFC 5940 clause 2.1.
    """
    responses = (encode(_OTHER_REVOCATION, encode_oid(OCSP_RESPONSE), response) for response in material.ocsp_responses)
    revocations = (choice for choice in (*material.crls, *responses) if choice not in known)
    certificates = (certificate for certificate in material.certificates if certificate not in known)
    return envelope.with_certificates(*certificates).with_revocations(*revocations)


def refuse_unstamped(document: bytes) -> None:
    """Refuse a message of which a signature has no signature timestamp: it cannot be archived (clause 6.3).

    :raises MakingRefused: it is so, or it is no message.
    """
    for signer in read_message(document).signers:
        _refuse_unstamped(signer)


def _refuse_unstamped(signer: SignerInfo) -> None:
    if not signer.unsigned_attributes(oids.SIGNATURE_TIMESTAMP):
        raise MakingRefused(MakingRefusal.LEVEL, "a signature without signature timestamp cannot be archived")


def _archive_timestamp(envelope: Envelope, signer: bytes, content: Content, name: str) -> Stamping:
    """archive-time-stamp-v3 (clause 5.5.3): over the content's type and digest, the signer's fields, an index of the rest."""
    content_digest = content.digest(name)
    if content_digest is None:
        raise MakingRefused(MakingRefusal.CONTENT_MISSING, f"{name} of the content is not known")
    read = _read(signer)
    _refuse_unstamped(read)
    index = hash_index(envelope, read, name)
    kind = read_value(envelope.encapsulated).member(0).encoding
    fields = [field.encoding for field in read.fields if field is not read.unsigned_value]
    token = yield TimestampWanted(b"".join((kind, content_digest, *fields, index)), name)
    indexed = _with_index(token, index)
    return with_unsigned_attributes(signer, attribute(oids.ARCHIVE_TIMESTAMP_V3, indexed))


def hash_index(envelope: Envelope, signer: SignerInfo, name: str) -> bytes:
    """Return ATSHashIndexV3 (clause 5.5.2): a digest of each certificate, revocation value and unsigned attribute value."""
    values = ((one.value.member(0).encoding, value.encoding) for one in signer.unsigned for value in one.values)
    return encode(
        SEQUENCE,
        digest_algorithm(name),
        _digests(name, ((certificate,) for certificate in envelope.certificates)),
        _digests(name, ((revocation,) for revocation in envelope.revocations)),
        _digests(name, values),
    )


def _digests(name: str, things: Iterable[tuple[bytes, ...]]) -> bytes:
    return encode(SEQUENCE, *(encode(OCTET_STRING, digest(name, *pieces) or b"") for pieces in things))


def _with_index(token: bytes, index: bytes) -> bytes:
    """Return the token with the index among its own unsigned attributes, where version 3 has it."""
    envelope = read_envelope(token)
    if len(envelope.signers) != 1:
        raise MakingRefused(MakingRefusal.TIMESTAMP_INVALID, f"a token with {len(envelope.signers)} signers")
    signer = with_unsigned_attributes(envelope.signers[0], attribute(oids.HASH_INDEX_V3, index))
    return replace(envelope, signers=(signer,)).encoding()


def _read(signer: bytes) -> SignerInfo:
    try:
        return read_signer_info(read_value(signer), LIMITS)
    except (BerError, ValueError) as error:
        raise MakingRefused(MakingRefusal.FORMAT, f"a signer that cannot be read: {error}") from error
