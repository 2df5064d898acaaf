"""The sandbox's OCSP responder as a WSGI application."""

import io
from base64 import b64encode
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from idbridge.pki.issuing.certificates import Order
from idbridge.pki.issuing.ocsp import MAX_REQUEST_BYTES, Responder
from idbridge.pki.issuing.signer import signer_for
from idbridge.pki.issuing.subjects import name_from_table
from idbridge.sandbox.ocsp import OcspApplication
from idbridge.services.certificate_authority import CertificateAuthority, create_authority
from idbridge.storage.authorities import AuthoritySettings
from tests.unit.pki.issuing.simple import NOW, PROFILES, VALIDITY, key, order, profile


@pytest.fixture
def application(tmp_path):
    settings = AuthoritySettings(id="ca", region="HK", key="key.pem", base_url="http://pki.example")
    signer = signer_for(key("ec-p256"))
    root = Order(name_from_table({"C": "HK", "CN": "CA"}), signer.public_key_info)
    folder = create_authority(tmp_path / "ca", settings, profile("root"), root, signer, VALIDITY)
    authority = CertificateAuthority(folder, signer, PROFILES)
    responder = Responder(folder.certificate, signer, folder.certificate)
    made = OcspApplication(authority, responder, lambda: NOW)
    made.suspended = authority.issue("person", order("ec-p256"), VALIDITY)
    authority.suspend(made.suspended.serial, at=NOW)
    made.authority_certificate = folder.certificate
    return made


def request(application):
    leaf, issuer = map(x509.load_der_x509_certificate, (application.suspended.der, application.authority_certificate))
    return ocsp.OCSPRequestBuilder().add_certificate(leaf, issuer, hashes.SHA1()).build().public_bytes(Encoding.DER)


def ask(application, method="POST", body=b"", path="/", **environ):
    answered = []
    given = {"REQUEST_METHOD": method, "PATH_INFO": path, "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
    content = b"".join(application({**given, **environ}, lambda status, headers: answered.append((status, dict(headers)))))
    [(status, headers)] = answered
    assert headers["Content-Length"] == str(len(content))
    return status, content


def test_post_and_get(application):
    der = request(application)
    path = "/" + quote(b64encode(der).decode(), safe="")
    for status, content in (ask(application, body=der), ask(application, "GET", path=path)):
        assert status == "200 OK"
        answer = ocsp.load_der_ocsp_response(content)
        assert answer.revocation_reason is x509.ReasonFlags.certificate_hold


@pytest.mark.parametrize(
    "arguments",
    [
        {"body": b"nonsense"},
        {"CONTENT_LENGTH": "many"},
        {"CONTENT_LENGTH": "-1"},
        {"CONTENT_LENGTH": "²"},
        {"CONTENT_LENGTH": str(MAX_REQUEST_BYTES + 1)},
        {"method": "GET", "path": "/%%%"},
        {"method": "GET", "path": "/" + "A" * 3 * MAX_REQUEST_BYTES},
    ],
)
def test_malformed_requests(application, arguments):
    status, content = ask(application, **arguments)
    assert status == "200 OK"
    assert ocsp.load_der_ocsp_response(content).response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_other_methods(application):
    assert ask(application, "DELETE")[0] == "405 Method Not Allowed"
