"""Whether new bytes replace the list that is relied upon. A good list is never replaced by a bad or an older one.

Pure: fetching, keeping and telling the time are for `services.trust_lists`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from idbridge.trust.model import SignedTrustList
from idbridge.trust.reading import read_list
from idbridge.trust.refusals import Refusal, TrustListRefused
from idbridge.trust.reliance import Standing, reliance_at
from idbridge.trust.vocabulary import Territory

CLOCK_TOLERANCE: Final = timedelta(minutes=5)
"""How far a publisher's clock may be ahead of ours."""


class Verdict(StrEnum):
    """What becomes of a new version; everything but ACCEPTED keeps the old one."""

    ACCEPTED = "accepted"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    ROLLED_BACK = "sequence-rolled-back"
    REUSED = "sequence-reused"
    ISSUED_EARLIER = "issued-earlier"
    ISSUED_IN_FUTURE = "issued-in-future"
    EXPIRED = "expired"
    OTHER_TERRITORY = "other-territory"


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of new bytes. ``in_force`` is the list to rely on from here: the new one or the old one, or none.

    ``refusal`` says why the bytes are no list that a pinned signer signed, where that is the reason.
    """

    verdict: Verdict
    in_force: SignedTrustList | None
    detail: str = ""
    refusal: Refusal | None = None

    @property
    def accepted(self) -> bool:
        """Whether the new version replaces the old one."""
        return self.verdict is Verdict.ACCEPTED

    @property
    def code(self) -> str:
        """The reason in one stable word."""
        return self.refusal or self.verdict


def decide(
    current: SignedTrustList | None, data: bytes, *, territory: Territory, signers: Collection[bytes], now: datetime
) -> Decision:
    """Decide whether *data* replaces *current* as the list of *territory*.

    *signers* are the configured ones (DER certificates); see `signers_of_next` for those that count.
    """
    try:
        new = read_list(data, signers_of_next(current, signers, now))
    except TrustListRefused as refused:
        return Decision(Verdict.REFUSED, current, refused.detail, refused.code)
    verdict, detail = _judge(current, new, territory, now)
    return Decision(verdict, new if verdict is Verdict.ACCEPTED else current, detail)


def signers_of_next(current: SignedTrustList | None, configured: Collection[bytes], now: datetime) -> Collection[bytes]:
    """Return who may sign the version after *current*.

    A list announces its next signers in a pointer to itself, which is how the EU's list of lists changes its signers (each
    version that does so is a "pivot"). Announced ones replace the configured ones, for the change may be because of those.
    So does an announced one that signed without announcing anybody: it goes on, and who was replaced does not come back.
    When the list in force is no longer relied upon, the operator's configuration decides again.
    """
    if current is None or reliance_at(current, now).standing is not Standing.CURRENT:
        return configured
    return _announced(current) or (configured if current.signer in configured else (current.signer,))


def _announced(signed: SignedTrustList) -> tuple[bytes, ...]:
    scheme = signed.content.scheme
    own = (p for p in signed.content.pointers if p.territory == scheme.territory and p.type == scheme.type)
    return tuple(dict.fromkeys(der for pointer in own for der in pointer.signers))


def _judge(current: SignedTrustList | None, new: SignedTrustList, territory: Territory, now: datetime) -> tuple[Verdict, str]:
    content = new.content
    if content.territory != territory:
        return Verdict.OTHER_TERRITORY, f"the list is that of {content.territory}, not of {territory}"
    if content.issued > now + CLOCK_TOLERANCE:
        return Verdict.ISSUED_IN_FUTURE, f"issued {content.issued:%Y-%m-%dT%H:%M:%SZ}"
    if reliance_at(new, now).standing is not Standing.CURRENT:
        return Verdict.EXPIRED, f"next update was due {content.next_update or 'never: the list is closed'}"
    return (Verdict.ACCEPTED, "") if current is None else _compare(current, new)


def _compare(current: SignedTrustList, new: SignedTrustList) -> tuple[Verdict, str]:
    if new.sha256 == current.sha256:
        return Verdict.UNCHANGED, ""
    before, after = current.content, new.content
    if after.sequence < before.sequence:
        return Verdict.ROLLED_BACK, f"sequence {after.sequence} after {before.sequence}"
    if after.sequence == before.sequence:
        return Verdict.REUSED, f"sequence {after.sequence} with other content"
    if after.issued < before.issued:
        return Verdict.ISSUED_EARLIER, f"issued {after.issued:%Y-%m-%dT%H:%M:%SZ}, before the version in force"
    return Verdict.ACCEPTED, ""
