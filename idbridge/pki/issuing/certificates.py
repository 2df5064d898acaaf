"""Certificates: roots, intermediates, end entities, and cross-certificates for the CAs of others.

Serial numbers and times are the caller's. The result is DER; whether it was wise to issue it is the caller's question
too, beyond what the profile says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID

from idbridge.pki.extensions import ANY_POLICY
from idbridge.pki.issuing.constraints import UNCONSTRAINED, Constraints
from idbridge.pki.issuing.errors import IssuingError, ProfileViolationError
from idbridge.pki.issuing.identifiers import object_identifier
from idbridge.pki.issuing.key_types import key_type_of
from idbridge.pki.issuing.profiles import Profile
from idbridge.pki.issuing.signer import Signer
from idbridge.pki.issuing.structure import PLACEHOLDER, key_identifier, public_key_info, sign_certificate
from idbridge.pki.issuing.subjects import IdentityNumber, identity_extension

MAX_SERIAL = (1 << 159) - 1
"""A serial number is positive and has at most 20 octets (RFC 5280 clause 4.1.2.2)."""


@dataclass(frozen=True, slots=True)
class Publication:
    """URLs in a certificate: CRL (of the partition that covers it), delta CRL, OCSP responder, issuer's certificate."""

    crl_urls: tuple[str, ...] = ()
    delta_crl_urls: tuple[str, ...] = ()
    ocsp_urls: tuple[str, ...] = ()
    issuer_urls: tuple[str, ...] = ()


UNPUBLISHED = Publication()

_UNREADABLE = (
    ValueError,
    x509.ExtensionNotFound,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues: the subject name of its certificate, its key identifier and its key."""

    name: x509.Name
    key_identifier: bytes
    signer: Signer = field(repr=False)


@dataclass(frozen=True, slots=True)
class Validity:
    """From and to, both included: aware UTC, whole seconds."""

    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be certified. ``key_identifier`` is given where the key already has one, as in a cross-certificate."""

    subject: x509.Name
    public_key_info: bytes
    policies: tuple[str, ...] = ()
    alternative_names: tuple[x509.GeneralName, ...] = ()
    identity_numbers: tuple[IdentityNumber, ...] = ()
    constraints: Constraints = UNCONSTRAINED
    publication: Publication = UNPUBLISHED
    key_identifier: bytes | None = None


def issue_root(profile: Profile, order: Order, signer: Signer, *, serial: int, validity: Validity) -> bytes:
    """Return a self-signed CA certificate as DER.

    :raises IssuingError: the order does not fit the profile, or is for another key than the signer's.
    """
    if order.public_key_info != signer.public_key_info:
        raise ProfileViolationError("a root is signed with its own key")
    issuer = Issuer(order.subject, key_identifier(order.public_key_info), signer)
    return issue(profile, order, issuer, serial=serial, validity=validity)


def issue(profile: Profile, order: Order, issuer: Issuer, *, serial: int, validity: Validity) -> bytes:
    """Return a certificate of *profile* for *order*, issued by *issuer*, as DER.

    :raises IssuingError: the order does not fit the profile, or names a policy by no OID; the serial number is out of range.
    """
    if not 0 < serial <= MAX_SERIAL:
        raise IssuingError("a serial number is positive and has at most 20 octets")
    profile.check(
        subject=order.subject,
        key_type=key_type_of(order.public_key_info),
        validity=validity.not_after - validity.not_before,
    )
    if not profile.ca and order.constraints != UNCONSTRAINED:
        raise ProfileViolationError(f"{profile.name} is no CA certificate and takes no constraints")
    builder = (
        x509.CertificateBuilder()
        .subject_name(order.subject)
        .issuer_name(issuer.name)
        .public_key(PLACEHOLDER.public_key())
        .serial_number(serial)
        .not_valid_before(validity.not_before)
        .not_valid_after(validity.not_after)
    )
    for extension, critical in _extensions(profile, order, issuer):
        builder = builder.add_extension(extension, critical)
    template = builder.sign(PLACEHOLDER, None).public_bytes(Encoding.DER)
    return sign_certificate(template, order.public_key_info, issuer.signer)


def cross_order(
    foreign: bytes,
    *,
    policies: tuple[str, ...],
    constraints: Constraints,
    publication: Publication = UNPUBLISHED,
) -> Order:
    """Return the order of a cross-certificate for the CA with the certificate (DER) *foreign*: its name and key, our limits.

    :raises IssuingError: *foreign* is no CA certificate, or a mapped policy is not among the policies, or is any-policy.
    """
    certificate = load_ca_certificate(foreign)
    if not {ours for ours, _ in constraints.policy_mappings} <= set(policies):
        raise IssuingError("a mapped policy must be among the certificate's policies (RFC 5280 clause 4.2.1.5)")
    if any(ANY_POLICY in pair for pair in constraints.policy_mappings):
        raise IssuingError("no policy is mapped to or from any-policy (RFC 5280 clause 4.2.1.5)")
    info = public_key_info(foreign)
    return Order(
        certificate.subject,
        info,
        policies,
        constraints=constraints,
        publication=publication,
        key_identifier=_stated_key_identifier(certificate) or key_identifier(info),
    )


def issuer_from_certificate(der: bytes, signer: Signer) -> Issuer:
    """Return the issuer whose CA certificate is *der* and whose key *signer* holds.

    :raises IssuingError: no CA certificate, or not of this key.
    """
    certificate = load_ca_certificate(der)
    if public_key_info(der) != signer.public_key_info:
        raise IssuingError("the key is not the one that the CA certificate is about")
    identifier = _stated_key_identifier(certificate) or key_identifier(signer.public_key_info)
    return Issuer(certificate.subject, identifier, signer)


def load_ca_certificate(der: bytes) -> x509.Certificate:
    """Return the CA certificate *der*.

    :raises IssuingError: malformed, or its basic constraints do not make it a CA.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        named = bool(certificate.subject.rdns)  # parsed only when asked for
    except _UNREADABLE as error:
        raise IssuingError("the certificate is malformed, or is no CA certificate") from error
    if not (basic.ca and named):
        raise IssuingError("the certificate is no CA certificate")
    return certificate


def _stated_key_identifier(certificate: x509.Certificate) -> bytes | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return None


def _extensions(profile: Profile, order: Order, issuer: Issuer) -> list[tuple[x509.ExtensionType, bool]]:
    identifier = order.key_identifier or key_identifier(order.public_key_info)
    found = [
        *profile.extensions(order.constraints.path_length),
        (x509.SubjectKeyIdentifier(identifier), False),
        (x509.AuthorityKeyIdentifier(issuer.key_identifier, None, None), False),
    ]
    if order.policies:
        policies = [x509.PolicyInformation(object_identifier(policy), None) for policy in order.policies]
        found.append((x509.CertificatePolicies(policies), False))
    if order.alternative_names:
        found.append((x509.SubjectAlternativeName(order.alternative_names), False))
    found.extend((identity_extension(number), False) for number in order.identity_numbers)
    found.extend(order.constraints.extensions())
    found.extend((extension, False) for extension in _publication(order.publication))
    return found


def _publication(publication: Publication) -> list[x509.ExtensionType]:
    """RFC 5280 clauses 4.2.1.13, 4.2.1.15 and 4.2.2.1."""
    found: list[x509.ExtensionType] = []
    if publication.crl_urls:
        found.append(x509.CRLDistributionPoints(distribution_points(publication.crl_urls)))
    if publication.delta_crl_urls:
        found.append(x509.FreshestCRL(distribution_points(publication.delta_crl_urls)))
    methods = (
        (AuthorityInformationAccessOID.OCSP, publication.ocsp_urls),
        (AuthorityInformationAccessOID.CA_ISSUERS, publication.issuer_urls),
    )
    access = [x509.AccessDescription(method, x509.UniformResourceIdentifier(url)) for method, urls in methods for url in urls]
    if access:
        found.append(x509.AuthorityInformationAccess(access))
    return found


def distribution_points(urls: tuple[str, ...]) -> list[x509.DistributionPoint]:
    """Return one distribution point that has all *urls*: alternatives for the same CRL."""
    return [x509.DistributionPoint([x509.UniformResourceIdentifier(url) for url in urls], None, None, None)]
