"""Other software reads and verifies the lists that we publish."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.x509 import load_der_x509_certificate
from lxml import etree
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.qualified.eutl_parse import read_qualified_service_definitions, trust_list_to_registry
from signxml import InvalidDigest
from signxml.xades import XAdESSignatureConfiguration, XAdESVerifier

from idbridge.trust.anchors import periods
from idbridge.trust.reading import read_list, read_unverified_list
from idbridge.trust.vocabulary import CA_QC, GRANTED
from tests.requirements import vectors
from tests.unit.trust.lists import GD, HK, MO, authorities, draft, sign

SNAPSHOT = datetime(2019, 10, 1, tzinfo=UTC)
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


def shown_signer(*parts: str) -> bytes:
    """The certificate in a list's KeyInfo: what is compared does not depend on who it is."""
    found = etree.fromstring(vectors("trust-lists", *parts).read_bytes()).find(".//{*}Signature/{*}KeyInfo//{*}X509Certificate")
    return base64.b64decode("".join(found.itertext()))


def granted_by_pyhanko(data: bytes):
    """Every approval of services for qualified certificates: certificates, since, until."""
    found = set()
    definitions = read_qualified_service_definitions(data.decode("utf-8-sig"))
    for definition in definitions:
        base = definition.base_info
        # A state that another one replaced at once has no period; pyHanko lists it, we do not.
        if base.service_type == CA_QC and base.valid_from != base.valid_until:
            found.add((frozenset(c.dump() for c in base.provider_certs), base.valid_from, base.valid_until))
    return found


def granted_by_us(data: bytes):
    """The same from our reader, with the approvals that pyHanko leaves out, for it does not know their critical extensions."""
    found, limited = set(), set()
    for _, service in read_unverified_list(data).services():
        if service.current.type != CA_QC:
            continue
        states = (service.current, *service.history)
        taken_over = any(state.extensions.taken_over_by for state in states)
        for state, end in periods(states):
            if state.status == GRANTED and state.type == CA_QC:
                approval = (frozenset(state.identity.certificates), state.since, end)
                (limited if taken_over else found).add(approval)
    return found, limited


@pytest.mark.parametrize("territory", ["AT", "BE", "BG", "EL", "FI", "FR", "IE", "LT", "NL", "NO", "PT", "SK"])
def test_pyhanko_reads_the_same_approvals_in_real_lists(territory):
    data = vectors("trust-lists", "eu-all", f"{territory}.xml").read_bytes()
    (ours, limited), theirs = granted_by_us(data), granted_by_pyhanko(data)
    assert ours
    assert ours <= theirs <= ours | limited


@pytest.mark.parametrize("territory", ["BE", "FI", "LT", "LU", "NO", "SK"])
def test_signxml_agrees_on_real_signatures(territory):
    data = vectors("trust-lists", "eu-all", f"{territory}.xml").read_bytes()
    signer = shown_signer("eu-all", f"{territory}.xml")
    config = XAdESSignatureConfiguration(require_x509=True, expect_references=2, verification_time=SNAPSHOT)
    XAdESVerifier().verify(data, x509_cert=load_der_x509_certificate(signer), expect_config=config)
    assert read_list(data, [signer]).signer == signer
