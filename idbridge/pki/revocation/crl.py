"""A certificate revocation list as facts (RFC 5280 §5)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.asn1 import GeneralizedTime

from idbridge.pki import structures
from idbridge.pki.certificate import read_signature, read_time
from idbridge.pki.errors import MalformedCrlError, MalformedDerError
from idbridge.pki.extensions import RawExtension, read_distribution_name, read_reasons
from idbridge.pki.names import GeneralName, Name
from idbridge.pki.structures import bounded, decode, enclosed, encoded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from cryptography.hazmat.asn1 import TLV

SIZE_LIMIT: Final = 64 << 20
"""Octets. The largest public CRLs have about 40 MB; partitioned ones a hundredth of that."""

WALKED_ENTRIES_LIMIT: Final = 50_000
"""Entries of a CRL that has to be walked in Python, an indirect one above all: a quarter of a second."""

LIBRARY_FAULTS: Final = (
    ValueError,
    OverflowError,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What `cryptography` raises when it reads a CRL, or lazily one of its entries, that is malformed."""

CRL_NUMBER: Final = "2.5.29.20"
DELTA_CRL_INDICATOR: Final = "2.5.29.27"
ISSUING_DISTRIBUTION_POINT: Final = "2.5.29.28"
AUTHORITY_KEY_IDENTIFIER: Final = "2.5.29.35"
EXPIRED_CERTIFICATES: Final = "2.5.29.60"

KNOWN_EXTENSIONS: Final = frozenset(
    {CRL_NUMBER, DELTA_CRL_INDICATOR, ISSUING_DISTRIBUTION_POINT, AUTHORITY_KEY_IDENTIFIER, EXPIRED_CERTIFICATES}
    | {"2.5.29.18", "2.5.29.46", "1.3.6.1.5.5.7.1.1"}  # issuer's other names, freshest CRL, authority information
)

KNOWN_ENTRY_EXTENSIONS: Final = frozenset({"2.5.29.21", "2.5.29.23", "2.5.29.24", "2.5.29.29"})
"""Reason, hold instruction, invalidity date, certificate issuer (RFC 5280 §5.3)."""


@dataclass(frozen=True, slots=True)
class Point:
    """An issuing distribution point (RFC 5280 §5.2.5): what the list is limited to."""

    full_name: tuple[GeneralName, ...] = ()
    relative_name: bytes | None = None
    only_users: bool = False
    only_authorities: bool = False
    only_attributes: bool = False
    reasons: frozenset[str] | None = None
    indirect: bool = False


WHOLE: Final = Point()


@dataclass(frozen=True, slots=True)
class Entry:
    """A revoked certificate: since when, and why (names of `CRL_REASONS`)."""

    date: datetime
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class CertificateList:
    """A CRL. `number` and `delta_base` are CRL numbers; those that expired since `expired_since` are still listed."""

    der: bytes = field(repr=False)
    tbs: bytes = field(repr=False)
    issuer: Name
    this_update: datetime
    next_update: datetime | None
    inner_algorithm: bytes = field(repr=False)
    signature_algorithm: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    extensions: Mapping[str, RawExtension] = field(repr=False)
    point: Point
    number: int | None
    delta_base: int | None
    authority_key_identifier: bytes | None
    expired_since: datetime | None
    entries: x509.CertificateRevocationList = field(repr=False)

    @staticmethod
    def from_der(der: bytes) -> CertificateList:
        """Read a CRL.

        :raises MalformedCrlError: it is none, or an extension that limits it cannot be read.
        """
        if len(der) > SIZE_LIMIT:
            raise MalformedCrlError(f"{len(der)} octets are more than the {SIZE_LIMIT} a CRL may have")
        try:
            return _read(bytes(der))
        except MalformedDerError as error:
            raise MalformedCrlError(str(error)) from error

    @property
    def sha256(self) -> str:
        """The SHA-256 of the CRL's bytes, lower-case hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()

    def entry(self, serial_number: int, issuer: Name) -> Entry | None:
        """Return the entry of a certificate by its serial number and its issuer, or None if it is not listed.

        :raises MalformedCrlError: the entry cannot be understood, so that the list must not be used (§5.3).
        """
        try:
            found = self._find(serial_number, issuer)
            return None if found is None else _read_entry(found)
        except LIBRARY_FAULTS as error:
            raise MalformedCrlError(f"an entry cannot be read: {error}") from error

    def _find(self, serial_number: int, issuer: Name) -> x509.RevokedCertificate | None:
        if not self.point.indirect and serial_number >= 0:  # the library looks up no negative ones, which exist
            return self.entries.get_revoked_certificate_by_serial_number(serial_number)
        if len(self.entries) > WALKED_ENTRIES_LIMIT:
            raise MalformedCrlError(f"more than {WALKED_ENTRIES_LIMIT} entries in an indirect CRL")
        current = self.issuer.key
        for entry in self.entries:
            current = _certificate_issuer(entry) or current  # each holds on until the next (§5.3.3)
            if entry.serial_number == serial_number and current == issuer.key:
                return entry
        return None


def _read(der: bytes) -> CertificateList:
    signed = decode(structures.Signed, der)
    tbs = encoded(signed.body)
    members = decode(structures.TlvHolder, enclosed(tbs)).items
    head = _head(members)
    extensions = _extensions(members)
    try:
        entries = x509.load_der_x509_crl(der)
        this_update, next_update = entries.last_update_utc, entries.next_update_utc
        _check_entries(members, entries)
    except LIBRARY_FAULTS as error:
        raise MalformedDerError(str(error)) from error
    return CertificateList(
        der=der,
        tbs=tbs,
        issuer=Name(encoded(head[1])),
        this_update=this_update,
        next_update=next_update,
        inner_algorithm=encoded(head[0]),
        signature_algorithm=encoded(signed.algorithm),
        signature=read_signature(signed),
        extensions=extensions,
        point=_point(extensions),
        number=_integer(extensions, CRL_NUMBER),
        delta_base=_integer(extensions, DELTA_CRL_INDICATOR),
        authority_key_identifier=_key_identifier(extensions),
        expired_since=_expired_since(extensions),
        entries=entries,
    )


def _head(members: list[TLV]) -> list[TLV]:
    """Return signature and issuer, which follow the optional version (§5.1.2)."""
    head = members[1:3] if members and members[0].tag_bytes == b"\x02" else members[:2]
    if len(head) != 2:
        raise MalformedDerError("a CRL without signature algorithm or issuer")
    return head


def _extensions(members: list[TLV]) -> Mapping[str, RawExtension]:
    if members[-1].tag_bytes != b"\xa0":
        return {}
    items = decode(structures.ExtensionHolder, enclosed(bytes(members[-1].data))).items
    found = {item.identifier.dotted_string: RawExtension(bool(item.critical), item.value) for item in items}
    if len(found) != len(items):
        raise MalformedDerError("an extension stands twice")
    return found


def _point(extensions: Mapping[str, RawExtension]) -> Point:
    if (extension := extensions.get(ISSUING_DISTRIBUTION_POINT)) is None:
        return WHOLE
    read = decode(structures.IssuingDistributionPoint, extension.value)
    return Point(
        *read_distribution_name(read.name),
        bool(read.only_user_certificates),
        bool(read.only_authority_certificates),
        bool(read.only_attribute_certificates),
        read_reasons(read.only_some_reasons),
        bool(read.indirect),
    )


def _integer(extensions: Mapping[str, RawExtension], identifier: str) -> int | None:
    extension = extensions.get(identifier)
    return None if extension is None else bounded(decode(int, extension.value))


def _key_identifier(extensions: Mapping[str, RawExtension]) -> bytes | None:
    extension = extensions.get(AUTHORITY_KEY_IDENTIFIER)
    return None if extension is None else decode(structures.AuthorityKeyIdentifier, extension.value).key_identifier


def _expired_since(extensions: Mapping[str, RawExtension]) -> datetime | None:
    """Read expiredCertsOnCRL (X.509 §9.5.2.5; ETSI EN 319 411-2 uses it)."""
    extension = extensions.get(EXPIRED_CERTIFICATES)
    return None if extension is None else read_time(decode(GeneralizedTime, extension.value))


def _check_entries(members: list[TLV], entries: x509.CertificateRevocationList) -> None:
    """Refuse a list of which any entry has a critical extension that is not known (§5.3).

    Only a list that has a critical entry extension at all is walked: TRUE before an OCTET STRING is easily seen in the
    bytes, and rare by chance.
    """
    revoked = next((bytes(member.data) for member in members[3:] if member.tag_bytes == b"\x30"), b"")
    if b"\x01\x01\xff\x04" not in revoked:
        return
    if len(entries) > WALKED_ENTRIES_LIMIT:
        raise MalformedDerError(f"more than {WALKED_ENTRIES_LIMIT} entries, some with critical extensions")
    for entry in entries:
        for extension in entry.extensions:
            if extension.critical and extension.oid.dotted_string not in KNOWN_ENTRY_EXTENSIONS:
                raise MalformedDerError(f"critical entry extension {extension.oid.dotted_string} is not known")


def _read_entry(entry: x509.RevokedCertificate) -> Entry:
    reasons = [extension.value for extension in entry.extensions if isinstance(extension.value, x509.CRLReason)]
    return Entry(entry.revocation_date_utc, str(reasons[0].reason.value) if reasons else "unspecified")


def _certificate_issuer(entry: x509.RevokedCertificate) -> bytes | None:
    try:
        found = entry.extensions.get_extension_for_class(x509.CertificateIssuer).value
    except x509.ExtensionNotFound:
        return None
    names = found.get_values_for_type(x509.DirectoryName)
    if len(names) != 1:
        raise MalformedCrlError("an entry's certificate issuer is not one directory name")
    return Name(names[0].public_bytes()).key
