"""Who signs on the command line: a certificate and a key of one's own, or somebody of the demonstration PKI by name."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from types import MappingProxyType
from typing import Final

import click

from idbridge.cli import operators as op
from idbridge.clock import system_clock
from idbridge.outbound import Doors, Outbound
from idbridge.pki import sm2
from idbridge.pki.algorithms import scheme_of
from idbridge.services.certificate_files import read_certificates
from idbridge.services.demo_pki import DemoPki
from idbridge.services.documents import Documents
from idbridge.services.evidence import EvidenceFetcher
from idbridge.services.signer_ids import read_signer_ids, with_signer_ids
from idbridge.services.signing import Signing, SigningKey
from idbridge.services.timestamping import TimestampAuthority, TimestampClient
from idbridge.services.trust_sources import open_trust_lists
from idbridge.settings import Settings
from idbridge.storage.keys.references import open_signer

EVERYWHERE: Final = (ip_network("0.0.0.0/0"), ip_network("::/0"))
"""A time-stamping authority is the caller's own choice, in a private network too; what certificates name is a stranger's."""


def own_key(certificate: Path, key: str, chain: Path | None, password_file: Path | None, signer_id: str | None) -> SigningKey:
    """Return the key of who calls; certificates after the first in its file are authorities above, like those in *chain*.

    :raises PkiError: a file holds no certificate.
    :raises KeyStoreError: the key cannot be opened.
    """
    first, *above = read_certificates(certificate.read_bytes())
    if chain is not None:
        above += read_certificates(chain.read_bytes())
    identifier = sm2.DEFAULT_SIGNER_ID if signer_id is None else signer_id.encode()
    return SigningKey(first, open_signer(key, op.read_secret(password_file), signer_id=identifier), tuple(above))


def demo_key(settings: Settings, name: str) -> SigningKey:
    """Return the key of somebody of the demonstration PKI in the instance's home.

    :raises DataError: there is no such PKI, or nobody of that name in it.
    """
    pki = DemoPki(settings.home / "pki")
    return SigningKey(pki.certificate(name), pki.signer(name), pki.chain(name)[1:])


def demo_authority(settings: Settings, name: str, key: SigningKey) -> TimestampAuthority:
    """Return the time-stamping authority of the region of somebody of the demonstration PKI: for SM2 one with SM2.

    :raises DataError: there is no such PKI.
    """
    pki = DemoPki(settings.home / "pki")
    region = next(one.region.lower() for one in pki.manifest.certificates if one.id == name)
    of_sm2 = scheme_of(key.signer.algorithm).key == "sm2"
    authority = f"{region}-tsa-rsa" if region == "gd" and not of_sm2 else f"{region}-tsa"
    url = f"{pki.manifest.base_url.removesuffix('/pki')}/tsa/{authority}"
    return TimestampAuthority(url, "SM3" if of_sm2 else "SHA-256")


def signing(
    settings: Settings, authority: TimestampAuthority | None, signer_ids: Mapping[str, bytes] = MappingProxyType({})
) -> Signing:
    """Return the use case over the instance's trust lists; *signer_ids* are known besides those that it configures.

    :raises TableRefused: the lists, or the signer IDs, cannot be used.
    """
    algorithms = with_signer_ids({**read_signer_ids(settings.home / "trust"), **signer_ids})
    lists = open_trust_lists(settings.home / "trust", system_clock)
    fetcher = EvidenceFetcher(Outbound(Doors(settings.private_networks), plain_http=True))
    stamper = TimestampClient(authority, Outbound(Doors(EVERYWHERE), plain_http=True)) if authority is not None else None
    return Signing(Documents(lists, fetcher, system_clock, algorithms=algorithms), stamper, system_clock)


def write(path: Path, data: bytes) -> None:
    """Write *data* to the new file *path*: what is there is never overwritten."""
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        raise click.ClickException(f"{path} exists; choose another name with --out") from None
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from None
