"""Whom a certificate names: distinguished names and identity-number extensions, from plain tables to DER."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.x509.oid import NameOID

from idbridge.pki.issuing.errors import DataError
from idbridge.pki.issuing.identifiers import object_identifier

ATTRIBUTES: MappingProxyType[str, x509.ObjectIdentifier] = MappingProxyType(
    {
        "C": NameOID.COUNTRY_NAME,
        "ST": NameOID.STATE_OR_PROVINCE_NAME,
        "L": NameOID.LOCALITY_NAME,
        "O": NameOID.ORGANIZATION_NAME,
        "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
        "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
        "title": NameOID.TITLE,
        "surname": NameOID.SURNAME,
        "givenName": NameOID.GIVEN_NAME,
        "serialNumber": NameOID.SERIAL_NUMBER,
        "CN": NameOID.COMMON_NAME,
        "emailAddress": NameOID.EMAIL_ADDRESS,
    }
)
"""The attributes that a subject may have, in the order in which they stand in the name (RFC 4519 and X.520 names)."""

MAX_VALUE = 64
"""Characters in one attribute: ub-common-name and its kin (RFC 5280 appendix A.1)."""


NameTable = Mapping[str, str | Sequence[str]]
"""A name as plans and commands state it: attribute to value, or to several."""


def name_from_table(table: NameTable) -> x509.Name:
    """Return the distinguished name of *table*: attribute to value, or to several values.

    :raises DataError: an unknown attribute, an empty name, an empty or overlong value.
    """
    if unknown := set(table) - set(ATTRIBUTES):
        raise DataError(f"unknown name attributes: {', '.join(sorted(unknown))}")
    attributes = [
        _attribute(attribute, value) for attribute in ATTRIBUTES if attribute in table for value in _values(table[attribute])
    ]
    if not attributes:
        raise DataError("a subject without a name")
    return x509.Name(attributes)


def _values(value: str | Sequence[str]) -> Sequence[str]:
    return (value,) if isinstance(value, str) else value


def _attribute(attribute: str, value: str) -> x509.NameAttribute[str]:
    if not 1 <= len(value) <= MAX_VALUE:
        raise DataError(f"{attribute} has 1 to {MAX_VALUE} characters")
    try:
        return x509.NameAttribute(ATTRIBUTES[attribute], value)
    except (TypeError, ValueError) as error:
        raise DataError(f"{attribute}: {error}") from error


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """An identity number in a certificate extension; ``kind`` is one of ``IDENTITY_EXTENSIONS``, or the extension's own OID."""

    kind: str
    value: str


IDENTITY_EXTENSIONS: MappingProxyType[str, tuple[str, int]] = MappingProxyType(
    {
        # kind: extension, tag of the string
        "resident-id": ("1.2.156.10260.4.1.1", 0x80),  # IdentifyCode, residenterCardNumber [0]
        "passport": ("1.2.156.10260.4.1.1", 0x82),  # IdentifyCode, passportNumber [2]
        "social-insurance": ("1.2.156.10260.4.1.2", 0x13),
        "business-registration": ("1.2.156.10260.4.1.3", 0x13),
        "organisation-code": ("1.2.156.10260.4.1.4", 0x13),
        "tax-number": ("1.2.156.10260.4.1.5", 0x13),
    }
)
"""Identity extensions of GB/T 20518: a PrintableString, or a tagged one within a CHOICE."""


def identity_extension(number: IdentityNumber) -> x509.UnrecognizedExtension:
    """Return the extension that carries *number*.

    :raises DataError: an unknown kind that is no OID either, or a value that is not 1 to 64 printable ASCII characters.
    """
    if not (1 <= len(number.value) <= MAX_VALUE and number.value.isascii() and number.value.isprintable()):
        raise DataError(f"an identity number has 1 to {MAX_VALUE} printable ASCII characters")
    dotted, tag = IDENTITY_EXTENSIONS.get(number.kind, (number.kind, 0x13))
    content = number.value.encode("ascii")
    return x509.UnrecognizedExtension(object_identifier(dotted), bytes((tag, len(content))) + content)


def alternative_name(text: str) -> x509.GeneralName:
    """Return the alternative name that *text* describes: ``email:…``, ``dns:…``, ``uri:…`` or ``other:<oid>:<UTF8String>``.

    :raises DataError: another kind, or a malformed one.
    """
    kind, _, value = text.partition(":")
    try:
        match kind:
            case "email":
                return x509.RFC822Name(value)
            case "dns":
                return x509.DNSName(value)
            case "uri":
                return x509.UniformResourceIdentifier(value)
            case "other":
                dotted, _, content = value.partition(":")
                return x509.OtherName(object_identifier(dotted), asn1.encode_der(content))
    except ValueError as error:
        raise DataError(f"{text!r} is no alternative name") from error
    raise DataError(f"{text!r} is no alternative name")
