"""Random PKIs for differential tests: cross-certificates, bridges, loops, mappings, constraints, CRLs, and mistakes.

A PKI follows from its number alone, except for the values of its keys and signatures.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

AT = datetime(2025, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
POLICIES = [f"2.16.344.8.2.2008.{n}" for n in range(1, 5)]
ANY_POLICY = "2.5.29.32.0"
ORGANISATIONS = ["Alpha", "Beta"]
HOSTS = ["example.com", "a.example.com", "b.example.com", "example.org"]
NETWORKS = ["192.0.2.0/24", "198.51.100.0/24"]


@dataclass
class Pki:
    """A leaf, the anchors, all else, and how it is to be validated."""

    number: int
    leaf: bytes = b""
    anchors: list[bytes] = field(default_factory=list)
    others: list[bytes] = field(default_factory=list)
    crls: list[bytes] = field(default_factory=list)
    initial_policies: list[str] | None = None
    explicit: bool = False
    inhibit_mapping: bool = False
    inhibit_any: bool = False
    revocation: bool = False


@dataclass
class Authority:
    """A name with a key, and the serial numbers of what it issued."""

    name: x509.Name
    key: ec.EllipticCurvePrivateKey
    issued: list[int] = field(default_factory=list)


@cache
def _key(number: int) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _name(organisation: str, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "HK"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


class Generator:
    """Makes one PKI."""

    def __init__(self, number: int) -> None:
        self.random = Random(number)
        self.pki = Pki(number)
        self.with_policies = self.chance(0.5)
        self.with_constraints = self.chance(0.5)
        self.mistakes = self.random.choice([0.0, 0.0, 0.03, 0.1])
        self.pki.revocation = self.chance(0.5)
        self.revoked: dict[int, bool] = {}

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def mistake(self) -> bool:
        return self.chance(self.mistakes)

    def make(self) -> Pki:
        count = self.random.randint(2, 6)
        authorities = [Authority(_name(self.random.choice(ORGANISATIONS), f"CA {n}"), _key(n)) for n in range(count)]
        roots = authorities[: self.random.randint(1, 2)]
        mistakes, self.mistakes = self.mistakes, 0.0  # what is asked of anchors is each validator's choice
        self.pki.anchors = [self._certificate(root, root, root=True) for root in roots]
        self.mistakes = mistakes
        for root in roots:
            root.issued.clear()
        if len(roots) == 2 and self.chance(0.5):
            self.pki.others.append(self.pki.anchors.pop())
        for position, authority in enumerate(authorities[1:], 1):
            issuer = authorities[self.random.randrange(position)]
            self.pki.others.append(self._certificate(authority, issuer))
        for _ in range(self.random.randint(0, count)):
            issuer, subject = self.random.choice(authorities), self.random.choice(authorities)
            if self.chance(0.15):  # a rolled-over key: self-issued, and sometimes used from then on
                subject = Authority(issuer.name, _key(self.random.randint(20, 25)), issuer.issued)
                authorities.append(subject)
            self.pki.others.append(self._certificate(subject, issuer))
        self.pki.leaf = self._leaf(self.random.choice(authorities[len(roots) :] or authorities))
        if self.pki.revocation:
            for authority in authorities:
                self._crls(authority)
        self._parameters()
        self.random.shuffle(self.pki.others)
        return self.pki

    def _parameters(self) -> None:
        if self.with_policies:
            if self.chance(0.5):
                self.pki.initial_policies = self.random.sample(POLICIES, self.random.randint(1, 3))
            self.pki.explicit = self.chance(0.5)
            self.pki.inhibit_mapping = self.chance(0.15)
            self.pki.inhibit_any = self.chance(0.15)

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, issuer: Authority) -> x509.CertificateBuilder:
        first, last = AT - 100 * DAY, AT + 100 * DAY
        if self.mistake():
            first, last = self.random.choice([(first, AT - DAY), (AT + DAY, last)])
        serial = self.random.getrandbits(64) + 1
        issuer.issued.append(serial)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.name)
            .public_key(key.public_key())
            .serial_number(serial)
            .not_valid_before(first)
            .not_valid_after(last)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
        )

    def _sign(self, builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> bytes:
        if self.mistake():
            builder = builder.add_extension(
                x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00"), critical=True
            )
        signer = _key(99) if self.mistake() else key
        return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def _certificate(self, subject: Authority, issuer: Authority, *, root: bool = False) -> bytes:
        builder = self._builder(subject.name, subject.key, issuer)
        ca = root or not self.mistake()
        length = self.random.choice([None, None, None, 0, 1, 2]) if ca and not root else None
        signs = ca and (root or not self.mistake())
        builder = builder.add_extension(x509.BasicConstraints(ca, length), critical=True)
        builder = builder.add_extension(_usage(signs_certificates=signs, signs_crls=not self.mistake()), critical=True)
        if root or not ca:
            return self._sign(builder, issuer.key)
        if self.with_policies:
            builder = self._policies(builder)
        if self.with_constraints and self.chance(0.4):
            builder = builder.add_extension(self._name_constraints(), critical=True)
        return self._sign(builder, issuer.key)

    def _policies(self, builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
        if self.chance(0.85):
            chosen = self.random.sample([*POLICIES, ANY_POLICY], self.random.randint(1, 3))
            builder = builder.add_extension(_certificate_policies(chosen), critical=False)
        if self.chance(0.3):
            count = self.random.randint(1, 3)
            pairs = {(self.random.choice(POLICIES), self.random.choice(POLICIES)) for _ in range(count)}
            builder = builder.add_extension(_policy_mappings(sorted(pairs)), critical=True)
        if self.chance(0.2):
            skips = [self.random.choice([None, 0, 1]), self.random.choice([None, 0, 1])]
            if skips != [None, None]:
                builder = builder.add_extension(x509.PolicyConstraints(*skips), critical=True)
        if self.chance(0.15):
            builder = builder.add_extension(x509.InhibitAnyPolicy(self.random.randint(0, 1)), critical=True)
        return builder

    def _name_constraints(self) -> x509.NameConstraints:
        permitted = self._subtrees() if self.chance(0.7) else None
        excluded = self._subtrees() if permitted is None or self.chance(0.3) else None
        return x509.NameConstraints(permitted, excluded)

    def _subtrees(self) -> list[x509.GeneralName]:
        country = x509.NameAttribute(NameOID.COUNTRY_NAME, "HK")
        organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, self.random.choice(ORGANISATIONS))
        choices = [
            x509.DNSName(self.random.choice(HOSTS)),
            x509.RFC822Name(self.random.choice(["", "."]) + self.random.choice(HOSTS)),
            x509.UniformResourceIdentifier(self.random.choice(["", "."]) + self.random.choice(HOSTS)),
            x509.IPAddress(ipaddress.ip_network(self.random.choice(NETWORKS))),
            x509.DirectoryName(x509.Name([country, organisation])),
        ]
        return self.random.sample(choices, self.random.randint(1, 3))

    def _leaf(self, issuer: Authority) -> bytes:
        key = _key(50)
        builder = self._builder(_name(self.random.choice(ORGANISATIONS), "Leaf"), key, issuer)
        builder = builder.add_extension(x509.BasicConstraints(False, None), critical=True)
        builder = builder.add_extension(_usage(signs_certificates=False, signs_crls=False), critical=True)
        if self.with_policies and self.chance(0.9):
            chosen = self.random.sample([*POLICIES, ANY_POLICY], self.random.randint(1, 3))
            builder = builder.add_extension(_certificate_policies(chosen), critical=False)
        if self.with_constraints:
            host = f"h.{self.random.choice(HOSTS)}"
            network = ipaddress.ip_network(self.random.choice(NETWORKS))
            names = [
                x509.DNSName(host),
                x509.RFC822Name(f"someone@{self.random.choice(HOSTS)}"),
                x509.UniformResourceIdentifier(f"https://{self.random.choice(HOSTS)}/path"),
                x509.IPAddress(network[7]),
            ]
            chosen_names = self.random.sample(names, self.random.randint(1, 3))
            builder = builder.add_extension(x509.SubjectAlternativeName(chosen_names), critical=False)
        return self._sign(builder, issuer.key)

    def _crls(self, authority: Authority) -> None:
        if self.mistake():
            return
        partitions: list[dict[str, bool] | None] = [None]
        if self.chance(0.2):
            partitions = [{"only_contains_user_certs": True}, {"only_contains_ca_certs": True}]
        for limits in partitions:
            self.pki.crls.append(self._crl(authority, limits))

    def _crl(self, authority: Authority, limits: dict[str, bool] | None) -> bytes:
        stale = self.mistake()
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(authority.name)
            .last_update(AT - (9 * DAY if stale else DAY))
            .next_update(AT + (-2 * DAY if stale else 7 * DAY))
            .add_extension(x509.CRLNumber(self.random.randint(1, 1000)), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
        )
        if limits is not None:
            builder = builder.add_extension(_issuing_point(**limits), critical=True)
        for serial in authority.issued:
            if self.revoked.setdefault(serial, self.mistake()):  # the same in all CRLs of an authority
                entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(AT - 20 * DAY)
                if self.chance(0.5):
                    entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
                builder = builder.add_revoked_certificate(entry.build())
        signer = _key(99) if self.mistake() else authority.key
        return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _usage(*, signs_certificates: bool, signs_crls: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_crls,
        encipher_only=False,
        decipher_only=False,
    )


def _certificate_policies(policies: list[str]) -> x509.CertificatePolicies:
    return x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in policies])


def _policy_mappings(pairs: list[tuple[str, str]]) -> x509.UnrecognizedExtension:
    """Return the extension that the library cannot build."""
    members = b"".join(_sequence(_oid(issuer) + _oid(subject)) for issuer, subject in pairs)
    return x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.33"), _sequence(members))


def _sequence(content: bytes) -> bytes:
    assert len(content) < 0x80
    return bytes((0x30, len(content))) + content


def _oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    octets = b""
    for number in (40 * first + second, *rest):
        chunk = bytes((number & 0x7F,))
        while number := number >> 7:
            chunk = bytes((0x80 | number & 0x7F,)) + chunk
        octets += chunk
    return bytes((6, len(octets))) + octets


def _issuing_point(
    *, only_contains_user_certs: bool = False, only_contains_ca_certs: bool = False
) -> x509.IssuingDistributionPoint:
    return x509.IssuingDistributionPoint(
        full_name=None,
        relative_name=None,
        only_contains_user_certs=only_contains_user_certs,
        only_contains_ca_certs=only_contains_ca_certs,
        only_some_reasons=None,
        indirect_crl=False,
        only_contains_attribute_certs=False,
    )


def generate(number: int) -> Pki:
    """Return the PKI with that number."""
    return Generator(number).make()
