"""What a certificate contains, as far as trust lists ask about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cryptography.hazmat.asn1 import TLV

from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import MalformedDerError
from idbridge.pki.extensions import QcStatement as RawStatement
from idbridge.pki.structures import OidHolder, TlvHolder, decode, enclosed

QC_TYPE: Final = "0.4.0.1862.1.6"  # ETSI EN 319 412-5 clause 4.2.3
QC_LEGISLATION: Final = "0.4.0.1862.1.7"  # clause 4.2.4
PRINTABLE_STRING: Final = b"\x13"


@dataclass(frozen=True, slots=True)
class QcStatement:
    """A statement on a qualified certificate (ETSI EN 319 412-5): its OID, and the types or legislations it names."""

    oid: str
    types: frozenset[str] = frozenset()
    legislations: frozenset[str] = frozenset()

    def covers(self, wanted: QcStatement) -> bool:
        """Tell whether this statement says at least what *wanted* says."""
        return self.oid == wanted.oid and self.types >= wanted.types and self.legislations >= wanted.legislations


@dataclass(frozen=True, slots=True)
class CertificateContent:
    """The contents of one certificate. OIDs are dotted; ``key_usage`` is None where the extension is absent."""

    subject: tuple[tuple[str, str], ...]
    policies: frozenset[str]
    key_usage: frozenset[str] | None
    extended_key_usage: frozenset[str]
    qc_statements: tuple[QcStatement, ...]


CONTENTS_REMEMBERED: Final = 256
"""One answer asks for the same certificate's contents once for every entry; a kilobyte each."""


@lru_cache(CONTENTS_REMEMBERED)
def content_of(certificate: Certificate) -> CertificateContent:
    """Return what *certificate* contains. What cannot be decoded is not contained: nothing is recognised for it."""
    attributes = (attribute for relative in certificate.subject.rdns for attribute in relative)
    return CertificateContent(
        subject=tuple((kind, value) for kind, value in attributes if isinstance(value, str)),
        policies=frozenset(certificate.policies),
        key_usage=certificate.key_usage,
        extended_key_usage=frozenset(certificate.extended_key_usage or ()),
        qc_statements=tuple(map(_statement, certificate.qc_statements)),
    )


def _statement(raw: RawStatement) -> QcStatement:
    try:
        if raw.identifier == QC_TYPE and raw.information:
            oids = decode(OidHolder, enclosed(raw.information)).items
            return QcStatement(raw.identifier, types=frozenset(oid.dotted_string for oid in oids))
        if raw.identifier == QC_LEGISLATION and raw.information:
            codes = decode(TlvHolder, enclosed(raw.information)).items
            return QcStatement(raw.identifier, legislations=frozenset(map(_country, codes)))
    except MalformedDerError:
        pass  # the statement is there and says nothing more
    return QcStatement(raw.identifier)


def _country(value: TLV) -> str:
    """Return a country code (ISO 3166-1 alpha-2, a PrintableString of two letters)."""
    if value.tag_bytes != PRINTABLE_STRING:
        raise MalformedDerError("a country code is a PrintableString")
    return bytes(value.data).decode("ascii", errors="replace")
