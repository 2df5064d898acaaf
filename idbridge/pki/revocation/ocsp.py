"""OCSP responses as facts, and requests as bytes (RFC 6960). How they travel is for others."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.asn1 import TLV, GeneralizedTime
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ObjectIdentifier

from idbridge.pki.algorithms import DIGEST_OIDS, DIGESTS
from idbridge.pki.certificate import Certificate, read_time
from idbridge.pki.errors import MalformedCertificateError, MalformedDerError, MalformedOcspResponseError
from idbridge.pki.names import Name
from idbridge.pki.revocation import ocsp_structures
from idbridge.pki.revocation.status import CRL_REASONS
from idbridge.pki.structures import Extension, SubjectPublicKeyInfo, TlvHolder, decode, enclosed, encode, encoded, header

if TYPE_CHECKING:
    from datetime import datetime

SIZE_LIMIT: Final = 1 << 20
"""Octets. A response with a responder's certificate has about 2 KB."""

ANSWERS_LIMIT: Final = 1000  # single responses; requests of ours ask about one certificate
CERTIFICATES_LIMIT: Final = 10  # along with a response; one is enough

BASIC_RESPONSE: Final = "1.3.6.1.5.5.7.48.1.1"
NONCE: Final = "1.3.6.1.5.5.7.48.1.2"
ARCHIVE_CUTOFF: Final = "1.3.6.1.5.5.7.48.1.6"
SHA1_IDENTIFIER: Final = bytes.fromhex("300906052b0e03021a0500")

STATUSES: Final = ("successful", "malformedRequest", "internalError", "", "tryLater", "sigRequired", "unauthorized")
"""OCSPResponseStatus (RFC 6960 §4.2.1)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A single response: which certificate, by its digests, and its status; `revoked_at` and `reason` if revoked."""

    digest: str | None
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial_number: int
    status: str
    revoked_at: datetime | None
    reason: str
    this_update: datetime
    next_update: datetime | None
    critical_unknown: bool

    def is_about(self, certificate: Certificate, issuer: Certificate) -> bool:
        """Whether the answer is about *certificate*, issued by *issuer* (RFC 6960 §3.2 (1))."""
        if self.digest is None or self.serial_number != certificate.serial_number:
            return False
        name_hash, key_hash = issuer_hashes(self.digest, certificate.issuer, issuer.public_key_info)
        return self.issuer_name_hash == name_hash and self.issuer_key_hash == key_hash


@dataclass(frozen=True, slots=True, eq=False)
class OcspResponse:
    """A successful basic response. The responder is named by `responder_name` or by `responder_key_hash` (SHA-1)."""

    der: bytes = field(repr=False)
    tbs: bytes = field(repr=False)
    signature_algorithm: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    responder_name: Name | None
    responder_key_hash: bytes | None
    produced_at: datetime
    answers: tuple[Answer, ...]
    certificates: tuple[Certificate, ...]
    nonce: bytes | None
    archive_cutoff: datetime | None
    critical_unknown: bool

    @staticmethod
    def from_der(der: bytes) -> OcspResponse:
        """Read a response.

        :raises MalformedOcspResponseError: it is none, or the responder answered with an error, or not in basic form.
        """
        if len(der) > SIZE_LIMIT:
            raise MalformedOcspResponseError(f"{len(der)} octets are more than the {SIZE_LIMIT} a response may have")
        try:
            return _read(bytes(der))
        except MalformedDerError as error:
            raise MalformedOcspResponseError(str(error)) from error

    @property
    def sha256(self) -> str:
        """The SHA-256 of the response's bytes, lower-case hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()

    def is_by(self, certificate: Certificate) -> bool:
        """Whether the responder is named as the subject, or by the key, of *certificate* (RFC 6960 §4.2.2.3)."""
        if self.responder_name is not None:
            return self.responder_name == certificate.subject
        return self.responder_key_hash == digest_of("SHA-1", public_key_octets(certificate.public_key_info))

    def answers_nonce(self, nonce: bytes) -> bool:
        """Whether the response is to the request with *nonce*; one without any may be (RFC 6960 §4.4.1)."""
        return self.nonce is None or self.nonce == nonce


def digest_of(name: str, data: bytes) -> bytes:
    """Return the digest of *data* by an algorithm of `DIGESTS`."""
    state = hashes.Hash(DIGESTS[name])
    state.update(data)
    return state.finalize()


def public_key_octets(public_key_info: bytes) -> bytes:
    """Return the key without its algorithm, as OCSP hashes it (RFC 6960 §4.1.1)."""
    return decode(SubjectPublicKeyInfo, public_key_info).key.as_bytes()


def issuer_hashes(digest: str, issuer: Name, public_key_info: bytes) -> tuple[bytes, bytes]:
    """Return the hashes of an issuer's name and key, as a CertID has them."""
    return digest_of(digest, issuer.der), digest_of(digest, public_key_octets(public_key_info))


def build_request(certificate: Certificate, issuer: Certificate, nonce: bytes | None = None) -> bytes:
    """Return the DER of an unsigned request about *certificate*; *nonce* has 1 to 128 octets (RFC 9654 §2.1).

    Its digest is SHA-1, which every responder understands (RFC 5019 §2.1.1); nothing depends on its strength.
    """
    name_hash, key_hash = issuer_hashes("SHA-1", certificate.issuer, issuer.public_key_info)
    algorithm = decode(TlvHolder, enclosed(SHA1_IDENTIFIER)).items
    identifier = ocsp_structures.CertId(
        algorithm=algorithm,
        issuer_name_hash=name_hash,
        issuer_key_hash=key_hash,
        serial_number=certificate.serial_number,
    )
    extensions = None
    if nonce is not None:
        value = header(b"\x04", len(nonce)) + nonce
        extensions = [Extension(identifier=ObjectIdentifier(NONCE), critical=None, value=value)]
    request = ocsp_structures.Request(certificate=identifier, extensions=None)
    body = ocsp_structures.TbsRequest(requests=[request], extensions=extensions)
    return encode(ocsp_structures.OcspRequest(body=body))


def _read(der: bytes) -> OcspResponse:
    outer = decode(ocsp_structures.OcspResponse, der)
    status = bytes(outer.status.data)
    if outer.status.tag_bytes != b"\x0a" or status != b"\x00":
        name = STATUSES[status[0]] if len(status) == 1 and status[0] < len(STATUSES) else status.hex()
        raise MalformedDerError(f"the responder answered {name}")
    if outer.body is None or outer.body.type.dotted_string != BASIC_RESPONSE:
        raise MalformedDerError("no basic OCSP response")
    basic = decode(ocsp_structures.BasicOcspResponse, outer.body.response)
    tbs = encoded(basic.body)
    data = decode(ocsp_structures.ResponseData, tbs)
    if len(data.responses) > ANSWERS_LIMIT:
        raise MalformedDerError(f"more than {ANSWERS_LIMIT} answers")
    extensions = {item.identifier.dotted_string: item for item in data.extensions or ()}
    return OcspResponse(
        der=der,
        tbs=tbs,
        signature_algorithm=encoded(basic.algorithm),
        signature=b"" if basic.signature.padding_bits() else basic.signature.as_bytes(),
        responder_name=Name(bytes(data.responder.data)) if data.responder.tag_bytes == b"\xa1" else None,
        responder_key_hash=_key_hash(data.responder),
        produced_at=read_time(data.produced_at),
        answers=tuple(map(_answer, data.responses)),
        certificates=_certificates(basic.certificates or []),
        nonce=_nonce(extensions[NONCE].value) if NONCE in extensions else None,
        archive_cutoff=_archive_cutoff(data),
        critical_unknown=any(item.critical for name, item in extensions.items() if name != NONCE),
    )


def _nonce(value: bytes) -> bytes:
    """Read a nonce: an OCTET STRING (RFC 8954 §2.1); responders of RFC 2560's time, which named no type, wrote it bare."""
    try:
        return decode(bytes, value)
    except MalformedDerError:
        return value


def _key_hash(responder: TLV) -> bytes | None:
    return decode(bytes, bytes(responder.data)) if responder.tag_bytes == b"\xa2" else None


def _certificates(members: list[TLV]) -> tuple[Certificate, ...]:
    """Return the certificates that can be read; others cannot have signed anything."""
    found = []
    for member in members[:CERTIFICATES_LIMIT]:
        try:
            found.append(Certificate.from_der(encoded(member)))
        except MalformedCertificateError:
            continue
    return tuple(found)


def _answer(read: ocsp_structures.SingleResponse) -> Answer:
    identifier = read.certificate
    if not identifier.algorithm:
        raise MalformedDerError("a certificate identifier without digest algorithm")
    status, revoked_at, reason = _status(read.status)
    return Answer(
        DIGEST_OIDS.get(decode(ObjectIdentifier, encoded(identifier.algorithm[0])).dotted_string),
        identifier.issuer_name_hash,
        identifier.issuer_key_hash,
        identifier.serial_number,
        status,
        revoked_at,
        reason,
        read_time(read.this_update),
        None if read.next_update is None else read_time(read.next_update),
        any(item.critical for item in read.extensions or ()),
    )


def _status(value: TLV) -> tuple[str, datetime | None, str]:
    """Read CertStatus: good [0], revoked [1] with RevokedInfo, unknown [2]."""
    if value.tag_bytes == b"\x80":
        return "good", None, ""
    if value.tag_bytes != b"\xa1":
        return "unknown", None, ""
    content = bytes(value.data)
    info = decode(ocsp_structures.RevokedInfo, header(b"\x30", len(content)) + content)
    reason = 0 if info.reason is None else int.from_bytes(info.reason[0].data, signed=False)
    return "revoked", read_time(info.time), CRL_REASONS.get(reason, "unspecified")


def _archive_cutoff(data: ocsp_structures.ResponseData) -> datetime | None:
    """Read the archive cutoff of the first answer: since when the responder keeps the expired (RFC 6960 §4.4.4).

    One that is no time keeps nobody; what the response says of the certificate stands.
    """
    for answer in data.responses:
        for item in answer.extensions or ():
            if item.identifier.dotted_string == ARCHIVE_CUTOFF:
                try:
                    return read_time(decode(GeneralizedTime, item.value))
                except MalformedDerError:
                    return None
    return None
