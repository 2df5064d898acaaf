"""The facts that a decision rests on (session, standing) and the steps that it can name. Values only."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import TypeAlias

from idbridge.identity.assertion import RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.oidc.clients import ClientId
from idbridge.oidc.errors import Fault


@dataclass(frozen=True, slots=True)
class Session:
    """One login of a person in one browser.

    `sid` is 256 random bits that never leave the bridge (portals see `sid_for`). `assurance` is that of *this* login,
    `methods` are its ``amr`` values. `authenticated_at` is the region's word, `established_at` our clock's when the login came
    back; `forced` tells that a fresh authentication was asked for and confirmed, `sought` the assurance that was asked for
    (`GoUpstream.fresh` and `.assurance`): with them a region is not asked twice for what it cannot do.
    `organisations` are those that the person may act for by this login; `acting_for` is the chosen one, and
    `capacity_chosen` tells that the person has chosen, be it to act for nobody.
    """

    sid: str = field(repr=False)
    person: str
    region: RegionCode
    assurance: Assurance
    authenticated_at: datetime
    established_at: datetime
    forced: bool = False
    sought: Assurance = Assurance.NONE
    methods: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    acting_for: str | None = None
    capacity_chosen: bool = False

    def sid_for(self, client_id: ClientId) -> str:
        """The ``sid`` that *client_id* sees: another for every client, so that portals cannot join their users by it.

        As `sid` cannot be guessed, the hash gives away neither it nor what another client sees.
        """
        digest = sha256(f"{client_id}\0{self.sid}".encode()).digest()
        return urlsafe_b64encode(digest[:24]).decode()

    @property
    def organisation(self) -> str | None:
        """Whom the person acts for: the chosen organisation, or the only one when there was nothing to choose."""
        if self.capacity_chosen or len(self.organisations) != 1:
            return self.acting_for
        return self.organisations[0]


@dataclass(frozen=True, slots=True)
class Standing:
    """A signed-in person before this client: the session, and what the stores know.

    `subject` is the person's pairwise subject here. `linked` are the regions the person can sign in at. `consented_at` is when
    the person agreed to everything that would be released now; None when any of it is not agreed to.
    """

    session: Session
    subject: str
    linked: tuple[RegionCode, ...] = ()
    consented_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChooseRegion:
    """Let the user pick one of these regions, then ask again with it as *chosen*."""

    regions: tuple[RegionCode, ...]


@dataclass(frozen=True, slots=True)
class GoUpstream:
    """Send the user to a region.

    `fresh` and `assurance` are what to ask there; the new session's `forced` and `sought` repeat them. A login that reaches
    less than `assurance` is still welcome from `least` on.
    """

    region: RegionCode
    fresh: bool
    assurance: Assurance
    least: Assurance


@dataclass(frozen=True, slots=True)
class ChooseOrganisation:
    """Let the user choose whom to act for: one of these, or nobody."""

    organisations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskConsent:
    """Ask the user to agree to what would be released."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer the client with a code; `acr` is the level to state."""

    acr: Assurance


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer the client with an error (`request.return_to.with_fault`)."""

    fault: Fault


Step: TypeAlias = ChooseRegion | GoUpstream | ChooseOrganisation | AskConsent | Answer | Refuse
