"""The identifiers that portals see: of a person, of an organisation, of a session.

Each is an HMAC-SHA-256 under one secret, with the word for what it is in front, so that none can be turned back or into
another. Portals of different sectors cannot tell that they serve the same person (OpenID Connect Core §8.1). The secret must
never change: all subjects would.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from typing import NewType

from idbridge.identity.assertion import IdentityDocument
from idbridge.identity.person import PersonId
from idbridge.identity.sealing import unambiguous

SubjectSecret = NewType("SubjectSecret", bytes)
"""At least 32 random bytes."""


def _derive(secret: SubjectSecret, *parts: str) -> str:
    """Return 43 characters of base64url (OpenID Connect Core §2 allows 255)."""
    return urlsafe_b64encode(hmac.digest(secret, unambiguous(*parts), "sha256")).rstrip(b"=").decode()


def pairwise_subject(secret: SubjectSecret, sector: str, person: PersonId) -> str:
    """Return the ``sub`` for all portals of a sector (the host of its redirect or sector identifier URI)."""
    return _derive(secret, "pairwise", sector.lower(), person)


def public_subject(secret: SubjectSecret, person: PersonId) -> str:
    """Return the ``sub`` that is the same at every portal registered for public subjects."""
    return _derive(secret, "public", person)


def organisation_subject(secret: SubjectSecret, sector: str, registration: IdentityDocument) -> str:
    """Return how portals of a sector know an organisation: the same for whoever acts for it, without its number."""
    return _derive(secret, "organisation", sector.lower(), registration.kind, registration.number)


def session_id(secret: SubjectSecret, client_id: str, session: str) -> str:
    """Return the ``sid`` of a session at one portal (OpenID Connect Back-Channel Logout §2.1)."""
    return _derive(secret, "sid", client_id, session)
