"""Certificates, CRLs and OCSP responses that real signers put into their documents: every one of them can be read.

One that is not read is missing to the process, whatever it would have proved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache

import pytest

from idbridge import verify_document
from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.pki.revocation.crl import CertificateList
from idbridge.pki.revocation.ocsp import OcspResponse
from idbridge.signatures.evidence import RevocationKind
from idbridge.signatures.refusals import DocumentRefused
from idbridge.signatures.report import DocumentReport
from tests.requirements import vectors

AT = datetime(2026, 1, 1, tzinfo=UTC)


@cache
def reports() -> tuple[tuple[str, DocumentReport], ...]:
    return tuple(_reports())


def _reports() -> Iterator[tuple[str, DocumentReport]]:
    for path in sorted(vectors("dss").glob("*/*")):
        try:
            yield path.name, verify_document(path.read_bytes(), trust=None, at=AT)
        except DocumentRefused:
            continue


def unread(reading: Callable[[bytes], object], ders: Iterator[tuple[str, bytes]]) -> tuple[set[str], int]:
    """Return the files with something that *reading* refuses, and how much it was given."""
    found = dict.fromkeys(ders)
    refused = set()
    for name, der in found:
        try:
            reading(der)
        except PkiError as error:
            refused.add(f"{name}: {error}")
    return refused, len(found)


def test_certificates() -> None:
    found = ((name, found.der) for name, report in reports() for found in report.certificates)
    refused, number = unread(Certificate.from_der, found)
    assert not refused
    assert number > 300


@pytest.mark.parametrize(
    ("kind", "reading"), [(RevocationKind.CRL, CertificateList.from_der), (RevocationKind.OCSP, OcspResponse.from_der)]
)
def test_revocation_data(kind: RevocationKind, reading: Callable[[bytes], object]) -> None:
    found = ((name, found.der) for name, report in reports() for found in report.revocations if found.kind is kind)
    refused, number = unread(reading, found)
    assert not refused
    assert number > 50
