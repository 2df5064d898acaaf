"""A time-stamping authority's side of RFC 3161: a request comes in as bytes, a TimeStampResp goes out.

Whatever the request is, there is an answer: a token, or a refusal with its reason (clause 2.4.2). Time and serial number are
given, and the signature is wished for, as in every making.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from idbridge.pki.certificate import Certificate
from idbridge.signatures.algorithms import DIGEST_NAMES, encode_oid
from idbridge.signatures.ber import (
    BIT_STRING,
    BOOLEAN,
    INTEGER,
    NULL,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    UTF8_STRING,
    Value,
    encode,
    read_value,
)
from idbridge.signatures.contents import DIGEST_SIZES, digest
from idbridge.signatures.formats.recognition import TST_INFO
from idbridge.signatures.making.cms.algorithms import cms_algorithm_of
from idbridge.signatures.making.cms.attributes import TIMESTAMP, signed_attributes
from idbridge.signatures.making.cms.envelope import Envelope
from idbridge.signatures.making.cms.signing import SIGNED_DATA, signer_info
from idbridge.signatures.making.der import generalized_time, integer
from idbridge.signatures.making.steps import Making, Signatory, Statement
from idbridge.signatures.making.timestamping import FAILURES

DIGESTS: Final = frozenset({"SHA-256", "SHA-384", "SHA-512", "SHA3-256", "SHA3-384", "SHA3-512", "SM3"})
"""Digests that are stamped: those that nobody can make two messages for (ETSI TS 119 312 clause 5, GB/T 32905)."""

NONCE_OCTETS: Final = 64
"""The longest nonce that is repeated. Clients send eight octets; the answer should not carry what a stranger likes."""

_EXTENSIONS: Final = 0xA0
_DIRECTORY_NAME: Final = 0xA4
_BITS: Final = {name: bit for bit, name in FAILURES.items()}


@dataclass(frozen=True, slots=True)
class TimestampPolicy:
    """What an authority promises: its policies (OIDs, the first by default), and how far its clock may be off, in seconds."""

    policies: tuple[str, ...]
    accuracy_seconds: int = 1
    digests: frozenset[str] = field(default=DIGESTS)


@dataclass(frozen=True, slots=True)
class _Request:
    imprint: Value
    policy: str
    nonce: Value | None
    certificate_wanted: bool


class _Refused(Exception):
    """A request that is refused: `failure` is the name of a bit of PKIFailureInfo."""

    def __init__(self, failure: str, detail: str) -> None:
        super().__init__(detail)
        self.failure = failure


def answer_request(request: bytes, authority: Signatory, policy: TimestampPolicy, at: datetime, serial_number: int) -> Making:
    """Make the TimeStampResp to *request*, as of *at*. A refusal is an answer like any other; nothing is raised for one."""
    try:
        read = _read(request, policy)
    except _Refused as refusal:
        return refusal_answer(refusal.failure, str(refusal))
    token = yield from _token(read, authority, policy, at, serial_number)
    return encode(SEQUENCE, encode(SEQUENCE, integer(0)), token)


def refusal_answer(failure: str, detail: str) -> bytes:
    """Return the TimeStampResp that refuses, for a reason of `making.timestamping.FAILURES`."""
    bit = _BITS[failure]
    octets = bytearray(bit // 8 + 1)
    octets[-1] = 0x80 >> bit % 8
    unused = 7 - bit % 8  # DER drops the zero bits at the end of a named bit list (X.690 clause 11.2.2)
    text = encode(SEQUENCE, encode(UTF8_STRING, detail.encode()))
    return encode(SEQUENCE, encode(SEQUENCE, integer(2), text, encode(BIT_STRING, bytes((unused,)), bytes(octets))))


def _read(request: bytes, policy: TimestampPolicy) -> _Request:
    """Read a TimeStampReq (clause 2.4.1)."""
    try:
        version, imprint, *rest = read_value(request).children(SEQUENCE)
        if version.expect(INTEGER).integer() != 1:
            raise _Refused("badRequest", "only version 1 of time-stamping requests is known")
        _check_imprint(imprint, policy)
        asked = rest.pop(0).identifier() if rest and rest[0].tag == OBJECT_IDENTIFIER else policy.policies[0]
        nonce = rest.pop(0) if rest and rest[0].tag == INTEGER else None
        wanted = rest.pop(0).content != b"\0" if rest and rest[0].tag == BOOLEAN else False
    except ValueError as error:
        raise _Refused("badDataFormat", f"no time-stamping request: {error}") from error
    if rest and rest[0].tag == _EXTENSIONS:
        raise _Refused("unacceptedExtension", "no extension is known here")
    if rest:
        raise _Refused("badDataFormat", "the request has members that it does not have")
    if asked not in policy.policies:
        raise _Refused("unacceptedPolicy", f"the policies here are {', '.join(policy.policies)}")
    if nonce is not None and not 0 < len(nonce.content) <= NONCE_OCTETS:
        raise _Refused("badRequest", f"a nonce has at most {NONCE_OCTETS} octets")
    return _Request(imprint, asked, nonce, wanted)


def _check_imprint(imprint: Value, policy: TimestampPolicy) -> None:
    algorithm, hashed = imprint.children(SEQUENCE)
    oid, *parameters = algorithm.children(SEQUENCE)
    name = DIGEST_NAMES.get(oid.identifier())
    if name not in policy.digests or any(parameter.tag != NULL for parameter in parameters):
        raise _Refused("badAlg", f"digests here are {', '.join(sorted(policy.digests))}")
    if len(hashed.expect(OCTET_STRING).content) != DIGEST_SIZES[name]:
        raise _Refused("badDataFormat", f"the imprint is not of the length of {name}")


def _token(request: _Request, authority: Signatory, policy: TimestampPolicy, at: datetime, serial_number: int) -> Making:
    """Make the TimeStampToken: a SignedData over TSTInfo that names its signer's certificate (clause 2.4.2, RFC 5816)."""
    information = _information(request, authority, policy, at, serial_number)
    named = cms_algorithm_of(authority.algorithm)
    message_digest = digest(named.digest, information) or b""
    attributes = signed_attributes(message_digest, named.digest, authority, Statement(at), TIMESTAMP, TST_INFO)
    signer = yield from signer_info(attributes, b"", named, authority.certificate)
    certificates = (authority.certificate, *authority.chain) if request.certificate_wanted else ()
    return Envelope(
        kind=encode_oid(SIGNED_DATA),
        version=3,
        digest_algorithms=(named.digest_algorithm,),
        encapsulated=encode(SEQUENCE, encode_oid(TST_INFO), encode(0xA0, encode(OCTET_STRING, information))),
        certificates=tuple(sorted(set(certificates))),
        revocations=(),
        signers=(signer,),
    ).encoding()


def _information(request: _Request, authority: Signatory, policy: TimestampPolicy, at: datetime, serial_number: int) -> bytes:
    """TSTInfo; milliseconds, so that tokens that one client asks for in a row keep their order."""
    subject = Certificate.from_der(authority.certificate).subject.der
    moment = at.replace(microsecond=at.microsecond // 1000 * 1000)
    return encode(
        SEQUENCE,
        integer(1),
        encode_oid(request.policy),
        request.imprint.encoding,
        integer(serial_number),
        generalized_time(moment),
        encode(SEQUENCE, integer(policy.accuracy_seconds)),
        request.nonce.encoding if request.nonce is not None else b"",
        encode(0xA0, encode(_DIRECTORY_NAME, subject)),
    )
