"""Building the demonstration PKI from its plan (`certs/plan.toml`).

The structure is the plan's, the same on every machine; keys and serial numbers are new each time. A PKI is built beside its
place and moved there whole: there is none, or a complete one, and an existing one is never written over.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from asn1crypto import pem

from idbridge.pki.issuing.certificates import Order
from idbridge.pki.issuing.crls import Reason
from idbridge.pki.issuing.key_types import generate_key
from idbridge.pki.issuing.profiles import Profile
from idbridge.pki.issuing.signer import PrivateKey, signer_for
from idbridge.services.certificate_authority import CertificateAuthority, Issued, create_authority, profile_named
from idbridge.services.demo_lists import publish_lists
from idbridge.services.demo_pki import DemoPki, Manifest, ManifestAuthority, ManifestCertificate, ManifestCross, read_profiles
from idbridge.services.demo_plan import Plan, PlannedAuthority, PlannedCertificate, PlannedChange, read_plan
from idbridge.services.demo_seals import make_seals
from idbridge.storage.authorities import AuthorityFolder, AuthoritySettings
from idbridge.storage.keys.files import write_key


class PkiExistsError(Exception):
    """There is a PKI at this place already."""

    code = "pki-exists"


CRL_AGE = timedelta(days=1)
"""At a start after so long CRLs are published anew: they are valid for a week."""


def ensure_demo_pki(folder: Path, data: Path, *, now: datetime, base_url: str) -> DemoPki:
    """Return the PKI at *folder*, built if there is none, with CRLs that are no older than ``CRL_AGE``.

    :raises DataError: it is damaged, or the plan is.
    """
    if not folder.exists():
        return build_demo_pki(folder, data, now=now, base_url=base_url)
    pki = DemoPki(folder)
    if now - pki.crls_published_at() > CRL_AGE:
        pki.publish_crls(read_profiles(data / "profiles.toml"), at=now)
    return pki


def build_demo_pki(folder: Path, data: Path, *, now: datetime, base_url: str) -> DemoPki:
    """Build the PKI that the plan in *data* (the project's `certs/`) describes, at *folder*, as of *now* (aware, UTC).

    :param base_url: what the URLs of CRLs, OCSP responders and certificates begin with.
    :raises PkiExistsError: *folder* exists.
    :raises DataError: the plan or the profiles do not hang together.
    """
    if folder.exists():
        raise PkiExistsError(f"{folder} exists; keys are never overwritten")
    plan, profiles = read_plan(data / "plan.toml"), read_profiles(data / "profiles.toml")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        place = Path(scratch) / folder.name
        moment, regions = now.replace(microsecond=0), sorted(path.stem for path in (data / "lists").glob("*.toml"))
        _Building(place, plan, profiles, moment, base_url).run(regions)
        publish_lists(DemoPki(place), data / "lists", at=moment)
        make_seals(DemoPki(place), plan.seal, data, at=moment)
        place.rename(folder)
    return DemoPki(folder)


class _Building:
    """One building: what was made so far, by id."""

    def __init__(self, place: Path, plan: Plan, profiles: Mapping[str, Profile], now: datetime, base_url: str) -> None:
        self._place = place
        self._plan = plan
        self._profiles = profiles
        self._now = now
        self._base_url = base_url
        self._password = secrets.token_urlsafe(32).encode()
        self._keys: dict[str, PrivateKey] = {}
        self._authorities: dict[str, CertificateAuthority] = {}

    def run(self, regions: Iterable[str]) -> None:
        for name in ("authorities", "certificates", "cross", "lists", "seals"):
            (self._place / name).mkdir(parents=True)
        password = self._place / "password"
        password.touch(mode=0o600)
        password.write_bytes(self._password + b"\n")
        self._make_keys()
        for authority in self._plan.authority:
            self._make_authority(authority)
        for certificate in self._plan.certificate:
            self._make_certificate(certificate)
        self._make_cross_certificates()
        for made in self._authorities.values():
            made.publish_all_crls(at=self._now)
        (self._place / "manifest.json").write_bytes(msgspec.json.format(msgspec.json.encode(self._manifest(regions)), indent=1))

    def _make_keys(self) -> None:
        planned = (*self._plan.authority, *self._plan.certificate)
        with ThreadPoolExecutor() as pool:  # OpenSSL makes RSA keys without the GIL
            keys = pool.map(lambda one: generate_key(one.key), planned)
            self._keys = dict(zip((one.id for one in planned), keys, strict=True))

    def _make_authority(self, planned: PlannedAuthority) -> None:
        signer, path = signer_for(self._keys[planned.id]), self._place / "authorities" / planned.id
        settings = AuthoritySettings(
            id=planned.id,
            region=planned.region,
            key="key.pem",
            base_url=self._base_url,
            partitions=planned.partitions,
            deltas=planned.deltas,
            ocsp=planned.ocsp,
        )
        order = Order(planned.name(), signer.public_key_info, self._plan.oids(planned.policies))
        validity = planned.validity(self._now)
        if planned.issuer is None:
            profile = profile_named(self._profiles, planned.profile)
            folder = create_authority(path, settings, profile, order, signer, validity)
        else:
            issued = self._authorities[planned.issuer].issue(planned.profile, order, validity)
            folder = AuthorityFolder.create(path, settings, issued.der)
        write_key(path / "key.pem", self._keys[planned.id], self._password)
        self._authorities[planned.id] = CertificateAuthority(folder, signer, self._profiles)

    def _make_certificate(self, planned: PlannedCertificate) -> None:
        authority, folder = self._authorities[planned.authority], self._place / "certificates" / planned.id
        order = Order(
            planned.name(),
            signer_for(self._keys[planned.id]).public_key_info,
            self._plan.oids(planned.policies),
            planned.general_names(),
            planned.identity_numbers(),
        )
        issued = authority.issue(planned.profile, order, planned.validity(self._now))
        for change in planned.events:
            self._apply(change, authority, issued.serial)
        self._write_certificate(folder, planned, issued)

    def _apply(self, change: PlannedChange, authority: CertificateAuthority, serial: int) -> None:
        at = self._now - timedelta(days=change.days_ago)
        match change.action:
            case "revoke":
                authority.revoke(serial, at=at, reason=Reason(change.reason))
            case "suspend":
                authority.suspend(serial, at=at)
            case "resume":
                authority.resume(serial, at=at)

    def _write_certificate(self, folder: Path, planned: PlannedCertificate, issued: Issued) -> None:
        write_key(folder / "key.pem", self._keys[planned.id], self._password)
        (folder / "certificate.cer").write_bytes(issued.der)
        chain, above = [issued.der], self._by_id(planned.authority)
        while True:
            chain.append(self._authorities[above.id].folder.certificate)
            if above.issuer is None:
                break
            above = self._by_id(above.issuer)
        (folder / "chain.pem").write_bytes(b"".join(pem.armor("CERTIFICATE", der) for der in chain))

    def _make_cross_certificates(self) -> None:
        for cross in self._plan.cross:
            issued = self._authorities[cross.issuer].cross_certify(
                "cross-ca",
                self._authorities[cross.subject].folder.certificate,
                policies=self._plan.oids(cross.policies),
                constraints=self._plan.constraints(cross),
                validity=cross.validity(self._now),
            )
            (self._place / "cross" / f"{cross.id}.cer").write_bytes(issued.der)

    def _by_id(self, name: str) -> PlannedAuthority:
        return next(planned for planned in self._plan.authority if planned.id == name)

    def _manifest(self, regions: Iterable[str]) -> Manifest:
        return Manifest(
            built_at=self._now,
            base_url=self._base_url,
            authorities=tuple(ManifestAuthority(a.id, a.region, a.issuer, f"authorities/{a.id}") for a in self._plan.authority),
            certificates=tuple(
                ManifestCertificate(c.id, self._by_id(c.authority).region, c.authority, c.profile, f"certificates/{c.id}")
                for c in self._plan.certificate
            ),
            lists={region: f"lists/{region}.xml" for region in regions},
            seals={seal.id: f"seals/{seal.id}.esl" for seal in self._plan.seal},
            cross_certificates=tuple(ManifestCross(c.id, c.issuer, c.subject, f"cross/{c.id}.cer") for c in self._plan.cross),
        )


def set_aside(folder: Path, now: datetime) -> Path:
    """Rename the PKI in *folder* by the time *now*, and return its new place."""
    return folder.rename(folder.with_name(f"{folder.name}-until-{now:%Y%m%dT%H%M%SZ}"))
