"""Signing lists: every kind of key, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from asn1crypto import core, keys, x509
from lxml import etree

from idbridge.pki import sm2
from idbridge.trust.criteria import Assertion, CriteriaList, UnknownCriterion
from idbridge.trust.localised import Localised
from idbridge.trust.model import Qualification, ServiceExtensions, TakeOver
from idbridge.trust.reading import read_list, read_unverified_list
from idbridge.trust.refusals import Refusal, TrustListRefused
from idbridge.trust.writing import sign_list, write_list
from idbridge.trust.xml.algorithms import SIGNATURES, named
from tests.unit.trust.authorities import ISSUED
from tests.unit.trust.lists import GD, HK, authorities, draft, sign

SM2_WITH_SM3 = bytes.fromhex("300a06082a811ccf55018375")
ED25519 = bytes.fromhex("300506032b6570")


@dataclass(frozen=True)
class Sm2Signer:
    """An SM2 key that signs lists."""

    key: sm2.PrivateKey
    algorithm: bytes = SM2_WITH_SM3

    @property
    def public_key_info(self) -> bytes:
        return sm2.public_key_info(self.key.point)

    def sign(self, message: bytes) -> bytes:
        return sm2.sign(self.key, message)


def sm2_certificate(signer: Sm2Signer) -> bytes:
    name = x509.Name.build({"country_name": "CN", "common_name": "Guangdong SM2 list signer"})
    algorithm = {"algorithm": "1.2.156.10197.1.501"}
    period = {
        "not_before": x509.Time({"utc_time": datetime(2020, 1, 1, tzinfo=UTC)}),
        "not_after": x509.Time({"utc_time": datetime(2040, 1, 1, tzinfo=UTC)}),
    }
    body = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": 1,
            "signature": algorithm,
            "issuer": name,
            "validity": period,
            "subject": name,
            "subject_public_key_info": keys.PublicKeyInfo.load(signer.public_key_info),
        }
    )
    signature = core.OctetBitString(signer.sign(body.dump()))
    return x509.Certificate({"tbs_certificate": body, "signature_algorithm": algorithm, "signature_value": signature}).dump()


@pytest.fixture(scope="module")
def sm2_signer():
    return Sm2Signer(sm2.generate())


def test_sm2_signs_lists_too(sm2_signer):
    certificate = sm2_certificate(sm2_signer)
    data = sign_list(write_list(draft(GD)), sm2_signer, certificate, ISSUED)
    assert read_list(data, [certificate]).content == draft(GD)
    assert b"http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3" in data
    assert b"http://www.chinaport.gov.cn/2022/04/xmldsig#sm3" in data


def test_an_sm2_signature_is_of_sixty_four_bytes_and_checked(sm2_signer):
    certificate = sm2_certificate(sm2_signer)
    data = sign_list(write_list(draft(GD)), sm2_signer, certificate, ISSUED)
    root = etree.fromstring(data)
    value = root.find(".//{http://www.w3.org/2000/09/xmldsig#}SignatureValue")
    value.text = ("B" if value.text[0] == "A" else "A") + value.text[1:]
    with pytest.raises(TrustListRefused) as refused:
        read_list(etree.tostring(root), [certificate])
    assert refused.value.code is Refusal.SIGNATURE_WRONG


def test_a_signed_list_is_not_signed_again():
    by = authorities()["gd-signer"]
    with pytest.raises(TrustListRefused) as refused:
        sign_list(sign(draft(GD)), by, by.der, ISSUED)
    assert refused.value.code is Refusal.SIGNATURE_SEVERAL


def test_another_keys_certificate_is_refused():
    with pytest.raises(ValueError, match="not that of the signing key"):
        sign_list(write_list(draft(GD)), authorities()["gd-signer"], authorities()["hk-signer"].der, ISSUED)


@pytest.mark.parametrize("algorithm", [ED25519, b"", b"\x30\x00"])
def test_algorithms_without_a_name_in_xml_are_refused(algorithm):
    with pytest.raises(ValueError):  # noqa: PT011  # the registry words it
        named(algorithm)


def test_every_scheme_has_one_name_that_is_written():
    written = {}
    for uri, scheme in SIGNATURES.items():
        written.setdefault(scheme, uri)
    assert len(written) == len(SIGNATURES) - 1  # the older name of SM2 is only read
    assert named(SM2_WITH_SM3)[0] == written[SIGNATURES["http://www.w3.org/2000/09/xmldsig#sm2-sm3"]]


def extended(extensions: ServiceExtensions):
    content = draft(HK)
    provider = content.providers[0]
    service = provider.services[0]
    changed = replace(service, current=replace(service.current, extensions=extensions))
    return replace(content, providers=(replace(provider, services=(changed,)),))


@pytest.mark.parametrize(
    "extensions",
    [
        ServiceExtensions(unknown_critical=("{urn:x}Limit",)),
        ServiceExtensions(qualifications=(Qualification((), CriteriaList(Assertion.ALL, (UnknownCriterion("x"),))),)),
    ],
)
def test_what_was_not_understood_is_not_written(extensions):
    """Writing a limit away would widen an approval."""
    with pytest.raises(ValueError, match="cannot be written"):
        write_list(extended(extensions))


def test_what_was_understood_is_written_in_full():
    names = (Localised("en", "Another"),)
    take_over = TakeOver(Localised("en", "https://other.example/"), names, names, HK)
    content = extended(ServiceExtensions(expired_certificates_since=ISSUED, taken_over_by=take_over))
    assert read_unverified_list(write_list(content)) == content
