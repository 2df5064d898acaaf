"""The signature value of one Signature.xml, by what it is: a sealing, a GB/T 35275 SignedData, or a bare SM2 value.

GM/T 0099 clause 7.2.2 has a sealing for signatures of type Seal and GB/T 35275 for type Sign; the value itself decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from idbridge.pki import sm2
from idbridge.signatures.ber import SEQUENCE, read_value
from idbridge.signatures.contents import KnownContent
from idbridge.signatures.evidence import (
    EvidenceId,
    Fault,
    Reference,
    ReferenceKind,
    Scope,
    SignatureEvidence,
    SignatureForm,
    SignatureValue,
    SignedAttributes,
    SignedObject,
    SignerHint,
)
from idbridge.signatures.formats.cms import read_signatures
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.formats.ofd.protection import NO_PART, Listed
from idbridge.signatures.formats.ofd.seal import SEAL_DIGEST, signature_value, strict
from idbridge.signatures.formats.ofd.sealing import Sealing, read_sealing, read_timestamps
from idbridge.signatures.formats.ofd.signature_part import SignaturePart
from idbridge.signatures.formats.recognition import is_cms, is_sealing
from idbridge.signatures.formats.signed_data import SignedData, read_signed_data
from idbridge.signatures.refusals import FormatRefusal


@dataclass(frozen=True, slots=True)
class Place:
    """Where a signature stands: its id, its Signature.xml, what that protects, and the seal's own file."""

    identifier: EvidenceId
    listed: Listed
    part: SignaturePart
    content: KnownContent
    scope: Scope
    seal_file: KnownContent | None

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What there is to say about the list that the signature stands in."""
        rewritten = (r for r in self.references if r.name == self.listed.body.signature_list and (r.how or r.missing))
        return tuple(Fault("signature-list-rewritten", f"{r.name}: {r.how or r.missing}") for r in rewritten)

    @property
    def references(self) -> tuple[Reference, ...]:
        """The digests of the protected parts."""
        return tuple(reference for _, reference in self.listed.references)


def read_value_part(value: bytes, place: Place, limits: Limits) -> tuple[SignatureEvidence, ...]:
    """Read a signature value. One that cannot be read becomes evidence with a fatal fault.

    :raises FormatRefusal: it is beyond *limits*.
    """
    try:
        if is_cms(value):
            return tuple(_signed_data(value, place, limits))
        if is_sealing(read_value(value).children(SEQUENCE)):
            return (_sealing(read_sealing(strict(value)), place, limits),)
        if sm2.from_der(value) is not None:
            return (_bare(value, place),)
    except FormatRefusal:
        raise
    except ValueError as error:
        return (unreadable(place.identifier, Fault("signature-value-malformed", str(error), fatal=True), place),)
    fault = Fault("signature-value-unknown", f"{len(value)} octets are no signature value of OFD", fatal=True)
    return (unreadable(place.identifier, fault, place),)


def _sealing(sealing: Sealing, place: Place, limits: Limits) -> SignatureEvidence:
    faults = list(sealing.signed.faults)
    if place.listed.entry.kind.casefold() != "seal":
        faults.append(Fault("signature-type-differs", f"the list says {place.listed.entry.kind}, the value is a sealing"))
    if sealing.location.replace("\\", "/").lstrip("/") != place.listed.entry.part:
        faults.append(Fault("sealed-part-differs", f"the sealing names {sealing.location}, it is {place.listed.entry.part}"))
    references = (sealing.data_reference(place.content), *place.references)
    seal = replace(sealing.seal.seal, file=_seal_file(sealing, place), stamps=place.part.stamps)
    return SignatureEvidence(
        id=place.identifier,
        form=SignatureForm.OFD_SEAL,
        signed=replace(sealing.signed, references=references, faults=(*faults, *place.faults)),
        attributes=SignedAttributes(signing_time=sealing.time, seal=seal),
        scope=(place.scope,),
        timestamps=read_timestamps(sealing, place.identifier, limits),
        file=place.listed.entry.part,
    )


def _seal_file(sealing: Sealing, place: Place) -> Reference | None:
    """Compare the seal's own file with the seal that was used: readers may take the picture from either."""
    if place.part.seal is None:
        return None
    used = KnownContent.of(sealing.seal.encoding).digest(SEAL_DIGEST) or b""
    found = place.seal_file
    computed = found.digest(SEAL_DIGEST) if found is not None else b""
    how = "the seal's file against the seal that was used" if found is not None else NO_PART
    return Reference(ReferenceKind.OFD_REFERENCE, place.part.seal, SEAL_DIGEST, used, computed, how=how)


def _signed_data(value: bytes, place: Place, limits: Limits) -> Iterator[SignatureEvidence]:
    signed_data = read_signed_data(value, limits)
    kind = place.listed.entry.kind
    own = (Fault("signature-type-differs", f"the list says {kind}, the value is GB/T 35275"),) if kind != "Sign" else ()
    if not signed_data.signers:
        yield unreadable(place.identifier, Fault("signature-value-malformed", "nobody signed", fatal=True), place)
    for signature in read_signatures(signed_data, (place.content,), limits, prefix=f"{place.identifier}."):
        signed = signature.signed
        attributes = signature.attributes
        yield replace(
            signature,
            form=SignatureForm.OFD,
            attributes=replace(attributes, signing_time=attributes.signing_time or place.part.time),
            signed=replace(
                signed,
                references=(*signed.references, *place.references),
                value=over_digest_too(signed_data, signed, place.content),
                faults=(*signed.faults, *own, *place.faults),
            ),
            scope=(place.scope,),
            file=place.listed.entry.part,
        )


def over_digest_too(signed_data: SignedData, signed: SignedObject, content: KnownContent) -> SignatureValue:
    """Without attributes and content, some products have the Signature.xml signed, others its SM3 digest."""
    value = signed.value
    plain = signed_data.content is None and not signed.references
    if not plain or not isinstance(value.messages, tuple):
        return value
    digested = content.digest(SEAL_DIGEST) or b""
    return replace(value, messages=(*value.messages, digested))


def _bare(value: bytes, place: Place) -> SignatureEvidence:
    """A value without a certificate, over the Signature.xml: whose it is has to be known from elsewhere."""
    message = b"".join(place.content.pieces)
    fault = Fault("signature-value-bare", "GM/T 0099 clause 7.2.2 asks for GB/T 35275, which names the signer")
    signed = SignedObject(
        references=place.references,
        value=signature_value(place.part.method, value, (message,)),
        signer=SignerHint(),
        faults=(fault, *place.faults),
    )
    return SignatureEvidence(
        id=place.identifier,
        form=SignatureForm.OFD,
        signed=signed,
        attributes=SignedAttributes(signing_time=place.part.time),
        scope=(place.scope,),
        file=place.listed.entry.part,
    )


def unreadable(identifier: EvidenceId, fault: Fault, place: Place | None = None) -> SignatureEvidence:
    """Return the evidence of a signature that is there and cannot be read: it fails, it is not passed over."""
    signed = SignedObject(
        references=place.references if place is not None else (),
        value=SignatureValue(None, "", b"", ()),
        signer=SignerHint(),
        faults=(fault,),
    )
    return SignatureEvidence(
        id=identifier,
        form=SignatureForm.OFD,
        signed=signed,
        scope=(place.scope,) if place is not None else (),
        file=place.listed.entry.part if place is not None else None,
    )
