"""The electronic seals of the demonstration: what the plan says of them, signed by the region's seal maker."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from idbridge.pki.issuing.errors import DataError
from idbridge.services.demo_pki import DemoPki
from idbridge.services.demo_plan import PlannedSeal
from idbridge.signatures.making.seals import KeyHolder, SealKind, SealOrder, make_seal
from idbridge.signatures.refusals import BadRequest


def make_seals(pki: DemoPki, planned: Iterable[PlannedSeal], data: Path, *, at: datetime) -> None:
    """Make and write every seal, valid from *at*; pictures are files below *data*.

    :raises DataError: a picture cannot be read, or a seal cannot be made as planned.
    """
    for seal in planned:
        maker = KeyHolder(pki.certificate(seal.maker), pki.signer(seal.maker))
        try:
            made = make_seal(_order(seal, pki, data, at), maker)
        except (OSError, BadRequest) as error:
            raise DataError(f"seal {seal.id}: {error}") from error
        (pki.folder / pki.manifest.seals[seal.id]).write_bytes(made)


def _order(seal: PlannedSeal, pki: DemoPki, data: Path, at: datetime) -> SealOrder:
    return SealOrder(
        identifier=secrets.token_hex(16),
        name=seal.name,
        kind=SealKind[seal.kind.upper()],
        signers=tuple(map(pki.certificate, seal.signers)),
        created=at,
        not_before=at,
        not_after=at + timedelta(days=seal.days),
        picture=(data / seal.picture).read_bytes(),
        size=seal.size,
    )
