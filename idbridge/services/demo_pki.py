"""The demonstration PKI below ``IDBRIDGE_HOME/pki``, for whoever uses it: the sandbox, the bridge's own trust, tests.

::

    pki/manifest.json                   what there is, by the ids of the plan (``Manifest``); written last
    pki/password                        of all the key files here; made at building
    pki/authorities/<id>/…              see `idbridge.storage.authorities`
    pki/cross/<id>.cer                  cross-certificates
    pki/certificates/<id>/certificate.cer, chain.pem, key.pem
    pki/lists/                          the three regions' signed trust lists

`idbridge.services.demo_building` builds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec
from asn1crypto import pem

from idbridge.pki.issuing.errors import DataError
from idbridge.pki.issuing.profiles import Profile, profiles_from_table
from idbridge.pki.issuing.signer import KeySigner, PrivateKey, signer_for
from idbridge.services.certificate_authority import FULL, CertificateAuthority
from idbridge.storage.authorities import AuthorityFolder
from idbridge.storage.keys.files import read_key

SCHEMA = "idbridge/demo-pki/1"


class ManifestAuthority(msgspec.Struct, frozen=True):
    """An authority: its region, the authority above it, its folder."""

    id: str
    region: str
    issuer: str | None
    folder: str


class ManifestCertificate(msgspec.Struct, frozen=True):
    """An end entity's certificate: who issued it, as what, and its folder."""

    id: str
    region: str
    authority: str
    profile: str
    folder: str


class ManifestCross(msgspec.Struct, frozen=True):
    """A cross-certificate and its file."""

    id: str
    issuer: str
    subject: str
    file: str


class Manifest(msgspec.Struct, frozen=True):
    """What a built PKI has; paths are relative to its folder."""

    built_at: datetime
    base_url: str
    authorities: tuple[ManifestAuthority, ...]
    certificates: tuple[ManifestCertificate, ...]
    cross_certificates: tuple[ManifestCross, ...]
    lists: dict[str, str] = {}
    seals: dict[str, str] = {}
    schema: str = SCHEMA


class DemoPki:
    """A built PKI."""

    def __init__(self, folder: Path) -> None:
        """Open the PKI in *folder*.

        :raises DataError: there is none, or it is damaged.
        """
        self.folder = folder
        try:
            self.manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
            self._password = (folder / "password").read_bytes().strip()
        except (OSError, msgspec.MsgspecError) as error:
            raise DataError(f"no demonstration PKI in {folder}: {error}") from error

    def certificate(self, name: str) -> bytes:
        """Return the certificate (DER) of an authority, an end entity or a cross-certificate, by its id in the plan."""
        return self._file(name, "certificate.cer").read_bytes()

    def chain(self, name: str) -> tuple[bytes, ...]:
        """Return an end entity's certificate and those of its authorities up to the root (DER)."""
        return tuple(der for _, _, der in pem.unarmor(self._file(name, "chain.pem").read_bytes(), multiple=True))

    def key(self, name: str) -> PrivateKey:
        """Return the private key of an authority or an end entity, by its id in the plan."""
        return read_key(self._file(name, "key.pem"), self._password)

    def signer(self, name: str) -> KeySigner:
        """Return the signer of an authority or an end entity, by its id in the plan."""
        return signer_for(self.key(name))

    def seal(self, name: str) -> bytes:
        """Return an electronic seal (DER, the contents of an ``.esl`` file), by its id in the plan."""
        if name not in self.manifest.seals:
            raise DataError(f"the demonstration PKI has no seal {name!r}")
        return (self.folder / self.manifest.seals[name]).read_bytes()

    def crls(self) -> tuple[bytes, ...]:
        """Return the last CRL of every scope of every authority (DER): full, parts, deltas."""
        folders = (self.folder / kept.folder / "crl" for kept in self.manifest.authorities)
        return tuple(path.read_bytes() for folder in folders for path in sorted(folder.glob("*.crl")))

    def authority(self, name: str, profiles: Mapping[str, Profile]) -> CertificateAuthority:
        """Return an authority at work, by its id in the plan."""
        return CertificateAuthority(AuthorityFolder(self._file(name, "").resolve()), self.signer(name), profiles)

    def publish_crls(self, profiles: Mapping[str, Profile], *, at: datetime) -> None:
        """Publish every authority's CRLs anew: those of the building are valid for a week."""
        for planned in self.manifest.authorities:
            self.authority(planned.id, profiles).publish_all_crls(at=at)

    def crls_published_at(self) -> datetime:
        """Return when the oldest of the full CRLs was published."""
        folders = [AuthorityFolder(self.folder / kept.folder) for kept in self.manifest.authorities]
        return min(folder.index().complete[FULL].this_update for folder in folders)

    def _file(self, name: str, file: str) -> Path:
        folders = {kept.id: kept.folder for kept in self.manifest.authorities}
        folders |= {kept.id: kept.folder for kept in self.manifest.certificates}
        if name in folders:
            return self.folder / folders[name] / file
        for cross in self.manifest.cross_certificates:
            if cross.id == name and file == "certificate.cer":
                return self.folder / cross.file
        raise DataError(f"the demonstration PKI has no {name!r}")


def read_profiles(path: Path) -> Mapping[str, Profile]:
    """Return the certificate profiles in the TOML file *path*.

    :raises DataError: it cannot be read, or a profile is incomplete.
    """
    try:
        return profiles_from_table(msgspec.toml.decode(path.read_bytes()))
    except (OSError, msgspec.MsgspecError) as error:
        raise DataError(f"{path}: {error}") from error
