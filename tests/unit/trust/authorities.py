"""A small PKI of three regions for tests: authorities, certificates, signers of lists. Keys are made anew in every run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID, ObjectIdentifier

from idbridge.pki.certificate import Certificate

BEGIN = datetime(2000, 1, 1, tzinfo=UTC)
END = datetime(2090, 1, 1, tzinfo=UTC)

ECDSA_WITH_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
RSA_WITH_SHA256 = bytes.fromhex("300d06092a864886f70d01010b0500")


@dataclass(frozen=True)
class Authority:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def facts(self) -> Certificate:
        return Certificate.from_der(self.der)

    # A Signer of idbridge.pki.issuing, which is what signs lists.

    @property
    def algorithm(self) -> bytes:
        return RSA_WITH_SHA256 if isinstance(self.key, rsa.RSAPrivateKey) else ECDSA_WITH_SHA256

    @property
    def public_key_info(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, message: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(message, ec.ECDSA(hashes.SHA256()))


def issue(
    name: str,
    issuer: Authority | None = None,
    *,
    country: str = "CN",
    unit: str | None = None,
    policies: tuple[str, ...] = (),
    ca: bool = True,
    of: Authority | None = None,
    rsa_key: bool = False,
    key_usage: x509.KeyUsage | None = None,
    purposes: tuple[str, ...] = (),
) -> Authority:
    """Issue a certificate for *name*; *of* makes it another certificate of the same authority (a cross-certificate)."""
    key = of.key if of else _rsa_key() if rsa_key else ec.generate_private_key(ec.SECP256R1())
    attributes = [x509.NameAttribute(NameOID.COUNTRY_NAME, country)]
    if unit:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit))
    subject = of.certificate.subject if of else x509.Name([*attributes, x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(END)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if policies:
        information = [x509.PolicyInformation(ObjectIdentifier(policy), None) for policy in policies]
        builder = builder.add_extension(x509.CertificatePolicies(information), critical=False)
    if key_usage:
        builder = builder.add_extension(key_usage, critical=True)
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ObjectIdentifier(oid) for oid in purposes]), critical=True)
    return Authority(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


USAGES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


def usage(*names: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{name: name in names for name in USAGES})


@cache
def _rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def at(year: int, month: int = 1, day: int = 1) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


NOW = at(2026, 6)
ISSUED = NOW - timedelta(days=10)
