"""The status of a certificate by OCSP responses (RFC 6960 §3.2, §4.2.2.2)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from idbridge.pki.revocation.status import Status

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from idbridge.pki.certificate import Certificate
    from idbridge.pki.revocation.ocsp import Answer, OcspResponse
    from idbridge.pki.revocation.status import Authorities, Subject

OCSP_SIGNING: Final = "1.3.6.1.5.5.7.3.9"

AGE_LIMIT: Final = timedelta(days=1)
"""How long an answer without nextUpdate counts: its responder always has a newer one (RFC 6960 §2.4)."""

RESPONSES_LIMIT: Final = 20
"""Responses looked at for one certificate; there is a reason to have two, at two times."""


def status_by_ocsp(subject: Subject, responses: Iterable[OcspResponse], authorities: Authorities) -> Status:
    """Return what the newest usable one of *responses* says of the subject; "unknown" if there is none."""
    answers = [
        (answer, response)
        for response in responses
        for answer in response.answers
        if answer.is_about(subject.certificate, subject.issuer)
    ]
    answers.sort(key=lambda pair: pair[0].this_update, reverse=True)
    objections = []
    for answer, response in answers[:RESPONSES_LIMIT]:
        if (objection := _objection(answer, response, subject, authorities)) is None:
            return _status(answer, response, subject)
        objections.append(f"OCSP response {response.sha256[:16]} of {answer.this_update:%Y-%m-%d}: {objection}")
    return Status("unknown", objections=tuple(objections))


def _status(answer: Answer, response: OcspResponse, subject: Subject) -> Status:
    source = f"ocsp {response.sha256}"
    if answer.revoked_at is not None:
        return subject.as_of(answer.reason, answer.revoked_at, source, answer.this_update)
    return Status("good", source=source, this_update=answer.this_update)


def _objection(answer: Answer, response: OcspResponse, subject: Subject, authorities: Authorities) -> str | None:
    if response.critical_unknown or answer.critical_unknown:
        return "a critical extension is not known"
    if answer.status == "unknown":
        return "the responder does not know the certificate"
    if not _authorized(response, max(subject.at, answer.this_update), subject, authorities):
        return "no responder with the right to answer signed it"
    return _staleness(answer, response, subject)


def _staleness(answer: Answer, response: OcspResponse, subject: Subject) -> str | None:
    """Return why the answer says nothing of the time asked about, or None; a revocation is for good."""
    if answer.status == "revoked" and answer.reason != "certificateHold":
        return None
    if answer.next_update is None:
        if subject.at - answer.this_update > AGE_LIMIT:
            return f"is older than {AGE_LIMIT} and names no next update"
    elif max(answer.next_update, answer.this_update) < subject.at:
        return f"was to be replaced by {answer.next_update}"
    kept = response.archive_cutoff is not None and response.archive_cutoff <= subject.certificate.not_after
    if answer.status == "good" and subject.drops_out_before(answer.this_update) and not kept:
        return "was given after the certificate had expired"
    return None


def _authorized(response: OcspResponse, at: datetime, subject: Subject, authorities: Authorities) -> bool:
    """Whether the issuer itself signed, or a responder that it made one and that was valid *at* (RFC 6960 §4.2.2.2)."""
    if response.is_by(subject.issuer) and _signed(response, subject.issuer_key, authorities):
        return True
    return any(
        response.is_by(responder)
        and _signed(response, responder.public_key_info, authorities)
        and _delegated(responder, at, subject, authorities)
        for responder in response.certificates
    )


def _signed(response: OcspResponse, public_key_info: bytes, authorities: Authorities) -> bool:
    verdict = authorities.signatures.verdict(public_key_info, response.signature_algorithm, response.tbs, response.signature)
    return verdict.verdict == "valid"


def _delegated(responder: Certificate, at: datetime, subject: Subject, authorities: Authorities) -> bool:
    """Whether the issuer asked about issued the responder's certificate, for this purpose, and it is valid."""
    issued = authorities.signatures.verdict(
        subject.issuer_key, responder.signature_algorithm, responder.tbs, responder.signature
    )
    return (
        responder.issuer == subject.issuer.subject
        and issued.verdict == "valid"
        and OCSP_SIGNING in (responder.extended_key_usage or ())
        and authorities.holds(responder, None, at)
    )
