"""A certification authority at work: it issues, revokes, suspends, resumes and publishes, and remembers what it did.

What a certificate or CRL contains is decided in `idbridge.pki.issuing`; where its state is kept, in
`idbridge.storage.authorities`. Here the two meet: serial numbers are drawn, events are recorded before they are published,
CRL numbers only grow.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from idbridge.pki.issuing.certificates import (
    Issuer,
    Order,
    Publication,
    Validity,
    cross_order,
    issue,
    issue_root,
    issuer_from_certificate,
)
from idbridge.pki.issuing.constraints import Constraints
from idbridge.pki.issuing.crls import CrlScope, Reason, make_crl
from idbridge.pki.issuing.errors import DataError
from idbridge.pki.issuing.ocsp import CertificateStatus, Good, Unknown
from idbridge.pki.issuing.profiles import Profile
from idbridge.pki.issuing.signer import Signer
from idbridge.services.certificate_events import (
    StatusChangeError,
    changed,
    crl_entries,
    find_entry,
    revocation_at,
)
from idbridge.storage.authorities import AuthorityFolder, AuthorityIndex, AuthoritySettings, Entry, Event, PublishedCrl

SERIAL_BITS = 127
"""Sixteen octets, of which the top bit stays 0; a CA draws at least 64 bits (CA/Browser Forum baseline requirements 7.1)."""

FULL = "full"
"""The scope that covers everything. Partitions are called ``part-0``, ``part-1`` …; a delta adds ``-delta``."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that was issued: its DER, its serial number, and the file that keeps it."""

    der: bytes
    serial: int
    path: Path


class CertificateAuthority:
    """One authority: its folder, its key, and the profiles by which it issues."""

    def __init__(self, folder: AuthorityFolder, signer: Signer, profiles: Mapping[str, Profile]) -> None:
        self.folder = folder
        self.settings: AuthoritySettings = folder.settings
        self.issuer: Issuer = issuer_from_certificate(folder.certificate, signer)
        self._profiles = profiles

    def issue(self, profile: str, order: Order, validity: Validity) -> Issued:
        """Issue a certificate of the named *profile*, with our own publication URLs in it.

        :raises IssuingError: there is no such profile, or the order does not fit it.
        """
        wanted = profile_named(self._profiles, profile)
        with self.folder.locked() as index:
            serial = _fresh_serial(index)
            partition = serial % self.settings.partitions if self.settings.partitions else None
            order = replace(order, publication=publication(self.settings, partition))
            der = issue(wanted, order, self.issuer, serial=serial, validity=validity)
            path = self.folder.save_certificate(serial, der)
            entry = Entry(
                serial=f"{serial:x}",
                sha256=hashlib.sha256(der).hexdigest(),
                subject=order.subject.rfc4514_string(),
                profile=profile,
                not_after=validity.not_after,
                partition=partition,
            )
            self.folder.save_index(msgspec.structs.replace(index, certificates=(*index.certificates, entry)))
        return Issued(der, serial, path)

    def cross_certify(
        self, profile: str, foreign: bytes, *, policies: tuple[str, ...], constraints: Constraints, validity: Validity
    ) -> Issued:
        """Issue a cross-certificate for the CA whose certificate (DER) is *foreign*.

        :raises IssuingError: *foreign* is no CA certificate, or the constraints do not fit.
        """
        return self.issue(profile, cross_order(foreign, policies=policies, constraints=constraints), validity)

    def revoke(self, serial: int, *, at: datetime, reason: Reason, invalid_since: datetime | None = None) -> None:
        """Revoke a certificate for good.

        :raises StatusChangeError: it was not issued here, or is revoked already.
        """
        if reason in (Reason.HOLD, Reason.RESUMED):
            raise StatusChangeError(f"{reason} is no reason to revoke; suspend or resume instead")
        self._record(serial, Event(at=at, action="revoke", reason=reason.value, invalid_since=invalid_since))

    def suspend(self, serial: int, *, at: datetime) -> None:
        """Suspend a certificate (certificateHold).

        :raises StatusChangeError: it was not issued here, or is revoked or suspended already.
        """
        self._record(serial, Event(at=at, action="suspend", reason=Reason.HOLD.value))

    def resume(self, serial: int, *, at: datetime) -> None:
        """End a certificate's suspension.

        :raises StatusChangeError: it was not issued here, or is not suspended.
        """
        self._record(serial, Event(at=at, action="resume"))

    def publish_crl(self, *, at: datetime, partition: int | None = None, delta: bool = False) -> Path:
        """Make the CRL of a partition, or of everything, complete or delta, and return its file.

        :raises DataError: there is no such partition, or no complete CRL for a delta to build on.
        """
        if partition is not None and not 0 <= partition < self.settings.partitions:
            raise DataError(f"{self.settings.id} has no CRL partition {partition}")
        scope_name = FULL if partition is None else f"part-{partition}"
        with self.folder.locked() as index:
            number = index.crl_number + 1
            base = index.complete.get(scope_name)
            if delta and base is None:
                raise DataError("a delta CRL needs a complete one of the same scope before it")
            crl = make_crl(
                self.issuer,
                crl_entries(index, partition, at, base.this_update if delta and base else None),
                number=number,
                this_update=at,
                next_update=at + self._period(delta=delta),
                scope=self._scope(partition, scope_name, base.number if delta and base else None),
            )
            complete = index.complete if delta else {**index.complete, scope_name: PublishedCrl(number, at)}
            self.folder.save_index(msgspec.structs.replace(index, crl_number=number, complete=complete))
            return self.folder.save_crl(f"{scope_name}-delta" if delta else scope_name, crl)

    def publish_all_crls(self, *, at: datetime) -> tuple[Path, ...]:
        """Make the full CRL, that of every partition, and the deltas where this authority publishes them."""
        scopes = (None, *range(self.settings.partitions))
        paths = [self.publish_crl(at=at, partition=partition) for partition in scopes]
        if self.settings.deltas:
            paths += [self.publish_crl(at=at, partition=partition, delta=True) for partition in scopes]
        return tuple(paths)

    def status(self, serial: int, at: datetime) -> CertificateStatus:
        """Return what was known about a certificate at *at*, for OCSP."""
        entry = find_entry(self.folder.index(), serial)
        if entry is None:
            return Unknown()
        return revocation_at(entry, at) or Good()

    def _record(self, serial: int, event: Event) -> None:
        with self.folder.locked() as index:
            before, after = changed(index, serial, event)
            certificates = tuple(after if kept is before else kept for kept in index.certificates)
            self.folder.save_index(msgspec.structs.replace(index, certificates=certificates))

    def _period(self, *, delta: bool) -> timedelta:
        return timedelta(hours=self.settings.delta_hours) if delta else timedelta(days=self.settings.crl_days)

    def _scope(self, partition: int | None, scope_name: str, delta_base: int | None) -> CrlScope:
        urls = (crl_url(self.settings, scope_name),) if partition is not None else ()
        deltas = (crl_url(self.settings, f"{scope_name}-delta"),) if self.settings.deltas else ()
        return CrlScope(partition_urls=urls, delta_base=delta_base, delta_urls=deltas)


def create_authority(
    path: Path, settings: AuthoritySettings, profile: Profile, order: Order, signer: Signer, validity: Validity
) -> AuthorityFolder:
    """Make a new root: its self-signed certificate and its folder at *path*. The key must exist already.

    :raises IssuingError: the order does not fit the profile.
    :raises AuthorityStoreError: there is an authority at *path*.
    """
    certificate = issue_root(profile, order, signer, serial=_random_serial(), validity=validity)
    return AuthorityFolder.create(path, settings, certificate)


def profile_named(profiles: Mapping[str, Profile], name: str) -> Profile:
    """Return the profile called *name*.

    :raises DataError: there is none.
    """
    try:
        return profiles[name]
    except KeyError:
        raise DataError(f"no profile {name!r}; there are {', '.join(profiles)}") from None


def publication(settings: AuthoritySettings, partition: int | None) -> Publication:
    """Return the URLs that a certificate in *partition* carries."""
    scope = FULL if partition is None else f"part-{partition}"
    return Publication(
        crl_urls=(crl_url(settings, scope),),
        delta_crl_urls=(crl_url(settings, f"{scope}-delta"),) if settings.deltas else (),
        ocsp_urls=(f"{settings.base_url}/{settings.id}/ocsp",) if settings.ocsp else (),
        issuer_urls=(f"{settings.base_url}/{settings.id}/certificate.cer",),
    )


def crl_url(settings: AuthoritySettings, name: str) -> str:
    """Return where the CRL called *name* is published."""
    return f"{settings.base_url}/{settings.id}/crl/{name}.crl"


def _fresh_serial(index: AuthorityIndex) -> int:
    while find_entry(index, serial := _random_serial()):
        pass
    return serial


def _random_serial() -> int:
    return secrets.randbits(SERIAL_BITS) | 1 << (SERIAL_BITS - 1)
