"""CMS SignedData as it stands: RFC 5652 clause 5, PKCS #7 1.5, and GB/T 35275 / GM/T 0010, which share one structure.

Values keep their place in the bytes, because archive timestamps are over the fields as they were encoded. What is in
them is read by `cms`, `cms_attributes` and `timestamp`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from idbridge.signatures.algorithms import DIGEST_NAMES
from idbridge.signatures.ber import (
    INTEGER,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    SET,
    BerError,
    Value,
    read_value,
    to_der,
)
from idbridge.signatures.contents import KnownContent
from idbridge.signatures.evidence import FoundCertificate, FoundRevocation
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.formats.revocations import read_revocation_choice
from idbridge.signatures.refusals import FormatRefusal, NotADocument, Refusal

SIGNED_DATA: Final = frozenset({"1.2.840.113549.1.7.2", "1.2.156.10197.6.1.4.2.2"})
"""id-signedData (RFC 5652 clause 5.1) and the same of GM/T 0010 clause 7."""

DATA: Final = "1.2.840.113549.1.7.1"
DATA_TYPES: Final = frozenset({DATA, "1.2.156.10197.6.1.4.2.1"})
"""id-data (RFC 5652 clause 4) and the same of GM/T 0010; signers mix the two in one signature."""

_OTHER_OCTETS: Final = OCTET_STRING | 0x20
_CONTEXT_0: Final = 0xA0
_CONTEXT_1: Final = 0xA1


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute: its dotted type, its values, and the whole as it stands."""

    oid: str
    values: tuple[Value, ...]
    value: Value

    @property
    def first(self) -> Value:
        """The first value.

        :raises BerError: there is none.
        """
        if not self.values:
            raise BerError(f"attribute {self.oid} has no value")
        return self.values[0]


@dataclass(frozen=True, slots=True)
class SignerInfo:
    """One signer (RFC 5652 clause 5.3). `digest` is the name of the digest algorithm; `fields` are the members in order."""

    fields: tuple[Value, ...]
    issuer: bytes | None
    serial_number: int | None
    subject_key_identifier: bytes | None
    digest: str
    signature_oid: str
    signature_algorithm: bytes
    signature: bytes
    signed: tuple[Attribute, ...]
    unsigned: tuple[Attribute, ...]
    signed_value: Value | None
    unsigned_value: Value | None

    def signed_attributes(self, oid: str) -> tuple[Attribute, ...]:
        """Return the signed attributes of a type."""
        return tuple(attribute for attribute in self.signed if attribute.oid == oid)

    def unsigned_attributes(self, oid: str) -> tuple[Attribute, ...]:
        """Return the unsigned attributes of a type."""
        return tuple(attribute for attribute in self.unsigned if attribute.oid == oid)


@dataclass(frozen=True, slots=True)
class SignedData:
    """A SignedData. `content` is what it carries, None where it is detached; the sets are as they stand."""

    content_type: str
    content: KnownContent | None
    encapsulated: Value
    certificates: tuple[FoundCertificate, ...]
    revocations: tuple[FoundRevocation, ...]
    certificates_set: Value | None
    revocations_set: Value | None
    signers: tuple[SignerInfo, ...]
    version: int


def read_signed_data(der: bytes, limits: Limits, *, trailing: bool = False) -> SignedData:
    """Read a ContentInfo with SignedData. *trailing* octets are allowed where a fixed space is filled up (PDF).

    :raises NotADocument: it is none.
    :raises FormatRefusal: it has more signers, certificates or attributes than *limits* allow.
    """
    try:
        kind, explicit, *_ = read_value(der, trailing=trailing).children(SEQUENCE)
        (inner,) = explicit.children(_CONTEXT_0)
        return _signed_data(kind.identifier(), inner, limits)
    except FormatRefusal:
        raise
    except ValueError as error:
        raise NotADocument(Refusal.MALFORMED, f"no CMS signature: {error}") from error


def _signed_data(kind: str, value: Value, limits: Limits) -> SignedData:
    if kind not in SIGNED_DATA:
        raise BerError(f"content of type {kind} is no SignedData")
    version, _, encapsulated, *rest = value.children(SEQUENCE)
    certificates = revocations = None
    if rest and rest[0].tag == _CONTEXT_0:
        certificates = rest.pop(0)
    if rest and rest[0].tag == _CONTEXT_1:
        revocations = rest.pop(0)
    if len(rest) != 1:
        raise BerError("no set of signers")
    signers = rest[0].children(SET)
    if len(signers) > limits.signatures:
        raise FormatRefusal(Refusal.TOO_MANY_SIGNATURES, f"{len(signers)} signers are more than {limits.signatures}")
    content_type, content = _content(encapsulated)
    return SignedData(
        content_type=content_type,
        content=content,
        encapsulated=encapsulated,
        certificates=_certificates(certificates, limits),
        revocations=_revocations(revocations, limits),
        certificates_set=certificates,
        revocations_set=revocations,
        signers=tuple(read_signer_info(signer, limits) for signer in signers),
        version=version.expect(INTEGER).integer(),
    )


def _content(encapsulated: Value) -> tuple[str, KnownContent | None]:
    """Read EncapsulatedContentInfo (clause 5.2), or the ContentInfo of PKCS #7, whose content is any value (clause 5.2.1)."""
    members = encapsulated.children(SEQUENCE)
    content_type = members[0].identifier()
    if len(members) == 1:
        return content_type, None
    explicit = members[1].children(_CONTEXT_0)
    if not explicit:
        return content_type, None
    inner = explicit[0]
    if inner.tag in (OCTET_STRING, _OTHER_OCTETS):
        return content_type, KnownContent(inner.pieces())
    # PKCS #7: the digest is over the content octets, without identifier and length
    return content_type, KnownContent((memoryview(inner.data)[inner.first : inner.last],))


def _certificates(value: Value | None, limits: Limits) -> tuple[FoundCertificate, ...]:
    """Read CertificateSet (clause 10.2.3): the X.509 ones; attribute certificates and obsolete kinds are passed by."""
    members = value.children() if value is not None else ()
    if len(members) > limits.certificates:
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"{len(members)} certificates are more than {limits.certificates}")
    return tuple(FoundCertificate(member.encoding, "cms") for member in members if member.tag == SEQUENCE)


def _revocations(value: Value | None, limits: Limits) -> tuple[FoundRevocation, ...]:
    """Read RevocationInfoChoices (clause 10.2.1): CRLs, and OCSP responses in the form of RFC 5940."""
    members = value.children() if value is not None else ()
    if len(members) > limits.revocations:
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"{len(members)} lists are more than {limits.revocations}")
    found = (read_revocation_choice(member, "cms") for member in members)
    return tuple(revocation for revocation in found if revocation is not None)


def read_signer_info(value: Value, limits: Limits) -> SignerInfo:
    """Read one SignerInfo.

    :raises BerError: it is none.
    :raises FormatRefusal: it has more attributes than *limits* allow.
    """
    fields = value.children(SEQUENCE)
    signed = next((field for field in fields[3:4] if field.tag == _CONTEXT_0), None)
    unsigned = next((field for field in fields[5:] if field.tag == _CONTEXT_1), None)
    required = tuple(field for field in fields if field is not signed and field is not unsigned)
    if len(required) != 5:
        raise BerError(f"{len(required)} members of a signer where 5 belong")
    version, sid, digest_algorithm, algorithm, signature = required
    version.expect(INTEGER)
    issuer, serial_number, identifier = _signer_identifier(sid)
    return SignerInfo(
        fields=fields,
        issuer=issuer,
        serial_number=serial_number,
        subject_key_identifier=identifier,
        digest=digest_name(digest_algorithm),
        signature_oid=algorithm.member(0, SEQUENCE).identifier(),
        signature_algorithm=to_der(algorithm),
        signature=signature.expect(OCTET_STRING, _OTHER_OCTETS).octets(),
        signed=read_attributes(signed, limits),
        unsigned=read_attributes(unsigned, limits),
        signed_value=signed,
        unsigned_value=unsigned,
    )


def _signer_identifier(value: Value) -> tuple[bytes | None, int | None, bytes | None]:
    """Read SignerIdentifier: issuer and serial number, or a subject key identifier in [0] (explicit, by mistake, too)."""
    if value.tag == SEQUENCE:
        issuer, serial_number = value.children()
        return to_der(issuer.expect(SEQUENCE)), serial_number.expect(INTEGER).integer(), None
    if value.tag == 0x80:
        return None, None, value.content
    return None, None, value.member(0, _CONTEXT_0).octets()


def digest_name(algorithm: Value) -> str:
    """Return the name of the digest that an AlgorithmIdentifier names, or its OID if that has none."""
    oid = algorithm.member(0, SEQUENCE).identifier()
    return DIGEST_NAMES.get(oid, oid)


def read_attributes(value: Value | None, limits: Limits) -> tuple[Attribute, ...]:
    """Read a set of attributes (clause 5.3), whatever its tag; None is empty.

    :raises BerError: it is none.
    """
    if value is None:
        return ()
    members = value.children()
    if len(members) > limits.attributes:
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"{len(members)} attributes are more than {limits.attributes}")
    attributes: list[Attribute] = []
    for member in members:
        kind, values = member.children(SEQUENCE)
        attributes.append(Attribute(kind.expect(OBJECT_IDENTIFIER).identifier(), values.children(SET), member))
    return tuple(attributes)
