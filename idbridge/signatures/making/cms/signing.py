"""Makes CMS and CAdES-B signatures, attached and detached; adds parallel signatures and counter-signatures to others' messages.

Whether the key is the certificate's is for the driver, who has the key.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.signatures.algorithms import encode_oid
from idbridge.signatures.ber import OCTET_STRING, SEQUENCE, encode, read_value
from idbridge.signatures.contents import Content, digest
from idbridge.signatures.formats import cms_attributes as oids
from idbridge.signatures.formats.envelopes import unwrapped
from idbridge.signatures.formats.limits import LIMITS
from idbridge.signatures.formats.signed_data import DATA, SignedData, read_signed_data
from idbridge.signatures.formats.signer_objects import stated_digests
from idbridge.signatures.making.cms.algorithms import CmsAlgorithm, cms_algorithm_of
from idbridge.signatures.making.cms.attributes import CADES, CmsForm, signed_attributes
from idbridge.signatures.making.cms.envelope import Envelope, read_envelope, with_unsigned_attributes
from idbridge.signatures.making.der import attribute, integer, set_of
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import Making, Signatory, SignatureWanted, Statement
from idbridge.signatures.refusals import DocumentRefused

SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
_SIGNED: Final = 0xA0
_VERSION: Final = 0xA0


def make_cades(
    content: Content, signatory: Signatory, statement: Statement, *, attached: bool, form: CmsForm = CADES
) -> Making:
    """Make a message with one signature over *content*, which is inside if *attached*, else beside it.

    Of detached content only its digest is asked for.

    :raises MakingRefused: the algorithm, the statement, or the content cannot be written so.
    """
    named = cms_algorithm_of(signatory.algorithm)
    signer = yield from _signer(digest_of(content, named), named, signatory, statement, form, DATA)
    return message_of(signer, named, signatory, content if attached else None)


def message_of(
    signer: bytes,
    named: CmsAlgorithm,
    signatory: Signatory,
    inside: Content | None,
    *,
    kind: str = SIGNED_DATA,
    content_type: str = DATA,
) -> bytes:
    """Return a message with one signer's SignerInfo. *inside* is the content that it brings along; None: it is detached.

    :raises MakingRefused: of the content only its digest is known.
    """
    content = encode(0xA0, encode(OCTET_STRING, octets_of(inside))) if inside is not None else b""
    return Envelope(
        kind=encode_oid(kind),
        version=1,
        digest_algorithms=(named.digest_algorithm,),
        encapsulated=encode(SEQUENCE, encode_oid(content_type), content),
        certificates=tuple(sorted({signatory.certificate, *signatory.chain})),
        revocations=(),
        signers=(signer,),
    ).encoding()


def add_cades(document: bytes, signatory: Signatory, statement: Statement, *, content: Content | None = None) -> Making:
    """Add a signature beside those in *document*, over the same content: the message's own, else *content*.

    :raises MakingRefused: it is no CMS message; the content is missing, or not what the others signed; an archive timestamp is
        over the set of certificates.
    """
    envelope, there = _read_standard(document)
    content = content_of(there, content)
    refuse_archived(there)
    named = cms_algorithm_of(signatory.algorithm)
    signer = yield from _signer(digest_of(content, named), named, signatory, statement, CADES, there.content_type)
    added = envelope.with_digest_algorithm(named.digest_algorithm).with_certificates(signatory.certificate, *signatory.chain)
    return added.with_signer(signer).encoding()


def counter_sign(document: bytes, number: int, signatory: Signatory, statement: Statement) -> Making:
    """Countersign the signature of signer *number* (from 1) of *document* (RFC 5652 clause 11.4, EN 319 122-1 clause 5.2.7).

    :raises MakingRefused: it is no CMS message, there is no such signer, or an archive timestamp is in the way.
    """
    envelope, there = _read_standard(document)
    if not 0 < number <= len(there.signers):
        raise MakingRefused(MakingRefusal.FORMAT, f"there is no signer {number} among {len(there.signers)}")
    refuse_archived(there)
    named = cms_algorithm_of(signatory.algorithm)
    message_digest = digest(named.digest, there.signers[number - 1].signature) or b""
    counter = yield from _signer(message_digest, named, signatory, statement, CADES, None)
    signers = list(envelope.signers)
    signers[number - 1] = with_unsigned_attributes(signers[number - 1], attribute(oids.COUNTER_SIGNATURE, counter))
    added = envelope.with_digest_algorithm(named.digest_algorithm).with_certificates(signatory.certificate, *signatory.chain)
    return replace(added, signers=tuple(signers)).encoding()


def _read_standard(document: bytes) -> tuple[Envelope, SignedData]:
    """Read a message whose signatures are those of CMS itself; a signature of CMS in one of GB/T 35275 would be neither."""
    envelope = read_envelope(document)
    if envelope.kind != encode_oid(SIGNED_DATA):
        raise MakingRefused(MakingRefusal.FORMAT, "to a message of GB/T 35275 no signature of CMS is added")
    return envelope, read_message(document)


def _signer(
    message_digest: bytes,
    named: CmsAlgorithm,
    signatory: Signatory,
    statement: Statement,
    form: CmsForm,
    content_type: str | None,
) -> Making:
    attributes = signed_attributes(message_digest, named.digest, signatory, statement, form, content_type)
    return signer_info(attributes, b"", named, signatory.certificate)


def signer_info(attributes: tuple[bytes, ...], message: bytes, named: CmsAlgorithm, certificate: bytes) -> Making:
    """Make a SignerInfo (clause 5.3) with *attributes*, signed in DER; without any, *message* itself is signed.

    :raises MakingRefused: *certificate* is none.
    """
    signed = set_of(attributes) if attributes else message
    value = yield SignatureWanted(signed)
    return encode(
        SEQUENCE,
        integer(1),
        issuer_and_serial_number(certificate),
        named.digest_algorithm,
        set_of(attributes, _SIGNED) if attributes else b"",
        named.signature_algorithm,
        encode(OCTET_STRING, value),
    )


def issuer_and_serial_number(certificate: bytes) -> bytes:
    """Return IssuerAndSerialNumber (clause 10.2.4), in the certificate's own encoding.

    :raises MakingRefused: *certificate* is none.
    """
    try:
        Certificate.from_der(certificate)
    except PkiError as error:
        raise MakingRefused(MakingRefusal.CERTIFICATE, f"no certificate: {error}") from error
    members = read_value(certificate).member(0).children(SEQUENCE)
    serial_number, _, issuer = members[1:4] if members[0].tag == _VERSION else members[:3]
    return encode(SEQUENCE, issuer.encoding, serial_number.encoding)


def octets_of(content: Content) -> bytes:
    """Return the bytes of content that goes into a message, or is signed itself.

    :raises MakingRefused: only its digests are known.
    """
    if content.pieces is None:
        raise MakingRefused(MakingRefusal.CONTENT_MISSING, "the content itself is needed, not its digest")
    return b"".join(content.pieces)


def digest_of(content: Content, named: CmsAlgorithm) -> bytes:
    """Return the message digest of *content*.

    :raises MakingRefused: it is not known by this algorithm.
    """
    value = content.digest(named.digest)
    if value is None:
        raise MakingRefused(MakingRefusal.CONTENT_MISSING, f"{named.digest} of the content is not known")
    return value


def read_message(document: bytes) -> SignedData:
    """Read a CMS message, as verification does.

    :raises MakingRefused: it is none, or is beyond the limits.
    """
    try:
        return read_signed_data(unwrapped(document), LIMITS, trailing=True)
    except DocumentRefused as error:
        raise MakingRefused(MakingRefusal.FORMAT, error.detail) from error


def content_of(message: SignedData, given: Content | None) -> Content:
    """Return what *message* is over: its own content, else what is *given*.

    :raises MakingRefused: there is neither, or it is not what the signers signed.
    """
    content = message.content if message.content is not None else given
    if content is None:
        raise MakingRefused(MakingRefusal.CONTENT_MISSING, "the content is not in the signature and was not given")
    for signer in message.signers:
        computed = content.digest(signer.digest)
        if computed is not None and signer.signed and computed not in stated_digests(signer):
            raise MakingRefused(MakingRefusal.CONTENT_DIFFERS, "the content is not what was signed before")
    return content


def refuse_archived(message: SignedData) -> None:
    """Refuse to add to a message whose archive timestamps are over whole sets (versions 1 and 2).

    :raises MakingRefused: there is one.
    """
    kinds = {attribute.oid for signer in message.signers for attribute in signer.unsigned}
    if kinds & {oids.ARCHIVE_TIMESTAMP_V1, oids.ARCHIVE_TIMESTAMP_V2}:
        detail = "an archive timestamp of version 1 or 2 is over all certificates and revocation lists"
        raise MakingRefused(MakingRefusal.ARCHIVED, detail)
