"""What CAdES archive timestamps are taken of: version 2 (TS 101 733 clause 6.4.1) and 3 (EN 319 122-1 clause 5.5.3).

Version 2 is over everything in the signature, in the order of its encoding; version 3 over the signature and a list of
digests of the rest, so that certificates and timestamps can be added later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from idbridge.signatures.ber import OCTET_STRING, SEQUENCE, BerError, Value, encode, to_der
from idbridge.signatures.contents import Content, KnownContent, digest
from idbridge.signatures.evidence import Reference, ReferenceKind
from idbridge.signatures.formats import cms_attributes as oids
from idbridge.signatures.formats.signed_data import Attribute, SignedData, SignerInfo, digest_name

_UNSIGNED: Final = 0xA1


def version_2_contents(
    signed_data: SignedData, signer: SignerInfo, content: Content | None, earlier: Iterable[Attribute]
) -> Iterator[Content]:
    """Return the readings of what a version 2 timestamp is over; *earlier* are the unsigned attributes that it covers.

    TS 101 733 V1.8.3 left the header of the unsigned attributes out, V2.2.1 has it in and advises to try both (annex K).
    Signers who write BER took either their own encoding or DER.
    """
    attributes = [attribute.value for attribute in earlier]
    for as_found in (True, False):
        written = [encoded(value, as_found=as_found) for value in attributes]
        header = encode(_UNSIGNED, *written)
        before = tuple(_before(signed_data, signer, content, as_found=as_found))
        yield KnownContent.of(*before, header)
        yield KnownContent.of(*before, *written)


def _before(
    signed_data: SignedData, signer: SignerInfo, content: Content | None, *, as_found: bool
) -> Iterator[bytes | memoryview]:
    yield encoded(signed_data.encapsulated, as_found=as_found)
    if signed_data.content is None and content is not None:
        yield from content.pieces or ()
    for value in (signed_data.certificates_set, signed_data.revocations_set):
        if value is not None:
            yield encoded(value, as_found=as_found)
    for field in signer.fields:
        if field is not signer.unsigned_value:
            yield encoded(field, as_found=as_found)


def encoded(value: Value, *, as_found: bool) -> bytes:
    """Return *value* as it stands, or in DER; what is malformed inside has no DER and stays as it stands."""
    if as_found:
        return value.encoding
    try:
        return to_der(value)
    except BerError:
        return value.encoding


@dataclass(frozen=True, slots=True)
class HashIndex:
    """ATSHashIndex (EN 319 122-1 clause 5.5.2): digests of what stands beside the signature."""

    oid: str
    algorithm: str
    certificates: tuple[bytes, ...]
    revocations: tuple[bytes, ...]
    attributes: tuple[bytes, ...]
    value: Value


def read_hash_index(token: SignedData) -> HashIndex:
    """Read the index among the unsigned attributes of a version 3 token.

    :raises BerError: there is none, or several, or it is malformed.
    """
    kinds = (oids.HASH_INDEX_V3, oids.HASH_INDEX_V2, oids.HASH_INDEX)
    found = [attribute for kind in kinds for attribute in token.signers[0].unsigned_attributes(kind)]
    if len(found) != 1:
        raise BerError(f"{len(found)} hash indexes where one is asked for")
    members = list(found[0].first.children(SEQUENCE))
    algorithm = "SHA-256"  # DEFAULT in the first version
    if len(members) == 4:
        algorithm = digest_name(members.pop(0))
    certificates, revocations, attributes = (_octets(member) for member in members)
    return HashIndex(found[0].oid, algorithm, certificates, revocations, attributes, found[0].first)


def _octets(value: Value) -> tuple[bytes, ...]:
    return tuple(member.expect(OCTET_STRING).content for member in value.children(SEQUENCE))


def version_3_contents(
    signed_data: SignedData, signer: SignerInfo, content: Content | None, index: HashIndex, algorithm: str
) -> Iterator[Content]:
    """Return what a version 3 timestamp is over (clause 5.5.3): type and digest of the content, the signer, the index."""
    content_digest = content.digest(algorithm) if content is not None else None
    if content_digest is None:
        return
    kind = signed_data.encapsulated.member(0).encoding
    fields = [field for field in signer.fields if field is not signer.unsigned_value]
    for as_found in (True, False):
        written = [encoded(field, as_found=as_found) for field in fields]
        yield KnownContent.of(kind, content_digest, *written, encoded(index.value, as_found=False))


@dataclass(frozen=True, slots=True)
class Indexed:
    """What of a signature a hash index covers, and the digests in it that nothing has."""

    certificates: tuple[Value, ...]
    revocations: tuple[Value, ...]
    attributes: tuple[Attribute, ...]
    unmatched: tuple[Reference, ...]


def match_index(index: HashIndex, signed_data: SignedData, signer: SignerInfo) -> Indexed:
    """Find what *index* lists. A digest that nothing has means that something was removed or changed afterwards."""
    certificates = _matched(_members(signed_data.certificates_set), index.certificates, index.algorithm)
    revocations = _matched(_members(signed_data.revocations_set), index.revocations, index.algorithm)
    attributes: dict[bytes, Attribute] = {}
    for attribute in signer.unsigned:
        for octets in _attribute_digests(index, attribute):
            attributes[octets] = attribute
    listed = {octets: attributes[octets] for octets in index.attributes if octets in attributes}
    unmatched = [
        *_unmatched("certificate", index.algorithm, index.certificates, certificates),
        *_unmatched("revocation value", index.algorithm, index.revocations, revocations),
        *_unmatched("unsigned attribute", index.algorithm, index.attributes, listed),
    ]
    unique = {id(attribute): attribute for attribute in listed.values()}
    return Indexed(tuple(certificates.values()), tuple(revocations.values()), tuple(unique.values()), tuple(unmatched))


def _members(value: Value | None) -> tuple[Value, ...]:
    return value.children() if value is not None else ()


def _matched(values: Iterable[Value], listed: tuple[bytes, ...], algorithm: str) -> dict[bytes, Value]:
    wanted = set(listed)
    by_digest = {digest(algorithm, value.encoding) or b"": value for value in values}
    return {octets: value for octets, value in by_digest.items() if octets in wanted}


def _attribute_digests(index: HashIndex, attribute: Attribute) -> Iterator[bytes]:
    """Version 3 lists each value by type and value; the older indexes list the whole attribute (clause 5.5.2)."""
    if index.oid == oids.HASH_INDEX_V3:
        kind = attribute.value.member(0).encoding
        for value in attribute.values:
            yield digest(index.algorithm, kind, value.encoding) or b""
            yield digest(index.algorithm, kind, encoded(value, as_found=False)) or b""
    else:
        yield digest(index.algorithm, attribute.value.encoding) or b""
        yield digest(index.algorithm, encoded(attribute.value, as_found=False)) or b""


def _unmatched(
    what: str, algorithm: str, listed: tuple[bytes, ...], found: dict[bytes, Value] | dict[bytes, Attribute]
) -> Iterator[Reference]:
    for octets in listed:
        if octets not in found:
            yield Reference(ReferenceKind.HASH_INDEX, what, algorithm, octets, b"", how=f"no {what} has this digest")
