"""A person of the bridge, and the links to the accounts that the person holds at the regions.

A person is nothing but an identifier: all that is known of one hangs on a link, and comes from that link's region alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NewType

from idbridge.identity.assertion import Attributes, Issuer, RegionCode, UpstreamSubject

PersonId = NewType("PersonId", str)
"""A random identifier, made by the bridge. Portals never see it: they get a pairwise subject made from it."""

LinkId = NewType("LinkId", str)
"""A random identifier of a link; forms name links by it, so that no upstream subject is in a page."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signed in once through any region."""

    id: PersonId
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """One account at a region's provider that belongs to a person; (issuer, subject) is its key and is held by one person only.

    `attributes` are the newest the region gave (None: it was never asked), and `version` is the region's mark for them.
    """

    id: LinkId
    person: PersonId
    region: RegionCode
    issuer: Issuer
    subject: UpstreamSubject = field(repr=False)
    linked_at: datetime
    last_used_at: datetime
    version: str = ""
    attributes: Attributes | None = field(default=None, repr=False)
