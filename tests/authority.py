"""A certification authority for tests, built on `cryptography`: it issues certificates, CRLs and OCSP responses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from idbridge.pki.certificate import Certificate

AT = datetime(2025, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
DER = serialization.Encoding.DER
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey


@cache
def key_of(label: str) -> ec.EllipticCurvePrivateKey:
    """Return the P-256 key of that label, the same one in a run."""
    return ec.generate_private_key(ec.SECP256R1())


def name_of(text: str) -> x509.Name:
    """Return the name with that common name, or an empty one."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)] if text else [])


def oid(dotted: str) -> x509.ObjectIdentifier:
    return x509.ObjectIdentifier(dotted)


def digest_for(key: Key) -> hashes.HashAlgorithm | None:
    return None if isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey) else hashes.SHA256()


def usage(*bits: str) -> x509.KeyUsage:
    """Return a key usage with these bits, named as the library names them."""
    names = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"]
    names += ["key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]
    return x509.KeyUsage(**{name: name in bits for name in names})


def policies(*dotted: str) -> x509.CertificatePolicies:
    return x509.CertificatePolicies([x509.PolicyInformation(oid(item), None) for item in dotted])


Extension = tuple[x509.ExtensionType, bool]


@dataclass
class Authority:
    """A name with a key. Every serial number it gave is in `issued`, by the subject's common name."""

    name: str
    key: Key = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    issued: dict[str, int] = field(default_factory=dict)

    def certify(
        self,
        subject: str,
        key: Key | None = None,
        *,
        ca: bool = False,
        path_length: int | None = None,
        key_usage: x509.KeyUsage | None = None,
        extensions: tuple[Extension, ...] = (),
        begin: datetime = AT - 100 * DAY,
        end: datetime = AT + 100 * DAY,
        serial: int | None = None,
        sign: bool = True,
        identifiers: bool = True,
        digest: hashes.HashAlgorithm | None = None,
        signer: Key | None = None,
        **options: Any,
    ) -> bytes:
        """Return the DER of a certificate with the usual extensions and *extensions*."""
        public = (key or key_of(subject)).public_key()
        self.issued[subject] = serial or x509.random_serial_number()
        builder = (
            x509.CertificateBuilder()
            .subject_name(name_of(subject))
            .issuer_name(name_of(self.name))
            .public_key(public)
            .serial_number(self.issued[subject])
            .not_valid_before(begin)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca, path_length), critical=True)
        )
        bits = usage("key_cert_sign", "crl_sign") if ca else usage("digital_signature")
        builder = builder.add_extension(key_usage or bits, critical=True)
        if identifiers:
            own = self.key.public_key()
            builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(own), critical=False)
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        by = signer or self.key
        return builder.sign(by, digest or digest_for(by), **options).public_bytes(DER)

    def root(self, **options: Any) -> bytes:
        """Return its self-signed certificate."""
        return self.certify(self.name, self.key, ca=True, **options)

    def subordinate(self, name: str, **options: Any) -> tuple[Authority, bytes]:
        """Return a new authority and the certificate this one gives it."""
        below = Authority(name)
        return below, self.certify(name, below.key, ca=True, **options)

    def crl(
        self,
        *revoked: tuple[int, datetime, x509.ReasonFlags | None],
        number: int | None = 1,
        this_update: datetime = AT - DAY,
        next_update: datetime = AT + 7 * DAY,
        extensions: tuple[Extension, ...] = (),
        entry_extensions: tuple[Extension, ...] = (),
        signer: Key | None = None,
    ) -> bytes:
        """Return the DER of a CRL; an entry is (serial number, date, reason)."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(name_of(self.name))
            .last_update(this_update)
            .next_update(next_update)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        if number is not None:
            builder = builder.add_extension(x509.CRLNumber(number), critical=False)
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        for serial, date, reason in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(date)
            if reason is not None:
                entry = entry.add_extension(x509.CRLReason(reason), critical=False)
            for extension, critical in entry_extensions:
                entry = entry.add_extension(extension, critical=critical)
            builder = builder.add_revoked_certificate(entry.build())
        by = signer or self.key
        return builder.sign(by, digest_for(by)).public_bytes(DER)

    def responder(self, name: str = "Responder", *, no_check: bool = True, **options: Any) -> tuple[Authority, bytes]:
        """Return an OCSP responder and the certificate that delegates to it."""
        extensions: list[Extension] = [(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False)]
        if no_check:
            extensions.append((x509.OCSPNoCheck(), False))
        delegate = Authority(name)
        options.setdefault("extensions", tuple(extensions))
        return delegate, self.certify(name, delegate.key, **options)

    def ocsp(
        self,
        certificate: bytes,
        issuer: bytes,
        *,
        status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
        revoked_at: datetime | None = None,
        reason: x509.ReasonFlags | None = None,
        responder: bytes | None = None,
        by_name: bool = False,
        this_update: datetime = AT - DAY,
        next_update: datetime | None = AT + DAY,
        nonce: bytes | None = None,
        digest: hashes.HashAlgorithm | None = None,
        extensions: tuple[Extension, ...] = (),
    ) -> bytes:
        """Return the DER of a response about *certificate*, signed by this key as *responder*, or as *issuer*."""
        by = x509.load_der_x509_certificate(responder or issuer)
        encoding = ocsp.OCSPResponderEncoding.NAME if by_name else ocsp.OCSPResponderEncoding.HASH
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                x509.load_der_x509_certificate(certificate),
                x509.load_der_x509_certificate(issuer),
                digest or hashes.SHA1(),
                status,
                this_update,
                next_update,
                revoked_at,
                reason,
            )
            .responder_id(encoding, by)
        )
        if responder is not None:
            builder = builder.certificates([by])
        if nonce is not None:
            builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(self.key, digest_for(self.key)).public_bytes(DER)


def read(der: bytes) -> Certificate:
    return Certificate.from_der(der)
