"""OCSP answers to good, bad and odd requests."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from hypothesis import given
from hypothesis import strategies as st

from idbridge.pki.issuing.certificates import issue
from idbridge.pki.issuing.crls import Reason, RevokedCertificate
from idbridge.pki.issuing.ocsp import MAX_NONCE, MAX_REQUEST_BYTES, Good, Responder, Unknown, respond
from idbridge.pki.issuing.signer import signer_for
from tests.unit.pki.issuing.simple import KEY_TYPES, NOW, VALIDITY, authority, key, order, profile

STATUSES = {5: Good(), 6: RevokedCertificate(6, NOW, Reason.HOLD), 7: RevokedCertificate(7, NOW)}
Status = ocsp.OCSPResponseStatus


def request(serial=5, key_type="ec-p256", digest=None, nonce=None):
    root = x509.load_der_x509_certificate(authority(key_type).certificate)
    leaf = x509.load_der_x509_certificate(
        issue(profile("person"), order("ec-p256"), authority(key_type).issuer, serial=serial, validity=VALIDITY)
    )
    builder = ocsp.OCSPRequestBuilder().add_certificate(leaf, root, digest or hashes.SHA256())
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(Encoding.DER)


def answer(data, key_type="ec-p256", responder=None):
    root = authority(key_type)
    responder = responder or Responder(root.certificate, root.signer, root.certificate)
    times = {"this_update": NOW, "next_update": NOW + timedelta(hours=1)}
    return ocsp.load_der_ocsp_response(respond(data, lambda serial: STATUSES.get(serial, Unknown()), responder, **times))


@pytest.mark.parametrize("key_type", KEY_TYPES)
@pytest.mark.parametrize(
    ("serial", "status", "reason"),
    [(5, "GOOD", None), (6, "REVOKED", "certificateHold"), (7, "REVOKED", None), (8, "UNKNOWN", None)],
)
def test_status(key_type, serial, status, reason):
    response = answer(request(serial, key_type), key_type)
    assert response.response_status is Status.SUCCESSFUL
    assert response.certificate_status.name == status
    assert response.serial_number == serial
    assert (response.revocation_reason and response.revocation_reason.value) == reason
    root = authority(key_type)
    assert response.responder_name == x509.load_der_x509_certificate(root.certificate).subject
    assert response.signature_algorithm_oid == x509.load_der_x509_certificate(root.certificate).signature_algorithm_oid


def test_delegate_sends_its_certificate():
    root = authority("sm2")
    delegate = signer_for(key("sm2", 3))
    certificate = issue(profile("ocsp-responder"), order("sm2", 3), root.issuer, serial=40, validity=VALIDITY)
    response = answer(request(5, "sm2"), "sm2", Responder(certificate, delegate, root.certificate))
    assert [sent.public_bytes(Encoding.DER) for sent in response.certificates] == [certificate]


def test_nonce_comes_back():
    response = answer(request(nonce=b"12345678"))
    assert response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == b"12345678"


@pytest.mark.parametrize("digest", [hashes.SHA1(), hashes.SHA256(), hashes.SHA384()])
def test_hash_of_the_request_is_used(digest):
    assert answer(request(digest=digest)).hash_algorithm.name == digest.name


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", Status.MALFORMED_REQUEST),
        (bytes(MAX_REQUEST_BYTES + 1), Status.MALFORMED_REQUEST),
        (request(nonce=bytes(MAX_NONCE + 1)), Status.MALFORMED_REQUEST),
        (request(5, "rsa-2048"), Status.UNAUTHORIZED),
    ],
    ids=["empty", "too long", "nonce too long", "another CA"],
)
def test_refusals(data, status):
    assert answer(data).response_status is status


@given(st.binary(max_size=200))
def test_anything_else_is_malformed(data):
    assert answer(data).response_status is Status.MALFORMED_REQUEST
