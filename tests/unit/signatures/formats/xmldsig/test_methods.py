"""Signature methods as XML writes them, against keys of every kind."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from idbridge.pki import sm2
from idbridge.signatures.formats.xmldsig.key_info import read_key_info
from idbridge.signatures.formats.xmldsig.methods import read_value
from idbridge.signatures.values import verify_value
from tests.unit.signatures.xml_forge import DS, b64

MESSAGE = b"<ds:SignedInfo></ds:SignedInfo>"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
MORE_2007 = "http://www.w3.org/2007/05/xmldsig-more#"
SHA = "http://www.w3.org/2001/04/xmlenc#sha256"
RSA_KEY = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP384R1())


def verdict(uri: str, raw: bytes, key_info: bytes, inner: str = "") -> str:
    text = (
        f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo><ds:SignatureMethod Algorithm="{uri}">{inner}</ds:SignatureMethod>'
        f"</ds:SignedInfo><ds:SignatureValue>{b64(raw)}</ds:SignatureValue></ds:Signature>"
    )
    return verify_value(key_info, read_value(etree.fromstring(text), MESSAGE)).verdict


def public(key) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def halves(der: bytes, size: int) -> bytes:
    return b"".join(number.to_bytes(size) for number in decode_dss_signature(der))


def pss(salt: int) -> bytes:
    return RSA_KEY.sign(MESSAGE, padding.PSS(padding.MGF1(hashes.SHA256()), salt), hashes.SHA256())


def parameters(*, digest: str = SHA, mask: str = SHA, salt: str = "20", trailer: str = "1") -> str:
    method = '<ds:DigestMethod Algorithm="{}"/>'
    return (
        f'<p:RSAPSSParams xmlns:p="{MORE_2007}">{method.format(digest)}'
        f'<p:MaskGenerationFunction Algorithm="{MORE_2007}MGF1">{method.format(mask)}</p:MaskGenerationFunction>'
        f"<p:SaltLength>{salt}</p:SaltLength><p:TrailerField>{trailer}</p:TrailerField></p:RSAPSSParams>"
    )


def test_rsa() -> None:
    value = RSA_KEY.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256())
    assert verdict(MORE + "rsa-sha256", value, public(RSA_KEY)) == "valid"
    assert verdict(MORE + "rsa-sha512", value, public(RSA_KEY)) == "invalid"
    assert verdict(MORE_2007 + "sha256-rsa-MGF1", pss(32), public(RSA_KEY)) == "valid"
    assert verdict(MORE_2007 + "sha256-rsa-MGF1", value, public(RSA_KEY)) == "invalid"


def test_rsa_pss_with_parameters() -> None:
    uri = MORE_2007 + "rsa-pss"
    assert verdict(uri, pss(20), public(RSA_KEY), parameters()) == "valid"
    assert verdict(uri, pss(32), public(RSA_KEY), parameters()) == "invalid"
    assert verdict(uri, pss(32), public(RSA_KEY)) == "valid"
    mixed = RSA_KEY.sign(MESSAGE, padding.PSS(padding.MGF1(hashes.SHA1()), 20), hashes.SHA256())
    assert verdict(uri, mixed, public(RSA_KEY), parameters(mask=DS + "sha1")) == "valid"
    assert verdict(uri, pss(20), public(RSA_KEY), parameters(mask=DS + "sha1")) == "invalid"


@pytest.mark.parametrize(
    "wrong", [{"mask": "urn:x"}, {"trailer": "2"}, {"salt": "-1"}, {"salt": "9" * 99}, {"digest": "urn:x"}], ids=str
)
def test_rsa_pss_with_parameters_that_are_not_supported(wrong: dict[str, str]) -> None:
    assert verdict(MORE_2007 + "rsa-pss", pss(20), public(RSA_KEY), parameters(**wrong)) == "unsupported"


def test_ecdsa_is_two_numbers_and_never_der() -> None:
    der = EC_KEY.sign(MESSAGE, ec.ECDSA(hashes.SHA384()))
    assert verdict(MORE + "ecdsa-sha384", halves(der, 48), public(EC_KEY)) == "valid"
    assert verdict(MORE + "ecdsa-sha384", der, public(EC_KEY)) == "invalid"
    assert verdict(MORE + "ecdsa-sha384", b"", public(EC_KEY)) == "invalid"


def test_dsa_and_edwards() -> None:
    dsa_key, edwards = dsa.generate_private_key(2048), ed25519.Ed25519PrivateKey.generate()
    der = dsa_key.sign(MESSAGE, hashes.SHA256())
    assert verdict("http://www.w3.org/2009/xmldsig11#dsa-sha256", halves(der, 32), public(dsa_key)) == "valid"
    uri = "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519"
    assert verdict(uri, edwards.sign(MESSAGE), public(edwards)) == "valid"


@pytest.mark.parametrize("uri", [DS + "hmac-sha1", MORE + "hmac-sha256", "", "urn:x", "none"])
def test_what_proves_nobody_s_signature_is_not_verified(uri: str) -> None:
    assert verdict(uri, b"x" * 32, public(RSA_KEY)) == "unsupported"


def test_key_values() -> None:
    numbers = RSA_KEY.public_key().public_numbers()
    size = (numbers.n.bit_length() + 7) // 8
    modulus = b64(numbers.n.to_bytes(size))
    rsa_value = f"<ds:RSAKeyValue><ds:Modulus>{modulus}</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue>"
    point = EC_KEY.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    ec_value = (
        '<e:ECKeyValue xmlns:e="http://www.w3.org/2009/xmldsig11#"><e:NamedCurve URI="urn:oid:1.3.132.0.34"/>'
        f"<e:PublicKey>{b64(point)}</e:PublicKey></e:ECKeyValue>"
    )
    for value, key in ((rsa_value, RSA_KEY), (ec_value, EC_KEY)):
        text = f'<ds:Signature xmlns:ds="{DS}"><ds:KeyInfo><ds:KeyValue>{value}</ds:KeyValue></ds:KeyInfo></ds:Signature>'
        assert read_key_info(etree.fromstring(text)).public_key_info == public(key)


SM2_URIS = [
    MORE + "sm2-sm3",
    DS + "sm2-sm3",
    "http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3",
    "urn:oid:1.2.156.10197.1.501",
]


@pytest.mark.parametrize("uri", SM2_URIS)
def test_sm2_as_two_numbers_and_in_der(uri: str) -> None:
    key = sm2.generate()
    info = sm2.public_key_info(key.point)
    der = sm2.sign(key, MESSAGE)
    numbers = sm2.from_der(der)
    assert numbers is not None
    assert verdict(uri, sm2.to_concatenation(*numbers), info) == "valid"
    assert verdict(uri, der, info) == "valid"
    assert verdict(uri, sm2.sign(key, b"other"), info) == "invalid"
