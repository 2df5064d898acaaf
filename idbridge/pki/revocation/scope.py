"""Which certificates, for which reasons, a CRL speaks of (RFC 5280 §6.3.3 (b), (e))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idbridge.pki.extensions import DistributionPoint
from idbridge.pki.names import GeneralName, Name
from idbridge.pki.revocation.status import ALL_REASONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from idbridge.pki.certificate import Certificate
    from idbridge.pki.revocation.crl import CertificateList, Point

NOTHING: frozenset[str] = frozenset()


def distribution_points(certificate: Certificate) -> tuple[DistributionPoint, ...]:
    """Return where the certificate says its CRLs are, and last the issuer's own name, as §6.3.3 assumes it."""
    stated = certificate.extensions.crl_distribution_points or ()
    assumed = DistributionPoint((GeneralName("directory", certificate.issuer),), None, None, ())
    return (*stated, assumed)


def covered_reasons(crl: CertificateList, point: DistributionPoint, certificate: Certificate) -> frozenset[str]:
    """Return the reasons for which *crl*, found for *point*, tells about *certificate*; none if it does not at all."""
    if not _issued_for(crl, point, certificate) or not _kind_covered(crl.point, certificate):
        return NOTHING
    if not _same_point(crl, point, certificate):
        return NOTHING
    stated = ALL_REASONS if point.reasons is None else point.reasons & ALL_REASONS
    return stated if crl.point.reasons is None else stated & crl.point.reasons  # (e)


def _issued_for(crl: CertificateList, point: DistributionPoint, certificate: Certificate) -> bool:
    """(b)(1): the CRL issuer that the point names, by an indirect CRL; else the certificate's issuer."""
    if point.crl_issuer:
        return crl.point.indirect and any(name.value == crl.issuer for name in point.crl_issuer)
    return crl.issuer == certificate.issuer


def _kind_covered(limits: Point, certificate: Certificate) -> bool:
    """(b)(2)(ii) to (iv)."""
    if limits.only_attributes:
        return False
    return not (limits.only_users and certificate.is_ca) and not (limits.only_authorities and not certificate.is_ca)


def _same_point(crl: CertificateList, point: DistributionPoint, certificate: Certificate) -> bool:
    """(b)(2)(i): one name of the issuing point is one of the point's, or of its CRL issuer if it has none."""
    limits = crl.point
    if not limits.full_name and limits.relative_name is None:
        return True
    issuing = _keys(limits.full_name, limits.relative_name, crl.issuer)
    if point.full_name or point.relative_name is not None:
        issuer = next((name.value for name in point.crl_issuer if isinstance(name.value, Name)), certificate.issuer)
        return bool(issuing & _keys(point.full_name, point.relative_name, issuer))
    return bool(issuing & _keys(point.crl_issuer, None, crl.issuer))


def _keys(names: Iterable[GeneralName], relative: bytes | None, base: Name) -> set[object]:
    """Return the names in comparable form; a relative name is appended to the issuer's (§4.2.1.13)."""
    keys: set[object] = {name.value.rdn_keys if isinstance(name.value, Name) else name for name in names}
    if relative is not None:
        keys.add((*base.rdn_keys, relative))
    return keys
