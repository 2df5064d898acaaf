"""Certificate revocation lists: full, partitioned and delta; suspended and resumed certificates (RFC 5280 clause 5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from idbridge.pki.issuing.certificates import Issuer, distribution_points
from idbridge.pki.issuing.errors import IssuingError
from idbridge.pki.issuing.structure import PLACEHOLDER, sign_crl


class Reason(StrEnum):
    """Why a certificate is listed (clause 5.3.1); ``HOLD`` is suspension, ``RESUMED`` stands in delta CRLs only."""

    UNSPECIFIED = "unspecified"
    KEY_COMPROMISE = "keyCompromise"
    CA_COMPROMISE = "cACompromise"
    AFFILIATION_CHANGED = "affiliationChanged"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessationOfOperation"
    PRIVILEGE_WITHDRAWN = "privilegeWithdrawn"
    AA_COMPROMISE = "aACompromise"
    HOLD = "certificateHold"
    RESUMED = "removeFromCRL"


@dataclass(frozen=True, slots=True)
class RevokedCertificate:
    """An entry of a CRL: aware UTC times."""

    serial: int
    at: datetime
    reason: Reason = Reason.UNSPECIFIED
    invalid_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class CrlScope:
    """What a CRL covers.

    ``partition_urls`` names the part, by the distribution points of its certificates; none means everything.
    ``delta_base`` is the number of the complete CRL that a delta CRL builds on; ``delta_urls`` is where a complete
    CRL says that its deltas are.
    """

    partition_urls: tuple[str, ...] = ()
    delta_base: int | None = None
    delta_urls: tuple[str, ...] = ()


COMPLETE = CrlScope()


def make_crl(
    issuer: Issuer,
    revoked: Iterable[RevokedCertificate],
    *,
    number: int,
    this_update: datetime,
    next_update: datetime,
    scope: CrlScope = COMPLETE,
) -> bytes:
    """Return a CRL as DER.

    :raises IssuingError: times in the wrong order, or an entry that its kind of CRL cannot have.
    """
    if next_update <= this_update:
        raise IssuingError("a CRL's next update comes after its own")
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.name)
        .last_update(this_update)
        .next_update(next_update)
        .add_extension(x509.AuthorityKeyIdentifier(issuer.key_identifier, None, None), critical=False)
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    for extension, critical in _scope_extensions(scope, number):
        builder = builder.add_extension(extension, critical)
    for entry in revoked:
        if entry.reason is Reason.RESUMED and scope.delta_base is None:
            raise IssuingError("removeFromCRL stands in delta CRLs only (RFC 5280 clause 5.3.1)")
        builder = builder.add_revoked_certificate(_entry(entry))
    return sign_crl(builder.sign(PLACEHOLDER, None).public_bytes(Encoding.DER), issuer.signer)


def _scope_extensions(scope: CrlScope, number: int) -> list[tuple[x509.ExtensionType, bool]]:
    found: list[tuple[x509.ExtensionType, bool]] = []
    if scope.partition_urls:
        found.append((_distribution_point(scope.partition_urls), True))  # clause 5.2.5: critical
    if scope.delta_base is not None:
        if scope.delta_base >= number:
            raise IssuingError("a delta CRL's number is greater than that of its base")
        found.append((x509.DeltaCRLIndicator(scope.delta_base), True))  # clause 5.2.4: critical
    elif scope.delta_urls:
        found.append((x509.FreshestCRL(distribution_points(scope.delta_urls)), False))  # clause 5.2.6: not in deltas
    return found


def _distribution_point(urls: tuple[str, ...]) -> x509.IssuingDistributionPoint:
    return x509.IssuingDistributionPoint(
        full_name=[x509.UniformResourceIdentifier(url) for url in urls],
        relative_name=None,
        only_contains_user_certs=False,
        only_contains_ca_certs=False,
        only_some_reasons=None,
        indirect_crl=False,
        only_contains_attribute_certs=False,
    )


def _entry(entry: RevokedCertificate) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(entry.serial).revocation_date(entry.at)
    if entry.reason is not Reason.UNSPECIFIED:  # clause 5.3.1: absent rather than unspecified
        builder = builder.add_extension(x509.CRLReason(x509.ReasonFlags(entry.reason.value)), critical=False)
    if entry.invalid_since is not None:
        builder = builder.add_extension(x509.InvalidityDate(entry.invalid_since), critical=False)
    return builder.build()
