"""Known answers from OpenSSL's and Tongsuo's test suites."""

import re
import warnings
from base64 import b64decode

import pytest
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from idbridge.pki import sm2
from tests.requirements import vectors

PKCS8 = re.compile(r"-----BEGIN PRIVATE KEY-----\n(.*?)-----END", re.DOTALL)
VERIFY = re.compile(r"Verify = SM2_key1\nCtrl = digest:SM3\nInput = (\w+)\nOutput = (\w+)\n\n")


def load(name):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Parsed a serial number")  # some of Tongsuo's roots have serial 0
        return x509.load_pem_x509_certificates(vectors("sm2", name).read_bytes())


def point(certificate):
    """Our key reader on the SubjectPublicKeyInfo, which `cryptography` refuses to interpret for SM2."""
    parsed = Certificate.load(certificate.public_bytes(Encoding.DER))
    return sm2.point_from_public_key_info(parsed["tbs_certificate"]["subject_public_key_info"].dump())


def test_openssl_known_answers():
    text = vectors("sm2", "evppkey_sm2.txt").read_text()
    key = sm2.from_pkcs8(b64decode(PKCS8.search(text)[1]))
    answers = VERIFY.findall(text)
    assert len(answers) == 2
    for digest, signature in answers:
        assert sm2.verify_digest(key.point, bytes.fromhex(digest), *sm2.from_der(bytes.fromhex(signature)))


LEAVES = ["client_enc", "client_enc_expire", "client_sign", "client_sign_expire", "server_enc", "server_enc_expire"]
ISSUED = [(f"{leaf}.crt", 0, "chain-ca.crt", 1) for leaf in [*LEAVES, "server_sign", "server_sign_expire"]] + [
    ("chain-ca.crt", 0, "chain-ca.crt", 0),
    ("chain-ca.crt", 1, "chain-ca.crt", 0),
    ("sm2-chain-ca.crt", 0, "sm2-chain-ca.crt", 1),
    ("sm2-leaf.crt", 0, "sm2-chain-ca.crt", 0),
    ("sm2-first-crt.pem", 0, "sm2-root-cert.pem", 0),
    ("sm2-root-cert.pem", 0, "sm2-root-cert.pem", 0),
    ("sm2-cert.pem", 0, "sm2-root-cert.pem", 0),
]


@pytest.mark.parametrize(("name", "index", "issuer", "issuer_index"), ISSUED)
def test_tongsuo_certificates(name, index, issuer, issuer_index):
    certificate, key = load(name)[index], point(load(issuer)[issuer_index])
    assert sm2.verify(key, certificate.tbs_certificate_bytes, certificate.signature)
    assert not sm2.verify(key, certificate.tbs_certificate_bytes + b"\0", certificate.signature)


def test_key_algorithm_written_as_the_sm2_oid_is_read():
    """Tongsuo's `sm2-cert.pem`: the key algorithm itself is the SM2 OID."""
    assert point(load("sm2-cert.pem")[0])


@pytest.mark.parametrize("name", ["sm2-noza-cert.pem", "sm2-noza-root-cert.pem"])
def test_certificates_made_without_z_do_not_verify(name):
    """They sign SM3(message) alone, which is not SM2 as the standard has it."""
    certificate, key = load(name)[0], point(load("sm2-noza-root-cert.pem")[0])
    numbers = sm2.from_der(certificate.signature)
    assert not sm2.verify(key, certificate.tbs_certificate_bytes, certificate.signature)
    assert sm2.verify_digest(key, sm2.sm3(certificate.tbs_certificate_bytes), *numbers)
