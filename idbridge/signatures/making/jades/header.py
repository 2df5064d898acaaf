"""The protected header of a JAdES baseline signature (TS 119 182-1 V1.2.1 clauses 5.1, 5.2 and 6.3)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import quote

from idbridge.signatures.evidence import MessageDigest
from idbridge.signatures.formats.jws.payload import BY_URI_HASH
from idbridge.signatures.formats.jws.values import to_base64url
from idbridge.signatures.making.commitments import commitment_uri, oid_urn
from idbridge.signatures.making.files import SignedFile, check_files
from idbridge.signatures.making.notation import DIGEST_NAMES, Notation, digest_uri
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import Signatory, Statement

CRITICAL: Final = ("srCms", "sigPl", "srAts", "sigPId", "sigD", "b64")
"""Parameters that are listed in `crit` where they are there: those of clause 5.2, and that of RFC 7797 clause 6."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A signature that carries its *payload*. Without a media type the payload is left to speak for itself."""

    payload: bytes = field(repr=False)
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Detached:
    """A signature that refers to *files* by name and digest (`sigD`, clause 5.2.8.3.3); their digests suffice."""

    files: tuple[SignedFile, ...]


Packaging = Attached | Detached


def protected_header(
    signatory: Signatory, statement: Statement, notation: Notation, packaging: Packaging | None
) -> dict[str, object]:
    """Return the header; without *packaging* it says nothing of what is signed.

    There is no `typ`: it would name the serialization, which may change while the signature stays as it is.

    :raises MakingRefused: the signing time has no zone, or files cannot be told apart.
    """
    header: dict[str, object] = {"alg": notation.name}
    if isinstance(packaging, Attached) and packaging.media_type is not None:
        header["cty"] = _short(packaging.media_type)
    header["x5t#S256"] = to_base64url(hashlib.sha256(signatory.certificate).digest()).decode()
    header["x5c"] = [base64.b64encode(der).decode() for der in dict.fromkeys((signatory.certificate, *signatory.chain))]
    header["iat"] = _seconds(statement.signing_time)  # clause 5.1.11; sigT is for signatures made before July 2025
    header |= _assertions(statement)
    if statement.policy is not None:
        header["sigPId"] = _policy(statement.policy, statement.policy_digest)
    if isinstance(packaging, Detached):
        header |= {"sigD": _references(packaging.files, notation), "b64": False}
    if critical := [name for name in CRITICAL if name in header]:
        header["crit"] = critical  # clause 5.1.9
    return header


def _short(media_type: str) -> str:
    """RFC 7515 clause 4.1.10: "application/" is left out where no other solidus is there."""
    rest = media_type.removeprefix("application/")
    return rest if "/" not in rest else media_type


def _seconds(time: datetime) -> int:
    if time.tzinfo is None:
        raise MakingRefused(MakingRefusal.STATEMENT, "a moment needs a time zone")
    return int(time.timestamp())


def _assertions(statement: Statement) -> dict[str, object]:
    """srCms, sigPl and srAts (clauses 5.2.3 to 5.2.5); roles are plain text."""
    found: dict[str, object] = {}
    if statement.commitments:
        found["srCms"] = [{"commId": {"id": commitment_uri(commitment)}} for commitment in statement.commitments]
    if statement.place is not None:
        found["sigPl"] = {"addressLocality": statement.place}
    if statement.claimed_roles:
        roles = {"mediaType": "text/plain", "encoding": "binary", "qVals": list(statement.claimed_roles)}
        found["srAts"] = {"claimed": [roles]}
    return found


def _policy(policy: str, stated: MessageDigest | None) -> dict[str, object]:
    """Clause 5.2.7: an explicit policy is stated with the digest of its document, where that is known."""
    found: dict[str, object] = {"id": {"id": oid_urn(policy)}}
    if stated is not None:
        found |= {"digAlg": _digest_name(stated.algorithm), "digVal": to_base64url(stated.value).decode()}
    return found


def _references(files: tuple[SignedFile, ...], notation: Notation) -> dict[str, object]:
    """Clause 5.2.8.3.3. With `b64` false digests are of the files as they are, so that who has no more can sign."""
    check_files(files)
    return {
        "mId": BY_URI_HASH,
        "pars": [quote(file.name) for file in files],
        "hashM": _digest_name(notation.digest),
        "hashV": [to_base64url(file.digest(notation.digest)).decode() for file in files],
        "ctys": [_short(file.media_type) for file in files],
    }


def _digest_name(digest: str) -> str:
    """The name of a digest; SM3 has none in JOSE, and goes by the URI that XML has for it."""
    return DIGEST_NAMES.get(digest) or digest_uri(digest)
