"""The three regions' trust lists of the demonstration: from their sources in `certs/lists` to signed lists in the built PKI."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from idbridge.pki.issuing.errors import DataError
from idbridge.services.demo_pki import DemoPki
from idbridge.trust.drafting import draft_list
from idbridge.trust.tables import TableRefused
from idbridge.trust.writing import sign_list, write_list


def publish_lists(pki: DemoPki, sources: Path, *, at: datetime) -> None:
    """Draft, sign and write the list of every ``<region>.toml`` in *sources*, issued *at*, by the region's list signer.

    :raises DataError: a source is incomplete, or names a certificate that the PKI does not have.
    """
    for region, target in pki.manifest.lists.items():
        signer = f"{region.lower()}-list-signer"
        draft = _draft(sources / f"{region}.toml", pki, at)
        signed = sign_list(draft, pki.signer(signer), pki.certificate(signer), at)
        (pki.folder / target).write_bytes(signed)


def _draft(source: Path, pki: DemoPki, at: datetime) -> bytes:
    try:
        text = source.read_text(encoding="utf-8").replace("{base_url}", pki.manifest.base_url)
        return write_list(draft_list(msgspec.toml.decode(text), issued=at, load=pki.certificate))
    except (OSError, msgspec.MsgspecError, TableRefused) as error:
        raise DataError(f"{source}: {error}") from error
