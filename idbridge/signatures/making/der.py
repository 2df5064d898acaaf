"""The DER values that making writes, over `signatures.ber.encode`: numbers, times, sets, algorithms, attributes (X.690)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from idbridge.pki.algorithms import DIGEST_OIDS
from idbridge.signatures.algorithms import encode_oid
from idbridge.signatures.ber import GENERALIZED_TIME, INTEGER, SEQUENCE, SET, UTC_TIME, encode
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused

_DIGESTS: Final = {name: oid for oid, name in DIGEST_OIDS.items()}


def integer(value: int) -> bytes:
    """Return an INTEGER that is not negative."""
    return encode(INTEGER, value.to_bytes(value.bit_length() // 8 + 1))


def set_of(members: Iterable[bytes], tag: int = SET) -> bytes:
    """Return a SET OF, its members in DER's order (clause 11.6); *tag* is an implicit one in its place."""
    return encode(tag, *sorted(members))


def attribute(oid: str, *values: bytes) -> bytes:
    """Return an Attribute (RFC 5652 clause 5.3)."""
    return encode(SEQUENCE, encode_oid(oid), set_of(values))


def digest_algorithm(name: str) -> bytes:
    """Return the AlgorithmIdentifier of a digest, without parameters (RFC 5754 clause 2).

    :raises MakingRefused: it has no OID.
    """
    if name not in _DIGESTS:
        raise MakingRefused(MakingRefusal.ALGORITHM, f"the digest {name} cannot be named in ASN.1")
    return encode(SEQUENCE, encode_oid(_DIGESTS[name]))


def time(moment: datetime) -> bytes:
    """Return a Time: UTCTime for 1950 to 2049, else GeneralizedTime (RFC 5652 clause 11.3), in whole seconds.

    :raises MakingRefused: *moment* has no time zone.
    """
    utc = _utc(moment)
    if 1950 <= utc.year < 2050:
        return encode(UTC_TIME, utc.strftime("%y%m%d%H%M%SZ").encode())
    return generalized_time(utc)


def generalized_time(moment: datetime) -> bytes:
    """Return a GeneralizedTime in UTC; fractions of a second without the zeros at their end (X.690 clause 11.7).

    :raises MakingRefused: *moment* has no time zone.
    """
    utc = _utc(moment)
    fraction = f".{utc.microsecond:06d}".rstrip("0") if utc.microsecond else ""
    return encode(GENERALIZED_TIME, f"{utc:%Y%m%d%H%M%S}{fraction}Z".encode())


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise MakingRefused(MakingRefusal.STATEMENT, "a moment needs a time zone")
    return moment.astimezone(UTC)
