"""The status of a certificate by CRLs (RFC 5280 §6.3.3).

A revocation found in any CRL counts; a suspension, only if no newer CRL is silent about it. A CRL that was issued
after the time asked about serves too: it lists what was revoked before, with the date. A list past its nextUpdate
still proves a revocation, which is for good, but neither silence nor a suspension.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from idbridge.pki.errors import MalformedCrlError
from idbridge.pki.revocation.crl import CRL_NUMBER, KNOWN_EXTENSIONS
from idbridge.pki.revocation.scope import covered_reasons, distribution_points
from idbridge.pki.revocation.status import ALL_REASONS, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from idbridge.pki.certificate import Certificate
    from idbridge.pki.extensions import DistributionPoint
    from idbridge.pki.revocation.crl import CertificateList, Entry
    from idbridge.pki.revocation.status import Authorities, Subject

CRLS_LIMIT: Final = 50
"""CRLs looked at for one certificate: one a reason and partition would be a dozen."""


def status_by_crl(subject: Subject, crls: Iterable[CertificateList], authorities: Authorities) -> Status:
    """Return what *crls* say of the subject; "unknown", with objections, unless they answer for every reason."""
    lists = sorted(crls, key=lambda crl: crl.this_update, reverse=True)[:CRLS_LIMIT]
    points = distribution_points(subject.certificate)
    covered: frozenset[str] = frozenset()
    objections: list[str] = []
    newest: Status | None = None
    for crl in lists:
        if not (reasons := _reasons(crl, points, subject)):
            continue
        status = _answer(crl, lists, subject, authorities)
        if status.verdict == "unknown":
            objections += (f"CRL {crl.sha256[:16]} of {crl.this_update:%Y-%m-%d}: {text}" for text in status.objections)
        elif status.verdict == "revoked" or (status.verdict == "suspended" and not reasons <= covered):
            return status
        else:
            newest = newest or status
            covered |= reasons
    if newest is not None and covered >= ALL_REASONS:
        return newest
    return Status("unknown", objections=tuple(objections))


def _reasons(crl: CertificateList, points: Sequence[DistributionPoint], subject: Subject) -> frozenset[str]:
    """Return what a complete CRL covers; deltas only amend one."""
    if crl.delta_base is not None:
        return frozenset()
    return frozenset[str]().union(*(covered_reasons(crl, point, subject.certificate) for point in points))


def _answer(crl: CertificateList, lists: Sequence[CertificateList], subject: Subject, authorities: Authorities) -> Status:
    """Return what the CRL says of the subject; "unknown" with the objection if it does not count."""
    if (objection := unusable(crl, subject, authorities)) is not None:
        return Status("unknown", objections=(objection,))
    try:
        entry, spoken = _entry(crl, lists, subject, authorities)
    except MalformedCrlError as error:
        return Status("unknown", objections=(str(error),))
    listed = entry is not None and entry.reason != "removeFromCRL"
    stale = _staleness(crl, subject)
    if stale and (entry is None or not listed or entry.reason == "certificateHold"):
        return Status("unknown", objections=(stale,))
    source = f"crl {spoken.sha256}"
    if entry is None or not listed:
        return Status("good", source=source, this_update=spoken.this_update)
    return subject.as_of(entry.reason, entry.date, source, spoken.this_update)


def _staleness(crl: CertificateList, subject: Subject) -> str | None:
    """Return why the CRL's silence says nothing of the time asked about, or None."""
    if crl.this_update < subject.at and (crl.next_update is None or crl.next_update < subject.at):
        return f"was to be replaced by {crl.next_update}"
    kept = crl.expired_since is not None and crl.expired_since <= subject.certificate.not_after
    if subject.drops_out_before(crl.this_update) and not kept:
        return "was issued after the certificate had expired"
    return None


def _entry(
    crl: CertificateList, lists: Sequence[CertificateList], subject: Subject, authorities: Authorities
) -> tuple[Entry | None, CertificateList]:
    """Return the subject's entry by the newest fitting delta, else by the CRL itself, and which (§6.3.3 (i), (j))."""
    certificate = subject.certificate
    for delta in lists:
        if not _amends(delta, crl) or _staleness(delta, subject) or unusable(delta, subject, authorities):
            continue
        if (entry := delta.entry(certificate.serial_number, certificate.issuer)) is not None:
            return entry, delta
        break
    return crl.entry(certificate.serial_number, certificate.issuer), crl


def _amends(delta: CertificateList, crl: CertificateList) -> bool:
    """Whether *delta* can be combined with *crl* (§5.2.4 (a) to (c), §6.3.3 (c))."""
    if delta.delta_base is None or delta.number is None or crl.number is None:
        return False
    return (
        delta.delta_base <= crl.number < delta.number
        and delta.issuer == crl.issuer
        and delta.point == crl.point
        and delta.authority_key_identifier == crl.authority_key_identifier
    )


def unusable(crl: CertificateList, subject: Subject, authorities: Authorities) -> str | None:
    """Return why the CRL must not be used, or None: its form, then its signature and signer (§6.3.3 (f), (g))."""
    for identifier, extension in crl.extensions.items():
        if extension.critical and identifier not in KNOWN_EXTENSIONS:
            return f"critical extension {identifier} is not known"
    if crl.signature_algorithm != crl.inner_algorithm:
        return "the signature algorithm inside is another than outside"
    if subject.strict and crl.extensions and (crl.number is None or crl.extensions[CRL_NUMBER].critical):
        return "the CRL number is missing or critical"  # §5.2.3
    if _signed_by_issuer(crl, subject, authorities) or _signed_by_another(crl, subject, authorities):
        return None
    return "no issuer with the right to sign it is known"


def _signed_by_issuer(crl: CertificateList, subject: Subject, authorities: Authorities) -> bool:
    """Whether the key that issued the certificate signed, whose path is the one in question: the common case."""
    return (
        crl.issuer == subject.issuer.subject and may_sign_crls(subject.issuer) and _fits(crl, subject.issuer_key, authorities)
    )


def _signed_by_another(crl: CertificateList, subject: Subject, authorities: Authorities) -> bool:
    """Another key of the issuer, or the issuer of an indirect CRL, with a path to the same anchor (§6.3.3 (f))."""
    at = max(subject.at, crl.this_update)
    return any(
        may_sign_crls(signer)
        and signer != subject.issuer
        and _fits(crl, signer.public_key_info, authorities)
        and (_speaks_for_itself(signer, subject) or authorities.holds(signer, "cRLSign", at))
        for signer in authorities.named(crl.issuer)
    )


def _speaks_for_itself(signer: Certificate, subject: Subject) -> bool:
    """Whether the certificate in question is the CRL issuer that its own distribution point names (PKITS 4.14.30).

    Its issuer chose so, and the path to it is the one in question; only silence is at stake, a listing would count.
    """
    points = subject.certificate.extensions.crl_distribution_points or ()
    named = (name.value for point in points for name in point.crl_issuer)
    return signer == subject.certificate and signer.subject in named


def _fits(crl: CertificateList, public_key_info: bytes, authorities: Authorities) -> bool:
    verdict = authorities.signatures.verdict(public_key_info, crl.signature_algorithm, crl.tbs, crl.signature)
    return verdict.verdict == "valid"


def may_sign_crls(certificate: Certificate) -> bool:
    """Whether its key usage, if it has one, allows signing CRLs (RFC 5280 §4.2.1.3)."""
    return certificate.key_usage is None or "cRLSign" in certificate.key_usage
