"""A person's consent to release claims to one portal: the record, its receipt, and when the person must be asked again.

One record holds for one person, one portal and one region that the claims come from: personal data that crosses another
border, or goes to someone else, is another consent (PIPL Art. 39; the GBA standard contract asks for the recipient's region).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NewType

from idbridge.identity.assertion import RegionCode
from idbridge.identity.person import PersonId

ConsentId = NewType("ConsentId", str)


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agreed to, as shown at the time; at once the record and the receipt the person can keep.

    `claims` are names of the catalogue (`release`), sorted. `purpose` is the text that was shown, `purpose_version` what the
    portal calls it. `ended_at` is when it stopped to hold, `ended_by` why.
    """

    id: ConsentId
    person: PersonId
    client_id: str
    recipient: str
    recipient_region: RegionCode | None
    source_region: RegionCode
    scopes: tuple[str, ...]
    claims: tuple[str, ...]
    purpose: str
    purpose_version: str
    granted_at: datetime
    ended_at: datetime | None = None
    ended_by: Literal["withdrawn", "replaced", "portal-removed"] | None = None


@dataclass(frozen=True, slots=True)
class ConsentQuestion:
    """What a portal wants now, to be held against what was agreed to before."""

    claims: tuple[str, ...]
    purpose_version: str
    prompt_consent: bool = False


AskReason = Literal["prompt", "first-time", "new-claims", "new-purpose"]


def reason_to_ask(consent: Consent | None, question: ConsentQuestion) -> AskReason | None:
    """Say why the person must be asked; None: the earlier consent covers it all.

    *consent* is the current record for this person, portal and region. Asking for less than before needs no new consent.
    """
    if question.prompt_consent:  # OpenID Connect Core §3.1.2.1
        return "prompt"
    if consent is None or consent.ended_at is not None:
        return "first-time"
    if not set(question.claims) <= set(consent.claims):
        return "new-claims"
    if question.purpose_version != consent.purpose_version:
        return "new-purpose"
    return None
