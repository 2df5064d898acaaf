"""A login at a region, from the browser's departure to the checked assertion.

Each leg is stored under a random reference, sealed, bound to the browser, and taken once: of several callbacks with the same
reference, one goes on. Where the personal data come separately (Hong Kong), the login rests as an `Enquiry` until the provider
has posted its `Notice`. What the login is for is the caller's `Flow`, carried along and never looked into here.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from idbridge.identity.assertion import Attributes, RegionAssertion, RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.outbound import Fetch, drive
from idbridge.regions.connector import Connector, Enquiry, Memo, RegionRefusal, Start
from idbridge.services.flow import Flow
from idbridge.storage.expiring import Expiring, Kind

LOGIN_SECONDS = 20 * 60
"""How long a person may take at the region; iAM Smart itself waits 18 minutes (domain: initiateRequest)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of a login: at which region, fresh or not, how sure, and what is the least that is taken."""

    region: RegionCode
    fresh: bool = False
    assurance: Assurance = Assurance.LOW
    least: Assurance = Assurance.LOW


@dataclass(frozen=True, slots=True)
class Away:
    """A browser that was sent to a region and has not come back."""

    flow: Flow
    wish: Wish
    memo: Memo


@dataclass(frozen=True, slots=True)
class Asked:
    """A login that succeeded and waits for the person's attributes; `reference` is how the provider will name it."""

    away: Away
    assertion: RegionAssertion
    reference: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What the provider posted for an enquiry: the attributes, or None when it refused them."""

    attributes: Attributes | None


AWAY = Kind("away", LOGIN_SECONDS, Away)
ASKED = Kind("asked", LOGIN_SECONDS, Asked)
HEARD = Kind("heard", LOGIN_SECONDS, Heard)


class LoginLost(Exception):
    """There is no such login under way in this browser: too late, used already, or never begun here."""


class LoginFailed(Exception):
    """The region's login failed; `flow` can go on with another region, `refusal` says why this one did not."""

    def __init__(self, flow: Flow, refusal: RegionRefusal) -> None:
        super().__init__(str(refusal))
        self.flow = flow
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Arrived:
    """A finished login: its purpose, what was wished, and what the region said."""

    flow: Flow
    wish: Wish
    assertion: RegionAssertion


@dataclass(frozen=True, slots=True)
class Waiting:
    """The region is asking the person. `ticket` is the waiting page's; `url` is where the browser goes meanwhile, if at all."""

    flow: Flow
    region: RegionCode
    ticket: str
    url: str | None


class Upstream:
    """The way to the regions and back. Store failures come as `StoreUnavailable`."""

    def __init__(self, connectors: Mapping[RegionCode, Connector], fetch: Fetch, expiring: Expiring, issuer: str) -> None:
        self._connectors = connectors
        self._fetch = fetch
        self._expiring = expiring
        self._issuer = issuer

    def depart(self, flow: Flow, wish: Wish, user_agent: str, now: datetime) -> str:
        """Return the provider's address to send the browser to. Raises `LoginFailed`."""
        state = secrets.token_urlsafe(24)  # 32 characters; iAM Smart takes 36
        start = self._start(wish, state, flow.language, user_agent, now)
        try:
            connector = self._connector(wish.region)
            departure = drive(connector.depart(start), self._fetch)
        except RegionRefusal as refusal:
            raise LoginFailed(flow, refusal) from None
        reference = state if connector.echoes_state else _name(wish.region, flow.browser)
        self._expiring.put(AWAY, reference, Away(flow, wish, departure.memo))
        return departure.url

    def arrive(
        self, region: RegionCode, answer: Mapping[str, str], browser: str, now: datetime
    ) -> tuple[Away, RegionAssertion] | Waiting:
        """Take the login that the browser came back from and judge the answer. Raises `LoginLost`, `LoginFailed`.

        A provider that does not return ``state`` has at most one login under way in a browser: the one of its binding. A
        browser that comes back from an enquiry's page brings nothing but the enquiry's ticket, and waits on with it.
        """
        connector = self._connectors.get(region)
        echoes = connector is not None and connector.echoes_state
        away = self._expiring.take(AWAY, answer.get("state", "") if echoes else _name(region, browser))
        if away is None and echoes:
            return self._back_from_enquiry(region, answer.get("state", ""), browser)
        if away is None or away.wish.region != region or away.flow.browser != browser:
            raise LoginLost
        try:
            assertion = drive(self._connector(region).arrive(answer, away.memo, now), self._fetch)
        except RegionRefusal as refusal:
            raise LoginFailed(away.flow, refusal) from None
        return away, assertion

    def ask(self, away: Away, assertion: RegionAssertion, user_agent: str, now: datetime) -> Waiting:
        """Ask the region for the attributes that the login did not bring. Raises `LoginFailed`."""
        region = away.wish.region
        ticket = secrets.token_urlsafe(24)
        start = self._start(away.wish, ticket, away.flow.language, user_agent, now)
        try:
            enquiry: Enquiry = drive(self._connector(region).ask(assertion, away.memo, start), self._fetch)
        except RegionRefusal as refusal:
            raise LoginFailed(away.flow, refusal) from None
        asked = Asked(replace(away, memo=enquiry.memo), assertion, enquiry.reference)
        self._expiring.put(ASKED, ticket, asked)
        return Waiting(away.flow, region, ticket, enquiry.url)

    def hear(self, region: RegionCode, body: bytes, headers: Mapping[str, str], now: datetime) -> bytes:
        """Keep what a provider posted and return the acknowledgement. Raises `RegionRefusal` for what cannot be trusted.

        It may come before the enquiry's own answer does, so it is kept whether somebody waits yet or not. A second one for the
        same enquiry changes nothing.
        """
        connector = self._connector(region)
        notice = drive(connector.hear(body, headers, now), self._fetch)
        self._expiring.put_if_absent(HEARD, _name(region, notice.reference), Heard(notice.attributes))
        return connector.acknowledgement()

    def waiting(self, ticket: str, browser: str) -> Literal["waiting", "ready"]:
        """Say whether the answer is there. Raises `LoginLost`."""
        asked = self._asked(ticket, browser)
        answered = self._expiring.get(HEARD, _name(asked.away.wish.region, asked.reference)) is not None
        return "ready" if answered else "waiting"

    def resume(self, ticket: str, browser: str) -> Arrived | Waiting:
        """Return the login with the attributes that came, or that it still waits. Raises `LoginLost`, `LoginFailed`."""
        asked = self._asked(ticket, browser)
        region = asked.away.wish.region
        name = _name(region, asked.reference)
        heard = self._expiring.get(HEARD, name)
        if heard is None:
            return Waiting(asked.away.flow, region, ticket, None)
        if self._expiring.take(ASKED, ticket) is None:
            raise LoginLost
        self._expiring.delete(HEARD, name)
        if heard.attributes is None:
            raise LoginFailed(asked.away.flow, RegionRefusal(region, "cancelled", "attributes"))
        return Arrived(asked.away.flow, asked.away.wish, replace(asked.assertion, attributes=heard.attributes))

    def abandon(self, ticket: str, browser: str) -> Flow:
        """Stop waiting and return what the login was for. Raises `LoginLost`."""
        flow = self._asked(ticket, browser).away.flow
        self._expiring.delete(ASKED, ticket)
        return flow

    def _back_from_enquiry(self, region: RegionCode, ticket: str, browser: str) -> Waiting:
        """Return that the login waits; what the person decided comes by the provider's own message."""
        away = self._asked(ticket, browser).away
        if away.wish.region != region:
            raise LoginLost
        return Waiting(away.flow, region, ticket, None)

    def _asked(self, ticket: str, browser: str) -> Asked:
        asked = self._expiring.get(ASKED, ticket)
        if asked is None or asked.away.flow.browser != browser:
            raise LoginLost
        return asked

    def _connector(self, region: RegionCode) -> Connector:
        connector = self._connectors.get(region)
        if connector is None:
            raise RegionRefusal(region, "disabled")
        return connector

    def _start(self, wish: Wish, state: str, language: str, user_agent: str, now: datetime) -> Start:
        base = f"{self._issuer}/regions/{wish.region}"
        return Start(
            state=state,
            return_url=f"{base}/callback",
            notice_url=f"{base}/notice",
            language=language,
            now=now,
            user_agent=user_agent,
            fresh=wish.fresh,
            assurance=wish.assurance,
            least=wish.least,
        )


def _name(region: RegionCode, reference: str) -> str:
    """References are each provider's own: two providers may use the same one."""
    return f"{region} {reference}"
