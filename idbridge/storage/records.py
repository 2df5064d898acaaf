"""Values that the durable store keeps and that no pure room knows: sign-in history, offline grants, audit events."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NewType

from idbridge.identity.assertion import RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.identity.person import LinkId, PersonId

GrantId = NewType("GrantId", str)


@dataclass(frozen=True, slots=True)
class SignIn:
    """One finished sign-in at a portal, as the person's own page lists it."""

    person: PersonId
    link: LinkId
    client_id: str
    region: RegionCode
    assurance: Assurance
    at: datetime


@dataclass(frozen=True, slots=True)
class OfflineGrant:
    """A portal's leave to act while the person is away (``offline_access``); its refresh tokens come one after another.

    `details` is whatever the grant's maker needs to mint tokens again; the store seals it and does not read it. `used_at` is
    told of a grant that was looked for by a token: when that one was exchanged for its successor, None while it was not.
    """

    id: GrantId
    person: PersonId
    client_id: str
    created_at: datetime
    expires_at: datetime
    details: bytes = field(repr=False)
    used_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Rotated:
    """The refresh token was good and is used up now; its successor stands in its place."""

    grant: OfflineGrant


@dataclass(frozen=True, slots=True)
class Reused:
    """The refresh token had been used before: a theft or a copy. The grant and all its tokens are revoked by now."""

    grant: OfflineGrant


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Who did what to what, when, and how it ended. Identifiers of the bridge only: no personal data, nothing upstream.

    `actor` and `object` are written ``person:ID``, ``client:ID``, ``operator:NAME``, ``grant:ID``, ``link:ID``, ``key:ID``.
    """

    at: datetime
    actor: str
    action: str
    object: str
    outcome: Literal["done", "refused"] = "done"
    reason: str = ""
