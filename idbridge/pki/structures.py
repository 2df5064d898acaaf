"""The ASN.1 shapes of certificates and CRLs, as declarations that `cryptography` decodes in Rust.

Only shapes: strict DER in, values out, `MalformedDerError` for anything else. What they mean is for others to say.
BOOLEANs with a DEFAULT are declared optional instead, because many authorities encode the default, which DER forbids
and nobody refuses. Tagged choices (GeneralName) stay TLVs, so that an unknown kind of name does not spoil the others.
The decoder has no optional ANY: where one stands (`AlgorithmIdentifier.parameters`), the members are a `list[TLV]`.
"""

from __future__ import annotations

from typing import Annotated, Final, TypeVar

from cryptography.hazmat import asn1
from cryptography.hazmat.asn1 import TLV, BitString, Explicit, GeneralizedTime, Implicit, UTCTime
from cryptography.x509 import ObjectIdentifier

from idbridge.pki.errors import MalformedDerError

Time = UTCTime | GeneralizedTime
Shape = TypeVar("Shape")

INTEGER_BITS_LIMIT: Final = 4096
"""Serial numbers have at most 160 bits (RFC 5280 §4.1.2.2); every other integer here is a small count."""


@asn1.sequence
class Signed:
    """The outermost SEQUENCE of certificates and CRLs (RFC 5280 §4.1, §5.1)."""

    body: TLV
    algorithm: TLV
    signature: BitString


@asn1.sequence
class SubjectPublicKeyInfo:
    """RFC 5280 §4.1.2.7."""

    algorithm: list[TLV]
    key: BitString


@asn1.sequence
class PssParameters:
    """RFC 4055 §3.1: AlgorithmIdentifiers for digest and mask, salt length, trailer field."""

    digest: Annotated[list[TLV] | None, Explicit(0)]
    mask: Annotated[list[TLV] | None, Explicit(1)]
    salt_length: Annotated[int | None, Explicit(2)]
    trailer: Annotated[int | None, Explicit(3)]


@asn1.sequence
class Extension:
    """RFC 5280 §4.1."""

    identifier: ObjectIdentifier
    critical: bool | None
    value: bytes


@asn1.sequence
class Validity:
    """RFC 5280 §4.1.2.5."""

    not_before: Time
    not_after: Time


@asn1.sequence
class TbsCertificate:
    """RFC 5280 §4.1."""

    version: Annotated[int | None, Explicit(0)]
    serial_number: int
    signature: TLV
    issuer: TLV
    validity: Validity
    subject: TLV
    public_key_info: TLV
    issuer_unique_id: Annotated[BitString | None, Implicit(1)]
    subject_unique_id: Annotated[BitString | None, Implicit(2)]
    extensions: Annotated[list[Extension] | None, Explicit(3)]


@asn1.sequence
class AttributeTypeAndValue:
    """RFC 5280 §4.1.2.4."""

    type: ObjectIdentifier
    value: TLV


@asn1.sequence
class NameHolder:
    """A Name inside one more SEQUENCE: the decoder takes no bare SEQUENCE OF (see `decode_items`)."""

    items: list[asn1.SetOf[AttributeTypeAndValue]]


@asn1.sequence
class TlvHolder:
    """A SEQUENCE OF anything, held likewise."""

    items: list[TLV]


@asn1.sequence
class OidHolder:
    """A SEQUENCE OF OBJECT IDENTIFIER, held likewise."""

    items: list[ObjectIdentifier]


@asn1.sequence
class BasicConstraints:
    """RFC 5280 §4.2.1.9."""

    ca: bool | None
    path_length: int | None


@asn1.sequence
class AuthorityKeyIdentifier:
    """RFC 5280 §4.2.1.1."""

    key_identifier: Annotated[bytes | None, Implicit(0)]
    issuer: Annotated[list[TLV] | None, Implicit(1)]
    serial_number: Annotated[int | None, Implicit(2)]


@asn1.sequence
class PolicyInformation:
    """RFC 5280 §4.2.1.4."""

    identifier: ObjectIdentifier
    qualifiers: list[TLV] | None


@asn1.sequence
class PolicyInformationHolder:
    """CertificatePolicies, held likewise."""

    items: list[PolicyInformation]


@asn1.sequence
class PolicyMapping:
    """RFC 5280 §4.2.1.5."""

    issuer_domain: ObjectIdentifier
    subject_domain: ObjectIdentifier


@asn1.sequence
class PolicyMappingHolder:
    """PolicyMappings, held likewise."""

    items: list[PolicyMapping]


@asn1.sequence
class GeneralSubtree:
    """RFC 5280 §4.2.1.10."""

    base: TLV
    minimum: Annotated[int | None, Implicit(0)]
    maximum: Annotated[int | None, Implicit(1)]


@asn1.sequence
class NameConstraints:
    """RFC 5280 §4.2.1.10."""

    permitted: Annotated[list[GeneralSubtree] | None, Implicit(0)]
    excluded: Annotated[list[GeneralSubtree] | None, Implicit(1)]


@asn1.sequence
class PolicyConstraints:
    """RFC 5280 §4.2.1.11."""

    require_explicit_policy: Annotated[int | None, Implicit(0)]
    inhibit_policy_mapping: Annotated[int | None, Implicit(1)]


@asn1.sequence
class DistributionPoint:
    """RFC 5280 §4.2.1.13."""

    name: Annotated[list[TLV] | None, Implicit(0)]
    reasons: Annotated[BitString | None, Implicit(1)]
    crl_issuer: Annotated[list[TLV] | None, Implicit(2)]


@asn1.sequence
class DistributionPointHolder:
    """CRLDistributionPoints, held likewise."""

    items: list[DistributionPoint]


@asn1.sequence
class IssuingDistributionPoint:
    """RFC 5280 §5.2.5."""

    name: Annotated[list[TLV] | None, Implicit(0)]
    only_user_certificates: Annotated[bool | None, Implicit(1)]
    only_authority_certificates: Annotated[bool | None, Implicit(2)]
    only_some_reasons: Annotated[BitString | None, Implicit(3)]
    indirect: Annotated[bool | None, Implicit(4)]
    only_attribute_certificates: Annotated[bool | None, Implicit(5)]


@asn1.sequence
class ExtensionHolder:
    """Extensions, held likewise."""

    items: list[Extension]


@asn1.sequence
class AccessDescription:
    """RFC 5280 §4.2.2.1."""

    method: ObjectIdentifier
    location: TLV


@asn1.sequence
class AccessDescriptionHolder:
    """AuthorityInfoAccess, held likewise."""

    items: list[AccessDescription]


@asn1.sequence
class StatementsHolder:
    """QCStatements (RFC 3739 §3.2.6), held likewise: identifier and, perhaps, information."""

    items: list[list[TLV]]


def decode(shape: type[Shape], der: bytes) -> Shape:
    """Decode *der*, all of it, as *shape*.

    :raises MalformedDerError: it is something else, or not DER.
    """
    try:
        return asn1.decode_der(shape, der)
    except (ValueError, OverflowError, RecursionError) as error:
        raise MalformedDerError(f"no DER {shape.__name__}: {error}") from error


def bounded(value: int) -> int:
    """Return *value* unless it is absurd: Python itself refuses to write integers of many thousand digits.

    :raises MalformedDerError: it has more than `INTEGER_BITS_LIMIT` bits.
    """
    if value.bit_length() > INTEGER_BITS_LIMIT:
        raise MalformedDerError(f"an integer of {value.bit_length()} bits")
    return value


def encode(value: object) -> bytes:
    """Return the DER of a declared shape."""
    return asn1.encode_der(value)


def enclosed(der: bytes | memoryview) -> bytes:
    """Return *der* inside one more SEQUENCE, which makes a SEQUENCE OF the single member of a declared shape."""
    return header(b"\x30", len(der)) + der


def encoded(value: TLV) -> bytes:
    """Return the whole encoding of *value*: DER has one header for a length, so that it need not be kept."""
    data = value.data
    return header(value.tag_bytes, len(data)) + data


def header(tag: bytes, length: int) -> bytes:
    """Return tag and definite length, as DER writes them (X.690 §10.1)."""
    if length < 0x80:
        return tag + bytes((length,))
    octets = length.to_bytes((length.bit_length() + 7) // 8)
    return tag + bytes((0x80 | len(octets),)) + octets
