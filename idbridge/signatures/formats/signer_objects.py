"""From one SignerInfo to the facts that a signature value stands for: what was signed, by which algorithm, by whom.

RFC 5652 clauses 5.3 and 5.4, with the dialects of GB/T 35275. Shared by signatures, counter-signatures and timestamps.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from idbridge.pki import sm2
from idbridge.signatures.algorithms import ED448, ED25519, PLAIN_ECDSA, cms_algorithm, from_concatenation
from idbridge.signatures.ber import OCTET_STRING, SET, BerError, encode, read_value, to_der
from idbridge.signatures.contents import Content, KnownContent
from idbridge.signatures.evidence import (
    CertificateReference,
    Fault,
    FoundCertificate,
    FoundRevocation,
    MessageDigest,
    Reference,
    ReferenceKind,
    SignatureValue,
    SignedObject,
    SignerHint,
)
from idbridge.signatures.formats import cms_attributes as oids
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.formats.revocations import read_revocation_values
from idbridge.signatures.formats.signed_data import DATA_TYPES, Attribute, SignedData, SignerInfo, read_attributes

SM2_SM3: Final = "1.2.156.10197.1.501"
_SM2: Final = frozenset({SM2_SM3, "1.2.156.10197.1.301", "1.2.156.10197.1.301.1"})
_WHOLE_ONLY: Final = _SM2 | {ED25519, ED448}
_CONTENT_SHOWN: Final = "content"

WHOLE_LIMIT: Final = 1 << 24
"""Octets of content, signed without attributes, that are put together in memory; beyond it the digest is verified, which
SM2 and EdDSA do not allow."""


def signed_object(
    signed_data: SignedData,
    signer: SignerInfo,
    content: Content | None,
    limits: Limits,
    *,
    counter: bool = False,
) -> SignedObject:
    """Return the facts of *signer* over *content*, None where that is not at hand.

    A *counter* signature is over another's value, which has no content type.
    """
    faults: list[Fault] = []
    references = _certificate_references(signer, faults)
    certificates = (*signed_data.certificates, *_certificate_values(signer, faults, limits))
    revocations = (*signed_data.revocations, *_revocation_values(signer, faults))
    faults += _attribute_faults(signer, None if counter else signed_data.content_type)
    return SignedObject(
        references=_references(signer, content),
        value=SignatureValue(
            algorithm=cms_algorithm(signer.signature_algorithm, signer.signature_oid, signer.digest),
            stated=signer.signature_oid,
            value=_value(signer),
            messages=_messages(signer, content, faults, limits),
        ),
        signer=SignerHint(
            issuer=signer.issuer,
            serial_number=signer.serial_number,
            subject_key_identifier=signer.subject_key_identifier,
        ),
        certificate_references=references,
        certificates=certificates,
        revocations=revocations,
        faults=tuple(faults),
    )


def _value(signer: SignerInfo) -> bytes:
    """SM2 values stand as DER (GM/T 0009 clause 7.3) or, in some products, as r ‖ s; plain ECDSA is r ‖ s by its name."""
    if signer.signature_oid in PLAIN_ECDSA:
        return from_concatenation(signer.signature) or b""
    if signer.signature_oid in _SM2 and len(signer.signature) == 64 and sm2.from_der(signer.signature) is None:
        return from_concatenation(signer.signature) or signer.signature
    return signer.signature


def stated_digests(signer: SignerInfo) -> list[bytes]:
    """Return the values of all message-digest attributes: one, in a sound signature. A malformed one is empty."""
    found: list[bytes] = []
    for value in (v for attribute in signer.signed_attributes(oids.MESSAGE_DIGEST) for v in attribute.values):
        try:
            found.append(value.expect(OCTET_STRING).content)
        except BerError:
            found.append(b"")
    return found


def _references(signer: SignerInfo, content: Content | None) -> tuple[Reference, ...]:
    """The message digest (RFC 5652 clause 5.4). Attributes without one bind no content, and an empty digest says so."""
    if not signer.signed:
        return ()
    stated = stated_digests(signer)
    expected = stated[0] if len(stated) == 1 else b""
    computed = content.digest(signer.digest) if content is not None else None
    missing = None
    if content is None:
        missing = "the content is not in the signature and was not given"
    elif computed is None:
        missing = f"{signer.digest} of the content cannot be computed"
    name = (content.name if content is not None else None) or _CONTENT_SHOWN
    return (Reference(ReferenceKind.MESSAGE_DIGEST, name, signer.digest, expected, computed, missing),)


def _messages(
    signer: SignerInfo, content: Content | None, faults: list[Fault], limits: Limits
) -> tuple[bytes, ...] | MessageDigest:
    """What the value is over: the attributes in DER, as they came and as they should; else the content (clause 5.4)."""
    if signer.signed_value is not None:
        return _attribute_messages(signer, faults)
    if content is None:
        return ()
    pieces = content.pieces
    if pieces is None or (sum(map(len, pieces)) > WHOLE_LIMIT and signer.signature_oid not in _WHOLE_ONLY):
        value = content.digest(signer.digest)
        return () if value is None else MessageDigest(signer.digest, value)
    message = content.whole() if isinstance(content, KnownContent) else b"".join(pieces)
    if _reads_as_attributes(message, limits):
        faults.append(
            Fault(
                "content-is-attributes", "the content is a set of signed attributes, taken from another signature", fatal=True
            )
        )
    return (message,)


def _attribute_messages(signer: SignerInfo, faults: list[Fault]) -> tuple[bytes, ...]:
    value = signer.signed_value
    if value is None:
        return ()
    as_came = encode(SET, value.content) if value.indefinite else b"\x31" + value.encoding[1:]
    try:
        in_der = encode(SET, *sorted(to_der(attribute.value) for attribute in signer.signed))
    except BerError as error:
        faults.append(Fault("signed-attributes-malformed", str(error)))
        return (as_came,)
    if as_came == in_der:
        return (as_came,)
    faults.append(Fault("signed-attributes-not-der", "RFC 5652 clause 5.3 asks for DER"))
    return (as_came, in_der)


def _reads_as_attributes(message: bytes, limits: Limits) -> bool:
    """Tell whether a message that is signed without attributes could be the attributes of another signature.

    The value is over the same octets in both cases, so that whoever has a signature with attributes could present it as
    one over such content.
    """
    if message[:1] != b"\x31":
        return False
    try:
        attributes = read_attributes(read_value(message), limits)
    except (BerError, ValueError):
        return False
    return any(attribute.oid == oids.MESSAGE_DIGEST for attribute in attributes)


def _certificate_references(signer: SignerInfo, faults: list[Fault]) -> tuple[CertificateReference, ...]:
    try:
        return tuple(oids.read_certificate_references(signer))
    except (BerError, ValueError) as error:
        faults.append(Fault("signing-certificate-malformed", str(error), fatal=True))
        return ()


def _certificate_values(signer: SignerInfo, faults: list[Fault], limits: Limits) -> tuple[FoundCertificate, ...]:
    found: list[FoundCertificate] = []
    for attribute in signer.unsigned_attributes(oids.CERTIFICATE_VALUES):
        try:
            members = attribute.first.children()
        except BerError as error:
            faults.append(Fault("certificate-values-malformed", str(error)))
            continue
        found += (FoundCertificate(member.encoding, "certificate-values") for member in members[: limits.certificates])
    return tuple(found)


def _revocation_values(signer: SignerInfo, faults: list[Fault]) -> Iterator[FoundRevocation]:
    places = {oids.REVOCATION_VALUES: "revocation-values", oids.ADOBE_REVOCATION: "adbe-revocation-info"}
    for attribute in (*signer.unsigned, *signer.signed):
        if attribute.oid not in places:
            continue
        try:
            yield from read_revocation_values(attribute.first, places[attribute.oid])
        except BerError as error:
            faults.append(Fault("revocation-values-malformed", str(error)))


def _attribute_faults(signer: SignerInfo, content_type: str | None) -> Iterator[Fault]:
    """The rules of RFC 5652 clauses 5.3 and 11 whose breach lets one signature be read as another."""
    if signer.signed_value is None:
        if content_type is not None and content_type not in DATA_TYPES:
            yield Fault("signed-attributes-missing", f"content of type {content_type} asks for them (RFC 5652 clause 5.3)")
        return
    counts = {oid: signer.signed_attributes(oid) for oid in oids.ONCE}
    for oid, attributes in counts.items():
        if len(attributes) > 1 or any(len(attribute.values) != 1 for attribute in attributes):
            yield Fault("attribute-doubled", f"{oid} stands {len(attributes)} times, or has several values", fatal=True)
    if not counts[oids.MESSAGE_DIGEST]:
        yield Fault("message-digest-missing", "the signed attributes do not bind the content", fatal=True)
    if content_type is not None:
        yield from _content_type_faults(counts[oids.CONTENT_TYPE], content_type)
    yield from _algorithm_faults(signer, counts[oids.ALGORITHM_PROTECTION])


def _algorithm_faults(signer: SignerInfo, attributes: tuple[Attribute, ...]) -> Iterator[Fault]:
    """The algorithms stand outside of what is signed; where the signer signed them too, others were put there since."""
    for attribute in attributes[:1]:
        try:
            signed = oids.read_protected_algorithms(attribute)
        except (BerError, ValueError) as error:
            yield Fault("algorithm-protection-malformed", str(error), fatal=True)
            continue
        if signed != (signer.digest, signer.signature_algorithm):
            yield Fault("algorithms-differ", "the algorithms are not those that the signed attributes state", fatal=True)


def _content_type_faults(attributes: tuple[Attribute, ...], content_type: str) -> Iterator[Fault]:
    if not attributes:
        yield Fault("content-type-missing", "RFC 5652 clause 11.1 asks for it among signed attributes")
        return
    try:
        stated = attributes[0].first.identifier()
    except BerError as error:
        yield Fault("content-type-malformed", str(error), fatal=True)
        return
    if stated != content_type and not {stated, content_type} <= DATA_TYPES:
        yield Fault("content-type-differs", f"{stated} is signed, the content is {content_type}", fatal=True)
