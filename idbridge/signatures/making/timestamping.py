"""Asking a time-stamping authority: build the request, judge the response (RFC 3161). Sending is the caller's.

The response is believed in nothing: it must be to this question, and signed by the certificate that it names, which must be
one for timestamps. Whether that certificate is trusted is for the verification of what is stamped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from idbridge.signatures.algorithms import encode_oid
from idbridge.signatures.ber import BOOLEAN, INTEGER, OCTET_STRING, SEQUENCE, Value, encode, read_value
from idbridge.signatures.checks.certificate import TIME_STAMPING
from idbridge.signatures.contents import KnownContent, digest
from idbridge.signatures.evidence import EvidenceId, MessageDigest, SignedObject, TimestampKind
from idbridge.signatures.formats.limits import LIMITS
from idbridge.signatures.formats.signed_data import read_signed_data
from idbridge.signatures.formats.timestamp import TokenPlace, read_token, read_tst_info
from idbridge.signatures.making.der import digest_algorithm, integer
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.signer import identify

MEDIA_TYPE_QUERY: Final = "application/timestamp-query"
MEDIA_TYPE_REPLY: Final = "application/timestamp-reply"

STATUSES: Final = {
    0: "granted",
    1: "grantedWithMods",
    2: "rejection",
    3: "waiting",
    4: "revocationWarning",
    5: "revocationNotification",
}
"""PKIStatus (clause 2.4.2); only the first two come with a token."""

FAILURES: Final = {
    0: "badAlg",
    2: "badRequest",
    5: "badDataFormat",
    14: "timeNotAvailable",
    15: "unacceptedPolicy",
    16: "unacceptedExtension",
    17: "addInfoNotAvailable",
    25: "systemFailure",
}
"""Bits of PKIFailureInfo (clause 2.4.2)."""


@dataclass(frozen=True, slots=True)
class TimestampQuestion:
    """What is asked for: a token over *message*, by a digest, perhaps under a policy. The nonce is a number used once."""

    message: bytes
    digest: str
    nonce: int
    policy: str | None = None

    def encoding(self) -> bytes:
        """Return the TimeStampReq (clause 2.4.1); the certificate is asked for, because the token has to carry it.

        :raises MakingRefused: the digest has no OID.
        """
        imprint = encode(SEQUENCE, digest_algorithm(self.digest), encode(OCTET_STRING, self.imprint))
        policy = encode_oid(self.policy) if self.policy is not None else b""
        return encode(SEQUENCE, integer(1), imprint, policy, integer(self.nonce), encode(BOOLEAN, b"\xff"))

    @property
    def imprint(self) -> bytes:
        """The digest of the message."""
        return digest(self.digest, self.message) or b""


def token_of_answer(answer: bytes, question: TimestampQuestion) -> bytes:
    """Return the token (DER ContentInfo) in a TimeStampResp.

    :raises MakingRefused: the authority refuses, or its answer is not to *question*, or not signed as it must be.
    """
    try:
        members = read_value(answer)
        _refuse_unless_granted(members.member(0, SEQUENCE))
        token = members.member(1, SEQUENCE).encoding
        objection = _objection(token, question)
    except ValueError as error:  # the readers' own refusals are ValueErrors too
        raise MakingRefused(MakingRefusal.TIMESTAMP_INVALID, f"no time-stamping response: {error}") from error
    if objection is not None:
        raise MakingRefused(MakingRefusal.TIMESTAMP_INVALID, objection)
    return token


def _refuse_unless_granted(status_info: Value) -> None:
    """PKIStatusInfo: status, free text, failure bits (clause 2.4.2)."""
    status, *rest = status_info.children(SEQUENCE)
    number = status.expect(INTEGER).integer()
    if number in (0, 1):
        return
    said = [STATUSES.get(number, f"status {number}")]
    for member in rest:
        if member.tag == SEQUENCE:
            said += [text.text() for text in member.children()]
        else:
            said += _failures(member)
    raise MakingRefused(MakingRefusal.TIMESTAMP_REFUSED, ", ".join(said))


def _failures(bits: Value) -> list[str]:
    """Read a BIT STRING whose first bit is the highest of its first octet (X.690 clause 8.6.2)."""
    octets = bits.content[1:]
    found = [bit for bit in range(8 * len(octets)) if octets[bit // 8] & 0x80 >> bit % 8]
    return [FAILURES.get(bit, f"failure {bit}") for bit in found]


def _objection(token: bytes, question: TimestampQuestion) -> str | None:
    """Return what is wrong with a token (clauses 2.2 and 2.4.2), None if nothing is."""
    info = read_tst_info(read_signed_data(token, LIMITS))
    if info.imprint != MessageDigest(question.digest, question.imprint):
        return "the token is over something else"
    if info.nonce != question.nonce:
        return "the token has another nonce: it answers another request"
    if question.policy not in (None, info.policy):
        return f"the token is under policy {info.policy}, asked for was {question.policy}"
    place = TokenPlace(EvidenceId("T"), TimestampKind.STANDALONE)
    return _signature_objection(read_token(token, place, [KnownContent.of(question.message)]).signed)


def _signature_objection(signed: SignedObject) -> str | None:
    if fatal := [fault.detail for fault in signed.faults if fault.fatal]:
        return "; ".join(fatal)
    identified = identify(signed, ())
    certificate = identified.certificate
    if certificate is None or identified.integrity != "intact" or not identified.attribute_fits:
        return "the token is not signed by a certificate in it that its signing-certificate attribute names"
    if certificate.extended_key_usage != (TIME_STAMPING,):  # clause 2.3: this purpose alone
        return f"{certificate} is not for timestamps"
    return None
