"""A certificate as facts: what its bytes say, nothing about whether it is true.

The signed bytes are kept exactly as they came; nothing is encoded again before a signature over it is checked.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from idbridge.pki.errors import MalformedCertificateError, MalformedDerError
from idbridge.pki.extensions import ISSUERS_METHOD, OCSP_METHOD, Extensions, QcStatement, read_extensions
from idbridge.pki.names import GeneralName, Name
from idbridge.pki.structures import Signed, TbsCertificate, Time, bounded, decode, encoded

SIZE_LIMIT: Final = 1 << 20
"""Octets. The largest certificates in use (post-quantum keys, hundreds of names) stay below 100 KB."""

CERTIFICATES_REMEMBERED: Final = 2048  # issuers and anchors come again with every path; a few KB each


@dataclass(frozen=True, slots=True, eq=False)
class Certificate:
    """An X.509 certificate. Times are aware and UTC; OIDs are dotted; two are equal when their bytes are."""

    der: bytes = field(repr=False)
    tbs: bytes = field(repr=False)
    version: int
    serial_number: int
    issuer: Name
    subject: Name
    not_before: datetime
    not_after: datetime
    public_key_info: bytes = field(repr=False)
    inner_algorithm: bytes = field(repr=False)
    signature_algorithm: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    extensions: Extensions = field(repr=False)

    @staticmethod
    def from_der(der: bytes) -> Certificate:
        """Read a certificate.

        Extensions that cannot be decoded do not refuse it: they are `extensions.faults`, for validation to judge.

        :raises MalformedCertificateError: *der* is no DER certificate.
        """
        return _read(bytes(der))

    @property
    def sha256(self) -> str:
        """The SHA-256 of the certificate's bytes, lower-case hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def is_self_issued(self) -> bool:
        """Whether subject and issuer are the same name (RFC 5280 §6.1)."""
        return self.subject == self.issuer

    @property
    def is_ca(self) -> bool:
        """Whether basicConstraints say so."""
        constraints = self.extensions.basic_constraints
        return constraints is not None and constraints.ca

    @property
    def key_usage(self) -> frozenset[str] | None:
        """The names of KeyUsage's bits that are set; None without the extension."""
        return self.extensions.key_usage

    @property
    def extended_key_usage(self) -> tuple[str, ...] | None:
        """The dotted purposes; None without the extension."""
        return self.extensions.extended_key_usage

    @property
    def subject_key_identifier(self) -> bytes | None:
        """The subject key identifier's octets."""
        return self.extensions.subject_key_identifier

    @property
    def authority_key_identifier(self) -> bytes | None:
        """The key identifier within the authority key identifier."""
        return self.extensions.authority_key_identifier

    @property
    def alternative_names(self) -> tuple[GeneralName, ...]:
        """The subject's alternative names, none without the extension."""
        return self.extensions.alternative_names or ()

    @property
    def policies(self) -> tuple[str, ...]:
        """The dotted policy OIDs as the certificate states them, which is not yet that they are valid on a path."""
        return self.extensions.policies or ()

    @property
    def qc_statements(self) -> tuple[QcStatement, ...]:
        """The statements of a qualified certificate (RFC 3739, ETSI EN 319 412-5)."""
        return self.extensions.qc_statements or ()

    @property
    def aia_urls(self) -> tuple[str, ...]:
        """Where certificates of the issuer are said to be."""
        return self._access_urls(ISSUERS_METHOD)

    @property
    def ocsp_urls(self) -> tuple[str, ...]:
        """Where OCSP about this certificate is said to be answered."""
        return self._access_urls(OCSP_METHOD)

    @property
    def crl_urls(self) -> tuple[str, ...]:
        """Where CRLs about this certificate are said to be, delta CRLs after full ones."""
        points = (self.extensions.crl_distribution_points or ()) + (self.extensions.freshest_crl or ())
        return tuple(dict.fromkeys(str(n.value) for point in points for n in point.full_name if n.kind == "uri"))

    def _access_urls(self, method: str) -> tuple[str, ...]:
        entries = (entry for entry in self.extensions.access or () if entry.method == method)
        return tuple(str(entry.location.value) for entry in entries if entry.location.kind == "uri")

    def __eq__(self, other: object) -> bool:
        return self.der == other.der if isinstance(other, Certificate) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.der)

    def __str__(self) -> str:
        return str(self.subject) or f"serial {self.serial_number:x}"


@lru_cache(CERTIFICATES_REMEMBERED)
def _read(der: bytes) -> Certificate:
    if len(der) > SIZE_LIMIT:
        raise MalformedCertificateError(f"{len(der)} octets are more than the {SIZE_LIMIT} a certificate may have")
    try:
        signed = decode(Signed, der)
        tbs = encoded(signed.body)
        read = decode(TbsCertificate, tbs)
        return Certificate(
            der=der,
            tbs=tbs,
            version=bounded(read.version or 0) + 1,
            serial_number=bounded(read.serial_number),
            issuer=Name(encoded(read.issuer)),
            subject=Name(encoded(read.subject)),
            not_before=read_time(read.validity.not_before),
            not_after=read_time(read.validity.not_after),
            public_key_info=encoded(read.public_key_info),
            inner_algorithm=encoded(read.signature),
            signature_algorithm=encoded(signed.algorithm),
            signature=read_signature(signed),
            extensions=read_extensions(read.extensions or ()),
        )
    except MalformedDerError as error:
        raise MalformedCertificateError(str(error)) from error


def read_signature(signed: Signed) -> bytes:
    """Return the signature's octets; none if they are no whole number, for no algorithm makes such a signature."""
    return b"" if signed.signature.padding_bits() else signed.signature.as_bytes()


def read_time(value: Time) -> datetime:
    """Return *value* as an aware UTC datetime."""
    moment = value.as_datetime()
    return moment if moment.tzinfo is UTC else moment.replace(tzinfo=UTC)
