"""What a certificate contains, as far as trust lists ask about it."""

from __future__ import annotations

from dataclasses import dataclass


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
    """The contents of one certificate. OIDs are dotted; ``key_usage`` is None where the extension is absent.

    ``identity`` is the DER of subject name and public key: who the certificate is about, whichever of its certificates it is.
    """

    identity: tuple[bytes, bytes]
    subject: tuple[tuple[str, str], ...]
    policies: frozenset[str]
    key_usage: frozenset[str] | None
    extended_key_usage: frozenset[str]
    qc_statements: tuple[QcStatement, ...]
