"""What sealing a document gives: SES_Signature in DER, over a seal, a time and the digest of a Signature.xml.

GM/T 0031-2014 (V1) has the signer's certificate and the algorithm within what is signed; GB/T 38540-2020 (V4) and
GM/T 0031-2025 (V5) beside it, with a timestamp over the value if there is one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from idbridge.signatures.ber import (
    BIT_STRING,
    GENERALIZED_TIME,
    INTEGER,
    SEQUENCE,
    UTC_TIME,
    BerError,
    Value,
    encode,
    read_value,
)
from idbridge.signatures.contents import Content, KnownContent
from idbridge.signatures.evidence import (
    Coverage,
    EvidenceId,
    Fault,
    Reference,
    ReferenceKind,
    SignedObject,
    TimestampEvidence,
    TimestampKind,
    sha256,
)
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.formats.ofd import seal_fields as fields
from idbridge.signatures.formats.ofd.seal import SealFile, read_seal, read_timestamp, signed_by
from idbridge.signatures.formats.ofd.signature_part import read_time
from idbridge.signatures.formats.timestamp import TokenPlace, read_token

DIGEST_OF: Final = {
    # The digest of the document is that of the signature's algorithm (GB/T 38540 clause 7)
    "1.2.156.10197.1.501": "SM3",
    "1.2.156.10197.1.301": "SM3",
    "1.2.156.10197.1.301.1": "SM3",
    "1.2.156.10197.1.504": "SM3",
    "1.2.840.113549.1.1.5": "SHA-1",
    "1.2.840.113549.1.1.11": "SHA-256",
    "1.2.840.113549.1.1.12": "SHA-384",
    "1.2.840.113549.1.1.13": "SHA-512",
    "1.2.840.10045.4.3.2": "SHA-256",
}

_WRITTEN_TIME: Final = re.compile(rb"[0-9TZ:.+\- ]{10,40}")


@dataclass(frozen=True, slots=True)
class Sealing:
    """An SES_Signature as it stands. `signed` lacks the references, which `data_reference` and the package give.

    `location` is the path of the Signature.xml that it says it is over; `time` is None where V1 states none that is read.
    """

    seal: SealFile
    signed: SignedObject
    digest: str
    data_hash: bytes
    location: str
    time: datetime | None
    value: bytes = field(repr=False)
    timestamp: bytes | None = field(default=None, repr=False)

    def data_reference(self, signature_part: Content | None) -> Reference:
        """Return the digest of the Signature.xml, as the sealing states it and as *signature_part* has it."""
        computed = signature_part.digest(self.digest) if signature_part is not None else None
        missing = None
        if computed is None:
            missing = "the Signature.xml is not here" if signature_part is None else f"no digest is called {self.digest}"
        return Reference(
            ReferenceKind.MESSAGE_DIGEST, self.location, self.digest, self.data_hash, computed, missing, "dataHash of TBS_Sign"
        )


def read_sealing(value: Value) -> Sealing:
    """Read an SES_Signature.

    :raises ValueError: it is none.
    """
    to_sign, *rest = value.children(SEQUENCE)
    version, seal, time, data_hash, location, *more = to_sign.children(SEQUENCE)
    timestamp: bytes | None = None
    if len(rest) == 1:  # V1
        if len(more) < 2:
            raise BerError("TBS_Sign lacks certificate and algorithm")
        certificate, algorithm, signature = more[-2], more[-1], rest[0]
    else:
        if len(rest) == 4:
            timestamp = read_timestamp(rest.pop())
        if len(rest) != 3 or len(more) > 1:
            raise BerError(f"{1 + len(rest)} members of a sealing, {5 + len(more)} of what it signs")
        certificate, algorithm, signature = rest
    read = read_seal(seal)
    signed = signed_by(certificate, algorithm, signature, (to_sign.encoding,), "seal")
    faults = [*read.faults, *signed.faults]
    if version.expect(INTEGER).integer() != read.seal.version:
        faults.append(Fault("seal-version-differs", f"sealed as version {version.integer()}, the seal is {read.seal.version}"))
    return Sealing(
        seal=read,
        signed=replace(signed, faults=tuple(faults)),
        digest=DIGEST_OF.get(signed.value.stated, signed.value.stated),
        data_hash=fields.octets(data_hash),
        location=fields.text(location),
        time=_sealing_time(time),
        value=fields.octets(signature),
        timestamp=timestamp,
    )


def _sealing_time(value: Value) -> datetime | None:
    """Return timeInfo: a time; or, in V1's BIT STRING, a time in DER or in words. A token there is not a claim."""
    if value.tag in (GENERALIZED_TIME, UTC_TIME):
        return fields.time(value)
    octets = fields.octets(value)
    if _WRITTEN_TIME.fullmatch(octets):
        return read_time(octets.decode("ascii"))
    try:
        return fields.time(read_value(octets))
    except BerError:
        return None


def read_timestamps(sealing: Sealing, identifier: EvidenceId, limits: Limits) -> tuple[TimestampEvidence, ...]:
    """Read the timestamps over the sealing's value and over the seal maker's (GM/T 0031-2025).

    The seal's is within what is signed: the document cannot have been sealed before it.
    """
    found: list[TimestampEvidence] = []
    if sealing.timestamp is not None:
        place = _over(identifier, sealing.signed, "the sealing's value")
        found.append(read_token(sealing.timestamp, place, _readings(sealing.value), limits=limits))
    if sealing.seal.timestamp is not None:
        place = TokenPlace(EvidenceId(f"{identifier}.T2"), TimestampKind.CONTENT, name="the seal maker's value")
        found.append(read_token(sealing.seal.timestamp, place, _readings(sealing.seal.value), limits=limits))
    return tuple(found)


def read_seal_timestamps(seal: SealFile, identifier: EvidenceId, limits: Limits) -> tuple[TimestampEvidence, ...]:
    """Read the timestamp of a seal that stands alone, where its maker's signature is the one that is judged."""
    if seal.timestamp is None:
        return ()
    place = _over(identifier, seal.seal.maker, "the seal maker's value")
    return (read_token(seal.timestamp, place, _readings(seal.value), limits=limits),)


def _over(identifier: EvidenceId, signed: SignedObject, name: str) -> TokenPlace:
    own = frozenset(sha256(der) for der in signed.signer.certificates)
    covers = Coverage(signatures=frozenset({identifier}), certificates=own)
    return TokenPlace(EvidenceId(f"{identifier}.T1"), TimestampKind.SIGNATURE, covers, order=1, name=name)


def _readings(value: bytes) -> tuple[KnownContent, ...]:
    """The octets of the value, or the BIT STRING that holds them: the standard says "the value"."""
    return KnownContent.of(value), KnownContent.of(encode(BIT_STRING, b"\0", value))
