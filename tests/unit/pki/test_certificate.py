"""Facts of certificates, held to what `cryptography` reads from the same bytes."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from idbridge.pki.certificate import SIZE_LIMIT, Certificate
from idbridge.pki.errors import MalformedCertificateError
from tests.authority import AT, DAY, Authority, oid, policies
from tests.requirements import vectors

URL = "http://ca.example/"


@pytest.fixture(scope="module")
def der() -> bytes:
    uri = x509.UniformResourceIdentifier
    access = [
        x509.AccessDescription(oid("1.3.6.1.5.5.7.48.1"), uri(URL + "ocsp")),
        x509.AccessDescription(oid("1.3.6.1.5.5.7.48.2"), uri(URL + "ca.cer")),
    ]
    points = [x509.DistributionPoint([uri(URL + "1.crl")], None, None, None)]
    statements = x509.UnrecognizedExtension(oid("1.3.6.1.5.5.7.1.3"), bytes.fromhex("300a3008060604008e460101"))
    extensions = (
        (x509.AuthorityInformationAccess(access), False),
        (x509.CRLDistributionPoints(points), False),
        (x509.FreshestCRL([x509.DistributionPoint([uri(URL + "delta.crl")], None, None, None)]), False),
        (policies("1.2.3", "2.16.344.8.2.2008.810.2.2018.1.1"), False),
        (x509.ExtendedKeyUsage([oid("1.3.6.1.5.5.7.3.4")]), False),
        (statements, False),
    )
    return Authority("CA").certify("Leaf", extensions=extensions)


def test_agrees_with_the_library(der: bytes) -> None:
    ours, theirs = Certificate.from_der(der), x509.load_der_x509_certificate(der)
    assert ours.serial_number == theirs.serial_number
    assert (ours.not_before, ours.not_after) == (theirs.not_valid_before_utc, theirs.not_valid_after_utc)
    assert ours.not_before.tzinfo is UTC
    assert ours.tbs == theirs.tbs_certificate_bytes
    assert ours.signature == theirs.signature
    assert ours.subject.der == theirs.subject.public_bytes()
    assert ours.version == 3


def test_facts(der: bytes) -> None:
    certificate = Certificate.from_der(der)
    assert str(certificate.subject) == "CN=Leaf"
    assert str(certificate.issuer) == "CN=CA"
    assert certificate.ocsp_urls == (URL + "ocsp",)
    assert certificate.aia_urls == (URL + "ca.cer",)
    assert certificate.crl_urls == (URL + "1.crl", URL + "delta.crl")
    assert certificate.policies == ("1.2.3", "2.16.344.8.2.2008.810.2.2018.1.1")
    assert certificate.extended_key_usage == ("1.3.6.1.5.5.7.3.4",)
    assert certificate.key_usage == {"digitalSignature"}
    assert [statement.identifier for statement in certificate.qc_statements] == ["0.4.0.1862.1.1"]
    assert not certificate.is_ca
    assert not certificate.is_self_issued
    assert len(certificate.sha256) == 64


def test_immutable_and_equal_by_bytes(der: bytes) -> None:
    certificate = Certificate.from_der(der)
    assert certificate == Certificate.from_der(bytearray(der))
    with pytest.raises(FrozenInstanceError):
        certificate.version = 1  # type: ignore[misc] - that it is refused is the point


def test_a_broken_extension_is_a_fault_and_no_refusal() -> None:
    broken = x509.UnrecognizedExtension(oid("2.5.29.31"), b"\x30\x03\x01")
    certificate = Certificate.from_der(Authority("CA").certify("Leaf", extensions=((broken, False),)))
    assert [identifier for identifier, _ in certificate.extensions.faults] == ["2.5.29.31"]
    assert certificate.crl_urls == ()
    assert certificate.key_usage == {"digitalSignature"}


def test_times_before_and_after_2050() -> None:
    ca = Authority("CA")
    certificate = Certificate.from_der(ca.certify("Leaf", end=AT + 50 * 365 * DAY))
    assert certificate.not_after.year == 2075


@pytest.mark.parametrize("der", [b"", b"\x30\x00", b"\x30\x03\x02\x01\x01", b"\0" * (SIZE_LIMIT + 1)])
def test_refusals(der: bytes) -> None:
    with pytest.raises(MalformedCertificateError):
        Certificate.from_der(der)


def test_trailing_octets_are_refused(der: bytes) -> None:
    with pytest.raises(MalformedCertificateError):
        Certificate.from_der(der + b"\0")


@given(st.binary(max_size=300))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    with pytest.raises(MalformedCertificateError):
        Certificate.from_der(octets)


def test_all_pkits_certificates_agree_with_the_library() -> None:
    for path in sorted(vectors("pkits", "certs").glob("*.crt")):
        if "DSA" in path.name or "NegativeSerial" in path.name:  # what the library does not read
            continue
        data = path.read_bytes()
        ours, theirs = Certificate.from_der(data), x509.load_der_x509_certificate(data)
        assert ours.subject.der == theirs.subject.public_bytes(), path.name
        assert ours.not_after == theirs.not_valid_after_utc, path.name
        assert set(ours.extensions.raw) == {extension.oid.dotted_string for extension in theirs.extensions}, path.name
        assert not ours.extensions.faults, path.name
