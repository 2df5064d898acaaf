"""Other software reads and verifies the lists that we publish."""

from __future__ import annotations

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.x509 import load_der_x509_certificate
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.qualified.eutl_parse import trust_list_to_registry
from signxml import InvalidDigest
from signxml.xades import XAdESSignatureConfiguration, XAdESVerifier

from tests.unit.trust.lists import GD, HK, MO, authorities, draft, sign

TSL_ROOT = "{http://uri.etsi.org/02231/v2#}TrustServiceStatusList"


def qualified(values):
    """pyHanko reads services for qualified certificates alone."""
    for service in values["provider"][0]["service"]:
        service |= {"type": "CA/QC", "information": ["ForeSignatures"]}


@pytest.mark.parametrize(("territory", "issuer"), [(HK, "hk-issuing"), (GD, "gd-root"), (MO, "mo-root")])
def test_pyhanko_verifies_and_reads_our_lists(territory, issuer):
    text = sign(draft(territory, qualified)).decode("utf-8")
    signer = asn1_x509.Certificate.load(authorities()[f"{territory}-signer".lower()].der)
    registry, errors = trust_list_to_registry(text, [signer])
    assert errors == []
    read = {authority.certificate.dump() for authority in registry.known_certificate_authorities}
    assert authorities()[issuer].der in read


def test_pyhanko_refuses_one_that_was_changed():
    text = sign(draft(HK)).decode("utf-8").replace("e-Cert, former", "e-Cert, formed")
    signer = asn1_x509.Certificate.load(authorities()["hk-signer"].der)
    with pytest.raises(SignatureValidationError):
        trust_list_to_registry(text, [signer])


@pytest.mark.parametrize("territory", [GD, HK, MO])
def test_signxml_verifies_our_lists(territory):
    """RSA and ECDSA, against the certificate; what it returns as signed is the list and its properties."""
    certificate = load_der_x509_certificate(authorities()[f"{territory}-signer".lower()].der)
    config = XAdESSignatureConfiguration(require_x509=True, expect_references=2)
    results = XAdESVerifier().verify(sign(draft(territory)), x509_cert=certificate, expect_config=config)
    assert TSL_ROOT in [result.signed_xml.tag for result in results]


def test_signxml_refuses_one_that_was_changed():
    certificate = load_der_x509_certificate(authorities()["hk-signer"].der)
    config = XAdESSignatureConfiguration(require_x509=True, expect_references=2)
    data = sign(draft(HK)).replace(b"e-Cert, former", b"e-Cert, formed")
    with pytest.raises(InvalidDigest):
        XAdESVerifier().verify(data, x509_cert=certificate, expect_config=config)
