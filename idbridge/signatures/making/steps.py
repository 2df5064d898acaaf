"""What a maker asks for while it makes a signature: the key's signature value, a time-stamp token.

Makers are generators, as the regions' protocols are (`idbridge.exchange`): they yield a wish, are sent its bytes and return
the finished document. Keys, time-stamping authorities and the network are the driver's (`services.signing`). A maker given
the same arguments asks the same again, so that a signature that comes later, by a remote service's callback, needs nothing
kept but the arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from idbridge.signatures.evidence import MessageDigest


class BaselineLevel(StrEnum):
    """Baseline levels, as EN 319 122-1, 132-1, 142-1 and TS 119 182-1 (clauses 6) have in common."""

    B = "B-B"
    T = "B-T"
    LT = "B-LT"
    LTA = "B-LTA"


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signs, without the key: certificate (DER), the signature's AlgorithmIdentifier (DER), authorities above (DER)."""

    certificate: bytes = field(repr=False)
    algorithm: bytes = field(repr=False)
    chain: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a signer says beside the content, in signed attributes; all but the time may be left unsaid.

    `commitments` are OIDs (EN 319 122-1 clause 5.2.3), `policy` is the OID of an explicit one and `policy_digest` that of its
    document, where it is known; roles and place are free text.
    """

    signing_time: datetime
    commitments: tuple[str, ...] = ()
    policy: str | None = None
    claimed_roles: tuple[str, ...] = ()
    place: str | None = None
    policy_digest: MessageDigest | None = None


@dataclass(frozen=True, slots=True)
class SignatureWanted:
    """The signature value over `message`, by the signatory's key and algorithm, in the form that a certificate has."""

    message: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class TimestampWanted:
    """A TimeStampToken (RFC 3161, DER ContentInfo) whose imprint is the digest of `message`.

    `digest` names it ("SHA-256") where what is stamped depends on it; None leaves it to the driver.
    """

    message: bytes = field(repr=False)
    digest: str | None = None


Wanted: TypeAlias = SignatureWanted | TimestampWanted
Making: TypeAlias = Generator[Wanted, bytes, bytes]
"""Yields wishes, is sent their bytes, returns the document."""


def signed_by(making: Making, sign: Callable[[bytes], bytes]) -> bytes:
    """Run a making that wishes for signatures alone, and return its document. *sign* returns the value over a message."""
    try:
        wanted = next(making)
        while True:
            wanted = making.send(sign(wanted.message))
    except StopIteration as done:
        document: bytes = done.value
        return document


@dataclass(frozen=True, slots=True)
class LongTermMaterial:
    """What a B-LT document carries: DER certificates, CertificateLists and OCSPResponses."""

    certificates: tuple[bytes, ...] = field(default=(), repr=False)
    crls: tuple[bytes, ...] = field(default=(), repr=False)
    ocsp_responses: tuple[bytes, ...] = field(default=(), repr=False)
