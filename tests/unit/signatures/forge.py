"""A workshop that makes signatures to order, right or wrong in one place: an authority, signers, CMS and timestamps.

Written for tests alone and apart from what the product makes, so that a mistake in one does not hide in the other. Keys
are P-256, or SM2 through the project's own `pki.sm2`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from idbridge.signatures.algorithms import encode_oid
from idbridge.signatures.ber import GENERALIZED_TIME, INTEGER, OCTET_STRING, SEQUENCE, SET, encode, read_value

BORN = datetime(2020, 1, 1, tzinfo=UTC)
SIGNED_AT = datetime(2024, 6, 1, 12, tzinfo=UTC)

DATA = "1.2.840.113549.1.7.1"
SIGNED_DATA = "1.2.840.113549.1.7.2"
TST_INFO = "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_TIME = "1.2.840.113549.1.9.5"
COUNTER_SIGNATURE = "1.2.840.113549.1.9.6"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
SIGNATURE_TIMESTAMP = "1.2.840.113549.1.9.16.2.14"
SHA256 = "2.16.840.1.101.3.4.2.1"
ECDSA_SHA256 = "1.2.840.10045.4.3.2"


def oid(dotted: str) -> bytes:
    return encode_oid(dotted)


def algorithm(dotted: str) -> bytes:
    return encode(SEQUENCE, oid(dotted))


def integer(value: int) -> bytes:
    return encode(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, signed=True))


def attribute(dotted: str, *values: bytes) -> bytes:
    return encode(SEQUENCE, oid(dotted), encode(SET, *values))


def generalized(time: datetime) -> bytes:
    return encode(GENERALIZED_TIME, time.strftime("%Y%m%d%H%M%SZ").encode())


@dataclass
class Holder:
    """A certificate with its key."""

    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    def sign(self, message: bytes) -> bytes:
        assert isinstance(self.key, ec.EllipticCurvePrivateKey)
        return self.key.sign(message, ec.ECDSA(hashes.SHA256()))


@dataclass
class Authority:
    """A root that issues everything itself."""

    name: str = "Root"
    until: datetime = datetime(2044, 1, 1, tzinfo=UTC)
    root: Holder = field(init=False)
    serial: int = field(default=100, init=False)

    def __post_init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        builder = (
            x509.CertificateBuilder(subject, subject, key.public_key(), 1, BORN, self.until)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_usage(ca=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        self.root = Holder(key, builder.sign(key, hashes.SHA256()))

    def issue(
        self,
        name: str,
        *,
        since: datetime = BORN,
        until: datetime = datetime(2034, 1, 1, tzinfo=UTC),
        timestamping: bool = False,
        timestamping_alone: bool = True,
        timestamping_critical: bool = True,
        encipherment: bool = False,
        answering: bool = False,
        of_rsa: bool = False,
    ) -> Holder:
        key = rsa.generate_private_key(65537, 2048) if of_rsa else ec.generate_private_key(ec.SECP256R1())
        self.serial += 1
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "HK"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Ferry Co"),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
        builder = (
            x509.CertificateBuilder(self.root.certificate.subject, subject, key.public_key(), self.serial, since, until)
            .add_extension(_usage(encipherment=encipherment), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.root.key.public_key()), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        if timestamping:
            others = [] if timestamping_alone else [ExtendedKeyUsageOID.EMAIL_PROTECTION]
            purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING, *others])
            builder = builder.add_extension(purposes, critical=timestamping_critical)
        if answering:
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
        return Holder(key, builder.sign(self.root.key, hashes.SHA256()))

    def crl(self, at: datetime, *revoked: tuple[Holder, datetime], days: int = 30) -> bytes:
        builder = x509.CertificateRevocationListBuilder(
            self.root.certificate.subject, at, at + timedelta(days=days)
        ).add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.root.key.public_key()), critical=False)
        builder = builder.add_extension(x509.CRLNumber(1), critical=False)
        for holder, moment in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder(holder.certificate.serial_number, moment).build()
            )
        return builder.sign(self.root.key, hashes.SHA256()).public_bytes(Encoding.DER)


def _usage(*, ca: bool = False, encipherment: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca and not encipherment,
        content_commitment=not ca and not encipherment,
        key_encipherment=encipherment,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def key_identifier(holder: Holder) -> bytes:
    return holder.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest


def impostor(holder: Holder, of: Holder) -> bytes:
    """A certificate for *holder*'s key that has everything else of another's, issued by nobody."""
    theirs = of.certificate
    builder = x509.CertificateBuilder(
        theirs.issuer,
        theirs.subject,
        holder.key.public_key(),
        theirs.serial_number,
        theirs.not_valid_before_utc,
        theirs.not_valid_after_utc,
    )
    for extension in theirs.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    return builder.sign(holder.key, hashes.SHA256()).public_bytes(Encoding.DER)


def issuer_and_serial(holder: Holder) -> bytes:
    name = holder.certificate.issuer.public_bytes()
    return encode(SEQUENCE, name, integer(holder.certificate.serial_number))


def signing_certificate(holder: Holder) -> bytes:
    entry = encode(SEQUENCE, encode(OCTET_STRING, hashlib.sha256(holder.der).digest()))
    return attribute(SIGNING_CERTIFICATE_V2, encode(SEQUENCE, encode(SEQUENCE, entry)))


def baseline_attributes(holder: Holder, content: bytes, content_type: str = DATA) -> list[bytes]:
    return [
        attribute(CONTENT_TYPE, oid(content_type)),
        attribute(SIGNING_TIME, generalized(SIGNED_AT)),
        attribute(MESSAGE_DIGEST, encode(OCTET_STRING, hashlib.sha256(content).digest())),
        signing_certificate(holder),
    ]


def signer_info(
    holder: Holder,
    attributes: Sequence[bytes] | None,
    *,
    message: bytes | None = None,
    unsigned: Sequence[bytes] = (),
    sid: bytes | None = None,
    value: bytes | None = None,
    ordered: bool = True,
) -> bytes:
    """Sign *attributes* (as given, without them: *message*)."""
    members = sorted(attributes) if attributes is not None and ordered else list(attributes or ())
    signed = encode(SET, *members) if attributes is not None else message or b""
    value = holder.sign(signed) if value is None else value
    return encode(
        SEQUENCE,
        integer(1),
        sid or issuer_and_serial(holder),
        algorithm(SHA256),
        encode(0xA0, *members) if attributes is not None else b"",
        algorithm(ECDSA_SHA256),
        encode(OCTET_STRING, value),
        encode(0xA1, *unsigned) if unsigned else b"",
    )


def cms(
    signers: Sequence[bytes],
    certificates: Sequence[bytes] = (),
    *,
    content: bytes | None = None,
    crls: Sequence[bytes] = (),
    content_type: str = DATA,
    outer_type: str = SIGNED_DATA,
) -> bytes:
    inner = encode(0xA0, encode(OCTET_STRING, content)) if content is not None else b""
    signed_data = encode(
        SEQUENCE,
        integer(1),
        encode(SET, algorithm(SHA256)),
        encode(SEQUENCE, oid(content_type), inner),
        encode(0xA0, *certificates) if certificates else b"",
        encode(0xA1, *crls) if crls else b"",
        encode(SET, *signers),
    )
    return encode(SEQUENCE, oid(outer_type), encode(0xA0, signed_data))


def time_stamp_info(imprinted: bytes, time: datetime) -> bytes:
    """What a token signs (RFC 3161 clause 2.4.2)."""
    imprint = encode(SEQUENCE, algorithm(SHA256), encode(OCTET_STRING, hashlib.sha256(imprinted).digest()))
    return encode(SEQUENCE, integer(1), oid("1.2.3.4"), imprint, integer(7), generalized(time))


def token(
    authority: Holder, imprinted: bytes, time: datetime, *, chain: Sequence[bytes] = (), crls: Sequence[bytes] = ()
) -> bytes:
    """An RFC 3161 token of *imprinted*."""
    info = time_stamp_info(imprinted, time)
    attributes = baseline_attributes(authority, info, TST_INFO)
    signer = signer_info(authority, attributes)
    return cms([signer], [authority.der, *chain], content=info, content_type=TST_INFO, crls=crls)


def signature_value(signer: bytes) -> bytes:
    """The value within an encoded SignerInfo."""
    return next(member.content for member in read_value(signer).children() if member.tag == OCTET_STRING)


def cades(
    holder: Holder,
    content: bytes,
    *,
    attached: bool = True,
    authority: Holder | None = None,
    timed_at: datetime | None = None,
    certificates: Sequence[bytes] = (),
    crls: Sequence[bytes] = (),
) -> bytes:
    """A CAdES-B signature, or CAdES-T with a timestamp of *authority*."""
    attributes = baseline_attributes(holder, content)
    signer = signer_info(holder, attributes)
    if authority is not None and timed_at is not None:
        value = signature_value(signer)
        stamp = attribute(SIGNATURE_TIMESTAMP, token(authority, value, timed_at))
        signer = signer_info(holder, attributes, unsigned=[stamp], value=value)
    return cms([signer], [holder.der, *certificates], content=content if attached else None, crls=crls)


def evidence_record(stamper: Holder, over: bytes, *lists: Sequence[bytes], timed_at: datetime = SIGNED_AT) -> bytes:
    """An RFC 4998 record of one timestamp over *over*, which is what *lists*, the reduced hash tree, come to."""
    entries = (encode(SEQUENCE, *(encode(OCTET_STRING, one) for one in entry)) for entry in lists)
    tree = encode(0xA2, *entries) if lists else b""
    chain = encode(SEQUENCE, encode(SEQUENCE, tree, token(stamper, over, timed_at)))
    return encode(SEQUENCE, integer(1), encode(SEQUENCE, algorithm(SHA256)), encode(SEQUENCE, chain))
