"""What a step of a sign-in is given and what it comes to: the visitor, the outcomes, and the questions put to the person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from idbridge.oidc.authorization import AuthorizationResponse, Step
from idbridge.oidc.clients import Client
from idbridge.regions.connector import RegionRefusal
from idbridge.services.flow import Flow
from idbridge.services.release import Prospect
from idbridge.services.upstream import Waiting


@dataclass(frozen=True, slots=True)
class Visitor:
    """The browser as the use cases see it: its binding's digest, its session cookie, language, user agent and IP address."""

    browser: str
    session: str | None
    language: str
    user_agent: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class GoTo:
    """Send the browser to a provider."""

    url: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Show the flow's page; which one is the dispatcher's to say when it is shown."""

    flow_id: str


@dataclass(frozen=True, slots=True)
class AskRegion:
    """Show the flow's choice of regions, also where a hint would make it: the person has just turned back from that region."""

    flow_id: str


@dataclass(frozen=True, slots=True)
class AnswerPortal:
    """Send the browser back to the portal with this answer."""

    response: AuthorizationResponse


@dataclass(frozen=True, slots=True)
class Done:
    """The person is signed in to the bridge's own pages, and goes to this one."""

    page: str


@dataclass(frozen=True, slots=True)
class ConfirmLink:
    """The second login succeeded; ask for the consent to link under this ticket."""

    ticket: str


@dataclass(frozen=True, slots=True)
class RegionFailed:
    """A region could not sign the person in; the flow can go on with another."""

    flow_id: str
    flow: Flow
    refusal: RegionRefusal


Outcome: TypeAlias = GoTo | Ask | AskRegion | AnswerPortal | Done | ConfirmLink | RegionFailed | Waiting


@dataclass(frozen=True, slots=True)
class Turn:
    """What to do now, and the new session cookie when the person has just signed in."""

    outcome: Outcome
    session: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A flow that waits for the person, with what its page needs: the step, and for a signed-in person the prospect."""

    flow_id: str
    flow: Flow
    client: Client
    step: Step
    prospect: Prospect | None
