"""Where each CA puts identity numbers: the table that an instance reads certificates by, and what reports say of the numbers.

``extractors.toml`` in the instance's trust directory, if the operator wrote one, else the project's own (`certs/`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from idbridge.identity.signers import SignerIdentity
from idbridge.pki.identity_numbers import (
    AuthorityExtractors,
    CertifiedNumber,
    ExtractorFault,
    extractors_from_table,
    identity_numbers,
)
from idbridge.services.documents import DocumentAnswer
from idbridge.signatures.report import DocumentReport, SignatureReport

TABLE_FILE: Final = "extractors.toml"

_PACKAGE: Final = Path(__file__).parent.parent
CERTS: Final = next(
    (folder for folder in (_PACKAGE.parent / "certs", _PACKAGE / "certs") if folder.is_dir()), _PACKAGE / "certs"
)
"""The project's data on certificates: beside the package in a checkout, inside it when installed."""

Extractors = Sequence[AuthorityExtractors]


def open_extractors(directory: Path) -> tuple[AuthorityExtractors, ...]:
    """Return the table of the instance whose trust directory is *directory*.

    :raises ExtractorFault: it cannot be read, or is not of the documented form.
    """
    own = directory / TABLE_FILE
    path = own if own.exists() else CERTS / TABLE_FILE
    try:
        table: dict[str, Any] = msgspec.toml.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError) as error:
        raise ExtractorFault(f"{path}: {error}") from error
    return extractors_from_table(table)


def certified(signature: SignatureReport, table: Extractors) -> tuple[CertifiedNumber, ...]:
    """Return the identity numbers that the signer's certificate states; none where no signer is known."""
    return () if signature.signer is None else identity_numbers(signature.signer.certificate, table)


def identities_of(report: DocumentReport, table: Extractors, *, disclosed: bool = False) -> tuple[SignerIdentity, ...]:
    """Return for each signature of *report* the types of identity number that the signer's certificate states.

    The numbers themselves only if *disclosed*: who is asked for them has to know that they may be told.
    """
    return tuple(SignerIdentity(certified(signature, table), disclosed) for signature in report.signatures)


def report_of(answer: DocumentAnswer, identities: Sequence[SignerIdentity]) -> dict[str, Any]:
    """Return *answer* as plain data, each signature with what is told of its signer."""
    told: dict[str, Any] = answer.to_dict()
    for entry, identity in zip(told["signatures"], identities, strict=True):
        if entry["signer"] is not None:
            entry["signer"]["identity_numbers"] = list(identity.told_numbers())
        if identity.match is not None:
            entry["person"] = identity.match.to_dict()
    return told
