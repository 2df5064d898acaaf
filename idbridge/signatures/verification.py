"""Verify a document: recognise it, read it, judge it. Pure: bytes, trust and a moment in, a report out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import cast

from idbridge.signatures.checks import CHECK_NAMES
from idbridge.signatures.contents import Buffer, Content, KnownContent
from idbridge.signatures.evidence import Document
from idbridge.signatures.formats.catalogue import read_document
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.gathering import NO_DATA, ValidationData
from idbridge.signatures.policy import Policy, default_policy, read_policy
from idbridge.signatures.process import Process
from idbridge.signatures.refusals import BadRequest
from idbridge.signatures.report import DocumentReport
from idbridge.signatures.trusted import Anchor, Trust, read_trust

Detached = Buffer | bytearray | Content | Mapping[str, Buffer] | Sequence[Content] | None
"""Detached content: the one file, several by name, or `Content` values (which may be digests alone)."""


def verify_document(
    data: bytes,
    *,
    trust: Trust | Iterable[Anchor] | None,
    at: datetime,
    name: str | None = None,
    detached: Detached = None,
    evidence: ValidationData = NO_DATA,
    policy: Policy | str | None = None,
    limits: Limits = LIMITS,
) -> DocumentReport:
    """Verify every signature in *data*, as of *at* (an aware time).

    *trust* is a `Trust`, or certificates that are trusted for every use, or None: then nothing is trusted, and integrity
    is still judged. *detached* is what detached signatures are over; *evidence* are certificates, CRLs and OCSP responses
    that are not in the document; *policy* is one, or its TOML, or None for the default. *name* is for the report alone.
    Nothing is fetched and no clock is read.

    :raises NotADocument: *data* is of no known format.
    :raises FormatRefusal: it is beyond *limits*, encrypted, or made to harm its reader.
    :raises PolicyRefused: the policy cannot be applied.
    :raises BadRequest: *at* is naive, or another argument is of no use.
    """
    document = read_document(data, detached=read_detached(detached), name=name, limits=limits)
    return judge_document(document, trust=trust, at=at, name=name, evidence=evidence, policy=policy)


def judge_document(
    document: Document,
    *,
    trust: Trust | Iterable[Anchor] | None,
    at: datetime,
    name: str | None = None,
    evidence: ValidationData = NO_DATA,
    policy: Policy | str | None = None,
) -> DocumentReport:
    """Judge a document that was read before: again with more *evidence*, or as of another time.

    :raises PolicyRefused: the policy cannot be applied.
    :raises BadRequest: *at* is naive or not within the calendar, or a trusted certificate is none.
    """
    if at.tzinfo is None:
        raise BadRequest("a moment needs a time zone")
    try:
        moment = at.astimezone(UTC)
    except OverflowError:
        raise BadRequest("the moment lies before the year 1, or after 9999, in UTC") from None
    return Process(document, read_trust(trust), moment, _policy(policy), evidence).report(name)


def _policy(policy: Policy | str | None) -> Policy:
    match policy:
        case None:
            return default_policy(CHECK_NAMES)
        case str():
            return read_policy(policy, CHECK_NAMES)
        case _:
            return policy


def read_detached(detached: Detached) -> tuple[Content, ...]:
    """Return detached content as `Content` values.

    :raises BadRequest: it is of no known kind.
    """
    match detached:
        case None:
            return ()
        case bytes() | bytearray() | memoryview():
            return (KnownContent.of(memoryview(detached)),)
        case Mapping():
            return tuple(KnownContent.of(content, name=name) for name, content in detached.items())
        case _ if callable(getattr(detached, "digest", None)):
            return (cast("Content", detached),)
        case Sequence() if all(callable(getattr(content, "digest", None)) for content in detached):
            return tuple(cast("Sequence[Content]", detached))
        case _:
            raise BadRequest(f"detached content is bytes, or Content, not {type(detached).__name__}")
