"""Whether a list may be relied upon now: it is the last good one, and its own next update has not passed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from idbridge.trust.model import Pointer, SignedTrustList, TrustList
from idbridge.trust.vocabulary import Territory


class Standing(StrEnum):
    """How a list stands at a moment."""

    CURRENT = "current"
    EXPIRED = "expired"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Reliance:
    """The last good version of a territory's list, if there is one, how it stands, and its age since it was issued."""

    standing: Standing
    signed: SignedTrustList | None = None
    age: timedelta | None = None

    @property
    def content(self) -> TrustList | None:
        """What the list says; None unless it may be relied upon."""
        return self.signed.content if self.signed is not None and self.standing is Standing.CURRENT else None


def reliance_at(signed: SignedTrustList | None, now: datetime) -> Reliance:
    """Return how the last good version *signed* stands *now*.

    A list without a next update is closed: its scheme has ended (TS 119 612 clause 5.3.15).
    """
    if signed is None:
        return Reliance(Standing.MISSING)
    update = signed.content.next_update
    expired = update is None or now > update
    return Reliance(Standing.EXPIRED if expired else Standing.CURRENT, signed, now - signed.content.issued)


def cited(lists: Mapping[Territory, Reliance]) -> tuple[dict[str, object], ...]:
    """Return what reports say of the lists that there are: which version, how it stands, and how old it is.

    A list that is no longer relied upon is cited too: that it stands so is why nothing is trusted by it.
    """
    return tuple(
        {
            "region": territory,
            "sequence": reliance.signed.content.sequence,
            "sha256": reliance.signed.sha256,
            "standing": reliance.standing.value,
            "issued": reliance.signed.content.issued,
            "age_seconds": None if reliance.age is None else int(reliance.age.total_seconds()),
        }
        for territory, reliance in lists.items()
        if reliance.signed is not None
    )


def pointed_list(pointer: Pointer, lists: Mapping[Territory, Reliance]) -> TrustList | None:
    """Return the list that *pointer* points to, if it may be relied upon.

    Its signer binds it, and its type; territories are written differently in the field.
    """
    for reliance in lists.values():
        content, signed = reliance.content, reliance.signed
        if content and signed and signed.signer in pointer.signers and pointer.type in (None, content.scheme.type):
            return content
    return None
