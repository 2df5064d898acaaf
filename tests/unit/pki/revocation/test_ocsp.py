"""OCSP responses as facts, requests as bytes: held to what `cryptography` reads and writes."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from idbridge.pki.errors import MalformedOcspResponseError
from idbridge.pki.revocation.ocsp import NONCE, SIZE_LIMIT, OcspResponse, build_request
from tests.authority import AT, DAY, Authority, read


@pytest.fixture
def ca() -> Authority:
    return Authority("CA")


def test_facts(ca: Authority) -> None:
    leaf, root = ca.certify("Leaf"), ca.root()
    delegate, certificate = ca.responder()
    der = delegate.ocsp(leaf, root, responder=certificate, by_name=True, nonce=b"12345678")
    ours, theirs = OcspResponse.from_der(der), ocsp.load_der_ocsp_response(der)
    assert ours.tbs == theirs.tbs_response_bytes
    assert ours.signature == theirs.signature
    assert str(ours.responder_name) == "CN=Responder"
    assert ours.certificates == (read(certificate),)
    (answer,) = ours.answers
    assert (answer.status, answer.this_update, answer.next_update) == ("good", AT - DAY, AT + DAY)
    assert answer.is_about(read(leaf), read(root))
    assert not answer.is_about(read(leaf), read(Authority("CA").root()))
    assert not answer.is_about(read(ca.certify("Other")), read(root))


def test_nonce(ca: Authority) -> None:
    leaf, root = ca.certify("Leaf"), ca.root()
    with_nonce = OcspResponse.from_der(ca.ocsp(leaf, root, nonce=b"12345678"))
    assert with_nonce.answers_nonce(b"12345678")
    assert not with_nonce.answers_nonce(b"another")
    assert OcspResponse.from_der(ca.ocsp(leaf, root)).answers_nonce(b"12345678")


@pytest.mark.parametrize(
    "bare", [b"12345678", b"\x04\x7f1234", b"\x30\x02ab"], ids=["octets", "a length too long", "another type"]
)
def test_a_nonce_without_its_type(ca: Authority, bare: bytes) -> None:
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier(NONCE), bare)
    response = OcspResponse.from_der(ca.ocsp(ca.certify("Leaf"), ca.root(), extensions=((extension, False),)))
    assert response.nonce == bare
    assert response.answers_nonce(bare)
    assert not response.answers_nonce(b"another")


@pytest.mark.parametrize("nonce", [None, b"1", b"x" * 32])
def test_requests_are_what_the_library_reads(ca: Authority, nonce: bytes | None) -> None:
    leaf, root = ca.certify("Leaf"), ca.root()
    request = ocsp.load_der_ocsp_request(build_request(read(leaf), read(root), nonce))
    assert request.serial_number == read(leaf).serial_number
    builder = ocsp.OCSPRequestBuilder().add_certificate(
        x509.load_der_x509_certificate(leaf), x509.load_der_x509_certificate(root), hashes.SHA1()
    )
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    expected = builder.build()
    assert request.public_bytes(serialization.Encoding.DER) == expected.public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\x30\x03\x0a\x01\x06",  # unauthorized
        b"\x30\x03\x0a\x01\x63",
        b"\x30\x03\x0a\x01\x00",  # successful, without a body
        b"0" * (SIZE_LIMIT + 1),
    ],
)
def test_refusals(der: bytes) -> None:
    with pytest.raises(MalformedOcspResponseError) as refusal:
        OcspResponse.from_der(der)
    assert refusal.value.code == "malformed-ocsp-response"
