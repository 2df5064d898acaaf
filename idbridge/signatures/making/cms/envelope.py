"""An existing SignedData taken apart into the encodings of its members, and put together again with more in it.

Members keep the bytes they have, BER or DER: only the lengths around what was added are written anew. That is what keeps
signatures, and archive timestamps over single members, as they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from idbridge.signatures.algorithms import encode_oid
from idbridge.signatures.ber import INTEGER, SEQUENCE, SET, BerError, Value, encode, read_value
from idbridge.signatures.formats.envelopes import unwrapped
from idbridge.signatures.formats.signed_data import DATA_TYPES, SIGNED_DATA
from idbridge.signatures.making.der import integer
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused

_CERTIFICATES: Final = 0xA0
_REVOCATIONS: Final = 0xA1
_UNSIGNED: Final = 0xA1
_OTHER_CERTIFICATE: Final = 0xA3
_ATTRIBUTE_CERTIFICATES: Final = {0xA2: 4, 0xA1: 3}
"""Tags of v2 and v1 attribute certificates (RFC 5652 clause 10.2.2), and the version that they ask for."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A SignedData in its ContentInfo; every field but the version holds encodings as they stand."""

    kind: bytes
    version: int
    digest_algorithms: tuple[bytes, ...]
    encapsulated: bytes
    certificates: tuple[bytes, ...]
    revocations: tuple[bytes, ...]
    signers: tuple[bytes, ...]

    def encoding(self) -> bytes:
        """Return the ContentInfo. Sets stay in the order in which they are; the version is what the members ask for.

        :raises MakingRefused: a member is malformed.
        """
        with _reading():
            version = max(self.version, self._required_version())
        signed_data = encode(
            SEQUENCE,
            integer(version),
            encode(SET, *self.digest_algorithms),
            self.encapsulated,
            encode(_CERTIFICATES, *self.certificates) if self.certificates else b"",
            encode(_REVOCATIONS, *self.revocations) if self.revocations else b"",
            encode(SET, *self.signers),
        )
        return encode(SEQUENCE, self.kind, encode(0xA0, signed_data))

    def with_digest_algorithm(self, algorithm: bytes) -> Envelope:
        """Return it with a digest algorithm of a signer (clause 5.1), unless it is named there already.

        :raises MakingRefused: one that is there is malformed.
        """
        with _reading():
            named = {read_value(known).member(0).encoding for known in self.digest_algorithms}
        if read_value(algorithm).member(0).encoding in named:
            return self
        return replace(self, digest_algorithms=(*self.digest_algorithms, algorithm))

    def with_certificates(self, *certificates: bytes) -> Envelope:
        """Return it with certificates (DER) that are not yet there."""
        return replace(self, certificates=_joined(self.certificates, certificates))

    def with_revocations(self, *choices: bytes) -> Envelope:
        """Return it with RevocationInfoChoices (clause 10.2.1) that are not yet there."""
        return replace(self, revocations=_joined(self.revocations, choices))

    def with_signer(self, signer: bytes) -> Envelope:
        """Return it with one signer more."""
        return replace(self, signers=(*self.signers, signer))

    def _required_version(self) -> int:
        """Return the CMSVersion that clause 5.1 asks for; the dialects of PKCS #7 have no other than 1."""
        if self.kind != encode_oid("1.2.840.113549.1.7.2"):
            return self.version
        tags = {certificate[0] for certificate in self.certificates}
        if _OTHER_CERTIFICATE in tags or any(choice[0] != SEQUENCE for choice in self.revocations):
            return 5
        versions = [version for tag, version in _ATTRIBUTE_CERTIFICATES.items() if tag in tags]
        content_type = read_value(self.encapsulated).member(0).identifier()
        by_key = any(read_value(signer).member(1).tag != SEQUENCE for signer in self.signers)
        return max([1, *versions, 3 if by_key or content_type not in DATA_TYPES else 1])


def read_envelope(data: bytes) -> Envelope:
    """Take a CMS message in BER, PEM or base64 apart.

    :raises MakingRefused: it is no SignedData.
    """
    with _reading():
        return _read(unwrapped(data))


@contextmanager
def _reading() -> Iterator[None]:
    """Refuse what turns out to be malformed: members are opened when they are needed, not before."""
    try:
        yield
    except ValueError as error:
        raise MakingRefused(MakingRefusal.FORMAT, f"no CMS signature: {error}") from error


def _read(ber: bytes) -> Envelope:
    kind, explicit, *_ = read_value(ber, trailing=True).children(SEQUENCE)
    if kind.identifier() not in SIGNED_DATA:
        raise BerError(f"content of type {kind.identifier()} is no SignedData")
    version, digests, encapsulated, *rest = explicit.member(0, 0xA0).children(SEQUENCE)
    certificates = rest.pop(0) if rest and rest[0].tag == _CERTIFICATES else None
    revocations = rest.pop(0) if rest and rest[0].tag == _REVOCATIONS else None
    if len(rest) != 1 or version.expect(INTEGER).integer() < 0:
        raise BerError("no set of signers, or a version below 0")
    return Envelope(
        kind=kind.encoding,
        version=version.integer(),
        digest_algorithms=_encodings(digests),
        encapsulated=encapsulated.encoding,
        certificates=_encodings(certificates),
        revocations=_encodings(revocations),
        signers=_encodings(rest[0]),
    )


def with_unsigned_attributes(signer: bytes, *attributes: bytes) -> bytes:
    """Return a SignerInfo with more unsigned attributes, after those that it has.

    :raises MakingRefused: it is malformed.
    """
    with _reading():
        *kept, last = read_value(signer).children(SEQUENCE)
        there: tuple[bytes, ...] = ()
        if last.tag == _UNSIGNED:
            there = _encodings(last)
        else:
            kept.append(last)
    return encode(SEQUENCE, *(field.encoding for field in kept), encode(_UNSIGNED, *there, *attributes))


def _encodings(value: Value | None) -> tuple[bytes, ...]:
    return () if value is None else tuple(member.encoding for member in value.children())


def _joined(there: tuple[bytes, ...], more: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return both, nothing twice; in DER's order if what was there is."""
    joined = tuple(dict.fromkeys((*there, *more)))
    return tuple(sorted(joined)) if list(there) == sorted(there) else joined
